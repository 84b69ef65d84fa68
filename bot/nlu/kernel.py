"""Kernel ridge classification over the three views of a message; pure numpy and scipy, no Rasa.

A class score is a weighted sum over training examples of (offset + (1 - offset) * similarity) squared, where
the similarity is the mean over the views in use. The square lets pairs of clues count that a linear model adds
up one by one; on our data it is worth five to nine points of accuracy over logistic regression. The weights
solve one linear system, so that leave-one-out predictions come in closed form and calibrate the confidence.
Method: Rifkin and Lippert, "Notes on Regularized Least Squares" (MIT CSAIL TR 2007-025).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.nlu.encoding import Encoding
from bot.nlu.reference import ReferenceExamples, half_precision

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

OFFSET = 0.4
RIDGE = 0.03
#: Confidence is calibrated on this many examples, spread over the training data.
CALIBRATION_EXAMPLES = 1000


class View(str, Enum):
    """A way of comparing a message with the training examples."""

    USE = "use"
    E5 = "e5"
    NGRAMS = "ngrams"


@dataclass(frozen=True)
class Head:
    """A trained classifier over some views: one row of weights an example, one column a class."""

    views: tuple[View, ...]
    weights: FloatArray
    temperature: float

    def probabilities(self, encoding: Encoding) -> FloatArray:
        """Return the calibrated probability of every class."""
        similarity = _mean([getattr(encoding, view.value) for view in self.views])
        scores = _kernel(similarity) @ self.weights
        probabilities: FloatArray = softmax(scores[None, :] / self.temperature)[0]
        return probabilities


def fit_head(reference: ReferenceExamples, views: Sequence[View], labels: IntArray, classes: int) -> Head:
    """Return a head for these labels, one an example, calibrated on its leave-one-out predictions."""
    with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
        return _solve(reference, views, labels, classes)


def _solve(reference: ReferenceExamples, views: Sequence[View], labels: IntArray, classes: int) -> Head:
    system = _kernel(_gram(reference, views))
    system[np.diag_indices_from(system)] += RIDGE
    targets = np.full((len(labels), classes), -1.0 / max(classes - 1, 1), dtype=np.float32)
    targets[np.arange(len(labels)), labels] = 1.0

    # Fortran order (the transpose of a symmetric matrix) lets LAPACK work in place.
    factor, _ = linalg.cho_factor(system.T, lower=True, overwrite_a=True, check_finite=False)
    weights = linalg.cho_solve((factor, True), targets, check_finite=False)
    sample = np.unique(np.linspace(0, len(labels) - 1, CALIBRATION_EXAMPLES).astype(np.int64))
    held_out = targets[sample] - weights[sample] / _inverse_diagonal(factor, sample)[:, None]
    return Head(tuple(views), half_precision(weights), _best_temperature(held_out, labels[sample]))


def softmax(scores: FloatArray) -> FloatArray:
    """Return the softmax of every row."""
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: FloatArray = exponents / exponents.sum(axis=1, keepdims=True)
    return probabilities


def _gram(reference: ReferenceExamples, views: Sequence[View]) -> FloatArray:
    total = np.zeros((len(reference), len(reference)), dtype=np.float32)
    if View.USE in views:
        total += reference.use_rows @ reference.use_rows.T
    if View.E5 in views:
        total += reference.e5_rows @ reference.e5_rows.T
    if View.NGRAMS in views:
        total += (reference.ngram_rows @ reference.ngram_rows.T).toarray()
    total /= len(views)
    return total


def _mean(similarities: list[FloatArray]) -> FloatArray:
    total = similarities[0].copy()
    for similarity in similarities[1:]:
        total += similarity
    return total / len(similarities)


def _kernel(similarity: FloatArray) -> FloatArray:
    similarity *= 1.0 - OFFSET
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


def _best_temperature(scores: FloatArray, labels: IntArray) -> float:
    """Return the temperature at which held-out probabilities fit best (Guo et al. 2017, arXiv:1706.04599)."""
    own = scores[np.arange(len(labels)), labels]

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        top = scaled.max(axis=1)
        partition = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float(np.mean(partition - own / np.exp(log_temperature)))

    found = optimize.minimize_scalar(loss, bounds=(np.log(0.01), np.log(2.0)), method="bounded")
    return float(np.exp(found.x))
