"""A naive Bayes classifier of n-grams between the languages that have training data.

General detectors are trained on news and encyclopedias; this one has read customers: typos, missing diacritics,
slang, dialect. It knows nothing of languages without training data and then stays neutral.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.nlu.language.vocabulary import Vocabulary
from bot.nlu.ngrams import grams

FloatArray = NDArray[np.float32]

_COLUMNS = 1 << 15
_SMOOTHING = 0.3
# N-grams overlap and repeat each other; unscaled, their product would be sure of everything.
_EVIDENCE_SHARE = 0.15


class OwnNgrams:
    """Log-likelihood of every hashed n-gram in each language with training data.

    Args:
        languages: Codes, one a row of the tables.
        log_likelihoods: Shape (languages, columns).
        seen: Columns that occurred in training.
        vocabulary: The words themselves: nearly every column has been seen, whatever word is hashed to it.
    """

    def __init__(
        self,
        languages: Sequence[str],
        log_likelihoods: FloatArray,
        seen: NDArray[np.bool_],
        vocabulary: Vocabulary,
    ) -> None:
        self.languages = list(languages)
        self.log_likelihoods = log_likelihoods
        self.seen = seen
        self.vocabulary = vocabulary

    @classmethod
    def fit(cls, texts: Sequence[str], codes: Sequence[str], vocabulary: Vocabulary | None = None) -> OwnNgrams:
        """Return the classifier of these texts, each with the code of its language.

        The vocabulary is theirs unless one of other texts is given, such as of those without names.
        """
        languages = sorted(set(codes))
        counts = np.zeros((len(languages), _COLUMNS), dtype=np.float64)
        for text, code in zip(texts, codes, strict=True):
            np.add.at(counts[languages.index(code)], _columns(text), 1.0)
        smoothed = counts + _SMOOTHING
        likelihoods = np.log(smoothed / smoothed.sum(axis=1, keepdims=True))
        words = Vocabulary.fit(texts, codes) if vocabulary is None else vocabulary
        return cls(languages, likelihoods.astype(np.float32), counts.sum(axis=0) > 1, words)

    def log_probabilities(self, text: str) -> dict[str, float]:
        """Return the log-probability of each language with training data relative to an even chance.

        All are near zero where the text consists of n-grams never seen.
        """
        columns = _columns(text)
        columns = columns[self.seen[columns]]
        if not len(columns) or len(self.languages) < 2:
            return dict.fromkeys(self.languages, 0.0)
        scores = self.log_likelihoods[:, columns].sum(axis=1) * _EVIDENCE_SHARE
        scores -= scores.max()
        scores -= np.log(np.exp(scores).sum())
        even = np.log(1.0 / len(self.languages))
        return {code: float(score - even) for code, score in zip(self.languages, scores, strict=True)}


def _columns(text: str) -> NDArray[np.int64]:
    return np.array([_column(gram) for gram in grams(text.lower())], dtype=np.int64)


def _column(gram: str) -> int:
    return zlib.crc32(gram.encode()) % _COLUMNS
