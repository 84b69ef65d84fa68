"""Character and word n-grams of a message, hashed into a fixed number of columns and weighted by rarity."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.nlu.text import for_ngrams, is_ideograph

FloatArray = NDArray[np.float32]
IndexArray = NDArray[np.int64]
#: Columns of the features a message has, and the value of each; columns are unique.
SparseRow = tuple[IndexArray, FloatArray]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")
_CHARACTER_SIZES = (2, 3, 4, 5)


class HashedNgrams:
    """Turn a text into a sparse row of hashed n-gram features.

    Latin-like words give character n-grams of 2 to 5 with the word's borders, the word itself and pairs of
    words; Chinese characters give themselves and runs of 2 and 3. Rows have unit length.
    """

    def __init__(self, columns: int, idf: FloatArray | None = None) -> None:
        self.columns = columns
        self.idf = np.ones(columns, dtype=np.float32) if idf is None else idf

    def fit(self, texts: Sequence[str]) -> None:
        """Learn how rare every column is; columns seen in fewer than two texts are left out of every row."""
        counts = np.zeros(self.columns, dtype=np.int64)
        for text in texts:
            counts[np.unique(self._hashed(text))] += 1
        weights = np.log((1.0 + len(texts)) / (1.0 + counts)) + 1.0
        self.idf = np.where(counts < 2, 0.0, weights).astype(np.float32)

    def row(self, text: str) -> SparseRow:
        """Return the features of one text as prepared by `bot.nlu.text.for_models`."""
        hashed = self._hashed(text)
        if not hashed.size:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        columns, counts = np.unique(hashed, return_counts=True)
        values = (1.0 + np.log(counts)).astype(np.float32) * self.idf[columns]
        known = values > 0
        columns, values = columns[known], values[known]
        norm = float(np.sqrt(values @ values))
        return columns, values / norm if norm else values

    def _hashed(self, text: str) -> IndexArray:
        codes = [zlib.crc32(gram.encode()) for gram in grams(for_ngrams(text))]
        return np.array(codes, dtype=np.int64) % self.columns


def grams(text: str) -> list[str]:
    """Return every n-gram of a text, repeated as often as it occurs."""
    found: list[str] = []
    words = _WORD.findall(text)
    for word in words:
        found.extend(_word_grams(word))
    found.extend(f"{left} {right}" for left, right in pairwise(words))
    return found


def _word_grams(word: str) -> Iterable[str]:
    if any(is_ideograph(character) for character in word):
        return (word[start : start + size] for size in (1, 2, 3) for start in range(len(word) - size + 1))
    bordered = f"^{word}$"
    pieces = [bordered[start : start + size] for size in _CHARACTER_SIZES for start in range(len(bordered) - size + 1)]
    return [f"={word}", *pieces]
