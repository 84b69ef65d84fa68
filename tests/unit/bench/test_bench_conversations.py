"""The benchmark's conversations: the same for both sides, and equal work at every age."""

from __future__ import annotations

from bench.conversations import CYCLE_TURNS, OPENING_TURNS, Writer
from bench.measures import window

_SHORT = {"utter_greet", "utter_thank", "utter_ask_change", "utter_stopped"}


def test_the_same_seed_writes_the_same_conversation() -> None:
    assert Writer(7).conversation(40) == Writer(7).conversation(40)


def test_every_window_holds_the_same_work() -> None:
    conversation = Writer().conversation(window(300).stop - 1)

    def work(turn: int) -> list[tuple[str, ...]]:
        return sorted(conversation[number - 1].expected for number in window(turn))

    assert work(10) == work(100) == work(300)


def test_first_window_begins_after_the_opening() -> None:
    assert window(10).start == OPENING_TURNS + 1
    assert len(window(10)) == CYCLE_TURNS


def test_longer_messages_do_not_repeat_within_a_run() -> None:
    writer = Writer()
    conversations = [writer.conversation(305) for _ in range(8)]
    longer = [
        step.text
        for conversation in conversations
        for step in conversation
        if not step.text.startswith("/") and not _SHORT.intersection(step.expected)
    ]
    assert len(longer) == len(set(longer))
