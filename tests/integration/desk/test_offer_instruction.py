"""The instruction "offer 30 %": made over HTTP, told once, answered by button or in words, and never repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import context
from actions.escalation import ActionResume
from actions.smalltalk import ActionSayNo, ActionSayYes
from bot.aftersales.escalation import EscalationState
from bot.aftersales.labels import Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, OfferState
from bot.conversations.model import Message
from bot.conversations.notifier import Notifier
from bot.services.document_links import DocumentLinks
from bot.services.policy_files import load_policy
from bot.settings import ROOT
from tests.channels.platform_server import until
from tests.integration.desk.conftest import Browser
from tests.integration.desk.test_case_decisions import CASE, CONVERSATION, case_of, limit, refunded
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
LINKS = DocumentLinks(b"a key of the tests")
GIVEN = [Money(Decimal("11.70"), "EUR")]


@pytest.fixture(autouse=True)
def bound(world: World) -> Iterator[None]:
    before = list(context._bound)
    policy = load_policy(ROOT / "data" / "policy")
    context.bind(context.Context(world.uow, policy, lambda: world.now, LINKS))
    yield
    context._bound[:] = before


async def thirty(world: World, ana: Browser) -> Any:
    """Give the conversation back with the instruction to offer 30 %."""
    instruction, seen = {"kind": "offer", "percent": 30, "note": "we are late"}, (await case_of(world)).standing
    return await ana.act(CONVERSATION, "return", instruction=instruction, case=CASE, seen=seen)


async def offered(world: World, ana: Browser) -> Offer:
    """Take the conversation over, give it back with the offer, and return it."""
    assert (await ana.act(CONVERSATION, "take-over")).status == 200
    answer = await thirty(world, ana)
    assert answer.status == 200, await answer.text()
    await drained(world)
    return (await case_of(world)).offers[-1]


async def drained(world: World) -> None:
    async def is_empty() -> bool:
        async with world.uow() as uow:
            return not await uow.inbox.waiting(CONVERSATION)

    await until(is_empty)


async def announced(world: World) -> list[Message]:
    """Return what the notifier has to say now."""
    async with world.uow() as uow:
        before = {message.id for message in await uow.messages.of(CONVERSATION)}
    await Notifier(world.uow, world.bot, world.router.feed, lambda: world.now, LINKS).deliver()
    async with world.uow() as uow:
        return [message for message in await uow.messages.of(CONVERSATION) if message.id not in before]


async def press(world: World, accepted: str, position: int) -> list[str | None]:
    text = f'/answer_offer{{"case": "{CASE}", "offer": "{position}", "accepted": "{accepted}"}}'
    inbound = await world.router.receive(CONVERSATION, "web", text, title="Yes, I accept")
    return [message.response for message in await world.router.answer_to(inbound, CONVERSATION)]


async def says(action: Any, intent: str) -> list[str]:
    message = {"text": intent, "intent": {"name": intent, "confidence": 1.0}, "entities": []}
    user = {"event": "user", "message_id": "m1", "text": intent, "parse_data": message}
    dispatcher = CollectingDispatcher()
    tracker = Tracker(CONVERSATION, {}, message, [user], False, None, {}, "action_listen")
    await action.run(dispatcher, tracker, {})
    return [said["response"] for said in dispatcher.messages]


async def test_the_offer_is_made_told_once_and_not_repeated_by_the_bot(world: World, logged_in: LogIn) -> None:
    offer = await offered(world, await logged_in("ana"))
    assert (offer.remedy, offer.agent_id, offer.note) == (Remedy.REFUND_PARTIAL, "ana", "we are late")
    assert (offer.state, offer.amount, offer.terms["percent"]) == (OfferState.PROPOSED, GIVEN[0], "30")
    handoff = await world.handoff(CONVERSATION)
    assert handoff and handoff.state is EscalationState.RETURNED_TO_BOT
    assert [message.response for message in await announced(world)] == ["utter_ask_offer"]
    # The bot only says that it is back: the question with its buttons is there already.
    assert await says(ActionResume(), "resume") == ["utter_handoff_back"]
    assert await announced(world) == []
    assert world.bot.heard == ["/resume"]


async def test_what_the_customer_is_told_holds_the_offer_and_both_answers(world: World, logged_in: LogIn) -> None:
    await offered(world, await logged_in("ana"))
    async with world.uow() as uow:
        (told,) = await uow.notifications.of_case(CASE)
    assert told.response == "utter_ask_offer"
    assert told.values["facts"]["offer"]["amount"] == "11.70"
    assert [choice["payload"].count("/answer_offer") for choice in told.values["choices"]] == [1, 1]
    assert "we are late" not in str(told.values)


async def test_a_press_on_accept_is_answered_at_once_and_the_notifier_is_woken(world: World, logged_in: LogIn) -> None:
    offer = await offered(world, await logged_in("ana"))
    woken: list[str] = []
    world.router.announced = lambda: woken.append("woken")
    position = len((await case_of(world)).offers)
    assert await press(world, "yes", position) == ["utter_all_right"]
    assert woken
    assert offer.state is OfferState.PROPOSED, "what was read before stays as it was"
    assert (await refunded(world), (await case_of(world)).offers[-1].state) == (GIVEN, OfferState.ACCEPTED)
    assert [message.response for message in await announced(world)] == ["utter_ask_offer", "utter_refund_keeps_goods"]


async def test_an_answer_that_comes_too_late_is_told_how_the_case_stands(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await offered(world, ana)
    position = len((await case_of(world)).offers)
    assert (await press(world, "no", position))[0] == "utter_all_right"
    late = await press(world, "yes", position)
    assert late[0] in ("utter_case_status", "utter_case_status_progress")
    assert await refunded(world) == []
    assert await press(world, "yes", 99) == ["utter_not_understood"]


async def test_a_yes_in_words_after_the_return_accepts_once(world: World, logged_in: LogIn) -> None:
    await offered(world, await logged_in("ana"))
    assert await says(ActionSayYes(), "affirm") == ["utter_all_right"]
    assert await refunded(world) == GIVEN
    # The button below the question finds it answered already.
    assert await press(world, "yes", len((await case_of(world)).offers)) == ["utter_all_right"]
    assert "utter_ask_offer" not in await says(ActionSayYes(), "affirm")
    assert await refunded(world) == GIVEN


async def test_a_no_in_words_leads_back_to_a_person(world: World, logged_in: LogIn) -> None:
    await offered(world, await logged_in("ana"))
    said = await says(ActionSayNo(), "deny")
    assert said[0] == "utter_all_right" and said[1].startswith("utter_handoff_")
    handoff = await world.handoff(CONVERSATION)
    assert handoff and handoff.state is EscalationState.QUEUED
    assert (await case_of(world)).offers[-1].state is OfferState.DECLINED
    assert await refunded(world) == []


async def test_above_the_limit_the_conversation_stays_with_the_agent(world: World, logged_in: LogIn) -> None:
    await limit(world, "ana", "5")
    ana = await logged_in("ana")
    await ana.act(CONVERSATION, "take-over")
    answer = await thirty(world, ana)
    assert (answer.status, (await answer.json())["waits"]) == (200, True)
    handoff = await world.handoff(CONVERSATION)
    assert handoff and (handoff.state, handoff.agent_id) == (EscalationState.ASSIGNED, "ana")
    assert await announced(world) == []
