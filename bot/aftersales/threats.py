"""Threats with the law or with taking the payment back: whoever writes so must not wait like anybody else."""

from __future__ import annotations

import re
from functools import cache

from bot.l10n.word_lists import word_lists


def threatens(text: str, language: str) -> bool:
    """Tell whether a message speaks of lawyers, courts, authorities or of reclaiming the payment through the bank.

    Words of the message's language and of English count. What is known is written in ``bot/l10n/threats.yml``.
    """
    said = " ".join(text.casefold().replace("’", "'").split())
    return bool(_pattern(language).search(said))


@cache
def _pattern(language: str) -> re.Pattern[str]:
    lists = word_lists("threats")
    expressions = []
    for code in dict.fromkeys((language, "en")):
        words = "|".join(re.escape(word.casefold()) for word in lists["threats"].get(code, ()))
        if words:
            expressions.append(f"(?:{words})" if code in lists["anywhere"] else rf"(?<![^\W_])(?:{words})")
    return re.compile("|".join(expressions))
