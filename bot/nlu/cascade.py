"""Which views of a message are consulted for which language, cheapest first.

| the message's language | first | where unsure |
|---|---|---|
| has training data, known to USE | USE, n-grams | USE, e5, n-grams |
| has training data, unknown to USE | e5, n-grams | |
| no training data, known to USE | USE, e5 | |
| no training data, unknown to USE | e5 | |

N-grams of a language without training data are noise, and so is USE outside of its languages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.nlu.encoders import USE_LANGUAGES
from bot.nlu.encoding import Encoding
from bot.nlu.kernel import Head, View, fit_head
from bot.nlu.reference import ReferenceExamples

FloatArray = NDArray[np.float32]

_QUICK = (View.USE, View.NGRAMS)
_FULL = (View.USE, View.E5, View.NGRAMS)
_LEARNED_OUTSIDE_USE = (View.E5, View.NGRAMS)
_UNSEEN = (View.USE, View.E5)
_UNSEEN_OUTSIDE_USE = (View.E5,)


class Cascade:
    """Trained heads for all languages and the choice between them.

    Args:
        labels: Names of the classes, in the order of the heads' columns.
        languages: Languages with training data.
        sure: A quick answer at least this probable is final; between 0 and 1.
        shares: Share of each class in the training data, where it shall not count: probabilities are divided by it,
            so that a class is not guessed for having many examples (Menon et al. 2021, arXiv:2007.07314).
    """

    def __init__(
        self,
        labels: Sequence[str],
        languages: frozenset[str],
        heads: dict[tuple[View, ...], Head],
        sure: float,
        shares: Sequence[float] | None = None,
    ) -> None:
        self.labels = list(labels)
        self.languages = languages
        self.heads = heads
        self.shares = None if shares is None else [float(share) for share in shares]
        self._sure = sure

    @classmethod
    def fit(
        cls,
        reference: ReferenceExamples,
        labels: Sequence[str],
        languages: frozenset[str],
        sure: float,
        trained: Callable[[], None] = lambda: None,
        *,
        is_balanced: bool = False,
    ) -> Cascade:
        """Return a cascade trained on the reference's examples, whose labels are given in the same order.

        Args:
            trained: Called after every head, `heads_needed(languages)` times, for a progress bar.
            is_balanced: Whether every class is as likely as any other, however many examples it has.
        """
        names = sorted(set(labels))
        positions = {name: position for position, name in enumerate(names)}
        targets = np.array([positions[label] for label in labels], dtype=np.int64)
        heads = {}
        for views in heads_needed(languages):
            heads[views] = fit_head(reference, views, targets, len(names))
            trained()
        shares = np.bincount(targets, minlength=len(names)) / len(targets)
        return cls(names, languages, heads, sure, shares.tolist() if is_balanced else None)

    def probabilities(self, encoding: Encoding, language: str | None) -> FloatArray:
        """Return the probability of every class for a message in this language (None where undecided)."""
        learned = language in self.languages or language is None
        if language in USE_LANGUAGES or language is None:
            if not learned:
                return self._judged_by(_UNSEEN, encoding)
            if not encoding.has_e5:
                quick = self._judged_by(_QUICK, encoding)
                if quick.max() >= self._sure:
                    return quick
            return self._judged_by(_FULL, encoding)
        return self._judged_by(_LEARNED_OUTSIDE_USE if learned else _UNSEEN_OUTSIDE_USE, encoding)

    def _judged_by(self, views: tuple[View, ...], encoding: Encoding) -> FloatArray:
        probabilities = self.heads[views].probabilities(encoding)
        if self.shares is None:
            return probabilities
        weighed = probabilities / np.asarray(self.shares, dtype=np.float32)
        balanced: FloatArray = weighed / weighed.sum()
        return balanced


def heads_needed(languages: frozenset[str]) -> list[tuple[View, ...]]:
    """Return the views of every head that training data in these languages calls for."""
    needed = [_QUICK, _FULL, _UNSEEN, _UNSEEN_OUTSIDE_USE]
    if languages - USE_LANGUAGES:
        needed.append(_LEARNED_OUTSIDE_USE)
    return needed
