"""What the benchmark computes from raw figures."""

from __future__ import annotations

import pytest

from bench.measures import Figures, Sample, percentile, ratios
from bench.report import is_met


def figures(milliseconds: float, *, per_second: float, memory: int, training: float | None) -> Figures:
    return Figures(
        training_seconds=training,
        start_seconds=[2.0],
        samples=[Sample(turn, milliseconds * (2 if turn > 290 else 1), True) for turn in range(1, 306)],
        turns_per_second=[per_second - 1, per_second, per_second + 5],
        memory_bytes={"server": memory, "actions": memory},
    )


def test_percentile_lies_between_its_neighbours() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], 50) == 2.5
    assert percentile([4.0, 1.0, 3.0, 2.0], 100) == 4.0


def test_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_ratios_are_parley_over_stock() -> None:
    parley = figures(10, per_second=100, memory=50, training=30)
    stock = figures(40, per_second=20, memory=100, training=120)
    found = ratios(parley, stock, (10, 100, 300))
    assert found["p50_turn_10"] == 0.25
    assert found["throughput"] == 5
    assert found["memory"] == 0.5
    assert found["training"] == 0.25


def test_aging_compares_a_side_with_itself() -> None:
    parley = figures(10, per_second=100, memory=50, training=30)
    stock = figures(40, per_second=20, memory=100, training=120)
    found = ratios(parley, stock, (10, 100, 300))
    assert found["turn_300_over_turn_10"] == found["stock_turn_300_over_turn_10"] == 2


def test_training_that_was_skipped_has_no_ratio_and_no_verdict() -> None:
    side = figures(10, per_second=100, memory=50, training=None)
    found = ratios(side, side, (10, 100, 300))
    assert "training" not in found
    assert is_met("training", found) is None


def test_throughput_must_be_at_least_its_target() -> None:
    assert is_met("throughput", {"throughput": 4.1}) is True
    assert is_met("throughput", {"throughput": 3.9}) is False
    assert is_met("memory", {"memory": 0.71}) is False
    assert is_met("training", {"training": 1.2}) is False
    assert is_met("training", {"training": 1.2}, is_stock_short=True) is None
    assert is_met("training", {"training": 0.9}, is_stock_short=True) is True
