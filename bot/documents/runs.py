"""A line of text in the order it is printed: runs of one direction and one font."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

# They steer the order (Unicode Annex 9) and are nothing to print.
_STEERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Font:
    """A font by its name, and the code points it has."""

    family: str
    characters: frozenset[int]


@dataclass(frozen=True)
class Run:
    """Characters in the order they are read."""

    text: str
    family: str
    is_rtl: bool


def runs_of(line: str, fonts: Sequence[Font], *, is_rtl: bool) -> list[Run]:
    """Return the runs of a line from left to right (Unicode Annex 9), each in the first font that has it.

    Characters that no font has are left out, and so are those that only steer the order.
    """
    direction = TextDirection.RTL if is_rtl else TextDirection.LTR
    levels = [
        (character.character, character.embedding_level)
        for character in BidiParagraph(line, direction, preserve_bn_chars=True).get_characters_with_embedding_level()
    ]
    found: list[tuple[str, str, int]] = []
    for character, level in levels:
        font = _font_of(character, fonts, found[-1][1] if found else None)
        if font is None or character in _STEERING:
            continue
        if found and found[-1][1:] == (font, level):
            found[-1] = (found[-1][0] + character, font, level)
        else:
            found.append((character, font, level))
    return [Run(text, family, level % 2 == 1) for text, family, level in _reordered(found)]


def _font_of(character: str, fonts: Sequence[Font], before: str | None) -> str | None:
    """Return the font of a character; marks, joiners and spaces stay with what they follow."""
    if before is not None and (character in " \u00a0\u200c\u200d" or unicodedata.category(character)[0] == "M"):
        return before
    return next((font.family for font in fonts if ord(character) in font.characters), None)


def _reordered(runs: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Return runs in visual order: from the highest level to the lowest odd one, what is at least as high turns round.

    That is rule L2 of Unicode Annex 9.
    """
    levels = [level for _, _, level in runs]
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and runs[end][2] >= level:
                end += 1
            runs[start:end] = reversed(runs[start:end])
            start = end + 1
    return runs
