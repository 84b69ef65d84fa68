"""Parcel tracking numbers, which must never be taken for order numbers; pure."""

from __future__ import annotations

import re

from bot.nlu.entities.context import nearest_before
from bot.nlu.entities.spans import Span, is_free

# Shapes no order number has: UPS, UPU S10 (RR123456789CN), DHL's JJD and JD, Dutch 3S, Amazon's TBA,
# Shunfeng and other Chinese carriers.
_SHAPES = re.compile(
    r"(?<![^\W_])(?:1Z(?: ?[0-9A-Z]){16}|[A-Z]{2}(?: ?\d){9} ?[A-Z]{2}|JJ?D(?: ?\d){10,20}"
    r"|3S[0-9A-Z]{10,15}|TBA\d{9,14}|(?:SF|YT|ZTO|STO|JT|YD|EA|EB|CP|LP)\d{11,16}|6A\d{11})(?![0-9A-Z])",
    re.ASCII,
)
# As long a row of digits is a tracking number; with a word for tracking before it, a shorter one is, too.
_LONG_DIGITS = re.compile(r"(?<![\w+])\d(?:[ ]?\d){11,24}(?!\w)", re.ASCII)
_TOPICS = ("tracking", "order", "phone", "postcode", "other")


def tracking_numbers(folded: str, taken: list[Span]) -> list[Span]:
    """Return the tracking numbers, in upper case without separators."""
    upper = folded.upper() if len(folded.upper()) == len(folded) else folded
    found: list[Span] = []
    for match in [*_SHAPES.finditer(upper), *_LONG_DIGITS.finditer(upper)]:
        if is_free([*taken, *found], match.start(), match.end()):
            found.append(_span(match.start(), match.group()))
    for match in re.finditer(r"[0-9A-Z]*\d[0-9A-Z]*(?:[ -]\d[0-9A-Z]*)*", upper, re.ASCII):
        digits = sum(character.isdigit() for character in match.group())
        if digits < 8 or not is_free([*taken, *found], match.start(), match.end()):
            continue
        if nearest_before(folded, match.start(), _TOPICS) == "tracking":
            found.append(_span(match.start(), match.group()))
    return found


def _span(start: int, text: str) -> Span:
    return Span(start, start + len(text), "tracking_number", re.sub(r"[ -]", "", text))
