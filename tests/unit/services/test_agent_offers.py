"""Offers that agents make: within limit and policy, told once, answered once, carried out once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.aftersales.approval import Approval, ApprovalKind, ApprovalState
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.grant import Coupon
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.notification import Notification
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.policy_terms import Caps
from bot.aftersales.refund import Refund
from bot.aftersales.task import Task
from bot.errors import ConflictError, IllegalStateError, InvalidInputError, NotFoundError, PolicyRefusalError
from bot.services import agent_decisions, agent_offers, cases, deciding, refunds, remedies
from bot.services.agent_terms import Wanted
from bot.services.deciding import Decider
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, CONVERSATION, World, proved_world

COMPLAINT = replace(A_RETURN, issue=IssueType.NOT_AS_DESCRIBED, wish=None, evidence_given=True)
ANNA, LITTLE = Decider("anna"), Decider("ben", Decimal(10))
THIRTY = Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(30))


async def a_case() -> tuple[World, Case]:
    world = await proved_world()
    async with world.uow() as uow:
        outcome = await remedies.register(uow, A_POLICY, COMPLAINT, NOW)
    return world, outcome.case


async def propose(world: World, case: Case, wanted: Wanted, by: Decider = ANNA, seen: int | None = None) -> object:
    async with world.uow() as uow:
        return await agent_offers.propose(uow, A_POLICY, case.number, by, wanted, "long wait", NOW, seen=seen)


async def answer(world: World, case: Case, is_accepted: bool, *, position: int = 1, days_later: int = 1) -> object:
    async with world.uow() as uow:
        at = NOW + timedelta(days=days_later)
        return await agent_offers.answer(uow, A_POLICY, CONVERSATION, case.number, position, is_accepted, at)


def told(world: World) -> list[str]:
    return [found.response for found in world.database.all(Notification)]


async def test_an_offer_is_told_with_buttons_and_waits_for_the_customer() -> None:
    world, case = await a_case()
    offer = await propose(world, case, THIRTY)
    assert isinstance(offer, Offer)
    assert (offer.amount, offer.agent_id, offer.proposed_by, offer.note) == (
        euros(15),
        "anna",
        Proposer.AGENT,
        "long wait",
    )
    assert case.state is CaseState.OFFERED
    (question,) = world.database.all(Notification)
    assert question.response == "utter_ask_offer"
    payloads = [button["payload"] for button in question.values["choices"]]
    assert payloads == [
        f'/answer_offer{{"case": "{case.number}", "offer": "1", "accepted": "yes"}}',
        f'/answer_offer{{"case": "{case.number}", "offer": "1", "accepted": "no"}}',
    ]
    assert "long wait" not in str(question.values)


async def test_an_accepted_offer_is_paid_once_however_often_the_button_is_pressed() -> None:
    world, case = await a_case()
    await propose(world, case, THIRTY)
    for _ in range(3):
        await answer(world, case, True)
    (refund,) = world.database.all(Refund)
    assert refund.amount == euros(15)
    assert case.state is CaseState.EXECUTING
    assert told(world) == ["utter_ask_offer", "utter_refund_keeps_goods"]
    assert world.actions().count("offer.accepted") == 1


async def test_a_declined_offer_leaves_the_case_to_a_person_and_another_one_may_follow() -> None:
    world, case = await a_case()
    await propose(world, case, THIRTY)
    assert await answer(world, case, False) is None
    assert case.state is CaseState.INVESTIGATING
    assert any(task.what == "decide" and task.is_open for task in world.database.all(Task))
    await propose(world, case, Wanted(Remedy.RETURN_REFUND))
    await answer(world, case, True, position=2)
    assert [offer.state for offer in case.offers] == [OfferState.DECLINED, OfferState.ACCEPTED]
    assert world.database.all(Refund) == []


async def test_a_new_offer_takes_the_place_of_the_open_one() -> None:
    world, case = await a_case()
    await propose(world, case, THIRTY)
    await propose(world, case, Wanted(Remedy.COUPON, percent=Decimal(10)))
    assert [offer.state for offer in case.offers] == [OfferState.EXPIRED, OfferState.PROPOSED]
    with pytest.raises(IllegalStateError):
        await answer(world, case, True, position=1)
    assert world.database.all(Refund) == []


async def test_an_accepted_coupon_brings_its_code_and_ends_the_case() -> None:
    world, case = await a_case()
    await propose(world, case, Wanted(Remedy.COUPON, percent=Decimal(10)))
    await answer(world, case, True)
    (coupon,) = world.database.all(Coupon)
    news = world.database.all(Notification)[-1]
    assert (news.response, news.values["code"]) == ("utter_coupon_issued", coupon.code)
    assert case.state is CaseState.RESOLVED


async def test_a_coupon_is_possible_after_everything_was_paid_back_with_a_supervisors_yes() -> None:
    world, case = await a_case()
    async with world.uow() as uow:
        everything = await refunds.left(uow, world.order)
        await agent_decisions.refund(uow, A_POLICY, case.number, ANNA, everything.amount, "lost twice", NOW)
    # No goodwill is left by policy.
    asked = await propose(world, case, Wanted(Remedy.COUPON, percent=Decimal(10)))
    assert isinstance(asked, Approval) and asked.id is not None
    async with world.uow() as uow:
        await agent_decisions.grant(uow, A_POLICY, asked.id, Decider("rita"), NOW)
    await answer(world, case, True, position=2)
    assert len(world.database.all(Coupon)) == 1


async def test_an_offer_holds_for_two_weeks() -> None:
    world, case = await a_case()
    await propose(world, case, THIRTY)
    with pytest.raises(IllegalStateError):
        await answer(world, case, True, days_later=15)


async def test_an_offer_that_nobody_answered_expires_and_somebody_decides() -> None:
    world, case = await a_case()
    await propose(world, case, THIRTY)
    assert await agent_offers.expire_overdue(world.uow, NOW + timedelta(days=13)) == 0
    assert await agent_offers.expire_overdue(world.uow, NOW + timedelta(days=15)) == 1
    assert (case.offers[-1].state, case.state) == (OfferState.EXPIRED, CaseState.INVESTIGATING)
    assert any(task.what == "decide" and task.is_open for task in world.database.all(Task))
    assert "offer.expired" in world.actions()


@pytest.mark.parametrize("is_accepted", [True, False])
async def test_an_offer_outlives_the_end_of_its_case(is_accepted: bool) -> None:
    world, case = await a_case()
    await propose(world, case, THIRTY)
    case.resolve(NOW)
    await answer(world, case, is_accepted)
    assert case.state is (CaseState.EXECUTING if is_accepted else CaseState.RESOLVED)
    assert len(world.database.all(Refund)) == int(is_accepted)


async def test_an_offer_ends_with_a_case_that_the_customer_takes_back() -> None:
    world, case = await a_case()
    await propose(world, case, THIRTY)
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)
    assert case.offers[-1].state is OfferState.EXPIRED
    with pytest.raises(IllegalStateError):
        await answer(world, case, True)


async def test_an_approval_ends_with_a_case_that_the_customer_takes_back() -> None:
    world, case = await a_case()
    asked = await propose(world, case, THIRTY, LITTLE)
    assert isinstance(asked, Approval)
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)
        await deciding.require_no_approval(uow, case)
    assert (asked.state, asked.decided_by) == (ApprovalState.WITHDRAWN, None)
    (event,) = [event for event in world.database.all(AuditEvent) if event.action == "approval.withdrawn"]
    assert event.actor == "bot"


async def test_nobody_else_answers_an_offer() -> None:
    world, case = await a_case()
    await propose(world, case, THIRTY)
    async with world.uow() as uow:
        with pytest.raises(NotFoundError):
            await agent_offers.answer(uow, A_POLICY, "conversation-2", case.number, 1, True, NOW)


async def test_above_the_own_limit_a_supervisor_is_asked_and_the_customer_hears_nothing() -> None:
    world, case = await a_case()
    asked = await propose(world, case, THIRTY, LITTLE)
    assert isinstance(asked, Approval)
    assert (asked.kind, asked.amount, asked.asked_by, asked.terms["percent"]) == (
        ApprovalKind.OFFER,
        euros(15),
        "ben",
        "30",
    )
    assert case.offers == [] and told(world) == []
    with pytest.raises(IllegalStateError):
        await propose(world, case, Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(5)), LITTLE)


async def test_goodwill_above_the_cap_of_policy_needs_approval_whatever_the_limit() -> None:
    world, case = await a_case()
    strict = replace(A_POLICY, caps=Caps(percent_of_order=Decimal(20)))
    async with world.uow() as uow:
        asked = await agent_offers.propose(uow, strict, case.number, ANNA, THIRTY, "long wait", NOW)
    assert isinstance(asked, Approval)


async def test_goods_that_never_came_are_not_sent_back() -> None:
    world, case = await a_case()
    world.order.shipments[0].delivered_at = None
    with pytest.raises(PolicyRefusalError):
        await propose(world, case, Wanted(Remedy.RETURN_REFUND))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(Remedy.REFUND_PARTIAL),
        Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(10), amount=Decimal(5)),
        Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(101)),
        Wanted(Remedy.REFUND_PARTIAL, amount=Decimal(0)),
        Wanted(Remedy.COUPON),
        Wanted(Remedy.WARRANTY_EXTENSION, months=61),
        Wanted(Remedy.APOLOGY),
    ],
)
async def test_figures_that_make_no_sense_are_refused(wanted: Wanted) -> None:
    world, case = await a_case()
    with pytest.raises(InvalidInputError):
        await propose(world, case, wanted)


async def test_who_saw_an_older_case_is_told_of_the_conflict() -> None:
    world, case = await a_case()
    with pytest.raises(ConflictError):
        await propose(world, case, THIRTY, seen=case.standing + 1)
    assert case.offers == []
