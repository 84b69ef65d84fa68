"""The training examples as the classifiers compare messages with them.

Each example is kept as three rows: a projected USE vector, a projected e5 vector and hashed n-grams. A message
is described by its similarity to every example in each of these views; pure numpy and scipy, no Rasa.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.nlu.ngrams import HashedNgrams, SparseRow

FloatArray = NDArray[np.float32]


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


class ReferenceExamples:
    """The training examples in their three views, and how to compare a message with all of them.

    Args:
        ngrams: Fitted n-gram hashing.
        ngram_rows: One row an example, `columns` wide.
        use_projection, e5_projection: How sentence vectors are projected.
        use_rows, e5_rows: The projected vectors of the examples.
    """

    def __init__(
        self,
        ngrams: HashedNgrams,
        ngram_rows: sparse.csr_matrix,
        use_projection: Projection,
        use_rows: FloatArray,
        e5_projection: Projection,
        e5_rows: FloatArray,
    ) -> None:
        self.ngrams = ngrams
        self.ngram_rows = ngram_rows
        self.use_projection = use_projection
        self.use_rows = use_rows
        self.e5_projection = e5_projection
        self.e5_rows = e5_rows
        # By column: a message touches only the examples that share an n-gram with it.
        self._postings = ngram_rows.T.tocsr()

    def __len__(self) -> int:
        return len(self.use_rows)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all rows: weights trained on one reference are wrong on any other."""
        digest = hashlib.sha256()
        for rows in (self.use_rows, self.e5_rows, self.ngram_rows.data, self.ngram_rows.indices):
            digest.update(rows.tobytes())
        return digest.hexdigest()

    @classmethod
    def fit(
        cls, texts: Sequence[str], use_vectors: FloatArray, e5_vectors: FloatArray, columns: int
    ) -> ReferenceExamples:
        """Return the reference of these prepared texts, whose sentence vectors are given row by row."""
        ngrams = HashedNgrams(columns)
        ngrams.fit(texts)
        use_projection = Projection.fit(use_vectors, USE_DIMENSIONS)
        e5_projection = Projection.fit(e5_vectors, E5_DIMENSIONS)
        return cls(
            ngrams,
            stack([ngrams.row(text) for text in texts], columns),
            use_projection,
            half_precision(use_projection(use_vectors)),
            e5_projection,
            half_precision(e5_projection(e5_vectors)),
        )

    def compare_use(self, vector: FloatArray) -> FloatArray:
        """Return the similarity of a USE vector to every example."""
        similarities: FloatArray = self.use_rows @ self.use_projection(vector)
        return similarities

    def compare_e5(self, vector: FloatArray) -> FloatArray:
        """Return the similarity of an e5 vector to every example."""
        similarities: FloatArray = self.e5_rows @ self.e5_projection(vector)
        return similarities

    def compare_ngrams(self, row: SparseRow) -> FloatArray:
        """Return the share of n-grams, weighted by rarity, that a message has in common with every example."""
        columns, values = row
        similarities: FloatArray = self._postings[columns].T @ values
        return similarities


#: Measured: no loss against the full 512 and 384.
USE_DIMENSIONS = 256
E5_DIMENSIONS = 192


def stack(rows: Sequence[SparseRow], columns: int) -> sparse.csr_matrix:
    """Return sparse rows as one matrix."""
    bounds = np.cumsum([0, *(len(indices) for indices, _ in rows)])
    indices = np.concatenate([indices for indices, _ in rows])
    values = half_precision(np.concatenate([values for _, values in rows]))
    return sparse.csr_matrix((values, indices, bounds), shape=(len(rows), columns), dtype=np.float32)


def half_precision(values: FloatArray) -> FloatArray:
    """Return the values rounded to what is persisted, so that a reloaded model predicts the very same."""
    return values.astype(np.float16).astype(np.float32)
