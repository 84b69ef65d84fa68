"""Postcodes and sizes; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.nlu.entities.context import directly_precedes, precedes
from bot.nlu.entities.spans import Span, is_free
from bot.nlu.entities.words import Words, alone, comparable, is_dense, sources
from bot.nlu.lexicon import lexicon

_POSTCODE_SHAPES = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{5}(?:-\d{4})?"
    r"|\d{5}-\d{3}|\d{3} ?\d{2}|\d{2}-\d{3}|\d{3}-\d{4}|\d{4}|\d{6}|\d{7})(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
# A British, Dutch or Canadian postcode is told by its shape alone, as is five digits before a town's name.
_POSTCODE_ALONE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[1-9]\d{3} ?[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d"
    r"|\d{5}(?= [A-ZÄÖÜÁÉÍÓÚ][a-zäöüßáéíóú]))(?![\w-])"
)
# A Chinese character may touch a size, a letter of an alphabet may not.
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = (
    r"(?<![0-9A-Za-z\u00c0-\u024f\u1e00-\u1eff'’])",
    r"(?![0-9A-Za-z\u00c0-\u024f\u1e00-\u1eff'’])",
)
_LETTER_SIZE = re.compile(rf"{_NO_LETTER_BEFORE}(?:\d?X{{0,4}}[SL]|M|XXS|\d?XS){_NO_LETTER_AFTER}")
_SMALL_LETTER_SIZE = re.compile(rf"{_NO_LETTER_BEFORE}(?:xxs|xs|x{{1,3}}l|[2-5]xl|[sml]){_NO_LETTER_AFTER}")
_NUMBER_SIZE = re.compile(r"\d{1,3}(?:[.,]5)?(?: ?(?:1/2|½))?(?!\d)")
_SIZE_AFTER = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.5)?)\s?(?:码|碼|号的鞋|號的鞋|サイズ)")
_SIZE_ALONE = re.compile(
    r"\s*(?:(?:in|eine|a|una|un|une|la|el|the)\s)?(\d{2}(?:[.,]5)?)\s*(?:bitte|please|pls|por favor)?[.!]?\s*", re.I
)

#: How far, in characters, a size in words may stand behind the word for size: "a size too small" is none.
_WORD_REACH = 2
_SHORTEST_EXTRA = 6


def postcodes(folded: str, taken: list[Span]) -> list[Span]:
    """Return the postcodes, in upper case with single spaces."""
    found: list[Span] = []
    for match in [*_POSTCODE_ALONE.finditer(folded), *_POSTCODE_SHAPES.finditer(folded)]:
        if not is_free([*taken, *found], match.start(), match.end()):
            continue
        if match.re is _POSTCODE_ALONE or precedes(folded, match.start(), "postcode"):
            found.append(Span(match.start(), match.end(), "postcode", match.group().upper()))
    return found


def sizes(folded: str, language: str, taken: list[Span]) -> list[Span]:
    """Return clothing and shoe sizes: letters in upper case, "large" as `L`, numbers with a decimal point."""
    found: list[Span] = []

    def add(start: int, end: int, value: str) -> None:
        if is_free([*taken, *found], start, end):
            found.append(Span(start, end, "size", value))

    for match in _LETTER_SIZE.finditer(folded):
        # A lone s is an elision, a lone M in a name an initial.
        lone = match.group() in ("S", "M", "L") and folded[match.end() : match.end() + 1] == "."
        if not lone:
            add(match.start(), match.end(), match.group())
    for match in _SMALL_LETTER_SIZE.finditer(folded):
        if len(match.group()) > 1 or precedes(folded, match.start(), "size"):
            add(match.start(), match.end(), match.group().upper())
    for match in _SIZE_AFTER.finditer(folded):
        add(match.start(), match.end(), match.group(1))
    for match in _NUMBER_SIZE.finditer(folded):
        if precedes(folded, match.start(), "size"):
            value = re.sub(r" ?(?:1/2|½)$", ".5", match.group()).replace(",", ".")
            add(match.start(), match.end(), value)
    only = _SIZE_ALONE.fullmatch(folded)
    if only:
        add(only.start(1), only.end(1), only.group(1).replace(",", "."))
    for start, end, value in _sizes_in_words(folded, language):
        add(start, end, value)
    return found


def _sizes_in_words(folded: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Yield "large" where it is a size: "too large" is none."""
    text = comparable(folded, language)
    first, last = alone(text)
    for source in sources(language, "sizes"):
        for start, end, value in _size_words(source).find(text):
            is_extra = value.startswith("X") and end - start > _SHORTEST_EXTRA
            is_alone = start <= first and end >= last
            is_named = is_dense("sizes", source) and end - start > 1
            compares = "alone" in lexicon("sizes")[source]
            is_behind = not compares and directly_precedes(folded, start, "size", _WORD_REACH)
            if is_extra or is_alone or is_named or is_behind:
                yield start, end, value


@cache
def _size_words(language: str) -> Words[str]:
    block = lexicon("sizes")[language].items()
    words = [(word, size) for size, forms in block if size not in ("dense", "alone") for word in forms]
    return Words(language, words, dense=is_dense("sizes", language))
