from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.nlu.encoders import Encoder
from bot.nlu.vector_cache import encode_cached


class CountingBackend:
    """Encodes a text as its length and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


def encoder_of(backend: CountingBackend, version: str = "1") -> Encoder:
    return Encoder("counting", 2, lambda: backend, version)


def test_only_new_texts_are_encoded_again(tmp_path: Path) -> None:
    backend = CountingBackend()
    encode_cached(encoder_of(backend), ["a", "bbb"], tmp_path)
    rows = encode_cached(encoder_of(backend), ["bbb", "cc", "a"], tmp_path)
    assert backend.asked == ["a", "bbb", "cc"]
    assert rows[:, 0].tolist() == [3.0, 2.0, 1.0]


def test_vectors_of_another_version_of_the_encoder_are_not_used(tmp_path: Path) -> None:
    encode_cached(encoder_of(CountingBackend(), "1"), ["a"], tmp_path)
    newer = CountingBackend()
    encode_cached(encoder_of(newer, "2"), ["a"], tmp_path)
    assert newer.asked == ["a"]


def test_a_damaged_cache_is_computed_again(tmp_path: Path) -> None:
    backend = CountingBackend()
    (tmp_path / "sentence-vectors-counting.npz").write_bytes(b"not an archive")
    rows = encode_cached(encoder_of(backend), ["a"], tmp_path)
    assert rows.tolist() == [[1.0, 1.0]]


def test_progress_reaches_the_number_of_texts(tmp_path: Path) -> None:
    done: list[int] = []
    texts = [str(number) for number in range(150)]
    encode_cached(encoder_of(CountingBackend()), texts, tmp_path, done.append)
    assert sum(done) == len(texts)
