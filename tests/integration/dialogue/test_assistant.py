"""The assistant remembers what is durable and nothing else, and long conversations are answered like short ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions import context
from tests.integration.dialogue.conftest import Loaded, Talk

A_RETURN = (
    "/greet", "/return_item", '/inform{"order_number":"10480001"}', '/inform{"email":"anna.becker@example.org"}',
    "/ask_return_policy", "/track_order", '/choose_item{"item":"2"}', '/choose_quantity{"quantity":"1"}', "/thank",
    '/choose_reason{"reason":"changed_mind"}', "/deny", '/choose_change{"change":"quantity"}',
    '/choose_quantity{"quantity":"2"}', "/affirm", "/check_case", "/withdraw_case", "/affirm", "/goodbye",
)  # fmt: skip

#: What follows on the question for the items, up to the message that changes the world.
LAST_STEPS = {
    "return": ('/choose_item{"item":"1"}', '/choose_reason{"reason":"changed_mind"}', "/affirm"),
    "exchange": (
        "/exchange_item", '/choose_item{"item":"1"}', '/choose_reason{"reason":"wrong_size"}',
        '/choose_variant{"variant":"running-shoes-43-black"}', "/affirm",
    ),
    "complaint": ("/stop", '/choose_reason{"reason":"overcharged"}', '/choose_remedy{"remedy":"apology"}', "/affirm"),
    "withdrawal": (
        '/choose_item{"item":"1"}', '/choose_reason{"reason":"changed_mind"}', "/affirm", "/withdraw_case", "/affirm",
    ),
    "person": ("/ask_human",),
}  # fmt: skip
TOLD = {
    "return": ["utter_return_opened"],
    "exchange": ["utter_exchange_opened"],
    "complaint": ["utter_complaint_registered"],
    "withdrawal": ["utter_case_withdrawn"],
    "person": ["utter_handoff_queued"],
}

TALK = Callable[[], Talk]


async def test_a_process_that_starts_anew_before_every_turn_answers_the_same(talk: TALK, loaded: Loaded) -> None:
    forgetful = talk()
    answers = []
    for text in A_RETURN:
        loaded.assistant.forget(forgetful.id)
        answers.append(await forgetful.say(text))
    assert answers == [
        ["utter_greet"],
        ["utter_ask_order_number"],
        ["utter_ask_verification"],
        ["utter_ask_items"],
        ["utter_answer_return_policy", "utter_ask_items"],
        ["utter_order_delivered", "utter_ask_items"],
        ["utter_ask_quantity"],
        ["utter_ask_reason"],
        ["utter_thank", "utter_ask_reason"],
        ["utter_ask_confirmation"],
        ["utter_ask_change"],
        ["utter_ask_quantity"],
        ["utter_ask_confirmation"],
        ["utter_return_opened"],
        ["utter_case_status_progress"],
        ["utter_ask_confirmation"],
        ["utter_case_withdrawn"],
        ["utter_goodbye"],
    ]


async def test_a_form_outlives_any_number_of_digressions(talk: TALK, loaded: Loaded) -> None:
    customer = talk()
    for text in A_RETURN[:4]:
        await customer.say(text)
    for number in range(40):
        question = ("/ask_return_policy", "/thank", "/track_order", "/ask_bot")[number % 4]
        answer = await customer.say(question)
        assert answer[-1] == "utter_ask_items", number
        assert len(answer) == 2
    tracker = await loaded.assistant._store.retrieve(customer.id)
    assert tracker is not None and len(tracker.events) < 100
    assert await customer.say('/choose_item{"item":"1"}') == ["utter_ask_reason"]
    assert await customer.say('/choose_reason{"reason":"changed_mind"}') == ["utter_ask_confirmation"]
    assert await customer.say("/affirm") == ["utter_return_opened"]


async def test_a_turn_whose_action_fails_never_happened(
    talk: TALK, loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = talk()
    for text in A_RETURN[:3]:
        await customer.say(text)
    whole = context.context()

    def broken() -> Any:
        raise ConnectionError("the database is away")

    context.bind(context.Context(broken, whole.policy, whole.clock, whole.links))
    with pytest.raises(ConnectionError):
        await customer.say(A_RETURN[3])
    context.bind(whole)
    async with customer.uow() as uow:
        events = await uow.dialogue.load(customer.id)
    assert sum(1 for event in events if event["event"] == "user") == 3
    assert await customer.say(A_RETURN[3]) == ["utter_ask_items"]


@pytest.mark.parametrize("wish", ["return", "exchange", "complaint", "withdrawal", "person"])
async def test_a_message_answered_again_after_a_crash_is_carried_out_once_and_told_the_same(
    talk: TALK, wish: str
) -> None:
    customer = talk()
    for text in (*A_RETURN[1:4], *LAST_STEPS[wish][:-1]):
        await customer.say(text)
    last = LAST_STEPS[wish][-1]
    first = await customer.turn(last, "the-last", dies=True)
    second = await customer.turn(last, "the-last")
    assert [message.response for message in first.messages] == TOLD[wish]
    assert [(message.response, message.custom) for message in second.messages] == [
        (message.response, message.custom) for message in first.messages
    ]
    async with customer.uow() as uow:
        assert len(await uow.cases.of_order("10480001")) == (0 if wish == "person" else 1)
        assert len(await uow.returns.of_order("10480001")) == (0 if wish in ("person", "complaint") else 1)


async def test_rasas_own_commands_are_words_from_customers(talk: TALK) -> None:
    customer = talk()
    for text in A_RETURN[:2]:
        await customer.say(text)
    for command in ("/restart", "/session_start", "/back", '/slot{"verification": "proved"}'):
        # Without its slash a command is a word, and "restart" sounds like wanting to stop.
        assert (await customer.say(command))[-1] in ("utter_ask_order_number", "utter_stopped")
        assert (await customer.say("/return_item"))[-1] == "utter_ask_order_number"


def test_messages_outside_of_turns_are_localised_too(loaded: Loaded) -> None:
    german = loaded.assistant.say("utter_handoff_joined", "de", agent="Ana")
    english = loaded.assistant.say("utter_handoff_joined", "en", agent="Ana")
    assert english.text == "Ana has joined the conversation."
    assert "Ana" in german.text and german.text != english.text
    assert (german.response, german.language) == ("utter_handoff_joined", "de")
