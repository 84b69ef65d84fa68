"""Meta's templates: how WhatsApp and Messenger take news later than 24 hours after a customer's last message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.conversations.platform import Letter
from bot.errors import SettingsError

MISSING = "template_missing"
"""The reason where a template is not there, or not in a language that could be sent."""

# 1,024 characters are for the whole message, and the template has words of its own.
MAX_TEXT = 900

_NAME = re.compile(r"[a-z0-9_]{1,512}", re.ASCII)
_LANGUAGES = {"zh": "zh_CN", "pt": "pt_BR", "no": "nb", "tl": "fil"}


def checked_name(name: str | None, variable: str) -> str | None:
    """Return a template's name, or None where there is none; raises SettingsError naming the variable."""
    if name and not _NAME.fullmatch(name):
        raise SettingsError(f"{variable} is '{name}': give a template's name such as news_of_your_order")
    return name or None


def template_of(name: str, language: str, letter: Letter) -> dict[str, Any]:
    """Return a template as both platforms take it, the letter's words being its only variable."""
    parameter = {"type": "text", "text": _paragraph(letter)}
    components = [{"type": "body", "parameters": [parameter]}]
    return {"name": name, "language": {"code": language}, "components": components}


def languages_for(language: str) -> Sequence[str]:
    """Return Meta's codes of a template's languages in the order in which to try them."""
    own = _LANGUAGES.get(language, language.replace("-", "_"))
    return tuple(dict.fromkeys((own, "en", "en_US")))


def _paragraph(letter: Letter) -> str:
    """Return a letter's words as a variable may hold them: in one line, with its answers, since buttons are lost."""
    answers = " · ".join(button.title for button in letter.buttons)
    text = " ".join(f"{letter.text} {answers}".split())
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
