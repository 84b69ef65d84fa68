"""Keeping placeholders safe from engines that would translate or lose them."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.errors import ParleyError

_PLACEHOLDER = re.compile(r"\{\w+\}")
# Numbers in angle brackets look like markup, which engines leave alone.
_MARK = re.compile(r"<\s*x\s*(\d+)\s*/?\s*>", re.IGNORECASE)


class DamagedTranslationError(ParleyError):
    """Raised when a translation lost, doubled or invented a placeholder."""

    code = "damaged_translation"


def translate_protected(text: str, translate: Callable[[str], str]) -> str:
    """Return a text translated with its ``{placeholders}`` untouched, or raise DamagedTranslationError."""
    found = _PLACEHOLDER.findall(text)
    marks = iter(range(len(found)))
    translated = translate(_PLACEHOLDER.sub(lambda _: f"<x{next(marks)}/>", text))
    used = [int(number) for number in _MARK.findall(translated)]
    if sorted(used) != list(range(len(found))):
        raise DamagedTranslationError(expected=len(found), found=len(used))
    return _MARK.sub(lambda mark: found[int(mark[1])], translated)
