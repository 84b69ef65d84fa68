"""Sentence vectors of training examples kept between trainings, so that only new sentences are encoded."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.nlu.encoders import Encoder

FloatArray = NDArray[np.float32]
Progress = Callable[[int], None]


def encode_cached(
    encoder: Encoder, texts: Sequence[str], folder: Path, progress: Progress = lambda done: None
) -> FloatArray:
    """Return one row a text, in order, encoding only texts that no earlier training in this folder has seen
    with the same version of the encoder.

    Args:
        progress: Called with the number of texts that became available since its last call.
    """
    path = folder / f"sentence-vectors-{encoder.name}.npz"
    known = _read(path, encoder.dimension)
    keys = [_key(encoder.version, text) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    progress(len(texts) - len(missing))
    # Texts of like length share a batch, so that the bar moves evenly.
    order = sorted(missing, key=lambda key: len(missing[key]))
    done = 0
    for rows in encoder.encode_many([missing[key] for key in order]):
        known.update(zip(order[done : done + len(rows)], rows, strict=True))
        done += len(rows)
        progress(len(rows))
    vectors = np.stack([known[key] for key in keys]) if keys else encoder.encode([])
    if missing:
        _write(path, {key: known[key] for key in keys})
    return vectors


def _key(version: str, text: str) -> str:
    return hashlib.sha256(f"{version}\0{text}".encode()).hexdigest()[:32]


def _read(path: Path, dimension: int) -> dict[str, FloatArray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            keys, rows = stored["keys"], stored["rows"]
    except (OSError, ValueError, KeyError, EOFError):
        # Absent, cut short or of another version: the vectors are computed again.
        return {}
    if rows.ndim != 2 or rows.shape[1] != dimension or len(keys) != len(rows):
        return {}
    return dict(zip(keys.tolist(), rows, strict=True))


def _write(path: Path, vectors: dict[str, FloatArray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        np.savez(file, keys=np.array(list(vectors)), rows=np.stack(list(vectors.values())))
    os.replace(file.name, path)
