"""Which views of a message are consulted for which language, cheapest first.

| the message's language | step | shared part | own part |
|---|---|---|---|
| known to USE | quick, and where unsure | USE | USE, n-grams |
| | full | USE, e5 | USE, e5, n-grams |
| unknown to USE | foreign | e5 | e5, n-grams |

A language without training data has no own part, and then quick answers are too poor to be asked for.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.nlu.encoders import USE_LANGUAGES
from bot.nlu.encoding import Encoding
from bot.nlu.kernel import Head, View, Views, best_temperature, fit_own, fit_shared, softmax, targets_of
from bot.nlu.reference import ReferenceExamples

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

#: How many examples the shared part compares a message with (measured: 6,000 gain nothing).
CENTRES = 3000
#: How much of the advantage of having many examples is taken from a class; 1 is all (measured).
BALANCE = 0.6


@dataclass(frozen=True)
class Step:
    """The views of one step of the cascade."""

    name: str
    shared: Views
    own: Views
    is_for_use: bool
    """Whether it is for the languages that USE knows, and learns from these only."""


QUICK = Step("quick", (View.USE,), (View.USE, View.NGRAMS), is_for_use=True)
FULL = Step("full", (View.USE, View.E5), (View.USE, View.E5, View.NGRAMS), is_for_use=True)
FOREIGN = Step("foreign", (View.E5,), (View.E5, View.NGRAMS), is_for_use=False)
STEPS = (QUICK, FULL, FOREIGN)


@dataclass(frozen=True)
class Judge:
    """A trained step: the shared part, the own parts by language, and the temperatures of both.

    Attributes:
        centres: Positions of the examples that the shared part compares with.
    """

    step: Step
    centres: IntArray
    shared: Head
    own: dict[str, Head]
    temperature: float
    shared_temperature: float

    @cached_property
    def centres_name(self) -> str:
        """What the centres are kept by; judges with the same centres share them."""
        return f"centres {hashlib.sha256(self.centres.tobytes()).hexdigest()[:16]}"


class Cascade:
    """Trained steps for all languages and the choice between them.

    Args:
        labels: Names of the classes, in the order of the heads' columns.
        judges: The trained steps by name.
        sure: A quick answer at least this probable is final; between 0 and 1.
        shares: Share of each class in the training data, where it shall not count: probabilities are divided by it
            to the power of BALANCE, so that a class is not guessed for having many examples (Menon et al. 2021,
            arXiv:2007.07314).
    """

    def __init__(
        self, labels: Sequence[str], judges: dict[str, Judge], sure: float, shares: Sequence[float] | None = None
    ) -> None:
        self.labels = list(labels)
        self.judges = judges
        self.shares = None if shares is None else [float(share) for share in shares]
        self._sure = sure

    @classmethod
    def fit(
        cls,
        reference: ReferenceExamples,
        labels: Sequence[str],
        sure: float,
        trained: Callable[[], None] = lambda: None,
        *,
        is_balanced: bool = False,
    ) -> Cascade:
        """Return a cascade trained on the reference's examples, whose labels are given in the same order.

        Args:
            trained: Called after every one of STEPS, for a progress bar.
            is_balanced: Whether a class shall not be guessed for having many examples.
        """
        names = sorted(set(labels))
        positions = {name: position for position, name in enumerate(names)}
        classes = np.array([positions[label] for label in labels], dtype=np.int64)
        judges = {}
        with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
            for step in STEPS:
                if judge := _fit(step, reference, classes, len(names)):
                    judges[step.name] = judge
                trained()
        shares = np.bincount(classes) / len(classes)
        return cls(names, judges, sure, shares.tolist() if is_balanced else None)

    def probabilities(self, encoding: Encoding, language: str) -> FloatArray:
        """Return the probability of every class for a message in this language."""
        quick = self.judges.get(QUICK.name)
        if language not in USE_LANGUAGES or quick is None:
            return self._judged_by(self.judges[FOREIGN.name], encoding, language)
        if language in quick.own and not encoding.has_e5:
            probabilities = self._judged_by(quick, encoding, language)
            if probabilities.max() >= self._sure:
                return probabilities
        return self._judged_by(self.judges[FULL.name], encoding, language)

    def _judged_by(self, judge: Judge, encoding: Encoding, language: str) -> FloatArray:
        reference = encoding.reference
        centres = reference.centres(judge.centres_name, judge.centres)
        scores = judge.shared.scores(encoding, judge.centres_name, centres)
        own = judge.own.get(language)
        if own is not None:
            scores = scores + own.scores(encoding, language, reference.block(language))
        temperature = judge.shared_temperature if own is None else judge.temperature
        probabilities: FloatArray = softmax(scores[None, :] / temperature)[0]
        if self.shares is None:
            return probabilities
        weighed = probabilities / np.asarray(self.shares, dtype=np.float32) ** BALANCE
        balanced: FloatArray = weighed / weighed.sum()
        return balanced


def _fit(step: Step, reference: ReferenceExamples, classes: IntArray, count: int) -> Judge | None:
    known = [code for code in sorted(set(reference.languages.tolist())) if not step.is_for_use or code in USE_LANGUAGES]
    if not known:
        return None
    rows = np.concatenate([reference.rows_of(code) for code in known])
    targets = targets_of(classes[rows], count)
    centres = _centres(reference, rows)
    shared, scores = fit_shared(
        reference.take(centres), [reference.block(code) for code in known], targets, step.shared
    )

    own, held_out, expected, start = {}, [], [], 0
    for code in known:
        part = slice(start, start + len(reference.block(code)))
        start = part.stop
        if (code in USE_LANGUAGES) == step.is_for_use:
            head, sample, left_out = fit_own(reference.block(code), targets[part] - scores[part], step.own)
            own[code] = head
            held_out.append(scores[part][sample] + left_out)
            expected.append(classes[rows[part]][sample])
    shared_temperature = best_temperature(scores, classes[rows])
    temperature = best_temperature(np.concatenate(held_out), np.concatenate(expected)) if own else shared_temperature
    return Judge(step, centres, shared, own, temperature, shared_temperature)


def _centres(reference: ReferenceExamples, rows: IntArray) -> IntArray:
    """Return the positions of examples drawn by hash, so that one more sentence changes hardly any of them.

    The hash is of the n-grams' columns, which are the same on every machine; sentence vectors differ in their last
    digits, and then each machine would learn from other examples.
    """
    drawn = sorted(rows.tolist(), key=lambda row: zlib.crc32(reference.ngram_rows.columns_of(row).tobytes()))
    return np.array(sorted(drawn[:CENTRES]), dtype=np.int64)
