"""How the n-grams of our languages are kept on disk: arrays, no pickle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bot.nlu.language.own_ngrams import OwnNgrams
from bot.nlu.language.vocabulary import Vocabulary

FILE = "own_ngrams.npz"


def write_own_ngrams(own: OwnNgrams, folder: Path) -> None:
    """Write the tables into a folder."""
    np.savez(
        folder / FILE,
        languages=np.array(own.languages, dtype="U16"),
        log_likelihoods=own.log_likelihoods,
        seen=own.seen,
        **_columns_of("known", own.vocabulary.known),
        **_columns_of("common", own.vocabulary.common),
    )


def read_own_ngrams(folder: Path) -> OwnNgrams:
    """Return the tables written into a folder."""
    return read_own_ngrams_from(folder / FILE)


def read_own_ngrams_from(file: Path | BinaryIO) -> OwnNgrams:
    """Return the tables in an open file, or in the file at a path."""
    with np.load(file, allow_pickle=False) as stored:
        vocabulary = Vocabulary(_words_of("known", stored), _words_of("common", stored))
        return OwnNgrams(stored["languages"].tolist(), stored["log_likelihoods"], stored["seen"], vocabulary)


def _columns_of(name: str, words: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """Return words and their languages as two texts in UTF-8, a line each; an array of texts would pad them all."""
    lines = {"words": "\n".join(words), "languages": "\n".join(" ".join(sorted(codes)) for codes in words.values())}
    return {f"{name}_{part}": np.frombuffer(text.encode(), dtype=np.uint8) for part, text in lines.items()}


def _words_of(name: str, stored: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    words, languages = (stored[f"{name}_{part}"].tobytes().decode().split("\n") for part in ("words", "languages"))
    # Words share few sets of languages between them; one object each spares megabytes.
    sets = {codes: frozenset(codes.split()) for codes in languages}
    return {word: sets[codes] for word, codes in zip(words, languages, strict=True) if word}
