"""The training examples as the classifiers compare messages with them.

Each example is kept as three rows: a projected USE vector, a projected e5 vector and hashed n-grams. A message
is described by its similarity to examples in each of these views; pure numpy and scipy, no Rasa.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.nlu.encoders import USE_LANGUAGES
from bot.nlu.ngrams import HashedNgrams, SparseRow

FloatArray = NDArray[np.float32]
HalfArray = NDArray[np.float16]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Projection:
    """A centred, scaled projection to the directions in which the training examples differ most.

    Halving the dimensions loses nothing in accuracy (measured) and halves the cost of a comparison.
    """

    mean: FloatArray
    directions: FloatArray

    @classmethod
    def fit(cls, rows: FloatArray, dimensions: int) -> Projection:
        """Return the projection to the leading principal directions; projected rows have unit mean square."""
        mean = rows.mean(axis=0)
        centred = (rows - mean).astype(np.float64)
        variances, vectors = np.linalg.eigh(centred.T @ centred / len(rows))
        kept = vectors[:, ::-1][:, :dimensions]
        scale = np.sqrt(max(float(variances[::-1][:dimensions].sum()), 1e-12))
        # The sign of an eigenvector is arbitrary; fixing it makes training reproducible.
        signs = np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])])
        return cls(mean.astype(np.float32), (kept * signs / scale).astype(np.float32))

    def __call__(self, rows: FloatArray) -> FloatArray:
        """Return the projected row or rows."""
        return (rows - self.mean) @ self.directions


class Block:
    """Some of the training examples, ready to be compared with a message."""

    def __init__(self, use_rows: FloatArray, e5_rows: FloatArray, ngram_rows: sparse.csr_matrix) -> None:
        self.use_rows = use_rows
        self.e5_rows = e5_rows
        self.ngram_rows = ngram_rows

    def __len__(self) -> int:
        return len(self.use_rows)

    @cached_property
    def _postings(self) -> sparse.csr_matrix:
        # By column: a message touches only the examples that share an n-gram with it.
        return self.ngram_rows.T.tocsr()

    @cached_property
    def wording(self) -> HalfArray:
        """The similarity in n-grams of each example to each; kept, since several fits need this slow product."""
        products: HalfArray = (self.ngram_rows @ self.ngram_rows.T).toarray().astype(np.float16)
        return products

    def part(self, start: int, stop: int) -> Block:
        """Return some of the examples, or this block where that is all of them."""
        if start == 0 and stop >= len(self):
            return self
        rows = slice(start, stop)
        return Block(self.use_rows[rows], self.e5_rows[rows], self.ngram_rows[rows])

    def compare_ngrams(self, row: SparseRow) -> FloatArray:
        """Return the share of n-grams, weighted by rarity, that a message has in common with every example."""
        columns, values = row
        similarities: FloatArray = self._postings[columns].T @ values
        return similarities


class NgramRows:
    """Sparse rows of n-grams, kept small, of which only those asked for are read into memory.

    Args:
        values: The values of all rows, one row after the other.
        columns: The column of each value.
        bounds: Where each row begins among them, and where the last one ends.
        width: How many columns there are.
    """

    def __init__(self, values: HalfArray, columns: NDArray[np.int32], bounds: IntArray, width: int) -> None:
        self.values = values
        self.columns = columns
        self.bounds = bounds
        self.width = width

    @classmethod
    def stack(cls, rows: Sequence[SparseRow], width: int) -> NgramRows:
        """Return these rows, rounded to what is persisted, so that a reloaded model predicts the very same."""
        bounds = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows]).astype(np.int32)
        return cls(np.concatenate([values for _, values in rows]).astype(np.float16), columns, bounds, width)

    def columns_of(self, row: int) -> NDArray[np.int32]:
        """Return the columns of one row."""
        return self.columns[self.bounds[row] : self.bounds[row + 1]]

    def take(self, rows: IntArray) -> sparse.csr_matrix:
        """Return the rows at these positions, ready to be computed with."""
        starts, sizes = self.bounds[rows], np.diff(self.bounds)[rows]
        bounds = np.cumsum([0, *sizes])
        places = np.repeat(starts - bounds[:-1], sizes) + np.arange(bounds[-1])
        parts = (self.values[places].astype(np.float32), self.columns[places], bounds)
        return sparse.csr_matrix(parts, shape=(len(rows), self.width))


class ReferenceExamples:
    """The training examples in their three views, by language.

    Args:
        languages: Code of each example's language.
        ngrams: Fitted n-gram hashing.
        ngram_rows: One row an example.
        use_projection, e5_projection: How sentence vectors are projected.
        use_rows, e5_rows: The projected vectors of the examples, in half precision. Those of USE are zero outside of
            its languages.
    """

    def __init__(
        self,
        languages: Sequence[str],
        ngrams: HashedNgrams,
        ngram_rows: NgramRows,
        use_projection: Projection,
        use_rows: HalfArray,
        e5_projection: Projection,
        e5_rows: HalfArray,
    ) -> None:
        self.languages = np.array(languages)
        self.ngrams = ngrams
        self.ngram_rows = ngram_rows
        self.use_projection = use_projection
        self.use_rows = use_rows
        self.e5_projection = e5_projection
        self.e5_rows = e5_rows
        self._blocks: dict[str, Block] = {}

    def __len__(self) -> int:
        return len(self.use_rows)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all rows: weights trained on one reference are wrong on any other."""
        digest = hashlib.sha256()
        for rows in (self.use_rows, self.e5_rows, self.ngram_rows.values, self.ngram_rows.columns):
            digest.update(rows.tobytes())
        return digest.hexdigest()

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        languages: Sequence[str],
        use_vectors: FloatArray,
        e5_vectors: FloatArray,
        columns: int,
    ) -> ReferenceExamples:
        """Return the reference of these prepared texts, whose languages and sentence vectors are given row by row.

        USE vectors of languages that USE does not know are not looked at.
        """
        ngrams = HashedNgrams(columns)
        ngrams.fit(texts)
        has_use = np.isin(languages, sorted(USE_LANGUAGES))
        use_projection = Projection.fit(use_vectors[has_use] if has_use.any() else use_vectors, USE_DIMENSIONS)
        e5_projection = Projection.fit(e5_vectors, E5_DIMENSIONS)
        use_rows = np.zeros((len(texts), USE_DIMENSIONS), dtype=np.float16)
        use_rows[has_use] = use_projection(use_vectors[has_use])
        return cls(
            languages,
            ngrams,
            NgramRows.stack([ngrams.row(text) for text in texts], columns),
            use_projection,
            use_rows,
            e5_projection,
            e5_projection(e5_vectors).astype(np.float16),
        )

    def rows_of(self, language: str) -> IntArray:
        """Return the positions of a language's examples."""
        return np.flatnonzero(self.languages == language)

    def block(self, language: str) -> Block:
        """Return a language's examples."""
        if language not in self._blocks:
            self._blocks[language] = self.take(self.rows_of(language))
        return self._blocks[language]

    def centres(self, name: str, rows: IntArray) -> Block:
        """Return the examples at these positions, kept by a name that must be theirs alone for the next time."""
        if name not in self._blocks:
            self._blocks[name] = self.take(rows)
        return self._blocks[name]

    def take(self, rows: IntArray) -> Block:
        """Return the examples at these positions."""
        return Block(
            self.use_rows[rows].astype(np.float32), self.e5_rows[rows].astype(np.float32), self.ngram_rows.take(rows)
        )


#: Measured: no loss against the full 512 and 384.
USE_DIMENSIONS = 256
E5_DIMENSIONS = 192


def half_precision(values: FloatArray) -> FloatArray:
    """Return the values rounded to what is persisted, so that a reloaded model predicts the very same."""
    return values.astype(np.float16).astype(np.float32)
