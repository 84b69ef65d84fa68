"""Engines are asked in order until one answers well; a conversation is never kept waiting or broken."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta, timezone
from typing import Any

from structlog.testing import capture_logs

from bot.translation.guard import GuardedEngine, Limits
from bot.translation.result import EngineError, Reason, Translation, Unavailable
from bot.translation.service import Translations
from tests.unit.translation.fake_engine import FakeCache, FakeClock, FakeEngine

# Threads are waited for by the real clock, here for longer than any machine stalls.
_ONCE = Limits(timeout_seconds=600, attempts=1)


def _translations(*engines: FakeEngine, orders: Any = None, **options: Any) -> Translations:
    limits, clock = options.pop("limits", _ONCE), options.pop("clock", FakeClock())
    return Translations(
        {engine.name: GuardedEngine(engine, limits, clock, clock.sleep) for engine in engines},
        {"*": [engine.name for engine in engines]} if orders is None else orders,
        clock=clock,
        **{"deadline_seconds": 600.0, **options},
    )


async def test_the_first_engine_that_answers_is_the_last_one_asked() -> None:
    first, second, third = (FakeEngine(name) for name in ("a", "b", "c"))
    first._script = [Reason.SERVER_ERROR]
    assert await _translations(first, second, third).translate("hello", "en", "de") == Translation("HELLO", "b")
    assert (len(first.asked), len(second.asked), len(third.asked)) == (1, 1, 0)


async def test_a_damaged_translation_goes_to_the_next_engine() -> None:
    careless = FakeEngine("careless", answer=lambda text: "Wo ist sie?")
    careful = FakeEngine("careful", answer=lambda text: text.replace("Where is", "Wo ist"))
    result = await _translations(careless, careful).translate("Where is PA-10294?", "en", "de")
    assert result == Translation("Wo ist PA-10294?", "careful")
    alone = await _translations(careless).translate("Where is PA-10294?", "en", "de")
    assert alone == Unavailable(Reason.DAMAGED, (("careless", Reason.DAMAGED),))


async def test_the_reason_that_says_most_is_given_with_all_that_was_tried() -> None:
    result = await _translations(
        FakeEngine("a", script=(Reason.UNSUPPORTED,)), FakeEngine("b", script=(Reason.REFUSED,))
    ).translate("hello", "en", "de")
    assert result == Unavailable(Reason.REFUSED, (("a", Reason.UNSUPPORTED), ("b", Reason.REFUSED)))


async def test_the_most_particular_rule_decides_the_order() -> None:
    orders = {"*": ["a"], "*-en": ["b"], "es-*": ["c"], "es-en": ["d", "a"]}
    service = _translations(orders=orders)
    pairs = [("de", "fr"), ("de", "en"), ("es", "fr"), ("es", "en")]
    assert [service.order(*pair) for pair in pairs] == [("a",), ("b",), ("c",), ("d", "a")]


async def test_without_an_order_nothing_is_asked() -> None:
    engine = FakeEngine("a")
    assert await _translations(engine, orders={}).translate("hello", "en", "de") == Unavailable(Reason.OFF)
    assert await _translations(engine, orders={"es-en": ["a"]}).translate("hi", "en", "de") == Unavailable(Reason.OFF)
    assert not engine.asked


async def test_what_needs_no_translation_is_not_sent() -> None:
    engine = FakeEngine("a")
    service = _translations(engine)
    assert await service.translate("hello", "en", "en") == Unavailable(Reason.SAME_LANGUAGE)
    assert await service.translate("10482733", "en", "de") == Unavailable(Reason.NOTHING_TO_TRANSLATE)
    assert not engine.asked


async def test_protected_spans_never_reach_an_engine() -> None:
    engine = FakeEngine("a")
    result = await _translations(engine).translate("write to ana@mail.example.org about {item}", "en", "de")
    assert result == Translation("WRITE TO ana@mail.example.org ABOUT {item}", "a")
    assert engine.asked == ["write to <x0/> about <x1/>"]


async def test_a_silent_engine_leaves_the_next_one_its_share_of_the_deadline() -> None:
    clock = FakeClock()

    class Silent(FakeEngine):
        def translate(self, text: str, source: str, target: str, timeout_seconds: float) -> str:
            clock.now += timeout_seconds
            raise EngineError(Reason.TIMEOUT)

    service = _translations(Silent("silent"), FakeEngine("quick"), limits=Limits(timeout_seconds=600), clock=clock)
    assert await service.translate("hello", "en", "de") == Translation("HELLO", "quick")


async def test_the_deadline_holds_when_everything_is_silent() -> None:
    release = threading.Event()
    silent = FakeEngine("silent", answer=lambda text: f"{text} {release.wait(60)}")
    result = await _translations(silent, limits=Limits(), deadline_seconds=0.2).translate("hello", "en", "de")
    assert isinstance(result, Unavailable) and result.reason in (Reason.DEADLINE, Reason.TIMEOUT)
    release.set()


async def test_a_translation_is_remembered_until_it_is_too_old() -> None:
    moment = datetime(2024, 5, 1, tzinfo=timezone.utc)
    engine, cache = FakeEngine("a"), FakeCache()
    service = _translations(engine, cache=cache, keep=timedelta(days=30), now=lambda: moment)
    assert await service.translate("hello", "en", "de") == Translation("HELLO", "a")
    assert await service.translate("hello", "en", "de") == Translation("HELLO", "a", is_cached=True)
    assert await service.translate("hello", "en", "fr") == Translation("HELLO", "a")
    moment += timedelta(days=31)
    assert await service.translate("hello", "en", "de") == Translation("HELLO", "a")
    assert len(engine.asked) == 3
    assert len(cache.kept) == 1, "the one that nobody asked for again is forgotten"


async def test_no_translation_is_remembered_where_none_shall_be() -> None:
    cache = FakeCache()
    await _translations(FakeEngine("a"), cache=cache, keep=timedelta(0)).translate("hello", "en", "de")
    assert not cache.kept


async def test_a_cache_that_is_down_or_slow_stops_nothing() -> None:
    class Broken(FakeCache):
        async def get(self, key: str, not_before: datetime) -> None:
            raise OSError("no connection")

        async def put(self, translation: Any) -> None:
            await asyncio.sleep(60)

    clock = FakeClock()

    def in_the_last_moment(text: str) -> str:
        # Of what is left, the cache gets half.
        clock.now += 600 * 0.95 - 0.1
        return text.upper()

    service = _translations(FakeEngine("a", in_the_last_moment), cache=Broken(), clock=clock)
    assert await service.translate("hello", "en", "de") == Translation("HELLO", "a")


async def test_no_text_is_logged() -> None:
    with capture_logs() as logs:
        await _translations(FakeEngine("a", script=(Reason.GARBAGE,))).translate("my secret wish", "en", "de")
    assert [entry["event"] for entry in logs] == ["translation.failed"]
    assert "secret" not in str(logs)
