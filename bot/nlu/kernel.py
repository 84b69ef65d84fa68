"""Kernel ridge classification over the three views of a message; pure numpy and scipy, no Rasa.

A class score is a weighted sum over training examples of (offset + (1 - offset) * similarity) squared, where the
similarity is the mean over the views in use. The square lets pairs of clues count that a linear model adds up one by
one. The score has two parts. The shared part compares a message, by meaning only, with some thousand examples of all
languages, and is fitted to all examples (subset of regressors). The own part compares it, by meaning and wording, with
every example of the message's own language, and is fitted to what the shared part leaves over; since it is exact, its
leave-one-out predictions come in closed form and calibrate the confidence. Both methods: Rifkin, Yeo and Poggio,
"Regularized Least-Squares Classification" (2003); Rifkin and Lippert (MIT CSAIL TR 2007-025).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from bot.nlu.encoding import Encoding
from bot.nlu.reference import Block, half_precision

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

OFFSET = 0.4
SHARED_RIDGE = 0.3
OWN_RIDGE = 0.03
_BATCH = 4000
# Of each language, one example in this many calibrates the confidence.
_CALIBRATE_EVERY = 8


class View(str, Enum):
    """A way of comparing a message with the training examples."""

    USE = "use"
    E5 = "e5"
    NGRAMS = "ngrams"


Views = tuple[View, ...]


@dataclass(frozen=True)
class Head:
    """One part of a classifier: a row of weights for each example of a block, a column a class."""

    views: Views
    weights: FloatArray

    def scores(self, encoding: Encoding, name: str, block: Block) -> FloatArray:
        """Return a message's score in every class; `name` identifies the block."""
        similarity = encoding.similarity(self.views[0].value, name, block).copy()
        for view in self.views[1:]:
            similarity += encoding.similarity(view.value, name, block)
        scores: FloatArray = _kernel(similarity, len(self.views)) @ self.weights
        return scores


def targets_of(labels: IntArray, classes: int) -> FloatArray:
    """Return one row an example: 1 in its class and little less than 0 elsewhere, so that rows add up to 0."""
    targets = np.full((len(labels), classes), -1.0 / max(classes - 1, 1), dtype=np.float32)
    targets[np.arange(len(labels)), labels] = 1.0
    return targets


def fit_shared(centres: Block, examples: Sequence[Block], targets: FloatArray, views: Views) -> tuple[Head, FloatArray]:
    """Return the shared part, fitted to the examples of all blocks, and its scores for them.

    Args:
        centres: The examples that messages will be compared with.
        examples: Blocks whose rows, one after the other, are those of `targets`.
    """
    size = len(centres)
    system = np.zeros((size, size), dtype=np.float32)
    right = np.zeros((size, targets.shape[1]), dtype=np.float32)
    for rows, part in _parts(examples, centres, views):
        system += part.T @ part
        right += part.T @ targets[rows]
    system += SHARED_RIDGE * _gram(centres, centres, views)
    # Examples that are alike make the system nearly singular.
    system[np.diag_indices(size)] += 1e-6 * float(np.trace(system)) / size
    weights = linalg.solve(system.astype(np.float64), right, assume_a="pos", overwrite_a=True, check_finite=False)
    head = Head(views, half_precision(weights.astype(np.float32)))
    scores = np.concatenate([part @ head.weights for _, part in _parts(examples, centres, views)])
    return head, scores


def fit_own(block: Block, targets: FloatArray, views: Views) -> tuple[Head, IntArray, FloatArray]:
    """Return the own part of a language; and a sample of its examples with their leave-one-out scores."""
    system = _gram(block, block, views)
    system[np.diag_indices_from(system)] += OWN_RIDGE
    # Fortran order (the transpose of a symmetric matrix) lets LAPACK work in place.
    factor, _ = linalg.cho_factor(system.T, lower=True, overwrite_a=True, check_finite=False)
    weights = linalg.cho_solve((factor, True), targets, check_finite=False)
    sample = np.arange(0, len(block), _CALIBRATE_EVERY)
    held_out = targets[sample] - weights[sample] / _inverse_diagonal(factor, sample)[:, None]
    return Head(views, half_precision(weights)), sample, held_out


def softmax(scores: FloatArray) -> FloatArray:
    """Return the softmax of every row."""
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: FloatArray = exponents / exponents.sum(axis=1, keepdims=True)
    return probabilities


def best_temperature(scores: FloatArray, labels: IntArray) -> float:
    """Return the temperature at which held-out probabilities fit best (Guo et al. 2017, arXiv:1706.04599)."""
    own = scores[np.arange(len(labels)), labels]

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        top = scaled.max(axis=1)
        partition = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float(np.mean(partition - own / np.exp(log_temperature)))

    found = optimize.minimize_scalar(loss, bounds=(np.log(0.01), np.log(2.0)), method="bounded")
    return float(np.exp(found.x))


def _parts(examples: Sequence[Block], centres: Block, views: Views) -> Iterator[tuple[slice, FloatArray]]:
    """Yield the kernel between examples and centres in handy pieces, each with the rows it is of."""
    start = 0
    for block in examples:
        for first in range(0, len(block), _BATCH):
            part = _gram(block.part(first, first + _BATCH), centres, views)
            yield slice(start, start + len(part)), part
            start += len(part)


def _gram(left: Block, right: Block, views: Views) -> FloatArray:
    total = np.zeros((len(left), len(right)), dtype=np.float32)
    if View.USE in views:
        total += left.use_rows @ right.use_rows.T
    if View.E5 in views:
        total += left.e5_rows @ right.e5_rows.T
    if View.NGRAMS in views:
        assert left is right, "wording is compared within a language only"
        total += left.wording
    return _kernel(total, len(views))


def _kernel(similarity: FloatArray, views: int) -> FloatArray:
    """Turn the sum of similarities in so many views into the kernel, in place."""
    similarity *= (1.0 - OFFSET) / views
    similarity += OFFSET
    similarity *= similarity
    return similarity


def _inverse_diagonal(factor: FloatArray, positions: IntArray) -> FloatArray:
    """Return the diagonal of the system's inverse at these positions, given the system's Cholesky factor."""
    units = np.zeros((len(factor), len(positions)), dtype=np.float32, order="F")
    units[positions, np.arange(len(positions))] = 1.0
    solved = linalg.solve_triangular(factor, units, lower=True, overwrite_b=True, check_finite=False)
    diagonal: FloatArray = np.einsum("ij,ij->j", solved, solved)
    return diagonal
