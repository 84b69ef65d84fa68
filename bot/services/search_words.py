"""How text becomes words to be found, in every script, the same for what is kept and what is asked for.

Text of scripts that put no spaces between words (Han, Kana, Thai and the like), and Korean, whose particles stick to
words, is cut into overlapping pairs of characters, as Apache Lucene's CJKAnalyzer does: whatever stands in it is found
as a sequence of pairs. A word's last character stands alone too, so that a single character is found as the beginning
of a pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.services.inbox_ports import Term

LONGEST_QUERY = 200
MOST_TERMS = 6
_LONGEST_WORD = 60
_MOST_WORDS = 4000
"""Enough for what one message may hold; PostgreSQL counts positions up to 16,383."""

_DENSE = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff"  # Kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7af\u1100-\u11ff"  # Hangul
)
_RUNS = re.compile(f"(?P<dense>[{_DENSE}]+)|(?P<word>[^{_DENSE}]+)")
_LAST_WITH_OPTIONAL_MARKS = "\u074f"


def folded(text: str) -> str:
    """Return text without what people leave out when they search: case, width, accents, vowel points."""
    # Cyrillic, Greek, Hebrew, Arabic and Latin are read without marks; in Hindi or Thai marks are the vowels.
    kept: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold()):
        if not unicodedata.category(character).startswith("M"):
            base = character
        elif base <= _LAST_WITH_OPTIONAL_MARKS or "\u1e00" <= base <= "\u1fff":
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).replace("\u0640", "")


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words by which texts are found, in their order."""
    found: list[str] = []
    for text in texts:
        for run, is_dense in _runs(text):
            found += _pairs(run, with_last=True) if is_dense else [run[:_LONGEST_WORD]]
    return tuple(found[:_MOST_WORDS])


def terms_of(query: str) -> list[Term]:
    """Return what a search asks for: every term has to be found, the last one may be the beginning of a word."""
    parts = query[:LONGEST_QUERY].split()
    terms = []
    for part in parts[:MOST_TERMS]:
        words: list[str] = []
        is_begun = False
        for run, is_dense in _runs(part):
            words += _pairs(run, with_last=False) if is_dense else [run[:_LONGEST_WORD]]
            # A single character begins pairs; who is still typing has written only the beginning of a word.
            is_begun = len(run) == 1 if is_dense else part is parts[-1]
        if words:
            terms.append(Term(tuple(words), is_begun))
    return terms


def snippet(text: str, terms: Iterable[Term], length: int = 120) -> str:
    """Return the part of a text around the first thing that was searched for."""
    plain = " ".join(text.split())
    if len(plain) <= length:
        return plain
    low = plain.casefold()
    places = [low.find(term.words[0]) for term in terms]
    start = max(0, min((place for place in places if place >= 0), default=0) - length // 3)
    end = min(len(plain), start + length)
    return ("…" if start else "") + plain[start:end] + ("…" if end < len(plain) else "")


def _runs(text: str) -> Iterable[tuple[str, bool]]:
    whole = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in folded(text))
    for piece in whole.split():
        for match in _RUNS.finditer(piece):
            yield match[0], match["dense"] is not None


def _pairs(run: str, *, with_last: bool) -> list[str]:
    pairs = [run[place : place + 2] for place in range(len(run) - 1)]
    return [*pairs, run[-1]] if with_last or not pairs else pairs
