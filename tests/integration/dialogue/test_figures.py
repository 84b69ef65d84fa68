"""What a real turn leaves in the figures: understanding, actions, and how sure the best guess was."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import REGISTRY

from bot import metrics
from tests.integration.dialogue.conftest import Loaded, Talk


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def snapshot() -> dict[str, float]:
    return {
        "nlu": value("parley_turn_seconds_count", stage="nlu"),
        "actions": value("parley_turn_seconds_count", stage="actions"),
        "understood": value("parley_nlu_confidence_count", outcome="understood"),
        "fallback": value("parley_nlu_confidence_count", outcome="fallback"),
        "greetings": value("parley_nlu_intents_total", intent="greet"),
        "others": value("parley_nlu_intents_total", intent="other"),
    }


async def grown_by(talk: Talk, *texts: str) -> dict[str, float]:
    before = snapshot()
    for text in texts:
        with metrics.turn(), metrics.stage("dialogue"):
            await talk.turn(text)
    return {name: number - before[name] for name, number in snapshot().items()}


async def test_a_message_in_words_is_measured(talk: Callable[[], Talk], loaded: Loaded) -> None:
    grown = await grown_by(talk(), "hello")
    assert (grown["nlu"], grown["understood"], grown["greetings"], grown["others"]) == (1, 1, 1, 0)


async def test_actions_are_a_stage_of_their_own(talk: Callable[[], Talk]) -> None:
    grown = await grown_by(talk(), "/track_order", '/inform{"order_number":"10480001"}')
    assert grown["actions"] == 2
    # A pressed button leaves nothing to be understood.
    assert grown["understood"] == grown["fallback"] == 0


async def test_what_is_not_understood_is_counted_as_such(talk: Callable[[], Talk]) -> None:
    texts = "xyzzy", "grmpf brz", "qux quux", "hm hm hm"
    grown = await grown_by(talk(), *texts)
    # Some of them are plainly none of our business, which is understood, too.
    assert grown["fallback"] >= 1
    assert grown["understood"] + grown["fallback"] == len(texts)


def test_a_loaded_assistant_says_so(loaded: Loaded) -> None:
    assert loaded.assistant.is_loaded()
