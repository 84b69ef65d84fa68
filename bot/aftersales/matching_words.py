"""How customers say that they mean everything they ordered, by language."""

from __future__ import annotations

import re
from functools import cache

from bot.l10n.word_lists import word_lists

_LISTS = word_lists("everything")
#: "Everything", "both", "the whole order", by language.
_EVERYTHING: dict[str, list[str]] = _LISTS["everything"]
#: Words that hold one of these and mean something else, by language.
_NOT_EVERYTHING: dict[str, list[str]] = _LISTS["not_everything"]
_AT_HOME_ONLY = frozenset(_LISTS["at_home_only"])
_WEAK = frozenset(_LISTS["weak"])
_DENSE = frozenset(_LISTS["dense"])
#: What is written together with the word, by language.
_PARTICLES: dict[str, str] = _LISTS["particles"]
#: Little words of product titles ("with", "for", "of"), compared without accents, which name no product.
GLUE = frozenset(_LISTS["glue"])
_SHORT, _SHORT_DENSE = 6, 20


def means_everything(text: str, language: str) -> bool:
    """Tell whether a message speaks of all there is; idioms such as "that's all" and "not all" are none.

    Words of the message's language and of English count, and of other languages those that are theirs alone.
    """
    said = " ".join(text.casefold().replace("’", "'").split())
    said = _idioms(language).sub(" ", said)
    is_long = len(said.split()) > _SHORT or (language in _DENSE and len(said) > _SHORT_DENSE)
    return any(not (is_long and match.group() in _WEAK) for match in _pattern(language).finditer(said))


@cache
def _pattern(language: str) -> re.Pattern[str]:
    return re.compile("|".join(_expression(code, words) for code, words in _counting(language) if words))


def _counting(language: str) -> list[tuple[str, list[str]]]:
    return [
        (code, [word for word in words if code in (language, "en") or word not in _AT_HOME_ONLY])
        for code, words in _EVERYTHING.items()
    ]


@cache
def _idioms(language: str) -> re.Pattern[str]:
    codes = [code for code in dict.fromkeys((language, "en")) if code in _NOT_EVERYTHING]
    return re.compile("|".join(_expression(code, _NOT_EVERYTHING[code]) for code in codes))


def _expression(language: str, words: list[str]) -> str:
    body = "|".join(re.escape(word.casefold()) for word in sorted(words, key=len, reverse=True))
    return f"(?:{body})" if language in _DENSE else rf"(?<![^\W_]){_PARTICLES.get(language, '')}(?:{body})(?![^\W_])"
