"""A found entity and the text it is found in; pure Python."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Span:
    """One entity: its place in the text (end exclusive), its name and its normalised value.

    Spans named `other` are numbers that are known to be something no entity stands for, such as an IBAN; they
    keep their digits from being taken for an order number and are never reported.
    """

    start: int
    end: int
    entity: str
    value: Any

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether any character is shared."""
        return self.start < end and start < self.end


OTHER = "other"
_ARABIC_SEPARATORS = {"٫": ".", "٬": ","}


def is_free(spans: Iterable[Span], start: int, end: int) -> bool:
    """Tell whether no span claims a character between start and end."""
    return not any(span.overlaps(start, end) for span in spans)


def fold(text: str) -> str:
    """Return the text with digits, full-width letters, dashes, separators and spaces as in ASCII, of the same length.

    Places in the folded text are places in the original one.
    """
    return "".join(_fold_character(character) for character in text)


def _fold_character(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category == "Pd" or character == "−":
        return "-"
    if category == "Zs":
        return " "
    if character in _ARABIC_SEPARATORS:
        return _ARABIC_SEPARATORS[character]
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if len(compatible) == 1 else character
