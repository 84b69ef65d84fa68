"""Every decision about a case is written down with the policy that it rests on, and the case with the newest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.policy import Policy
from bot.aftersales.policy_terms import RefundStart
from bot.aftersales.return_ import Refusal, Return, ReturnState
from bot.services import agent_decisions, agent_offers, case_verdicts, remedies, returns, reviews
from bot.services.agent_terms import Wanted
from bot.services.cases import Complaint
from bot.services.deciding import Decider
from tests.unit.aftersales.builders import NOW
from tests.unit.aftersales.policies import A_POLICY, EU
from tests.unit.services.world import A_RETURN, CONVERSATION, World, proved_world

NEWER = replace(A_POLICY, version="v2")
WITHOUT_PHOTOS = replace(A_RETURN, issue=IssueType.DAMAGED, wish=Remedy.RETURN_REFUND, evidence_given=False)
NOT_AS_DESCRIBED = replace(A_RETURN, issue=IssueType.NOT_AS_DESCRIBED, wish=None, evidence_given=True)
LATER = NOW + timedelta(days=2)
ANNA = Decider("anna")


async def registered(complaint: Complaint, policy: Policy = A_POLICY) -> tuple[World, Case]:
    world = await proved_world()
    async with world.uow() as uow:
        return world, (await remedies.register(uow, policy, complaint, NOW)).case


async def waiting() -> tuple[World, Case]:
    """Return a case of a late parcel, about which a person decides."""
    return await registered(replace(A_RETURN, issue=IssueType.LATE_DELIVERY, lines={}, wish=Remedy.APOLOGY))


def told(world: World, action: str) -> dict[str, Any]:
    """Return what the newest record of an action says."""
    return [event.data for event in world.database.all(AuditEvent) if event.action == action][-1]


def of_policy(data: dict[str, Any]) -> tuple[str, str]:
    assert data["rules"]
    return data["policy"], data["policy_version"]


async def test_the_record_of_a_registration_names_policy_version_and_rules() -> None:
    world, case = await registered(A_RETURN)
    data = told(world, "case.registered")
    assert of_policy(data) == ("eu", "v1")
    assert data["rules"] == [rule["id"] for rule in case.policy_rules]


async def test_what_is_approved_rests_on_the_policy_of_that_day_and_says_so() -> None:
    world, case = await waiting()
    rules = [*case.policy_rules]
    newer = replace(NEWER, destinations=(replace(EU, service=replace(EU.service, source="a newer law")),))
    async with world.uow() as uow:
        await reviews.approve(uow, newer, case.number, "anna", LATER)
    data = told(world, "case.approved")
    assert of_policy(data) == ("eu", "v2")
    assert data["rules"] == [rule["id"] for rule in case.policy_rules]
    assert case.policy_version == "v2"
    assert case.policy_rules == rules
    assert case.verdict is not None
    assert (case.verdict["source"], case.verdict["decided_at"]) == ("a newer law", LATER.isoformat())
    assert case.verdict["needs_review"], "what policy says of itself is kept, not that a person has decided"
    assert of_policy(told(world, "case.registered")) == ("eu", "v1")


async def test_a_return_that_waited_is_approved_as_it_was_decided() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, _ = await returns.open_return(uow, A_POLICY, WITHOUT_PHOTOS, NOW)
    async with world.uow() as uow:
        await reviews.approve(uow, NEWER, case.number, "anna", LATER)
    assert world.database.all(Return)[0].state is ReturnState.APPROVED
    assert of_policy(told(world, "case.approved")) == ("eu", "v1") == (case.policy_name, case.policy_version)


async def test_a_refusal_names_the_policy_that_the_case_rests_on() -> None:
    world, case = await waiting()
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "anna", Refusal.OTHER, LATER)
    assert of_policy(told(world, "case.declined")) == ("eu", "v1")


async def propose(world: World, case: Case, wanted: Wanted, policy: Policy = NEWER) -> None:
    async with world.uow() as uow:
        await agent_offers.propose(uow, policy, case.number, ANNA, wanted, "long wait", LATER)


async def accept(world: World, case: Case, policy: Policy) -> None:
    async with world.uow() as uow:
        await agent_offers.answer(uow, policy, CONVERSATION, case.number, 1, True, LATER)


async def test_an_offer_that_policy_grants_moves_the_case_to_that_policy_and_its_acceptance_to_the_next() -> None:
    world, case = await registered(NOT_AS_DESCRIBED)
    await propose(world, case, Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(30)))
    assert of_policy(told(world, "offer.made")) == ("eu", "v2") == (case.policy_name, case.policy_version)
    await accept(world, case, replace(NEWER, version="v3"))
    assert of_policy(told(world, "offer.accepted")) == ("eu", "v3") == (case.policy_name, case.policy_version)


async def test_goodwill_beside_policy_names_the_policy_and_leaves_the_case_where_it_was() -> None:
    world, case = await registered(NOT_AS_DESCRIBED)
    before = dict(case.verdict or {})
    await propose(world, case, Wanted(Remedy.COUPON, percent=Decimal(10)))
    assert told(world, "offer.made")["policy_version"] == "v2"
    assert (case.policy_version, case.verdict) == ("v1", before)
    await accept(world, case, NEWER)
    assert told(world, "offer.accepted")["policy_version"] == "v2"
    assert (case.policy_version, case.verdict) == ("v1", before)


async def test_money_that_an_agent_pays_names_the_policy() -> None:
    world, case = await registered(NOT_AS_DESCRIBED)
    async with world.uow() as uow:
        await agent_decisions.refund(uow, NEWER, case.number, ANNA, Decimal(5), "long wait", LATER)
    assert of_policy(told(world, "case.refunded")) == ("eu", "v2")


@pytest.mark.parametrize(("days", "kept"), [(5, 5), (20, 14)])
async def test_money_is_promised_no_later_by_a_newer_policy(days: int, kept: int) -> None:
    world, case = await registered(NOT_AS_DESCRIBED)
    newer = replace(NEWER, destinations=(replace(EU, days_to_refund=days),))
    await propose(world, case, Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(30)), newer)
    assert case.verdict is not None
    assert case.verdict["days_to_refund"] == kept


async def test_money_that_counts_from_the_withdrawal_goes_on_to_do_so() -> None:
    world, case = await registered(NOT_AS_DESCRIBED)
    newer = replace(NEWER, destinations=(replace(EU, refund_counts_from=RefundStart.GOODS),))
    await propose(world, case, Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(30)), newer)
    assert case.policy_version == "v2"
    assert case_verdicts.counts_from_withdrawal(case)


async def test_a_way_back_that_was_free_stays_free() -> None:
    world, case = await registered(NOT_AS_DESCRIBED)
    dearer = replace(EU, faulty=replace(EU.faulty, return_shipping=Payer.CUSTOMER))
    newer = replace(NEWER, destinations=(dearer,))
    await propose(world, case, Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(30)), newer)
    assert case.policy_version == "v2"
    assert case_verdicts.return_shipping(case) is Payer.SHOP


async def test_a_return_that_a_person_allows_later_keeps_the_way_back_free() -> None:
    world, case = await registered(NOT_AS_DESCRIBED)
    dearer = replace(EU, faulty=replace(EU.faulty, return_shipping=Payer.CUSTOMER))
    newer = replace(NEWER, destinations=(dearer,))
    await propose(world, case, Wanted(Remedy.RETURN_REFUND), newer)
    async with world.uow() as uow:
        await agent_offers.answer(uow, newer, CONVERSATION, case.number, 1, True, LATER)
    (return_,) = world.database.all(Return)
    assert return_.return_shipping is Payer.SHOP


@pytest.mark.parametrize(("days_later", "pay_by"), [(0, 14), (10, 24), (20, 30), (30, 30), (40, 40)])
async def test_no_money_for_a_fault_is_owed_beyond_the_days_to_remedy(days_later: int, pay_by: int) -> None:
    within = replace(EU, faulty=replace(EU.faulty, days_to_remedy=30))
    _, case = await registered(NOT_AS_DESCRIBED, replace(A_POLICY, destinations=(within,)))
    owed = case_verdicts.pay_by(case, NOW + timedelta(days=days_later))
    assert owed == NOW.date() + timedelta(days=pay_by)
