"""Merging duplicates: one case survives with everything, and nothing is paid or sent twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.aftersales.approval import Approval, ApprovalState
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.claim import ClaimAgainst
from bot.aftersales.labels import Remedy
from bot.aftersales.offer import OfferState
from bot.aftersales.refund import Refund, RefundState
from bot.aftersales.return_ import Return, ReturnState
from bot.aftersales.task import Department, Task, TaskState
from bot.errors import ConflictError, IllegalStateError, InvalidInputError
from bot.services import agent_decisions, agent_offers, claims, merging, refunds, remedies, tasks
from bot.services.agent_terms import Wanted
from bot.services.deciding import Decider
from bot.services.timeline import timeline
from tests.unit.aftersales.builders import NOW, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.test_agent_offers import COMPLAINT, THIRTY, propose
from tests.unit.services.world import World, proved_world

RITA = Decider("rita")


async def two_cases() -> tuple[World, Case, Case]:
    world = await proved_world()
    cases = []
    for message in ("message-1", "message-2"):
        async with world.uow() as uow:
            complaint = replace(COMPLAINT, message_id=message)
            cases.append((await remedies.register(uow, A_POLICY, complaint, NOW)).case)
    return world, cases[0], cases[1]


async def merge(world: World, survivor: Case, duplicate: Case) -> Case:
    async with world.uow() as uow:
        return await merging.merge(uow, survivor.number, duplicate.number, RITA, NOW)


async def pay(world: World, case: Case, amount: str) -> None:
    async with world.uow() as uow:
        await agent_decisions.refund(uow, A_POLICY, case.number, RITA, Decimal(amount), "kindness", NOW)


async def test_a_duplicate_points_to_the_case_that_goes_on() -> None:
    world, survivor, duplicate = await two_cases()
    await merge(world, survivor, duplicate)
    assert (duplicate.merged_into, duplicate.state) == (survivor.number, CaseState.WITHDRAWN)
    assert survivor.is_open
    with pytest.raises(IllegalStateError):
        await pay(world, duplicate, "1")
    with pytest.raises(IllegalStateError):
        duplicate.reopen()


async def test_money_agreed_for_both_is_sent_for_one_only() -> None:
    world, survivor, duplicate = await two_cases()
    await pay(world, survivor, "5")
    await pay(world, duplicate, "5")
    await merge(world, survivor, duplicate)
    states = {refund.state for refund in world.database.all(Refund)}
    assert states == {RefundState.AGREED, RefundState.CANCELED}
    async with world.uow() as uow:
        assert await refunds.left(uow, world.order) == world.order.paid - euros(5)


async def test_money_of_the_duplicate_alone_goes_on_under_the_survivor() -> None:
    world, survivor, duplicate = await two_cases()
    await pay(world, duplicate, "5")
    await merge(world, survivor, duplicate)
    (refund,) = world.database.all(Refund)
    assert (refund.state, refund.case_number) == (RefundState.AGREED, survivor.number)
    assert survivor.state is CaseState.EXECUTING


async def test_money_that_was_paid_stays_paid_and_counts_for_the_survivor() -> None:
    world, survivor, duplicate = await two_cases()
    await pay(world, duplicate, "5")
    world.database.all(Refund)[0].state = RefundState.SENT
    await pay(world, survivor, "5")
    await merge(world, survivor, duplicate)
    assert [refund.state for refund in world.database.all(Refund)] == [RefundState.SENT, RefundState.AGREED]
    async with world.uow() as uow:
        assert await refunds.left(uow, world.order) == world.order.paid - euros(10)


async def test_a_return_of_the_duplicate_goes_on_under_the_survivor() -> None:
    world, survivor, duplicate = await two_cases()
    async with world.uow() as uow:
        await agent_offers.propose(uow, A_POLICY, duplicate.number, RITA, Wanted(Remedy.RETURN_REFUND), "fair", NOW)
        await agent_offers.answer(uow, A_POLICY, duplicate.conversation_id, duplicate.number, 1, True, NOW)
    await merge(world, survivor, duplicate)
    (return_,) = world.database.all(Return)
    assert (return_.case_number, return_.state) == (survivor.number, ReturnState.APPROVED)


async def test_an_open_offer_of_the_duplicate_holds_no_longer() -> None:
    world, survivor, duplicate = await two_cases()
    await propose(world, duplicate, THIRTY)
    await merge(world, survivor, duplicate)
    assert duplicate.offers[-1].state is OfferState.EXPIRED


async def test_a_duplicate_that_changed_meanwhile_is_a_conflict() -> None:
    world, survivor, duplicate = await two_cases()
    seen = duplicate.standing
    await pay(world, duplicate, "5")
    async with world.uow() as uow:
        with pytest.raises(ConflictError):
            await merging.merge(uow, survivor.number, duplicate.number, RITA, NOW, duplicate_seen=seen)
    assert duplicate.merged_into is None


async def test_what_the_duplicate_waits_for_is_taken_back_and_recorded() -> None:
    world, survivor, duplicate = await two_cases()
    asked = await propose(world, duplicate, THIRTY, Decider("ben", Decimal(10)))
    assert isinstance(asked, Approval)
    await merge(world, survivor, duplicate)
    assert (asked.state, asked.decided_by) == (ApprovalState.WITHDRAWN, "rita")
    assert "approval.withdrawn" in world.actions()


async def test_nothing_is_merged_into_a_case_that_waits_for_an_approval() -> None:
    world, survivor, duplicate = await two_cases()
    await propose(world, survivor, THIRTY, Decider("ben", Decimal(10)))
    with pytest.raises(IllegalStateError):
        await merge(world, survivor, duplicate)


async def test_only_cases_of_one_order_are_duplicates() -> None:
    world = await proved_world(an_order(), an_order(number="10482734"))
    numbers = []
    for order in ("10482733", "10482734"):
        async with world.uow() as uow:
            complaint = replace(COMPLAINT, message_id=order, order_number=order)
            numbers.append((await remedies.register(uow, A_POLICY, complaint, NOW)).case)
    with pytest.raises(InvalidInputError):
        await merge(world, *numbers)
    with pytest.raises(InvalidInputError):
        await merge(world, numbers[0], numbers[0])


async def look_into(
    world: World, case: Case, what: str = "check_payment", key: str | None = None, owner: str | None = None
) -> Task:
    async with world.uow() as uow:
        key = key or f"case:{case.number}:{what}"
        task = await tasks.open_task(uow, case.number, Department.FINANCE, what, key, NOW)
        await uow.commit()
        if owner is not None:
            assert task.id is not None
            await tasks.take(uow, task.id, owner, NOW)
    return task


async def test_what_was_asked_for_both_is_done_once_and_recorded() -> None:
    world, survivor, duplicate = await two_cases()
    first, second = await look_into(world, survivor), await look_into(world, duplicate)
    await merge(world, survivor, duplicate)
    assert (first.state, second.state) == (TaskState.OPEN, TaskState.CANCELED)
    canceled = [event.subject for event in world.database.all(AuditEvent) if event.action == "task.canceled"]
    assert f"task:{second.key}" in canceled and f"task:{first.key}" not in canceled


async def test_what_somebody_works_on_goes_on_beside_the_survivors_own() -> None:
    world, survivor, duplicate = await two_cases()
    await look_into(world, survivor)
    taken = await look_into(world, duplicate, owner="fay")
    await merge(world, survivor, duplicate)
    assert (taken.state, taken.owner, taken.case_number) == (TaskState.OPEN, "fay", survivor.number)


@pytest.mark.parametrize(
    ("survivors", "duplicates", "is_covered"),
    [({1: 1}, {1: 1}, True), ({1: 2, 2: 1}, {1: 1}, True), ({}, {1: 1}, True), ({}, {}, True),
     ({1: 1}, {1: 2}, False), ({1: 1}, {1: 1, 2: 1}, False), ({1: 1}, {}, False)],
)  # fmt: skip
async def test_what_is_about_other_pieces_goes_on(
    survivors: dict[int, int], duplicates: dict[int, int], is_covered: bool
) -> None:
    world, survivor, duplicate = await two_cases()
    survivor.lines, duplicate.lines = survivors, duplicates
    await look_into(world, survivor)
    task = await look_into(world, duplicate)
    await merge(world, survivor, duplicate)
    assert task.is_open is not is_covered


async def test_what_is_to_do_about_another_parcel_goes_on() -> None:
    world, survivor, duplicate = await two_cases()
    await look_into(world, survivor, "inspect_return", "return:R1000001:inspect")
    task = await look_into(world, duplicate, "inspect_return", "return:R1000002:inspect")
    await merge(world, survivor, duplicate)
    assert (task.state, task.case_number) == (TaskState.OPEN, survivor.number)


async def test_what_an_agent_asked_for_goes_on() -> None:
    world, survivor, duplicate = await two_cases()
    await look_into(world, survivor)
    async with world.uow() as uow:
        task = await tasks.open_by_hand(uow, duplicate, Department.FINANCE, "check_payment", "anna", NOW, note="twice?")
    await merge(world, survivor, duplicate)
    assert (task.state, task.case_number) == (TaskState.OPEN, survivor.number)


async def test_what_came_of_a_task_goes_along() -> None:
    world, survivor, duplicate = await two_cases()
    task = await look_into(world, duplicate)
    async with world.uow() as uow:
        assert task.id is not None
        await tasks.finish(uow, task.id, "fay", "charged once", NOW)
    await merge(world, survivor, duplicate)
    assert (task.state, task.result, task.case_number) == (TaskState.DONE, "charged once", survivor.number)
    async with world.uow() as uow:
        for number in (survivor.number, duplicate.number):
            told = {entry.what: entry.data for entry in await timeline(uow, number) if entry.what.startswith("task.")}
            assert told["task.opened"] and told["task.finished"]["result"] == "charged once", number


async def test_a_claim_is_filed_again_after_a_merge() -> None:
    world, survivor, duplicate = await two_cases()
    async with world.uow() as uow:
        claim = await claims.open_claim(uow, duplicate, ClaimAgainst.CARRIER, "Kranich Paket", euros(5), "k", NOW)
        await claims.file(uow, claim.number, "N-1", "agent:mia", NOW)
        await uow.commit()
    await merge(world, survivor, duplicate)
    async with world.uow() as uow:
        await claims.amend(uow, claim.number, euros(6), "agent:mia", NOW)
        await uow.commit()
    (task,) = [task for task in world.database.all(Task) if task.is_open and task.what == "file_carrier_claim"]
    assert task.case_number == survivor.number


async def test_nobody_decides_about_a_duplicate_of_what_is_decided_unless_somebody_is_at_it() -> None:
    world, survivor, duplicate = await two_cases()
    await pay(world, survivor, "5")
    idle = await look_into(world, duplicate, "check_duties")
    taken = await look_into(world, duplicate, "check_payment", owner="fay")
    safety = await look_into(world, duplicate, "check_safety")
    await merge(world, survivor, duplicate)
    assert (idle.state, taken.state, safety.state) == (TaskState.CANCELED, TaskState.OPEN, TaskState.OPEN)
