"""Customs: the customer is asked for what only the customer has, and a decision ends the matter or goes to legal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.customs import CustomsMatter, CustomsState, Paper
from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.refund import Refund
from bot.aftersales.return_ import Refusal
from bot.aftersales.shop_event import ShopEventState
from bot.aftersales.task import Task, TaskState
from bot.errors import IllegalStateError, InvalidInputError
from bot.services import cases, customs, reviews, tasks
from bot.services.lifecycle import finish
from tests.unit.aftersales.builders import NOW, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, a_world_with_case, factory, open_tasks, told, told_values
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import CONVERSATION, World

DUE = date(2026, 4, 1)


async def a_matter(payer: Payer = Payer.CUSTOMER) -> tuple[World, Case, CustomsMatter]:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.CUSTOMS_HOLD)
    async with world.uow() as uow:
        matter = await customs.add_matter(uow, case, world.order, NOW, payer=payer)
        await uow.commit()
    return world, case, matter


async def test_logistics_asks_what_is_wanted() -> None:
    world, _, matter = await a_matter()
    assert (matter.number, matter.tracking_number) == ("K1000001", "KP0042")
    assert open_tasks(world) == ["ask_customs"]


async def test_the_customers_papers_stop_the_clocks_until_they_are_here() -> None:
    world, case, matter = await a_matter()
    async with world.uow() as uow:
        await customs.request_papers(uow, matter.number, (Paper.IDENTITY, Paper.INVOICE), DUE, LATER, authority="Zoll")
        assert case.state is CaseState.WAITING_CUSTOMER
        assert open_tasks(world) == []
        assert [line["name"] for line in told_values(world)["papers"]["lines"]] == [
            "label_paper_identity",
            "label_paper_invoice",
        ]
        await customs.receive_papers(uow, matter.number, LATER)
        assert (case.state, open_tasks(world)) == (CaseState.EXECUTING, ["send_papers"])
        await customs.submit(uow, matter.number, LATER)
        await customs.release(uow, matter.number, LATER)
        await uow.commit()
    assert (matter.state, matter.authority, case.state) == (CustomsState.CLOSED, "Zoll", CaseState.RESOLVED)
    assert told(world) == ["customs_papers", "customs_released"]
    assert open_tasks(world) == []


async def test_the_shops_papers_and_charges_are_nothing_to_bother_the_customer_with() -> None:
    world, case, matter = await a_matter(Payer.SHOP)
    async with world.uow() as uow:
        await customs.request_papers(uow, matter.number, (Paper.INVOICE,), DUE, LATER, charges=euros(12))
        await uow.commit()
    assert case.state is CaseState.EXECUTING
    assert told(world) == []
    assert open_tasks(world) == ["pay_customs", "send_papers"]
    assert matter.charges == euros(12)


@pytest.mark.parametrize("outcome", ["refused", "abandoned"])
async def test_a_parcel_that_does_not_come_in_goes_to_legal(outcome: str) -> None:
    world, case, matter = await a_matter()
    async with world.uow() as uow:
        decide = customs.refuse if outcome == "refused" else customs.abandon
        await decide(uow, matter.number, "prohibited", LATER)
        assert open_tasks(world) == ["decide_customs"]
        # Nothing is under way any more and nothing is solved: a person has the case, and the customer waits for us.
        assert case.state is CaseState.ESCALATED
        await customs.close(uow, matter.number, LATER, actor="agent:7")
        await uow.commit()
    assert (matter.state, case.state) == (CustomsState.CLOSED, CaseState.RESOLVED)
    assert told(world) == [f"customs_{outcome}", "case_declined"]
    assert told_values(world)["reason"]["name"] == "label_refusal_other"
    assert open_tasks(world) == []


async def an_abandoned_matter() -> tuple[World, Case, CustomsMatter]:
    world, case, matter = await a_matter()
    async with world.uow() as uow:
        await customs.abandon(uow, matter.number, "papers_overdue", LATER)
        await uow.commit()
    return world, case, matter


@pytest.mark.parametrize(("amount", "remedy"), [("54.90", "refund_full"), ("40", "refund_partial")])
async def test_what_comes_back_of_a_parcel_that_was_given_up_ends_the_case_once_it_is_sent(
    amount: str, remedy: str
) -> None:
    world, case, matter = await an_abandoned_matter()
    async with world.uow() as uow:
        await customs.close(uow, matter.number, LATER, actor="agent:7", refund=euros(amount))
        await uow.commit()
    (refund,) = world.database.all(Refund)
    assert (refund.amount, case.state, matter.is_open) == (euros(amount), CaseState.EXECUTING, False)
    assert refund.breakdown.gross == euros("54.90")
    assert told_values(world)["remedy"]["name"] == f"label_remedy_{remedy}"
    refund.begin(LATER)
    refund.send(LATER.date(), LATER)
    async with world.uow() as uow:
        await finish(uow, case, LATER)
    assert case.state is CaseState.RESOLVED


@pytest.mark.parametrize("refund", [euros(60), euros(0), Money(euros(1).amount, "USD")])
async def test_no_more_comes_back_than_the_goods_cost(refund: Money) -> None:
    world, _, matter = await an_abandoned_matter()
    async with world.uow() as uow:
        with pytest.raises(InvalidInputError):
            await customs.close(uow, matter.number, LATER, actor="agent:7", refund=refund)


async def test_a_matter_that_nobody_has_decided_is_not_closed() -> None:
    world, _, matter = await a_matter()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await customs.close(uow, matter.number, LATER, actor="agent:7")


async def test_a_case_that_a_person_declines_takes_its_given_up_parcel_along() -> None:
    world, case, matter = await an_abandoned_matter()
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "7", Refusal.NOT_COVERED, LATER)
    assert (matter.state, case.state) == (CustomsState.CLOSED, CaseState.RESOLVED)
    assert open_tasks(world) == []


async def test_a_case_that_a_person_approves_takes_its_given_up_parcel_along() -> None:
    world, case, matter = await an_abandoned_matter()
    case.offer(Offer(Remedy.APOLOGY, Proposer.BOT, LATER, None))
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, case.number, "7", LATER)
    assert (matter.state, case.state) == (CustomsState.CLOSED, CaseState.RESOLVED)
    assert told(world)[-1] == "case_approved"


async def test_papers_that_never_come_give_the_parcel_up() -> None:
    world, case, matter = await a_matter()
    async with world.uow() as uow:
        await customs.request_papers(uow, matter.number, (Paper.TAX_NUMBER,), DUE, LATER)
        assert await customs.abandon_overdue(factory(world), NOW + timedelta(days=12)) == 0
        assert await customs.abandon_overdue(factory(world), NOW + timedelta(days=13)) == 1
    assert (matter.state, matter.reason) == (CustomsState.ABANDONED, "papers_overdue")
    assert case.state is CaseState.ESCALATED


async def wanting(*papers: Paper) -> tuple[World, Case, CustomsMatter]:
    world, case, matter = await a_matter()
    async with world.uow() as uow:
        await customs.request_papers(uow, matter.number, papers, DUE, LATER)
        await uow.commit()
    return world, case, matter


async def send(world: World, case: Case, name: str, case_number: str | None = None, **more: Any) -> bool:
    """Let the customer send a file, and return whether all papers are together now."""
    kind, at = EvidenceKind.DOCUMENT, more.pop("at", LATER)
    given = Evidence(name, CONVERSATION, kind, "application/pdf", 1, None, None, "", at, case_number, **more)
    async with world.uow() as uow:
        uow.evidence.add(given)
        is_together = await customs.count_files(uow, case.number, at)
        await uow.commit()
    return is_together


async def overdue(world: World) -> int:
    return await customs.abandon_overdue(factory(world), NOW + timedelta(days=13))


async def test_as_many_files_as_papers_were_asked_of_the_customer_are_all_of_them() -> None:
    world, case, matter = await wanting(Paper.IDENTITY, Paper.TAX_NUMBER, Paper.INVOICE)
    assert not await send(world, case, "a", case.number)
    # One file may hold several papers, which only a person sees.
    assert (matter.state, open_tasks(world)) == (CustomsState.PAPERS_REQUESTED, ["send_papers"])
    assert await send(world, case, "b", case.number)
    assert (matter.state, case.state) == (CustomsState.PAPERS_RECEIVED, CaseState.EXECUTING)
    assert open_tasks(world) == ["send_papers"]


async def test_what_is_no_paper_for_customs_does_not_count() -> None:
    world, case, matter = await wanting(Paper.IDENTITY)
    assert not await send(world, case, "sent before", case.number, at=NOW)
    assert not await send(world, case, "of another case", "C7")
    assert not await send(world, case, "an agent's own", case.number, agent_id="mia")
    assert (matter.state, open_tasks(world)) == (CustomsState.PAPERS_REQUESTED, [])
    assert await send(world, case, "of no case yet")


async def test_papers_that_were_asked_for_may_be_reported_as_handed_in() -> None:
    world, case, matter = await wanting(Paper.IDENTITY)
    shop = Shop(world)
    assert await shop.report("customs.updated", customs=matter.number, state="submitted") == (
        ShopEventState.APPLIED,
        "done",
    )
    assert (matter.state, case.state) == (CustomsState.SUBMITTED, CaseState.EXECUTING)
    assert await overdue(world) == 0


async def test_who_finishes_the_task_has_handed_the_papers_in() -> None:
    world, _, matter = await wanting(Paper.INVOICE)
    (task,) = [found for found in world.database.all(Task) if found.what == "send_papers"]
    async with world.uow() as uow:
        await customs.follow_task(uow, task, LATER, actor="agent:7")
        assert task.is_open
        await tasks.finish(uow, int(task.id or 0), "7", "sent by courier", LATER)
        await customs.follow_task(uow, task, LATER, actor="agent:7")
    assert (matter.state, task.state, open_tasks(world)) == (CustomsState.SUBMITTED, TaskState.DONE, [])
    assert await overdue(world) == 0


async def test_a_finished_task_of_something_else_hands_nothing_in() -> None:
    world, _, matter = await a_matter()
    (task,) = world.database.all(Task)
    async with world.uow() as uow:
        await customs.follow_task(uow, task, LATER, actor="agent:7")
    assert matter.state is CustomsState.REPORTED


@pytest.mark.parametrize("papers", [(Paper.INVOICE,), (Paper.IDENTITY, Paper.TAX_NUMBER)])
async def test_late_papers_that_are_the_shops_to_hand_in_give_nothing_up(papers: tuple[Paper, ...]) -> None:
    world, case, matter = await wanting(*papers)
    if matter.of_customer:
        await send(world, case, "one of two", case.number)
    for _ in range(2):
        assert await overdue(world) == 1
    assert matter.state is CustomsState.PAPERS_REQUESTED
    assert open_tasks(world) == ["send_papers", "decide"]
    assert "customs_abandoned" not in told(world)
    async with world.uow() as uow:
        await customs.submit(uow, matter.number, LATER)
        await uow.commit()
    assert open_tasks(world) == []


async def test_papers_that_are_asked_for_anew_by_the_same_day_are_somebodys_anew() -> None:
    world, _, matter = await wanting(Paper.IDENTITY)
    async with world.uow() as uow:
        await customs.receive_papers(uow, matter.number, LATER, actor="agent:7")
        again = LATER + timedelta(hours=1)
        await customs.request_papers(uow, matter.number, (Paper.IDENTITY,), DUE, again)
        assert (told(world), open_tasks(world)) == (["customs_papers"] * 2, [])
        await customs.receive_papers(uow, matter.number, again)
        await uow.commit()
    assert open_tasks(world) == ["send_papers"]


async def test_asking_for_nothing_is_refused() -> None:
    world, _, matter = await a_matter()
    async with world.uow() as uow:
        with pytest.raises(InvalidInputError):
            await customs.request_papers(uow, matter.number, (), DUE, LATER)


async def test_a_withdrawn_case_gives_the_parcel_up() -> None:
    world, case, matter = await a_matter()
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)
    assert (matter.state, matter.reason) == (CustomsState.CLOSED, "withdrawn")
