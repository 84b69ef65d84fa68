"""Patterns are found where there is one, and hardly ever where there is none: measured over many seeds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bot.aftersales.pattern import Comparison, Count, adjusted, binomial_tail, find_patterns

PRODUCTS, SEEDS = 200, 300


def a_shop(seed: int, *, rising: float = 1.0, orders: int = 150, season: float = 1.0) -> list[Comparison]:
    """Return 200 products of differing quality; the rate of the first one has risen by a factor, all by a season."""
    pick = random.Random(seed)
    sizes = [pick.randint(orders // 2, orders * 3 // 2) for _ in range(PRODUCTS)]
    rates = [min(0.15, pick.lognormvariate(-3.5, 0.5)) for _ in range(PRODUCTS)]
    rates[0] = 0.03
    sizes[0] = orders
    recent = [_drawn(pick, size, rate * season * (rising if not place else 1)) for place, (size, rate) in
              enumerate(zip(sizes, rates))]  # fmt: skip
    before = [_drawn(pick, size * 6, rate) for size, rate in zip(sizes, rates)]
    of_all, of_all_before, everything = sum(recent), sum(before), sum(sizes)
    return [
        Comparison(
            f"p{place}",
            "defective",
            Count(recent[place], size),
            Count(before[place], size * 6),
            Count(of_all - recent[place], everything - size),
            Count(of_all_before - before[place], (everything - size) * 6),
        )
        for place, size in enumerate(sizes)
    ]


def _drawn(pick: random.Random, size: int, rate: float) -> int:
    return sum(pick.random() < rate for _ in range(size))


def test_without_a_pattern_hardly_any_of_many_shops_raises_an_alarm() -> None:
    alarms = [len(find_patterns(a_shop(seed))) for seed in range(SEEDS // 3)]
    assert sum(1 for count in alarms if count) <= 5


def test_a_season_that_all_products_share_is_no_pattern() -> None:
    assert sum(len(find_patterns(a_shop(seed, season=2))) for seed in range(30)) <= 1


def test_a_rate_that_rose_fivefold_is_found_in_nearly_every_shop_and_little_else() -> None:
    found = [[pattern.found.key for pattern in find_patterns(a_shop(seed, rising=5))] for seed in range(60)]
    assert sum("p0" in keys for keys in found) >= 54
    assert sum(key != "p0" for keys in found for key in keys) <= 6


def test_what_is_too_small_is_not_looked_at() -> None:
    peers = Count(10, 100_000), Count(60, 600_000)
    assert find_patterns([Comparison("p", "defective", Count(4, 40), Count(0, 400), *peers)]) == []
    assert find_patterns([Comparison("p", "defective", Count(9, 29), Count(0, 400), *peers)]) == []
    assert len(find_patterns([Comparison("p", "defective", Count(9, 40), Count(0, 400), *peers)])) == 1


def test_a_rise_too_small_to_matter_is_no_pattern_however_certain() -> None:
    usual = Count(10_000, 100_000)
    one = Comparison("p", "defective", Count(13_000, 100_000), usual, usual, usual)
    assert find_patterns([one]) == []


@given(trials=st.integers(1, 3000), data=st.data(), probability=st.floats(0.001, 0.999))
def test_the_tail_is_that_of_the_binomial_distribution(trials: int, data: st.DataObject, probability: float) -> None:
    least = data.draw(st.integers(0, trials))
    expected = float(stats.binom.sf(least - 1, trials, probability))
    assert binomial_tail(least, trials, probability) == pytest.approx(expected, rel=1e-6, abs=1e-250)


def test_p_values_are_adjusted_as_benjamini_and_hochberg_did_in_their_example() -> None:
    # Table of section 4.1 of their paper: four of fifteen hypotheses are rejected at a rate of 0.05.
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
                0.7590, 1.0000]  # fmt: skip
    assert sum(q_value <= 0.05 for q_value in adjusted(p_values)) == 4
    assert adjusted([0.04, 0.01]) == pytest.approx([0.04, 0.02])
