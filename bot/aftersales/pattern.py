"""Patterns: telling a rising rate of complaints from chance.

Orders of a week are the exposure, complaints about them are counted. Each product (or supplier, carrier, destination)
is compared twice with an exact binomial test, conditional on the complaints of both sides together (J. Przyborowski and
H. Wilenski, "Homogeneity of results in testing samples from Poisson series", Biometrika 31, 1940): with its own weeks
before, grown as the rate of its peers has grown since, and with its peers in the same weeks. What counts is the larger
of the two p-values: a rise that all peers share is a season, a high rate that was always there is no news. Over all
that was tested, the share of false alarms is held by the step-up procedure of Y. Benjamini and Y. Hochberg,
"Controlling the false discovery rate", J. R. Statist. Soc. B 57, 1995.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """Complaints among orders."""

    complaints: int
    orders: int

    @property
    def rate(self) -> float:
        """Return the share of complaints, 0 without orders."""
        return self.complaints / self.orders if self.orders else 0.0


@dataclass(frozen=True)
class Comparison:
    """One key and issue to be tested: the newest weeks and the weeks before, of itself and of its peers."""

    key: str
    issue: str
    recent: Count
    before: Count
    peers: Count
    peers_before: Count

    @property
    def season(self) -> float:
        """Return how many times the peers' rate has grown; a fall, or a past without complaints, counts as none."""
        return max(1.0, self.peers.rate / self.peers_before.rate) if self.peers_before.complaints else 1.0


@dataclass(frozen=True)
class Pattern:
    """A rise that chance does not explain; ``p_value`` is before, ``q_value`` after accounting for all tests."""

    found: Comparison
    p_value: float
    q_value: float


@dataclass(frozen=True)
class Sensitivity:
    """When an alarm is raised: share of false alarms accepted, and what is too small to look at."""

    false_discovery_rate: float = 0.05
    least_complaints: int = 5
    least_orders: int = 30
    least_ratio: float = 1.5


DEFAULT = Sensitivity()


def find_patterns(comparisons: Iterable[Comparison], how: Sensitivity = DEFAULT) -> list[Pattern]:
    """Return the patterns among comparisons, the clearest first.

    What is too small is not tested. The rate must also be ``least_ratio`` times both others: with many orders even a
    rise that nobody cares about is no chance.
    """
    tested = [one for one in comparisons if _is_large_enough(one, how)]
    p_values = [max(rise(one.recent, one.before, one.season), rise(one.recent, one.peers)) for one in tested]
    patterns = [
        Pattern(one, p_value, q_value)
        for one, p_value, q_value in zip(tested, p_values, adjusted(p_values))
        if q_value <= how.false_discovery_rate and _is_worth_it(one, how)
    ]
    return sorted(patterns, key=lambda pattern: (pattern.p_value, pattern.found.key, pattern.found.issue))


def rise(recent: Count, other: Count, times: float = 1.0) -> float:
    """Return how probable at least so many complaints are where the rate is the other's so many times; 1 without one.

    Given all complaints of both sides, those of one follow a binomial distribution with its share of the orders.
    """
    if not recent.orders or not other.orders:
        return 1.0
    share = recent.orders * times / (recent.orders * times + other.orders)
    return binomial_tail(recent.complaints, recent.complaints + other.complaints, share)


def binomial_tail(least: int, trials: int, probability: float) -> float:
    """Return the probability of at least so many successes, summed exactly in logarithms."""
    if least <= 0:
        return 1.0
    # Towards the tail the terms only shrink once past the mean; the first one that no longer matters ends the sum.
    log_p, log_q = math.log(probability), math.log1p(-probability)
    total, largest = 0.0, 0.0
    for successes in range(least, trials + 1):
        term = math.exp(
            math.lgamma(trials + 1)
            - math.lgamma(successes + 1)
            - math.lgamma(trials - successes + 1)
            + successes * log_p
            + (trials - successes) * log_q
        )
        total += term
        largest = max(largest, term)
        if successes > trials * probability and term < largest * 1e-12:
            break
    return min(1.0, total)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Return the q-values of p-values in their order: the smallest false discovery rate at which each is an alarm."""
    count = len(p_values)
    q_values = [1.0] * count
    smallest = 1.0
    for rank, place in reversed(list(enumerate(sorted(range(count), key=p_values.__getitem__), 1))):
        smallest = min(smallest, p_values[place] * count / rank)
        q_values[place] = smallest
    return q_values


def _is_large_enough(one: Comparison, how: Sensitivity) -> bool:
    return one.recent.complaints >= how.least_complaints and one.recent.orders >= how.least_orders


def _is_worth_it(one: Comparison, how: Sensitivity) -> bool:
    return one.recent.rate >= how.least_ratio * max(one.before.rate * one.season, one.peers.rate)
