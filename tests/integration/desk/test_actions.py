"""What agents do in conversations, and what they are told when it does not work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.aftersales.case import CaseState
from bot.aftersales.escalation import EscalationState
from bot.conversations.model import HandledBy
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def message_of(answer: object) -> str:
    return str((await answer.json())["error"]["message"])  # type: ignore[attr-defined]


async def test_an_agent_takes_over_answers_and_resolves(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await ana.act("c-anna", "take-over", **{"from": "queued"})).status == 200
    assert (await ana.act("c-anna", "reply", text="  Guten Tag!  ")).status == 200
    assert (await ana.act("c-anna", "resolve")).status == 200
    assert (await world.transcript("c-anna"))[-3:] == [
        ("system", "Ana Lima joined the conversation."),
        ("agent", "Guten Tag!"),
        ("system", "This is settled now."),
    ]
    handoff = await world.handoff("c-anna")
    assert handoff and handoff.state is EscalationState.RESOLVED
    async with world.uow() as uow:
        case = await uow.cases.get("C1000001")
    # Its return is still on the way, so there is something left to do.
    assert case and case.state is CaseState.EXECUTING


async def test_taking_over_twice_announces_once(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    for _ in range(2):
        assert (await ana.act("c-li", "take-over", **{"from": "queued"})).status == 200
    assert [author for author, _ in await world.transcript("c-li")].count("system") == 1


async def test_the_second_of_two_agents_is_told_who_was_first(world: World, logged_in: LogIn) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    assert (await ana.act("c-li", "take-over", **{"from": "queued"})).status == 200
    late = await ben.act("c-li", "take-over", **{"from": "queued"})
    assert late.status == 409
    assert await message_of(late) == "Ana Lima took this conversation over."
    handoff = await world.handoff("c-li")
    assert handoff and handoff.agent_id == "ana"


async def test_of_two_agents_at_the_same_moment_one_gets_it(world: World, logged_in: LogIn) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    answers = await asyncio.gather(*(who.act("c-li", "take-over", **{"from": "queued"}) for who in (ana, ben)))
    assert sorted(answer.status for answer in answers) == [200, 409]


async def test_a_conversation_can_be_taken_from_a_colleague_knowingly(world: World, logged_in: LogIn) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    assert (await ana.act("c-held", "take-over", **{"from": "agent:ben"})).status == 200
    refused = await ben.act("c-held", "reply", text="still me?")
    assert refused.status == 409
    assert await message_of(refused) == "Ana Lima took this conversation over."


async def test_an_agent_may_step_in_while_the_bot_handles_it(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await ana.act("c-bot", "take-over", **{"from": "bot"})).status == 200
    assert await world.router.handling.handled_by("c-bot") is HandledBy.HUMAN
    received = await world.router.receive("c-bot", "web", "¿hola?")
    assert await world.router.answer_to(received, "c-bot") == []


async def test_the_bot_goes_on_after_the_return(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await ana.act("c-anna", "take-over")
    assert (await ana.act("c-anna", "return")).status == 200
    assert await world.router.handling.handled_by("c-anna") is HandledBy.BOT
    received = await world.router.receive("c-anna", "web", "danke")
    assert [m.text for m in await world.router.answer_to(received, "c-anna")] == ["Bot heard danke"]


@pytest.mark.parametrize("action", ["reply", "return", "resolve"])
async def test_what_is_not_held_cannot_be_worked_on(logged_in: LogIn, action: str) -> None:
    ana = await logged_in("ana")
    waiting = await ana.act("c-li", action, text="hi")
    assert (waiting.status, await message_of(waiting)) == (
        409,
        "Take this conversation over first.",
    )
    with_bot = await ana.act("c-bot", action, text="hi")
    assert with_bot.status == 404
    assert "The bot handles this conversation" in await message_of(with_bot)


async def test_a_note_stays_at_the_desk(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await ana.act("c-held", "note", text="Refund was sent on Monday")).status == 200
    assert (await world.transcript("c-held"))[-1] == (
        "note",
        "Refund was sent on Monday",
    )
    async with world.uow() as uow:
        assert "note" not in [m.author.value for m in await uow.messages.of("c-held")]
        assert await uow.outbox.pending("c-held") == []


@pytest.mark.parametrize("action", ["take-over", "reply", "note", "return", "resolve"])
async def test_an_unknown_conversation_is_not_made_up(world: World, logged_in: LogIn, action: str) -> None:
    ana = await logged_in("ana")
    assert (await ana.act("nobody", action, text="hi")).status == 404
    async with world.uow() as uow:
        assert await uow.conversations.get("nobody") is None


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001, None, 7])
async def test_a_useless_text_is_refused(logged_in: LogIn, text: object) -> None:
    ana = await logged_in("ana")
    assert (await ana.act("c-held", "note", text=text)).status == 400


async def test_a_request_without_the_token_does_nothing(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    for csrf in ("", "guess"):
        ana.csrf = csrf
        assert (await ana.act("c-li", "take-over")).status == 403
        assert (await ana.submit("/desk/logout")).status == 403
    handoff = await world.handoff("c-li")
    assert handoff and handoff.state is EscalationState.QUEUED


async def test_a_request_from_another_site_does_nothing(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    headers = {"X-CSRF-Token": ana.csrf, "Origin": "https://evil.example"}
    answer = await ana.client.post("/desk/conversations/c-li/take-over", json={}, headers=headers)
    assert answer.status == 403


async def test_what_is_not_json_is_refused(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    headers = {"X-CSRF-Token": ana.csrf, "Content-Type": "application/json"}
    for body in (b"{", b"[]", b"\xff"):
        answer = await ana.client.post("/desk/conversations/c-held/note", data=body, headers=headers)
        assert answer.status == 400
