"""Digits as each script writes them."""

from __future__ import annotations

import unicodedata


def digit(text: str) -> int | None:
    """Return what a text that is a single decimal digit of any script stands for, such as ``٥`` or ``５``, or None."""
    sign = text.strip()
    return unicodedata.decimal(sign, None) if len(sign) == 1 else None
