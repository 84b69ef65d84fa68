"""Neural networks over the tokens of sentences, as ONNX graphs that ONNX Runtime computes.

A graph's input are rows of floats of shape (sentences, tokens, width), of sentences of one length, so that nothing is
padded; its output is one row a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession, SessionOptions

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

#: Name of the input.
ROWS = "rows"

#: Versions of the standard's operators and file format that hold all that is used here.
_OPERATORS = 20
_FORMAT = 9
#: ONNX Runtime's own operators.
_RUNTIME = "com.microsoft"

#: What a rounded row goes up to on either side of the zero point; its bytes have no sign.
_LARGEST_INPUT = 127
_ZERO_POINT = 128
#: Two products of such a byte and a weight fit into 16 bits, where processors without VNNI add them and would cut sums.
_LARGEST_WEIGHT = 64


class Network:
    """A network that runs on one thread; several threads may share it."""

    def __init__(self, graph: bytes) -> None:
        options = SessionOptions()
        # The caller's: see Encoder.encode.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # By a file, since a session keeps the bytes that it is given beside what it made of them.
        with NamedTemporaryFile(suffix=".onnx") as file:
            file.write(graph)
            file.flush()
            self._session = InferenceSession(file.name, options, providers=["CPUExecutionProvider"])

    def run(self, rows: FloatArray) -> FloatArray:
        """Return a row for each sentence of (sentences, tokens, width)."""
        output: FloatArray = self._session.run(None, {ROWS: rows})[0]
        return output


class SentenceGraph:
    """A graph in the making; what it adds is referred to by names, which its methods return and take."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def network(self, width: int, output: str, output_width: int) -> Network:
        """Return the network from the input's rows to an output of (sentences, output_width)."""
        graph = helper.make_graph(
            self._nodes,
            "sentences",
            [helper.make_tensor_value_info(ROWS, TensorProto.FLOAT, ("sentences", "tokens", width))],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ("sentences", output_width))],
            self._constants,
        )
        operators = [helper.make_opsetid("", _OPERATORS), helper.make_opsetid(_RUNTIME, 1)]
        return Network(helper.make_model(graph, opset_imports=operators, ir_version=_FORMAT).SerializeToString())

    def product(self, rows: str, weights: FloatArray, bias: FloatArray) -> str:
        """Return rows times weights (inputs, outputs) plus bias, by products of 8-bit integers.

        Processors multiply those several times as fast as floats, and they are a quarter of the bytes. Weights are
        rounded by output, what flows in by row, that is, by token (as in Dettmers et al. 2022, arXiv:2208.07339), so
        that a sentence's vector does not depend on its neighbours in a batch.
        """
        scales = np.maximum(np.abs(weights).max(axis=0), np.finfo(np.float32).tiny) / _LARGEST_WEIGHT
        rounded_weights = self.constant(np.round(weights / scales).astype(np.int8))
        one, zero_point = self.constant(np.array(1, np.float32)), self.constant(np.array(_ZERO_POINT, np.uint8))
        largest = self.node("ReduceMax", self.node("Abs", rows), self.constant(np.array([-1])), keepdims=1)
        steps = self.node("Mul", largest, self.constant(np.array(1 / _LARGEST_INPUT, np.float32)))
        rounded_rows = self.node("QuantizeLinear", self.node("Div", rows, steps), one, zero_point)
        factors = (rounded_rows, rounded_weights, one, self.constant(scales), zero_point)
        product = self.node("MatMulIntegerToFloat", *factors, domain=_RUNTIME)
        return self.node("Add", self.node("Mul", product, steps), self.constant(bias))

    def norm(self, rows: str, weight: FloatArray, bias: FloatArray, epsilon: float) -> str:
        """Return every row brought to mean 0 and variance 1, times weight, plus bias."""
        return self.node(
            "LayerNormalization", rows, self.constant(weight), self.constant(bias), axis=-1, epsilon=epsilon
        )

    def mean(self, rows: str) -> str:
        """Return the mean row of every sentence."""
        return self.node("ReduceMean", rows, self.constant(np.array([1])), keepdims=0)

    def constant(self, values: NDArray[Any]) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.array(values, order="C"), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"node{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name


def of_one_length(sentences: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], IntArray]]:
    """Yield the sentences' tokens as arrays of (sentences, tokens), with the positions the sentences had."""
    order = sorted(range(len(sentences)), key=lambda position: len(sentences[position]))
    for _, group in groupby(order, lambda position: len(sentences[position])):
        positions = list(group)
        yield positions, np.array([sentences[position] for position in positions])
