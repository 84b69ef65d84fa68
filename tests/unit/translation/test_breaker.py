"""An engine that is down is left alone, and one that may be asked seldom is asked seldom."""

from __future__ import annotations

from bot.breaker import CircuitBreaker, RateLimit
from tests.unit.translation.fake_engine import FakeClock


def test_the_breaker_opens_after_failures_in_a_row_only() -> None:
    breaker = CircuitBreaker(failures=2, pause_seconds=30, clock=FakeClock())
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_after_the_pause_one_request_tries_the_engine() -> None:
    clock = FakeClock()
    breaker = CircuitBreaker(failures=1, pause_seconds=30, clock=clock)
    breaker.failed()
    clock.now += 30
    assert breaker.allows() and not breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    clock.now += 30
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows() and breaker.allows()


def test_an_abandoned_trial_leaves_the_next_one_free() -> None:
    clock = FakeClock()
    breaker = CircuitBreaker(failures=1, pause_seconds=30, clock=clock)
    breaker.failed()
    clock.now += 30
    assert breaker.allows()
    breaker.abandon()
    assert breaker.allows()


def test_the_rate_is_kept_in_any_minute() -> None:
    clock = FakeClock()
    rate = RateLimit(2, clock)
    assert rate.take() == 0
    clock.now += 20
    assert rate.take() == 0
    assert rate.take() == 40
    clock.now += 40
    assert rate.take() == 0
    assert rate.take() == 20
