"""Findings of liability are kept with their case, and a person's word outweighs the rules."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.labels import Liability
from bot.aftersales.liability import LiabilityFinding
from bot.errors import InvalidInputError, NotFoundError
from bot.services import cases, grants, liability
from tests.unit.aftersales.builders import NOW, a_line, a_product, an_order
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, World, proved_world


async def registered() -> tuple[World, Case]:
    world = await proved_world()
    async with world.uow() as uow:
        case, _, _ = await cases.draft(uow, A_POLICY, A_RETURN, NOW)
        await uow.commit()
    return world, case


async def overrule(world: World, case: Case, liable: Liability, reason: str, agent: str = "a1") -> LiabilityFinding:
    async with world.uow() as uow:
        return await liability.overrule(uow, case.number, agent, liable, reason, NOW)


async def test_a_registered_case_has_a_finding_with_rule_and_facts() -> None:
    world, case = await registered()
    (finding,) = world.database.all(LiabilityFinding)
    assert (finding.case_number, finding.actor, finding.rule) == (case.number, "bot", "own_choice")
    assert case.liability is finding.liable is Liability.CUSTOMER
    assert "liability.found" in world.actions()


async def test_the_decision_is_kept_with_the_rules_that_fired() -> None:
    _, case = await registered()
    assert case.policy_name == "eu"
    assert {"eu.change_of_mind.days", "eu.issues.changed_mind.remedies"} <= {rule["id"] for rule in case.policy_rules}


async def test_an_agent_overrules_with_a_reason_and_the_history_stays() -> None:
    world, case = await registered()
    await overrule(world, case, Liability.SELLER, "  The page showed another colour. ")
    assert case.liability is Liability.SELLER
    async with world.uow() as uow:
        first, second = await liability.history(uow, case.number)
    assert (first.liable, first.actor) == (Liability.CUSTOMER, "bot")
    assert (second.liable, second.actor, second.rule) == (Liability.SELLER, "agent:a1", "overruled")
    assert second.reason == "The page showed another colour."
    assert world.database.all(AuditEvent)[-1].action == "liability.overruled"


async def test_saying_the_same_twice_adds_nothing() -> None:
    world, case = await registered()
    await overrule(world, case, Liability.SELLER, "Seen.")
    await overrule(world, case, Liability.SELLER, "Seen.")
    assert len(world.database.all(LiabilityFinding)) == 2
    await overrule(world, case, Liability.CARRIER, "Seen again.", agent="a2")
    assert len(world.database.all(LiabilityFinding)) == 3


@pytest.mark.parametrize(("reason", "problem"), [("", "missing"), (" \n", "missing"), ("x" * 2001, "too_long")])
async def test_overruling_needs_a_reason(reason: str, problem: str) -> None:
    world, case = await registered()
    with pytest.raises(InvalidInputError) as error:
        await overrule(world, case, Liability.SELLER, reason)
    assert error.value.problem == problem
    assert case.liability is Liability.CUSTOMER


async def test_a_case_that_does_not_exist_cannot_be_overruled() -> None:
    world = World()
    async with world.uow() as uow:
        with pytest.raises(NotFoundError):
            await liability.overrule(uow, "C9", "a1", Liability.SELLER, "Seen.", NOW)


async def test_new_facts_change_the_finding_until_a_person_has_decided() -> None:
    world, case = await registered()
    order = world.order
    async with world.uow() as uow:
        same = await liability.assess(uow, A_POLICY, case, order, NOW + timedelta(days=1))
        assert same.at == NOW
        await uow.commit()
    await overrule(world, case, Liability.SUPPLIER, "Their stitching.")
    async with world.uow() as uow:
        kept = await liability.assess(uow, A_POLICY, case, order, NOW + timedelta(days=2))
    assert kept.is_by_agent
    assert case.liability is Liability.SUPPLIER


async def test_policy_and_longer_warranties_say_who_answers_for_a_defect() -> None:
    product = a_product()
    product.supplier, product.warranty_months = "Nordlicht", 0
    world = World(an_order(a_line(product=product), delivered_days_ago=500))
    case = world.add_case()
    case.lines = {1: 1}
    async with world.uow() as uow:
        owed = await liability.assess(uow, A_POLICY, case, world.order, NOW)
        await grants.extend_warranty(uow, case, 1, 24, NOW, key="offer:1")
        later = await liability.assess(uow, A_POLICY, case, world.order, NOW + timedelta(days=300))
    assert (owed.liable, owed.rule) == (Liability.SUPPLIER, "made_badly")
    assert (later.liable, later.rule) == (Liability.SELLER, "shop_extended_warranty")
