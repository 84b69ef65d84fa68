"""Decisions of agents: money within the own limit, approvals by somebody else, nothing paid twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.aftersales.approval import Approval, ApprovalState
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority, Remedy
from bot.aftersales.money import Money
from bot.aftersales.notification import Notification
from bot.aftersales.offer import OfferState
from bot.aftersales.refund import Refund
from bot.errors import IllegalStateError, InvalidInputError, RefundTooHighError
from bot.services import agent_decisions, approvals
from bot.services.deciding import Decider
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.test_agent_offers import THIRTY, a_case, propose
from tests.unit.services.world import CONVERSATION, World

BEN, RITA, SUE = Decider("ben", Decimal(10)), Decider("rita"), Decider("sue", Decimal(12))


async def refund(world: World, case: Case, amount: str, by: Decider = RITA) -> object:
    async with world.uow() as uow:
        return await agent_decisions.refund(uow, A_POLICY, case.number, by, Decimal(amount), "long wait", NOW)


async def grant(world: World, approval: object, by: Decider) -> Approval:
    assert isinstance(approval, Approval) and approval.id is not None
    async with world.uow() as uow:
        return await agent_decisions.grant(uow, A_POLICY, approval.id, by, NOW)


async def test_a_refund_within_the_limit_is_paid_told_and_kept_in_the_ledger() -> None:
    world, case = await a_case()
    await refund(world, case, "9.99", BEN)
    (paid,) = world.database.all(Refund)
    assert (paid.amount, case.offers[-1].state, case.offers[-1].agent_id) == (euros("9.99"), OfferState.ACCEPTED, "ben")
    assert [found.response for found in world.database.all(Notification)] == ["utter_refund_keeps_goods"]
    assert "case.refunded" in world.actions()


async def test_a_refund_above_the_limit_waits_and_is_paid_once_with_the_yes_of_somebody_else() -> None:
    world, case = await a_case()
    asked = await refund(world, case, "15", BEN)
    assert world.database.all(Refund) == []
    with pytest.raises(InvalidInputError):
        await grant(world, asked, BEN)
    with pytest.raises(InvalidInputError):
        await grant(world, asked, SUE)
    granted = await grant(world, asked, RITA)
    assert (granted.state, granted.decided_by) == (ApprovalState.APPROVED, "rita")
    with pytest.raises(IllegalStateError):
        await grant(world, asked, RITA)
    (paid,) = world.database.all(Refund)
    assert paid.amount == euros(15)


async def test_the_audit_tells_who_asked_and_who_approved_without_the_words() -> None:
    world, case = await a_case()
    asked = await refund(world, case, "15", BEN)
    await grant(world, asked, RITA)
    events = {event.action: event for event in world.database.all(AuditEvent)}
    assert events["approval.asked"].actor == "agent:ben"
    assert events["approval.granted"].actor == "agent:rita"
    assert events["approval.granted"].data["asked_by"] == "ben"
    assert all("long wait" not in str(event.data) for event in world.database.all(AuditEvent))


async def test_a_declined_request_pays_nothing_and_frees_the_case() -> None:
    world, case = await a_case()
    asked = await refund(world, case, "15", BEN)
    assert isinstance(asked, Approval) and asked.id is not None
    async with world.uow() as uow:
        await approvals.decline(uow, asked.id, RITA, "too much", NOW)
    assert (asked.state, asked.answer) == (ApprovalState.DECLINED, "too much")
    await refund(world, case, "5", BEN)
    assert [paid.amount for paid in world.database.all(Refund)] == [euros(5)]


async def test_only_who_asked_takes_a_request_back() -> None:
    world, case = await a_case()
    asked = await refund(world, case, "15", BEN)
    assert isinstance(asked, Approval) and asked.id is not None
    async with world.uow() as uow:
        with pytest.raises(InvalidInputError):
            await approvals.withdraw(uow, asked.id, RITA, NOW)
        await approvals.withdraw(uow, asked.id, BEN, NOW)
    assert asked.state is ApprovalState.WITHDRAWN


async def test_an_approved_offer_is_made_in_the_name_of_who_asked() -> None:
    world, case = await a_case()
    asked = await propose(world, case, THIRTY, BEN)
    await grant(world, asked, RITA)
    assert (case.offers[-1].remedy, case.offers[-1].agent_id) == (Remedy.REFUND_PARTIAL, "ben")
    assert case.state is CaseState.OFFERED


async def test_no_more_is_paid_back_than_the_customer_paid() -> None:
    world, case = await a_case()
    with pytest.raises(RefundTooHighError):
        await refund(world, case, "1000")
    with pytest.raises(InvalidInputError):
        await refund(world, case, "0")


async def test_what_an_agent_paid_is_not_paid_again_by_approving_the_case() -> None:
    world, case = await a_case()
    await refund(world, case, "9")
    case.escalate()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await agent_decisions.approve(uow, A_POLICY, case.number, RITA, NOW)
    assert len(world.database.all(Refund)) == 1


async def test_a_limit_reaches_no_currency_without_a_rate() -> None:
    rates = {"EUR": Decimal(1), "JPY": Decimal(160)}
    assert Decider("ben", Decimal(10)).may_give(Money(Decimal(1600), "JPY"), rates)
    assert not Decider("ben", Decimal(10)).may_give(Money(Decimal(1601), "JPY"), rates)
    assert not Decider("ben", Decimal(10)).may_give(Money(Decimal(1), "XAF"), rates)
    assert Decider("rita").may_give(Money(Decimal(10**9), "XAF"), rates)


async def test_the_priority_of_a_case_is_that_of_its_handoff() -> None:
    world, case = await a_case()
    handoff = Escalation(
        CONVERSATION, EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, NOW, "de", case_number=case.number
    )
    world.database.all(Escalation).append(handoff)
    async with world.uow() as uow:
        await agent_decisions.prioritise(uow, case.number, BEN, Priority.URGENT, NOW)
    assert (case.priority, handoff.priority) == (Priority.URGENT, Priority.URGENT)
