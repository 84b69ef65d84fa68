"""Encoders are loaded at first use, once a process."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from bot.nlu.encoders import Backend, Encoder, FloatArray


class Loader:
    """Counts loads, and notices two threads that encode at once."""

    def __init__(self) -> None:
        self.loads = 0
        self.was_shared = False
        self._turn = threading.Lock()

    def load(self) -> Backend:
        self.loads += 1
        return self._encode

    def _encode(self, texts: Sequence[str]) -> FloatArray:
        if not self._turn.acquire(blocking=False):
            self.was_shared = True
            return np.zeros((len(texts), 2), dtype=np.float32)
        try:
            return np.array([[len(text), 1] for text in texts], dtype=np.float32)
        finally:
            self._turn.release()


def test_nothing_is_loaded_for_no_text() -> None:
    loader = Loader()
    assert Encoder("small", 2, loader.load).encode([]).shape == (0, 2)
    assert loader.loads == 0


def test_many_threads_load_once_and_take_turns() -> None:
    loader = Loader()
    encoder = Encoder("small", 2, loader.load)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda size: encoder.encode(["x" * size])[0][0], range(1, 200)))
    assert rows == list(range(1, 200))
    assert (loader.loads, loader.was_shared) == (1, False)
