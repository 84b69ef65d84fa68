"""The rounds that route: what waits is given to who is there, and taken from who goes, is silent, or never answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.aftersales.escalation import EscalationState, GivenBy
from bot.aftersales.sla import ALWAYS_OPEN
from bot.conversations.routing_rounds import RoutingRounds
from bot.services import inbox
from bot.services.account import Presence
from tests.integration.desk.handing import MINUTE, comes, holder, joins, only, pushes
from tests.integration.desk.world import World


async def test_what_waits_is_given_to_who_is_there_and_has_room(world: World, rounds: RoutingRounds) -> None:
    await pushes(world)
    await rounds.run(world.now)
    assert (await holder(world, "c-anna"))[0] is EscalationState.QUEUED
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    for conversation_id in ("c-anna", "c-li", "c-evil"):
        handoff = await world.handoff(conversation_id)
        assert handoff and handoff.given_by is GivenBy.ROUTING, conversation_id
        assert await joins(world, conversation_id) == 1
    await rounds.run(world.now)
    assert await joins(world, "c-anna") == 1


async def test_nothing_is_given_where_people_take(world: World, rounds: RoutingRounds) -> None:
    await comes(world, "ana")
    await rounds.run(world.now)
    assert (await holder(world, "c-anna"))[0] is EscalationState.QUEUED


async def test_who_is_away_gets_nothing_new_and_keeps_what_is_held(world: World, rounds: RoutingRounds) -> None:
    await pushes(world)
    await comes(world, "ben", presence_=Presence.AWAY)
    await rounds.run(world.now)
    assert await holder(world, "c-held") == (EscalationState.ASSIGNED, "ben")
    assert (await holder(world, "c-anna"))[0] is EscalationState.QUEUED


async def test_who_closes_the_browser_loses_it_to_a_colleague_after_the_grace(
    world: World, rounds: RoutingRounds
) -> None:
    await pushes(world)
    await only(world, "c-held")
    await comes(world, "ben")
    world.now += 50 * timedelta(seconds=1)
    await comes(world, "ana")
    await rounds.run(world.now)
    assert await holder(world, "c-held") == (EscalationState.ASSIGNED, "ben")
    world.now += 20 * timedelta(seconds=1)
    await rounds.run(world.now)
    assert await holder(world, "c-held") == (EscalationState.ASSIGNED, "ana")
    assert [text for author, text in await world.transcript("c-held") if author == "system"][-1].startswith("Ana Lima")


async def test_who_goes_offline_loses_it_at_once(world: World, rounds: RoutingRounds) -> None:
    await comes(world, "ben")
    await comes(world, "ben", presence_=Presence.OFFLINE)
    await rounds.run(world.now)
    assert (await holder(world, "c-held"))[0] is EscalationState.QUEUED


async def test_who_does_not_answer_in_time_loses_it_for_good_where_somebody_else_is_there(
    world: World, rounds: RoutingRounds
) -> None:
    await pushes(world, seconds=60)
    await only(world, "c-li")
    await comes(world, "ana")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")
    world.now += 2 * MINUTE
    await comes(world, "ana")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana"), "nobody else is there"
    await comes(world, "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ben")
    world.now += 2 * MINUTE
    await comes(world, "ana", "ben")
    for _ in range(3):
        await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ben"), "it does not go round in circles"


async def test_who_answered_keeps_it(world: World, rounds: RoutingRounds) -> None:
    await pushes(world, seconds=60)
    await only(world, "c-li")
    await comes(world, "ana")
    await rounds.run(world.now)
    await world.router.words.say("c-li", "ana", "您好")
    world.now += 5 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")


@pytest.fixture(params=["push", "pull"])
async def mode(request: pytest.FixtureRequest, world: World) -> str:
    async with world.uow() as uow:
        routing = {"mode": request.param, "answer_within_seconds": 60}
        assert await uow.desk_settings.put("routing", routing, 0)
        await uow.commit()
    return str(request.param)


async def hears_nothing_for(world: World, rounds: RoutingRounds, time: timedelta) -> None:
    """Let the customer of c-li write, and everybody at the desk but look on for some time."""
    await world.router.receive("c-li", "web", "还在吗?")
    world.now += time
    await comes(world, "ana", "ben")
    await rounds.run(world.now)


async def test_who_answered_once_and_then_leaves_the_customer_waiting_loses_it(
    world: World, rounds: RoutingRounds, mode: str
) -> None:
    await only(world, "c-li")
    await comes(world, "ana", "ben")
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    await world.router.words.say("c-li", "ana", "您好")
    world.now += 5 * MINUTE
    await hears_nothing_for(world, rounds, MINUTE / 2)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana"), "there is time left"
    told_before = len(await world.transcript("c-li"))
    await hears_nothing_for(world, rounds, MINUTE / 2)
    told = [text for author, text in (await world.transcript("c-li"))[told_before:] if author == "system"]
    if mode == "push":
        assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ben")
        assert [text.partition(" joined")[0] for text in told[1:]] == ["Ben Okafor"]
    else:
        assert await holder(world, "c-li") == (EscalationState.QUEUED, None)
    said = world.bot.say("utter_handoff_requeued", "zh")
    assert told[0] == said.text, "the customer hears it as when somebody goes"
    async with world.uow() as uow:
        trail = await uow.audit.of_subject("conversation:c-li")
    assert [event.data for event in trail if event.action == "conversation.requeued"] == [
        {"from": "ana", "why": "not_answered"}
    ]
    handoff = await world.handoff("c-li")
    assert handoff and handoff.passed_over == ["ana"]


async def test_each_answer_gives_all_of_the_time_again(world: World, rounds: RoutingRounds, mode: str) -> None:
    await only(world, "c-li")
    await comes(world, "ana", "ben")
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    for _ in range(3):
        await hears_nothing_for(world, rounds, MINUTE * 0.9)
        await world.router.words.say("c-li", "ana", "请稍等")
    world.now += 5 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")


async def test_who_took_it_and_never_writes_loses_it_only_where_somebody_else_is_there(
    world: World, rounds: RoutingRounds, mode: str
) -> None:
    await only(world, "c-li")
    await comes(world, "ana")
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    world.now += 2 * MINUTE
    await comes(world, "ana")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana"), "better off where it is"
    await comes(world, "ben")
    await rounds.run(world.now)
    expected = (EscalationState.ASSIGNED, "ben") if mode == "push" else (EscalationState.QUEUED, None)
    assert await holder(world, "c-li") == expected


async def test_a_message_that_was_put_off_on_purpose_is_not_taken_away(
    world: World, rounds: RoutingRounds, mode: str
) -> None:
    await only(world, "c-li")
    await comes(world, "ana", "ben")
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    async with world.uow() as uow:
        await inbox.snooze(uow, "c-li", world.now + timedelta(hours=1), "ana", world.now)
    world.now += 5 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")


async def test_who_was_taken_over_from_the_bot_waits_only_after_writing(
    world: World, rounds: RoutingRounds, mode: str
) -> None:
    await only(world, "nobody")
    await comes(world, "ana", "ben")
    await world.router.handling.take_over("c-bot", "ana", "Ana Lima")
    world.now += 5 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-bot") == (EscalationState.ASSIGNED, "ana")
    await world.router.receive("c-bot", "web", "¿hola?")
    world.now += 2 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    handoff = await world.handoff("c-bot")
    assert handoff and handoff.passed_over == ["ana"]


async def test_two_replicas_give_a_conversation_once(world: World, rounds: RoutingRounds) -> None:
    await pushes(world)
    await comes(world, "ana", "ben")
    other = RoutingRounds(world.uow, world.router.handling, lambda: world.now, ALWAYS_OPEN)
    await asyncio.gather(rounds.run(world.now), other.run(world.now))
    for conversation_id in ("c-anna", "c-li", "c-evil"):
        assert await joins(world, conversation_id) == 1
