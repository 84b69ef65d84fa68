"""How the n-grams of our languages are kept on disk: arrays, no pickle."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from bot.nlu.language.own_ngrams import OwnNgrams

FILE = "own_ngrams.npz"


def write_own_ngrams(own: OwnNgrams, folder: Path) -> None:
    """Write the tables into a folder."""
    np.savez(
        folder / FILE,
        languages=np.array(own.languages, dtype="U16"),
        log_likelihoods=own.log_likelihoods,
        seen=own.seen,
    )


def read_own_ngrams(folder: Path) -> OwnNgrams:
    """Return the tables written into a folder."""
    return read_own_ngrams_from(folder / FILE)


def read_own_ngrams_from(file: Path | BinaryIO) -> OwnNgrams:
    """Return the tables in an open file, or in the file at a path."""
    with np.load(file, allow_pickle=False) as stored:
        return OwnNgrams(stored["languages"].tolist(), stored["log_likelihoods"], stored["seen"])
