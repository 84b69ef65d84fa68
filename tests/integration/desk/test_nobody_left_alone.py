"""What goes wrong between two steps leaves no customer in silence, and nobody talks across anybody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.aftersales.escalation import EscalationReason, EscalationState, GivenBy
from bot.conversations.button_answers import ButtonAnswers
from bot.conversations.model import InboundMessage, Message
from bot.conversations.routing_rounds import RoutingRounds
from bot.errors import ConflictError, NotFoundError
from bot.services import agent_offers, escalations
from bot.services.account import Presence
from tests.channels.platform_server import until
from tests.integration.desk.handing import MINUTE, asks_for_a_person_as, comes, holder, only, pushes
from tests.integration.desk.world import World

CUSTOMER, CASE = "c-bot", "C1000001"
PRESSED = f'/answer_offer{{"case": "{CASE}", "offer": "1", "accepted": "no"}}'


async def says(world: World, text: str, conversation_id: str = CUSTOMER) -> list[str | None]:
    received = await world.router.receive(conversation_id, "web", text)
    return [message.response for message in await world.router.answer_to(received, conversation_id)]


async def test_a_button_that_always_fails_leads_to_a_person_and_blocks_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise ValueError("broken")

    with monkeypatch.context() as broken:
        broken.setattr(ButtonAnswers, "turn", fails)
        assert await says(world, PRESSED) == ["utter_internal_error"]
    assert (await holder(world, CUSTOMER))[0] is EscalationState.QUEUED
    assert await says(world, "still there?") == []


async def test_an_offer_that_something_else_met_at_the_same_moment_is_asked_about_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    async def answer(uow: Any, policy: Any, conversation_id: str, number: str, *_: Any, **__: Any) -> None:
        tries.append(number)
        if len(tries) == 1:
            raise ConflictError(case=number)

    monkeypatch.setattr(agent_offers, "answer", answer)
    assert (await says(world, PRESSED.replace('"no"', '"yes"'))) == ["utter_all_right"]
    assert tries == [CASE, CASE]


async def test_who_declined_before_a_crash_still_hears_that_somebody_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def declined(*_: Any, **__: Any) -> None:
        return None

    monkeypatch.setattr(agent_offers, "answer", declined)
    finish, crashes = world.router._finish, iter([True])

    async def dies(inbound: InboundMessage, *rest: Any) -> None:
        if next(crashes, False):
            raise RuntimeError("died")
        await finish(inbound, *rest)

    world.router._finish = dies  # type: ignore[method-assign]
    answer = await says(world, PRESSED)
    assert answer[0] == "utter_all_right"
    assert str(answer[1]).startswith("utter_handoff_")
    async with world.uow() as uow:
        trail = await uow.audit.of_subject(f"conversation:{CUSTOMER}")
    assert [event.action for event in trail] == ["conversation.handed_over"]


async def test_an_agents_words_do_not_cross_the_return_to_the_bot(world: World) -> None:
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    async with world.router._turns.of("c-li"):
        speaking = asyncio.create_task(world.router.words.say("c-li", "ana", "one moment"))
        await asyncio.sleep(0.05)
        async with world.uow() as uow:
            await escalations.return_to_bot(uow, "c-li", "ana", world.now)
            await uow.commit()
    with pytest.raises(NotFoundError):
        await speaking
    assert ("agent", "one moment") not in await world.transcript("c-li")


async def test_one_conversation_that_cannot_be_given_stops_no_other(world: World, rounds: RoutingRounds) -> None:
    await pushes(world)
    await comes(world, "ana", "ben")
    say = world.bot.say

    def some(response: str, language: str, **values: Any) -> Message:
        if language == "zh":
            raise KeyError(response)
        return say(response, language, **values)

    world.bot.say = some  # type: ignore[method-assign]
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.QUEUED, None)
    for conversation_id in ("c-anna", "c-evil"):
        assert (await holder(world, conversation_id))[0] is EscalationState.ASSIGNED


async def test_one_free_place_takes_one_conversation_from_who_is_silent(world: World, rounds: RoutingRounds) -> None:
    await pushes(world, seconds=60)
    await only(world, "nobody")
    for conversation_id in ("c-one", "c-two", "c-three"):
        await asks_for_a_person_as(world, conversation_id)
    await comes(world, "ana")
    await rounds.run(world.now)
    async with world.uow() as uow:
        ben = await uow.accounts.get("ben")
        assert ben is not None
        ben.capacity = 1
        await uow.commit()
    world.now += 2 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    held = [await holder(world, conversation_id) for conversation_id in ("c-one", "c-two", "c-three")]
    assert sorted(str(agent) for _, agent in held) == ["ana", "ana", "ben"]


async def test_who_passed_it_over_gets_it_again_where_nobody_else_is_there(world: World, rounds: RoutingRounds) -> None:
    await pushes(world, seconds=60)
    await only(world, "c-li")
    await comes(world, "ana")
    await rounds.run(world.now)
    world.now += 2 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ben")
    await comes(world, "ben", presence_=Presence.OFFLINE)
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")
    world.now += 2 * MINUTE
    await comes(world, "ana")
    for _ in range(3):
        await rounds.run(world.now)
    handoff = await world.handoff("c-li")
    assert handoff and (handoff.agent_id, handoff.given_by) == ("ana", GivenBy.ROUTING)
    joined = [text for author, text in await world.transcript("c-li") if author == "system" and "joined" in text]
    assert len(joined) == 3, "it does not go round in circles"


async def test_handoffs_from_before_teams_join_the_queue_of_theirs(world: World, rounds: RoutingRounds) -> None:
    await asks_for_a_person_as(world, "c-new")
    async with world.uow() as uow:
        for conversation_id in ("c-anna", "c-li", "c-new"):
            handoff = await uow.escalations.open_of(conversation_id)
            assert handoff
            handoff.team = None if conversation_id != "c-new" else handoff.team
        await uow.commit()
    await rounds.run(world.now)
    teams = [handoff.team for name in ("c-anna", "c-li", "c-new") if (handoff := await world.handoff(name))]
    assert teams == ["europe", "east_asia", "europe"]
    async with world.uow() as uow:
        newest = await uow.escalations.open_of("c-new")
        assert newest
        assert (await escalations.place_of(uow, newest, world.now)).position > 1


async def test_a_process_that_dies_after_each_step_of_a_handoff_leaves_the_customer_answered(world: World) -> None:
    async with world.uow() as uow:
        facts = {"message": "m-1"}
        now, reason = world.now, EscalationReason.ASKED_FOR_HUMAN
        await uow.inbox.add(
            InboundMessage("m-1", CUSTOMER, "web", "m-1", "a person please", now - timedelta(seconds=1))
        )
        await uow.commit()
    async with world.uow() as uow:
        await escalations.hand_over(uow, CUSTOMER, reason, "es", now, facts=facts)
    assert await world.router.recover() == 1
    await until(lambda: world.bot.heard)
    assert world.bot.heard == ["a person please"], "the message that queued it is answered by the bot all the same"
