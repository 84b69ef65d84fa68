"""When a run of the simulated year has failed."""

from __future__ import annotations

from bench.simulation.run import why_failed


def test_a_run_that_takes_longer_than_it_may_has_failed() -> None:
    assert why_failed([], 121, 120) is not None
    assert why_failed([], 120, 120) is None
    assert why_failed([], 10_000, None) is None


def test_differences_are_told_beside_the_time() -> None:
    assert why_failed(["#3: case: expected closed, found open"], 10, 120) == "1 differences"
    told = why_failed(["#3: case: expected closed, found open"], 200, 120)
    assert told is not None and "1 differences" in told and "200 s" in told
