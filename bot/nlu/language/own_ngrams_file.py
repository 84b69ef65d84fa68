"""How the n-grams of our languages are kept on disk: arrays, no pickle."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bot.nlu.language.own_ngrams import OwnNgrams

_FILE = "own_ngrams.npz"


def write_own_ngrams(own: OwnNgrams, folder: Path) -> None:
    """Write the tables into a folder."""
    np.savez(
        folder / _FILE,
        languages=np.array(own.languages, dtype="U16"),
        log_likelihoods=own.log_likelihoods,
        seen=own.seen,
    )


def read_own_ngrams(folder: Path) -> OwnNgrams:
    """Return the tables written into a folder."""
    with np.load(folder / _FILE, allow_pickle=False) as stored:
        return OwnNgrams(stored["languages"].tolist(), stored["log_likelihoods"], stored["seen"])
