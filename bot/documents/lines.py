"""Where a line of text may end, in every script, and text broken into lines that fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

# JIS X 4051, in the reduced form that newspapers use: what begins no line, and what ends none.
_NOT_FIRST = frozenset(
    "、。，．・：；！？）」』】〕》〉’”ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…‥)]},.:;!?%\u2069"
)
_NOT_LAST = frozenset("（「『【〔《〈‘“([{¥￥$€£\u2068")
# Thai writes no spaces between words, but these vowels are written in front of their syllable.
_THAI_LEADING = frozenset("เแโใไ")


def broken(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Return the text in lines no wider than ``width``, as ``measure`` finds it; an empty text is one empty line.

    Pieces that lines can end after are measured one by one, as no script joins letters across them.
    """
    lines = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for piece in _pieces(paragraph):
            if line and used + measure(piece.rstrip()) > width:
                lines.append(line.rstrip())
                line, used = "", 0.0
            while measure(piece.rstrip()) > width and (cut := _cut(piece, width, measure)) < len(piece):
                lines.append(piece[:cut])
                piece = piece[cut:]
            line, used = line + piece, used + measure(piece)
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> Iterator[str]:
    start = 0
    for index in range(1, len(text)):
        if _may_break(text[index - 1], text[index]):
            yield text[start:index]
            start = index
    yield text[start:]


def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return False
    if before == " ":
        return True
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    if _is_ideographic(before) or _is_ideographic(after):
        return True
    return after in _THAI_LEADING and "\u0e01" <= before <= "\u0e4e" and before not in _THAI_LEADING


def _is_ideographic(character: str) -> bool:
    """Tell whether a character belongs to Chinese or Japanese, where lines may end nearly everywhere."""
    return "\u3001" <= character <= "\u30ff" or "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\uffef"


def _cut(text: str, width: float, measure: Callable[[str], float]) -> int:
    """Return how many characters of an overlong word fit, marks kept with their letters; one letter always does."""
    fits = 0
    for index in range(1, len(text)):
        if unicodedata.category(text[index]).startswith("M") or text[index] in "\u200d\u2069":
            continue
        if measure(text[:index]) > width and fits:
            break
        fits = index
        if measure(text[:index]) > width:
            break
    return fits or len(text)
