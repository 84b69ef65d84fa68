"""Encoders are loaded at first use, once a process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bot.nlu.encoders import Backend, Encoder, FloatArray, e5, use


class Loader:
    """Counts loads, and what the backend is given at once."""

    def __init__(self) -> None:
        self.loads = 0
        self.sizes: list[int] = []

    def load(self) -> Backend:
        self.loads += 1
        return self._encode

    def _encode(self, texts: Sequence[str]) -> FloatArray:
        self.sizes.append(len(texts))
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)


def test_nothing_is_loaded_for_no_text() -> None:
    loader = Loader()
    encoder = Encoder("small", 2, loader.load)
    assert encoder.encode([]).shape == (0, 2)
    assert list(encoder.encode_many([])) == []
    assert loader.loads == 0


def test_many_threads_load_once() -> None:
    loader = Loader()
    encoder = Encoder("small", 2, loader.load)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda size: encoder.encode(["x" * size])[0][0], range(1, 200)))
    assert rows == list(range(1, 200))
    assert loader.loads == 1


def test_many_texts_come_in_parts_and_in_order() -> None:
    loader = Loader()
    parts = list(Encoder("small", 2, loader.load).encode_many(["x" * size for size in range(500)]))
    assert np.concatenate(parts)[:, 0].tolist() == list(range(500))
    assert len(parts) > 4
    assert loader.loads == 1


@pytest.mark.parametrize("encoder", [use, e5], ids=["use", "e5"])
def test_the_real_encoders_give_several_threads_what_they_give_one(encoder: Encoder) -> None:
    texts = [f"parcel number {number} is late" + " again" * (number % 7) for number in range(300)]
    together = np.concatenate(list(encoder.encode_many(texts)))
    assert np.abs(together[::37] - encoder.encode(texts[::37])).max() < 1e-5
