"""The tokenizer of multilingual-e5: unigram pieces of XLM-RoBERTa's SentencePiece vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from bot.nlu.engines.e5.model_file import read_array, unpack

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

_MARKER = "\u2581"
#: Stands behind the last character, so that no piece seems to reach beyond it.
_END_OF_TEXT = 1 << 40
_HASH_FACTOR = 0x9E3779B97F4A7C15


class Tokenizer:
    """Splits a text into the likeliest sequence of pieces (Kudo 2018, arXiv:1804.10959)."""

    def __init__(self, pieces: bytes, bounds: IntArray, scores: FloatArray, unknown: int, mapping: dict[int, str]):
        self._mapping = mapping
        self._scores = scores.astype(np.float64)
        self._scores[unknown] = scores.min() - 10.0

        starts_character = (np.frombuffer(pieces, dtype=np.uint8) & 0xC0) != 0x80
        starts = np.concatenate(([0], np.cumsum(starts_character)))[bounds]
        lengths = np.diff(starts)
        powers = np.full(lengths.max(), _HASH_FACTOR, dtype=np.uint64)
        self._powers = np.cumprod(powers, dtype=np.uint64)
        # The characters "<unk>" in a text are not the piece of that name.
        known = np.flatnonzero(np.arange(len(lengths)) != unknown)
        hashes = self._hashes(pieces.decode(), starts[known])[np.arange(len(known)), lengths[known] - 1]
        order = np.argsort(hashes)
        # A sorted array of hashes takes a tenth of the memory of a dictionary.
        self._piece_hashes = hashes[order]
        self._piece_ids = np.append(known[order], unknown).astype(np.int32)

    def tokens(self, text: str) -> list[int]:
        """Return the pieces of a text, without outer markers."""
        text = re.sub(" {2,}", " ", text.translate(self._mapping))
        text = (text if text.startswith(" ") else " " + text).replace(" ", _MARKER)
        best = [0.0] + [-np.inf] * len(text)
        arrivals = [(0, 0)] * (len(text) + 1)
        for start, end, piece, score in self._candidates(text):
            total = best[start] + score
            if total > best[end]:
                best[end] = total
                arrivals[end] = (start, piece)
        tokens = []
        end = len(text)
        while end:
            end, piece = arrivals[end]
            tokens.append(piece)
        return tokens[::-1]

    def _candidates(self, text: str) -> Iterator[tuple[int, int, int, float]]:
        """Yield start, end, piece and score of every piece in the text, by start and end."""
        hashes = self._hashes(text, np.arange(len(text)))
        places = np.searchsorted(self._piece_hashes, hashes)
        found = self._piece_hashes.take(places, mode="clip") == hashes
        places[:, 0][~found[:, 0]] = -1  # where the unknown piece is
        found[:, 0] = True
        starts, extra = np.nonzero(found)
        pieces = self._piece_ids[places[starts, extra]]
        return zip(starts.tolist(), (starts + extra + 1).tolist(), pieces.tolist(), self._scores[pieces].tolist())

    def _hashes(self, text: str, starts: IntArray) -> NDArray[np.uint64]:
        """Return a row for every start: the hashes of the next character, the next two and so on."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        padded = np.append(points.astype(np.uint64) + 1, np.full(len(self._powers), _END_OF_TEXT, dtype=np.uint64))
        ahead = np.lib.stride_tricks.sliding_window_view(padded, len(self._powers))[starts]
        return np.cumsum(ahead * self._powers, axis=1, dtype=np.uint64)


def read_tokenizer(stream: BinaryIO) -> tuple[Tokenizer, int, int]:
    """Return the tokenizer and the markers before and behind a text."""
    count, first, last, _, unknown, length = unpack(stream, "5iQ")
    bounds = read_array(stream, "<u4", count + 1)
    scores = read_array(stream, "<f4", count)
    pieces = stream.read(length)
    mapping = {}
    for _ in range(unpack(stream, "iI")[0]):
        point, replaced_by = unpack(stream, "IB")
        mapping[point] = "".join(map(chr, unpack(stream, f"{replaced_by}I")))
    return Tokenizer(pieces, bounds, scores, unknown, mapping), first, last
