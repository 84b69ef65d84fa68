"""One engine is tried again where that may help, and given up in time where not."""

from __future__ import annotations

import threading

import pytest

from bot.translation.guard import GuardedEngine, Limits
from bot.translation.result import EngineError, Reason
from tests.unit.translation.fake_engine import FakeClock, FakeEngine


def _guard(engine: FakeEngine, clock: FakeClock, **limits: float) -> GuardedEngine:
    # Threads are waited for by the real clock, here for longer than any machine stalls.
    return GuardedEngine(engine, Limits(**{"timeout_seconds": 600, **limits}), clock, clock.sleep)  # type: ignore[arg-type]


async def _reason(guard: GuardedEngine, seconds: float = 60) -> Reason:
    with pytest.raises(EngineError) as raised:
        await guard.translate("hello", "en", "de", seconds)
    return raised.value.reason


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.UNREACHABLE, Reason.RATE_LIMITED, Reason.SERVER_ERROR])
async def test_what_may_pass_is_tried_again_after_growing_pauses(reason: Reason) -> None:
    engine, clock = FakeEngine(script=(reason, reason)), FakeClock()
    guard = _guard(engine, clock, backoff_seconds=0.3)
    assert await guard.translate("hello", "en", "de", 60) == "HELLO"
    assert len(engine.asked) == 3
    assert 0 <= clock.slept[0] <= 0.3 and 0 <= clock.slept[1] <= 0.6


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.GARBAGE, Reason.UNSUPPORTED])
async def test_what_will_not_pass_is_not_tried_again(reason: Reason) -> None:
    engine, clock = FakeEngine(script=(reason,)), FakeClock()
    assert await _reason(_guard(engine, clock)) is reason
    assert len(engine.asked) == 1 and not clock.slept


async def test_retry_after_is_waited_for_where_there_is_time() -> None:
    engine, clock = FakeEngine(script=(Reason.RATE_LIMITED,), retry_after=5), FakeClock()
    assert await _guard(engine, clock).translate("hello", "en", "de", 60) == "HELLO"
    assert clock.slept == [5]


async def test_a_retry_after_beyond_the_deadline_leaves_the_engine_alone_until_then() -> None:
    engine, clock = FakeEngine(script=(Reason.RATE_LIMITED,), retry_after=120), FakeClock()
    guard = _guard(engine, clock)
    assert await _reason(guard, 60) is Reason.RATE_LIMITED
    assert await _reason(guard, 60) is Reason.PAUSED
    clock.now += 120
    assert await guard.translate("hello", "en", "de", 60) == "HELLO"
    assert len(engine.asked) == 2


async def test_an_engine_that_fails_again_and_again_is_not_asked_until_the_pause_is_over() -> None:
    engine, clock = FakeEngine(script=(Reason.REFUSED,) * 5), FakeClock()
    guard = _guard(engine, clock, failures=2, pause_seconds=30)
    assert [await _reason(guard) for _ in range(3)] == [Reason.REFUSED, Reason.REFUSED, Reason.PAUSED]
    clock.now += 30
    assert [await _reason(guard) for _ in range(2)] == [Reason.REFUSED, Reason.PAUSED]
    assert len(engine.asked) == 3


async def test_a_pair_that_an_engine_lacks_does_not_count_against_it() -> None:
    engine, clock = FakeEngine(script=(Reason.UNSUPPORTED,) * 3), FakeClock()
    guard = _guard(engine, clock, failures=1)
    assert [await _reason(guard) for _ in range(3)] == [Reason.UNSUPPORTED] * 3
    assert await guard.translate("hello", "en", "de", 60) == "HELLO"


async def test_the_rate_limit_gives_up_at_once_or_waits_for_the_patient() -> None:
    hasty = _guard(FakeEngine(), FakeClock(), requests_per_minute=1)
    await hasty.translate("one", "en", "de", 100)
    assert await _reason(hasty, 100) is Reason.RATE_LIMITED
    clock = FakeClock()
    patient = _guard(FakeEngine(), clock, requests_per_minute=1, patience_seconds=90)
    await patient.translate("one", "en", "de", 100)
    assert await patient.translate("two", "en", "de", 100) == "TWO" and clock.slept == [60]


async def test_a_long_text_goes_in_pieces_and_keeps_its_spaces() -> None:
    engine = FakeEngine(answer=lambda text: f" {text.upper()} ", limit_bytes=13)
    text = "  one two.  three four!\n\nfive \n"
    assert await _guard(engine, FakeClock()).translate(text, "en", "de", 60) == text.upper()
    assert engine.asked == ["one two.", "three four!", "five"]


async def test_a_silent_engine_is_waited_for_no_longer_than_the_time_limit() -> None:
    release = threading.Event()

    def silent(text: str) -> str:
        release.wait(60)
        return text

    guard = GuardedEngine(FakeEngine(answer=silent), Limits(timeout_seconds=0.05, attempts=1, threads=1))
    assert await _reason(guard) is Reason.TIMEOUT
    # Its only thread still hangs: the next one is told so in time, too.
    assert await _reason(guard) is Reason.TIMEOUT
    release.set()
    guard.close()
