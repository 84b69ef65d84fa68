"""Limits of agents: counted over everything that one person gave for an order, and over what a decision would cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.aftersales.approval import Approval, ApprovalKind, ApprovalState
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.offer import OfferState
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy
from bot.aftersales.policy_terms import Caps
from bot.aftersales.refund import Refund
from bot.aftersales.reship import Reshipment
from bot.aftersales.return_ import Return
from bot.errors import IllegalStateError, InvalidInputError
from bot.services import agent_decisions, remedies
from bot.services.agent_terms import Wanted
from bot.services.deciding import Decider
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.test_agent_offers import COMPLAINT, answer, propose
from tests.unit.services.world import World, proved_world

BEN, UMA, RITA = Decider("ben", Decimal(10)), Decider("uma", Decimal(10)), Decider("rita")
TEN = Wanted(Remedy.REFUND_PARTIAL, amount=Decimal(10))
WRONG_SIZE = replace(COMPLAINT, issue=IssueType.WRONG_SIZE, message_id="message-8")
NEVER_CAME = replace(COMPLAINT, issue=IssueType.DELIVERED_NOT_RECEIVED, wish=Remedy.RESHIP, message_id="message-9")


async def cases(*complaints: object) -> tuple[World, list[Case]]:
    world = await proved_world()
    found = []
    for complaint in complaints or (COMPLAINT,):
        async with world.uow() as uow:
            found.append((await remedies.register(uow, A_POLICY, complaint, NOW)).case)  # type: ignore[arg-type]
    return world, found


async def refund(world: World, case: Case, amount: str, by: Decider = BEN, policy: Policy = A_POLICY) -> object:
    async with world.uow() as uow:
        return await agent_decisions.refund(uow, policy, case.number, by, Decimal(amount), "long wait", NOW)


async def approve(world: World, case: Case, by: Decider) -> object:
    async with world.uow() as uow:
        return await agent_decisions.approve(uow, A_POLICY, case.number, by, NOW, reason="never came")


async def grant(world: World, asked: object, by: Decider = RITA) -> Approval:
    assert isinstance(asked, Approval) and asked.id is not None
    async with world.uow() as uow:
        return await agent_decisions.grant(uow, A_POLICY, asked.id, by, NOW)


def paid(world: World) -> list[str]:
    return [str(found.amount.amount) for found in world.database.all(Refund)]


async def test_five_refunds_are_not_five_times_the_limit() -> None:
    world, (case,) = await cases()
    outcomes = [await refund(world, case, "10")]
    outcomes.append(await refund(world, case, "10"))
    assert [isinstance(outcome, Approval) for outcome in outcomes] == [False, True]
    assert paid(world) == ["10.00"]


async def test_smaller_refunds_add_up_to_the_limit_and_no_further() -> None:
    world, (case,) = await cases()
    for amount in ("4", "6"):
        assert not isinstance(await refund(world, case, amount), Approval)
    assert isinstance(await refund(world, case, "0.01"), Approval)
    assert paid(world) == ["4.00", "6.00"]


async def test_what_was_given_in_another_case_of_the_order_counts() -> None:
    world, (one, other) = await cases(COMPLAINT, replace(COMPLAINT, message_id="message-2"))
    await refund(world, one, "10")
    assert isinstance(await propose(world, other, TEN, BEN), Approval)
    assert isinstance(await refund(world, one, "1"), Approval)


async def test_what_a_colleague_gave_does_not_count() -> None:
    world, (case,) = await cases()
    await refund(world, case, "10")
    assert not isinstance(await refund(world, case, "10", UMA), Approval)


async def test_an_open_offer_counts_in_another_case_and_is_replaced_in_its_own() -> None:
    world, (one, other) = await cases(COMPLAINT, replace(COMPLAINT, message_id="message-2"))
    await propose(world, one, TEN, BEN)
    assert isinstance(await refund(world, other, "1"), Approval)
    assert not isinstance(await propose(world, one, TEN, BEN), Approval)
    assert not isinstance(await refund(world, one, "10"), Approval)
    assert [offer.state for offer in one.offers] == [OfferState.EXPIRED, OfferState.EXPIRED, OfferState.ACCEPTED]


async def test_an_accepted_offer_counts_and_a_declined_or_forgotten_one_does_not() -> None:
    world, (case, other) = await cases(COMPLAINT, replace(COMPLAINT, message_id="message-2"))
    await propose(world, case, TEN, BEN)
    await answer(world, case, False)
    await propose(world, case, TEN, BEN)
    case.offers[-1].proposed_at = NOW - timedelta(days=15)
    assert not isinstance(await propose(world, other, TEN, BEN), Approval)
    await answer(world, other, True)
    assert isinstance(await refund(world, case, "1"), Approval)


async def test_money_that_was_called_off_does_not_count() -> None:
    world, (case,) = await cases()
    await refund(world, case, "10")
    world.database.all(Refund)[0].cancel()
    assert not isinstance(await refund(world, case, "10"), Approval)


async def test_a_return_that_policy_grants_costs_nobodys_limit() -> None:
    world, (case, other) = await cases(WRONG_SIZE, COMPLAINT)
    await propose(world, case, Wanted(Remedy.RETURN_REFUND), BEN)
    await answer(world, case, True)
    assert len(world.database.all(Return)) == 1
    assert not isinstance(await refund(world, other, "10"), Approval)


async def test_what_a_supervisor_granted_counts_for_both() -> None:
    world, (case,) = await cases()
    sue = Decider("sue", Decimal(20))
    await grant(world, await refund(world, case, "15"), sue)
    assert isinstance(await refund(world, case, "1"), Approval)
    (waiting,) = [found for found in world.database.all(Approval) if found.is_waiting]
    waiting.amount = euros(6)
    with pytest.raises(InvalidInputError):
        await grant(world, waiting, sue)
    waiting.amount = euros(1)
    assert (await grant(world, waiting, sue)).state is ApprovalState.APPROVED


async def test_a_refund_above_the_cap_of_policy_needs_approval_whatever_the_limit() -> None:
    world, (case,) = await cases()
    strict = replace(A_POLICY, caps=Caps(percent_of_order=Decimal(20)))
    asked = await refund(world, case, "40", RITA, strict)
    assert isinstance(asked, Approval) and asked.kind is ApprovalKind.REFUND
    assert paid(world) == []


async def test_sending_again_costs_what_the_pieces_do() -> None:
    world, (case,) = await cases(NEVER_CAME)
    async with world.uow() as uow:
        assert await agent_decisions.at_stake(uow, A_POLICY, case, NOW) == euros(50)
    asked = await approve(world, case, BEN)
    assert isinstance(asked, Approval) and asked.amount == euros(50)
    assert world.database.all(Reshipment) == []
    await grant(world, asked)
    assert len(world.database.all(Reshipment)) == 1


async def test_a_case_that_was_approved_counts() -> None:
    world, (case, other) = await cases(NEVER_CAME, COMPLAINT)
    fifty = Decider("ben", Decimal(50))
    assert not isinstance(await approve(world, case, fifty), Approval)
    assert isinstance(await refund(world, other, "1", fifty), Approval)


@pytest.mark.parametrize("kind", [ApprovalKind.REFUND, ApprovalKind.OFFER, ApprovalKind.CASE])
async def test_what_costs_something_else_by_now_is_not_carried_out(kind: ApprovalKind) -> None:
    world, (case,) = await cases(NEVER_CAME if kind is ApprovalKind.CASE else COMPLAINT)
    if kind is ApprovalKind.CASE:
        asked = await approve(world, case, BEN)
        world.database.all(Order)[0].lines[0].unit_price = euros(49)
    elif kind is ApprovalKind.OFFER:
        asked = await propose(world, case, Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(30)), BEN)
        world.database.all(Order)[0].lines[0].unit_price = euros(40)
    else:
        asked = await refund(world, case, "15")
        assert isinstance(asked, Approval)
        asked.terms = {"percent": "20"}
    assert isinstance(asked, Approval)
    with pytest.raises(IllegalStateError):
        await grant(world, asked)
    assert paid(world) == [] and world.database.all(Reshipment) == []
