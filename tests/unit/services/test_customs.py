"""Customs: the customer is asked for what only the customer has, and a decision ends the matter or goes to legal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.customs import CustomsMatter, CustomsState, Paper
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.refund import Refund
from bot.aftersales.return_ import Refusal
from bot.errors import IllegalStateError, InvalidInputError
from bot.services import cases, customs, reviews
from bot.services.lifecycle import finish
from tests.unit.aftersales.builders import NOW, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, a_world_with_case, factory, open_tasks, told, told_values
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
