"""So many a minute for everybody, after a burst."""

from __future__ import annotations

from bot.rates import Rate


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_the_burst_the_rate_holds_and_says_how_long_to_wait() -> None:
    time = Time()
    rate = Rate(30, 2, clock=time)
    assert [rate.wait_seconds(1) for _ in range(3)] == [0, 0, 2]
    time.now = 1.5
    assert rate.wait_seconds(1) == 0.5
    time.now = 2.0
    assert rate.wait_seconds(1) == 0


def test_everybody_has_a_rate_of_their_own() -> None:
    rate = Rate(30, 1, clock=Time())
    assert rate.allows("one") and not rate.allows("one")
    assert rate.allows("another")


def test_who_was_refused_waits_no_longer_for_having_asked() -> None:
    time = Time()
    rate = Rate(60, 1, clock=time)
    assert rate.allows("one")
    for time.now in (0.25, 0.5, 0.75):
        assert not rate.allows("one")
    time.now = 1.0
    assert rate.allows("one")


def test_a_long_pause_gives_no_more_than_the_burst() -> None:
    time = Time()
    rate = Rate(60, 2, clock=time)
    assert rate.allows("one")
    time.now = 3600.0
    assert [rate.allows("one") for _ in range(3)] == [True, True, False]


def test_who_was_not_seen_for_longest_is_forgotten_first() -> None:
    rate = Rate(60, 1, most_keys=2, clock=Time())
    assert rate.allows("one") and rate.allows("two")
    assert not rate.allows("one")
    assert rate.allows("three")
    assert not rate.allows("one")
    assert rate.allows("two")
