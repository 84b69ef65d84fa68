"""Handing conversations around: bot, queue, people, twice over, and what happens when somebody goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.aftersales.escalation import EscalationState, GivenBy
from bot.conversations.model import HandledBy
from bot.conversations.routing_rounds import RoutingRounds
from bot.errors import ConflictError
from tests.integration.desk.conftest import Browser
from tests.integration.desk.handing import CUSTOMER, asks_for_a_person, drained, holder, only, says
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def test_every_path_back_and_forth_twice_keeps_talking_and_one_at_a_time(
    world: World, rounds: RoutingRounds, logged_in: LogIn
) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    await only(world, CUSTOMER)
    for turn in (1, 2):
        assert await says(world, f"hello {turn}") == [f"Bot heard hello {turn}"]
        await asks_for_a_person(world)
        assert await says(world, "anybody?") == []
        assert (await ana.act(CUSTOMER, "take-over", **{"from": "queued"})).status == 200
        assert await says(world, "hello Ana") == []
        assert (await ana.act(CUSTOMER, "return", instruction={"kind": "ask_photo"})).status == 200
        await drained(world)
        assert await says(world, f"with the bot {turn}") == [f"Bot heard with the bot {turn}"]
        await asks_for_a_person(world)
        await rounds.run(world.now)
        assert (await ben.act(CUSTOMER, "take-over", **{"from": "queued"})).status == 200
        assert (await ana.act(CUSTOMER, "take-over", **{"from": "agent:ben"})).status == 200
        assert (await ben.act(CUSTOMER, "reply", text="me too")).status == 409
        assert (await ana.act(CUSTOMER, "resolve")).status == 200
        assert await world.router.handling.handled_by(CUSTOMER) is HandledBy.BOT
    assert await says(world, "bye") == ["Bot heard bye"]
    # The bot heard each word that was its own, and nothing that people were there for.
    assert world.bot.heard == [
        "hello 1", "/resume", "with the bot 1", "hello 2", "/resume", "with the bot 2", "bye",
    ]  # fmt: skip
    joined = [text[:3] for author, text in await world.transcript(CUSTOMER) if "joined" in text and author == "system"]
    assert joined == ["Ana", "Ben", "Ana"] * 2


async def test_a_crash_before_the_commit_leaves_neither_state_nor_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise RuntimeError("died")

    before = await world.transcript("c-li")
    with monkeypatch.context() as broken:
        broken.setattr(world.bot, "say", dies)
        with pytest.raises(RuntimeError):
            await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    assert await holder(world, "c-li") == (EscalationState.QUEUED, None)
    assert await world.transcript("c-li") == before
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")


async def test_a_process_that_dies_after_the_return_leaves_the_word_for_the_next_one(world: World) -> None:
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    world.router.handling._wake = lambda conversation_id: None
    await world.router.handling.return_to_bot("c-li", "ana")
    assert world.bot.heard == []
    assert await world.router.recover() == 1
    await drained(world, "c-li")
    assert world.bot.heard == ["/resume"]


async def test_who_joins_waits_for_the_turn_that_the_bot_is_in(world: World) -> None:
    answer, is_free = world.bot.answer, asyncio.Event()

    async def slow(*args: object) -> object:
        await is_free.wait()
        return await answer(*args)  # type: ignore[arg-type]

    world.bot.answer = slow  # type: ignore[method-assign,assignment]
    await world.router.receive("c-bot", "web", "¿y ahora?")
    await asyncio.sleep(0.05)
    joining = asyncio.create_task(world.router.handling.take_over("c-bot", "ana", "Ana Lima"))
    await asyncio.sleep(0.05)
    assert not joining.done()
    is_free.set()
    await joining
    assert [author for author, _ in await world.transcript("c-bot")][-3:] == ["customer", "bot", "system"]


async def test_a_conversation_is_passed_on_to_a_colleague_and_to_a_team(world: World, logged_in: LogIn) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    assert (await ana.act("c-held", "transfer", to="agent:ana", **{"from": "agent:ben"})).status == 409
    assert (await ben.act("c-held", "transfer", to="agent:nobody")).status == 400
    assert (await ben.act("c-held", "transfer", to="agent:ana", **{"from": "agent:ben"})).status == 200
    handoff = await world.handoff("c-held")
    assert handoff and (handoff.agent_id, handoff.given_by) == ("ana", GivenBy.COLLEAGUE)
    assert (await ana.act("c-held", "transfer", to="team:east_asia")).status == 200
    handoff = await world.handoff("c-held")
    assert handoff and (handoff.state, handoff.team) == (EscalationState.QUEUED, "east_asia")
    async with world.uow() as uow:
        trail = await uow.audit.of_subject("conversation:c-held")
    assert [event.action for event in trail] == ["conversation.assigned", "conversation.requeued"]


async def test_a_supervisor_reads_without_a_trace_whispers_and_takes_over(world: World, logged_in: LogIn) -> None:
    ana, ben, root = await logged_in("ana"), await logged_in("ben"), await logged_in("root")
    before = await world.transcript("c-held")
    assert "Ben here" in await root.text("/desk/conversations/c-held")
    assert await world.transcript("c-held") == before
    assert (await ana.act("c-held", "whisper", text="let me")).status == 403
    assert (await root.act("c-held", "whisper", text="Offer the express return")).status == 200
    assert (await root.act("c-li", "whisper", text="nobody here")).status == 409
    assert "Offer the express return" in await ben.text("/desk/conversations/c-held")
    assert "Offer the express return" not in await ana.text("/desk/conversations/c-held")
    async with world.uow() as uow:
        assert "note" not in {message.author.value for message in await uow.messages.of("c-held")}
    assert (await root.act("c-held", "take-over", **{"from": "agent:ben"})).status == 200
    assert await holder(world, "c-held") == (EscalationState.ASSIGNED, "root")


async def test_one_that_somebody_took_meanwhile_is_not_given_away(world: World) -> None:
    with pytest.raises(ConflictError):
        await world.router.handling.give("c-held", "ana", "Ana", GivenBy.ROUTING, "system", "queued")


async def test_presence_is_chosen_and_kept(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    headers = {"X-CSRF-Token": ana.csrf, "Accept": "application/json"}
    answer = await ana.client.post("/desk/presence", json={"presence": "away"}, headers=headers)
    assert (answer.status, (await answer.json())["presence"]) == (200, "away")
    wrong = await ana.client.post("/desk/presence", json={"presence": "asleep"}, headers=headers)
    assert wrong.status == 400
    beat = await ana.client.post("/desk/presence/beat", json={}, headers=headers)
    assert (await beat.json())["presence"] == "away"
