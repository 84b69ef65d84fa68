"""Finds phrases of many languages in one pass over a message, whatever its accents and endings; pure.

A phrase of a word list is words in a row; `*` after a word stands for any ending. In languages that are written
without spaces, or glue their particles to the word, a phrase is found anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Generic, NamedTuple, TypeVar

_P = TypeVar("_P")
_TOKEN = re.compile(r"[^\s\d.,;:!?…\"'()\[\]«»„“”،؟。！？、；¿¡|/%-]+")
_SHORTEST_STEM = 2
#: What Arabic and Hebrew write together with the next word: and, in, to, the …
_PREFIXES = frozenset("وفبلكاהובלמשכ")
_LONGEST_PREFIX = 4
_DENSE = re.compile(r"[\u0e00-\u0e7f\u1100-\u11ff\u3000-\ua4cf\uac00-\ud7a3]")


class _Plain(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = found = _plain_character(chr(code))
        return found


def _plain_character(character: str) -> str:
    lower = character.lower()[0]
    if lower in "’ʼ`´":
        return "'"
    # A zero-width joiner parts words in Persian.
    if lower == "\u200c":
        return " "
    if ord(lower) < 0x0700 or 0x1E00 <= ord(lower) < 0x2000:
        lower = unicodedata.normalize("NFD", lower)[0]
    return {"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ς": "σ", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"}.get(lower, lower)


_PLAIN = _Plain()


def plain(folded: str) -> str:
    """Return the text in lower case without accents and without variants of letters, of the same length."""
    return folded.translate(_PLAIN)


class Hit(NamedTuple, Generic[_P]):
    """A phrase at a place in the plain text, end exclusive, and what it stands for."""

    start: int
    end: int
    payload: _P


class Index(Generic[_P]):
    """Phrases of all languages at once; where several begin with the same word, all of them are found."""

    def __init__(self, phrases: Iterable[tuple[str, bool, _P]]) -> None:
        """Make an index of phrases, each with whether its language is dense and what it stands for."""
        self._words: dict[str, list[tuple[re.Pattern[str], _P]]] = {}
        self._stems: dict[str, list[tuple[re.Pattern[str], _P]]] = {}
        self._dense: dict[str, list[_P]] = {}
        for phrase, dense, payload in phrases:
            if dense:
                self._dense.setdefault(plain(phrase), []).append(payload)
                continue
            first = _TOKEN.findall(plain(phrase))[0]
            table = self._stems if first.endswith("*") else self._words
            table.setdefault(first.rstrip("*"), []).append((re.compile(_expression(phrase)), payload))
        self._stem_starts = {stem[:_SHORTEST_STEM] for stem in self._stems}
        self._dense_pattern = re.compile("|".join(map(re.escape, sorted(self._dense, key=len, reverse=True))) or "(?!)")

    def find(self, text: str) -> Iterator[Hit[_P]]:
        """Yield every phrase of a plain text."""
        for token in _TOKEN.finditer(text):
            word, start = token.group(), token.start()
            yield from self._at(text, word, start)
            for length in range(1, _LONGEST_PREFIX + 1):
                if len(word) <= length + 1 or word[length - 1] not in _PREFIXES:
                    break
                yield from self._at(text, word[length:], start + length)
        if self._dense and _DENSE.search(text):
            for match in self._dense_pattern.finditer(text):
                for payload in self._dense[match.group()]:
                    yield Hit(match.start(), match.end(), payload)

    def _at(self, text: str, word: str, start: int) -> Iterator[Hit[_P]]:
        entries = self._words.get(word, [])
        if word[:_SHORTEST_STEM] in self._stem_starts:
            for length in range(_SHORTEST_STEM, len(word) + 1):
                entries = entries + self._stems.get(word[:length], [])
        for pattern, payload in entries:
            match = pattern.match(text, start)
            if match:
                yield Hit(start, match.end(), payload)


@cache
def pattern_of(phrases: tuple[str, ...], dense: bool) -> re.Pattern[str]:
    """Return what matches any of these phrases in a plain text, the longest first; of no phrases, nothing."""
    if not phrases:
        return re.compile("(?!)")
    ordered = sorted(phrases, key=len, reverse=True)
    if dense:
        return re.compile("|".join(re.escape(plain(phrase)) for phrase in ordered))
    prefix = rf"(?:[{''.join(sorted(_PREFIXES))}]{{1,{_LONGEST_PREFIX}}})?"
    return re.compile(rf"(?<![^\W_]){prefix}(?:{'|'.join(map(_expression, ordered))})")


def _expression(phrase: str) -> str:
    words = re.split(r"[\s-]+", plain(phrase))
    ends = (re.escape(word.rstrip("*")) + (r"[^\s.,;:!?%-]*" if word.endswith("*") else "") for word in words)
    return r"[\s-]+".join(ends) + r"(?![^\W_])"
