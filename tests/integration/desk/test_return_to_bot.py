"""Giving a conversation back to the bot with an instruction: both happen or neither, and an offer is made once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from bot.aftersales.escalation import EscalationState
from bot.errors import ConflictError
from bot.services import escalations
from tests.integration.desk.conftest import Browser
from tests.integration.desk.handing import holder
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


@pytest.mark.parametrize(("instruction", "status"), [
    ({"kind": "offer", "percent": "300"}, 400),
    ({"kind": "dance"}, 400),
    ({"kind": "offer", "percent": 30}, 400),
    ({"kind": "go_on", "note": "knows us"}, 200),
])  # fmt: skip
async def test_an_instruction_is_checked_before_the_bot_gets_the_conversation(
    world: World, logged_in: LogIn, instruction: dict[str, object], status: int
) -> None:
    ben = await logged_in("ben")
    assert (await ben.act("c-held", "return", instruction=instruction)).status == status
    handoff = await world.handoff("c-held")
    assert handoff
    kept = {"kind": "go_on", "percent": None, "note": "knows us"}
    expected = (EscalationState.RETURNED_TO_BOT, kept) if status == 200 else (EscalationState.ASSIGNED, None)
    assert (handoff.state, handoff.instruction) == expected


async def offered(world: World) -> list[str]:
    """Return the state of what agents offered for Anna's case."""
    async with world.uow() as uow:
        case = await uow.cases.get("C1000001")
    assert case
    return [offer.state.value for offer in case.offers if offer.agent_id]


async def an_offer(world: World, **changes: object) -> dict[str, object]:
    async with world.uow() as uow:
        case = await uow.cases.get("C1000001")
    assert case
    return {
        "instruction": {"kind": "offer", "percent": 30}, "case": case.number, "seen": case.standing, **changes,
    }  # fmt: skip


async def test_the_offer_and_the_return_to_the_bot_happen_together_and_once(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await ana.act("c-anna", "take-over")
    page = await ana.text("/desk/conversations/c-anna")
    body = await an_offer(world)
    assert f'<option value="C1000001" data-seen="{body["seen"]}">' in page
    assert (await ana.act("c-anna", "return", **body)).status == 200
    assert (await holder(world, "c-anna"))[0] is EscalationState.RETURNED_TO_BOT
    again = await ana.act("c-anna", "return", **body)
    assert again.status == 404
    assert await offered(world) == ["proposed"]


async def test_a_conflict_of_an_offer_and_the_return_leaves_nothing_behind(
    world: World, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    await ana.act("c-anna", "take-over")
    stale = await an_offer(world, seen=1)
    assert (await ana.act("c-anna", "return", **stale)).status == 409
    assert (await ana.act("c-anna", "return", **await an_offer(world, case="C1000002"))).status == 409
    give_back = escalations.return_to_bot
    tries = []

    async def taken_meanwhile(*args: object, **kwargs: object) -> object:
        tries.append(args)
        raise ConflictError(conversation="c-anna")

    monkeypatch.setattr(escalations, "return_to_bot", taken_meanwhile)
    assert (await ana.act("c-anna", "return", **await an_offer(world))).status == 409
    assert tries
    assert await offered(world) == []
    assert await holder(world, "c-anna") == (EscalationState.ASSIGNED, "ana")
    monkeypatch.setattr(escalations, "return_to_bot", give_back)
    assert (await ana.act("c-anna", "return", **await an_offer(world))).status == 200
    assert await offered(world) == ["proposed"]
    assert (await ben.act("c-anna", "return", **await an_offer(world))).status == 404
    assert await offered(world) == ["proposed"]


async def test_what_a_supervisor_has_to_approve_first_leaves_the_conversation_with_the_agent(
    world: World, logged_in: LogIn
) -> None:
    async with world.uow() as uow:
        account = await uow.accounts.get("ana")
        assert account
        account.refund_limit = Decimal(1)
        await uow.commit()
    ana = await logged_in("ana")
    await ana.act("c-anna", "take-over")
    answer = await ana.act("c-anna", "return", **await an_offer(world))
    assert (answer.status, (await answer.json())["waits"]) == (200, True)
    assert await holder(world, "c-anna") == (EscalationState.ASSIGNED, "ana")
    async with world.uow() as uow:
        assert [asked.asked_by for asked in await uow.approvals.waiting()] == ["ana"]
    assert await offered(world) == []
