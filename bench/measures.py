"""What is computed from the raw figures: percentiles, windows of turns and ratios."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.conversations import CYCLE_TURNS


@dataclass(frozen=True)
class Sample:
    """One answered turn of a conversation; turns count from 1."""

    turn: int
    milliseconds: float
    is_as_expected: bool


@dataclass
class Figures:
    """Everything measured on one side, as it was measured."""

    training_seconds: float | None = None
    start_seconds: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    turns_per_second: list[float] = field(default_factory=list)
    memory_bytes: dict[str, int] = field(default_factory=dict)

    def p50(self, turn: int) -> float:
        """Return the median time of a turn at some age of the conversation, in milliseconds."""
        return percentile(self.times_around(turn), 50)

    def times_around(self, turn: int) -> list[float]:
        """Return the times of all turns in the window around a turn, in milliseconds."""
        around = window(turn)
        return [sample.milliseconds for sample in self.samples if sample.turn in around]


def share_as_expected(samples: Sequence[Sample]) -> float:
    """Return the share of turns that were answered with what the conversation is about."""
    return sum(sample.is_as_expected for sample in samples) / len(samples)


def window(turn: int) -> range:
    """Return the turns measured for a turn: one whole cycle of the conversation, so that all windows hold the same.

    >>> window(10)
    range(6, 16)
    """
    start = turn - CYCLE_TURNS // 2 + 1
    return range(start, start + CYCLE_TURNS)


def percentile(values: Iterable[float], percent: float) -> float:
    """Return a percentile, linear between the two values it falls between; raises ValueError without any value."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    place = (len(ordered) - 1) * percent / 100
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    return below + (above - below) * (place - math.floor(place))


def ratios(parley: Figures, stock: Figures, turns: Sequence[int]) -> dict[str, float]:
    """Return Parley over stock; ``turn_300_over_turn_10`` is each side's late turn over its own early one.

    ``training`` is left out where a side was not trained in this run.
    """
    early, late = turns[0], turns[-1]
    found = {
        "p50_turn_10": parley.p50(early) / stock.p50(early),
        "p50_turn_300": parley.p50(late) / stock.p50(late),
        "turn_300_over_turn_10": parley.p50(late) / parley.p50(early),
        "stock_turn_300_over_turn_10": stock.p50(late) / stock.p50(early),
        "throughput": median(parley.turns_per_second) / median(stock.turns_per_second),
        "memory": sum(parley.memory_bytes.values()) / sum(stock.memory_bytes.values()),
        "start": median(parley.start_seconds) / median(stock.start_seconds),
    }
    if parley.training_seconds is not None and stock.training_seconds is not None:
        found["training"] = parley.training_seconds / stock.training_seconds
    return found
