"""The transformer of multilingual-e5-small as large matrix products."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bot.nlu.e5.model_file import Header, Tensors, dequantise

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

_GELU_ROWS = 32


@dataclass(frozen=True)
class _Linear:
    weight: FloatArray
    bias: FloatArray

    def __call__(self, rows: FloatArray, out: FloatArray) -> FloatArray:
        inputs = self.weight.shape[1]
        panel = _panel_rows(len(rows), inputs)
        if panel:
            np.matmul(
                rows,
                self.weight.reshape(-1, panel, inputs).transpose(0, 2, 1),
                out=out.reshape(len(rows), -1, panel).transpose(1, 0, 2),
            )
        else:
            np.matmul(rows, self.weight.T, out=out)
        out += self.bias
        return out


def _panel_rows(rows: int, inputs: int) -> int:
    """Return how many rows of a weight to multiply at once, 0 for all.

    OpenBLAS copies its operands into another order first, which for a single sentence costs more than the product; up
    to these sizes (sgemm_small_kernel_permit_skylakex.c) it does not.
    """
    largest = min(1200, 1_000_000 // inputs)
    return next((panel for panel in (64, 32, 16) if panel * rows <= largest), 0)


@dataclass(frozen=True)
class _Norm:
    weight: FloatArray
    bias: FloatArray
    epsilon: float

    def __call__(self, rows: FloatArray) -> None:
        rows -= rows.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
        rows *= (1.0 / np.sqrt(variance + np.float32(self.epsilon)))[:, None]
        rows *= self.weight
        rows += self.bias


@dataclass(frozen=True)
class _Layer:
    attention_input: _Linear
    attention_output: _Linear
    attention_norm: _Norm
    inner: _Linear
    outer: _Linear
    outer_norm: _Norm


@dataclass(frozen=True)
class Transformer:
    heads: int
    first: int
    last: int
    word_blocks: NDArray[np.uint8]
    places: FloatArray
    norm: _Norm
    layers: list[_Layer]

    def means(self, windows: list[list[int]]) -> FloatArray:
        """Return the mean vector of every window; windows of one length must follow each other."""
        lengths = np.array([len(window) + 2 for window in windows])
        tokens = np.concatenate([[self.first, *window, self.last] for window in windows])
        rows = dequantise(self.word_blocks[tokens])
        rows += self.places[np.concatenate([np.arange(length) for length in lengths])]
        self.norm(rows)

        width, inner_width = rows.shape[1], len(self.layers[0].inner.bias)
        # One set of buffers for all layers: fresh ones would be paid for in page faults.
        heads, context, update, inner = (
            np.empty((len(rows), columns), dtype=np.float32) for columns in (3 * width, width, width, inner_width)
        )
        for layer in self.layers:
            _attend(layer.attention_input(rows, heads), lengths, self.heads, context)
            rows += layer.attention_output(context, update)
            layer.attention_norm(rows)
            _gelu(layer.inner(rows, inner))
            rows += layer.outer(inner, update)
            layer.outer_norm(rows)
        starts = np.cumsum(lengths) - lengths
        means: FloatArray = np.add.reduceat(rows, starts, axis=0)
        means /= lengths[:, None]
        return means


def _attend(inputs: FloatArray, lengths: IntArray, heads: int, out: FloatArray) -> None:
    """Write what every token gathers from its own window; the inputs hold queries, keys and values side by side."""
    start = 0
    for length, group in groupby(lengths.tolist()):
        windows = len(list(group))
        stop = start + windows * length
        # Views of shape (windows, heads, length, columns of a head).
        queries, keys, values = inputs[start:stop].reshape(windows, length, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        weights = queries @ keys.transpose(0, 1, 3, 2)
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        np.matmul(weights, values, out=out[start:stop].reshape(windows, length, heads, -1).transpose(0, 2, 1, 3))
        start = stop


def _gelu(rows: FloatArray) -> None:
    """Replace x by x times the normal distribution function, to within 3e-5 of the exact value.

    The distribution function is the logistic function of an odd polynomial fitted to it: scipy's erf takes ten times
    as long, as long as all matrix products together.
    """
    with np.errstate(over="ignore"):  # exp() is infinite far out on the negative side, where the result is zero.
        for start in range(0, len(rows), _GELU_ROWS):  # few enough to stay in the cache
            part = rows[start : start + _GELU_ROWS]
            square = np.minimum(part * part, np.float32(25.0))
            exponent = np.float32(0.00070617025) * square
            exponent -= np.float32(0.074030616)
            exponent *= square
            exponent -= np.float32(1.5949945)
            exponent *= part
            np.exp(exponent, out=exponent)
            exponent += np.float32(1.0)
            part /= exponent


def _read_layer(tensors: Tensors, number: int, header: Header) -> _Layer:
    def linear(name: str, columns: int = header.width) -> _Linear:
        return _Linear(tensors.matrix(f"l{number}.{name}.w", columns), tensors.floats(f"l{number}.{name}.b"))

    def norm(name: str) -> _Norm:
        return _Norm(tensors.floats(f"l{number}.{name}.w"), tensors.floats(f"l{number}.{name}.b"), header.epsilon)

    queries, keys, values = linear("q"), linear("k"), linear("v")
    # Attention divides by the root of a head's columns; doing so in the weights saves a pass.
    scale = np.float32((header.width // header.heads) ** -0.5)
    attention_input = _Linear(
        np.concatenate((queries.weight * scale, keys.weight, values.weight)),
        np.concatenate((queries.bias * scale, keys.bias, values.bias)),
    )
    return _Layer(
        attention_input, linear("ao"), norm("aln"), linear("fi"), linear("fo", header.inner_width), norm("oln")
    )


def read_transformer(tensors: Tensors, header: Header, first: int, last: int) -> Transformer:
    return Transformer(
        heads=header.heads,
        first=first,
        last=last,
        word_blocks=tensors.mapped_blocks("emb.word", header.width),
        # Every token is of the first of two types, so its vector goes with the places.
        places=tensors.floats("emb.pos").reshape(-1, header.width) + tensors.floats("emb.type")[: header.width],
        norm=_Norm(tensors.floats("emb.ln.w"), tensors.floats("emb.ln.b"), header.epsilon),
        layers=[_read_layer(tensors, number, header) for number in range(header.layers)],
    )
