"""Colours; pure."""

from __future__ import annotations

import re
from functools import cache

from bot.nlu.entities.spans import Span, is_free
from bot.nlu.entities.words import Words, comparable, is_dense, sources
from bot.nlu.lexicon import lexicon

# German "weiß" is also "knows".
_WEISS_KNOWS = re.compile(
    r"\b(?:ich|er|sie|man|wer|keiner|niemand|jemand|schon) wei(?:ß|ss)\b|\bwei(?:ß|ss) (?:ich|nicht|man|wie|was|wo)\b"
)


def colors(folded: str, language: str, taken: list[Span]) -> list[Span]:
    """Return the colours by their canonical English names, said in the language of the message or in English."""
    text = comparable(folded, language)
    found: list[Span] = []
    for words in _lists(language):
        for start, end, color in words.find(text):
            if _WEISS_KNOWS.search(text, max(0, start - 12), end + 8):
                continue
            if is_free([*taken, *found], start, end):
                found.append(Span(start, end, "color", color))
    return found


@cache
def _lists(language: str) -> tuple[Words[str], ...]:
    return tuple(
        Words(source, _entries(source), dense=is_dense("colors", source)) for source in sources(language, "colors")
    )


def _entries(language: str) -> list[tuple[str, str]]:
    block = lexicon("colors")[language]
    return [(word, color) for color, words in block.items() if color != "dense" for word in words]
