"""What a case has cost is claimed in the transaction that it was agreed in, on either database."""

from __future__ import annotations

from datetime import timedelta

from bot.aftersales.claim import ClaimState
from bot.aftersales.labels import IssueType, Liability
from bot.aftersales.reship import Reshipment
from bot.services import claims, customs, liability, refunds, reshipments
from bot.services.lifecycle import begin
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_shop, euro

LATER = NOW + timedelta(days=2)


async def a_damaged_case(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        case = a_case()
        case.issue_type, case.liability, case.lines = IssueType.DAMAGED, Liability.CARRIER, {1: 1}
        case.offers.clear()
        begin(case)
        uow.cases.add(case)
        await uow.commit()


async def demanded(uow_factory: UowFactory) -> list[tuple[str, str, ClaimState]]:
    async with uow_factory() as uow:
        return [(found.party, str(found.amount), found.state) for found in await uow.claims.of_case("C1")]


async def refund(uow_factory: UowFactory, amount: str, key: str) -> str:
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
        assert case is not None
        made = await refunds.agree(uow, case, euro(amount), "agreed", NOW, key=key)
        await uow.commit()
    return made.number


async def test_a_claim_follows_refunds_shipments_and_findings(uow_factory: UowFactory) -> None:
    await a_damaged_case(uow_factory)
    await refund(uow_factory, "10", "offer:1")
    async with uow_factory() as uow:
        (claim,) = await uow.claims.of_case("C1")
        await claims.file(uow, claim.number, "77", "agent:mia", NOW)
        await uow.commit()
    second = await refund(uow_factory, "5", "offer:2")
    assert await demanded(uow_factory) == [("DHL", "15.00 EUR", ClaimState.DRAFT)]
    async with uow_factory() as uow:
        await refunds.cancel(uow, second, "agent:mia", LATER)
        uow.reshipments.add(Reshipment("S1", "C1", "10480001", NOW, {1: 1}))
        found = await reshipments.get(uow, "S1")
        found.reserve()
        await uow.commit()
    assert await demanded(uow_factory) == [("DHL", "10.00 EUR", ClaimState.DRAFT)]
    async with uow_factory() as uow:
        await reshipments.ship(uow, "S1", "DHL", "JJD2", LATER)
        await uow.commit()
    assert await demanded(uow_factory) == [("DHL", "69.90 EUR", ClaimState.DRAFT)]
    async with uow_factory() as uow:
        await liability.overrule(uow, "C1", "mia", Liability.SELLER, "the box was torn before it left", LATER)
    assert await demanded(uow_factory) == [("DHL", "69.90 EUR", ClaimState.WITHDRAWN)]
    async with uow_factory() as uow:
        assert [task for task in await uow.tasks.of_case("C1") if task.is_open and "claim" in task.what] == []


async def test_a_closed_customs_matter_leaves_a_case_that_ends_with_its_money(uow_factory: UowFactory) -> None:
    await a_damaged_case(uow_factory)
    async with uow_factory() as uow:
        case, order = await uow.cases.get("C1"), await uow.orders.get("10480001")
        assert case is not None and order is not None
        matter = await customs.add_matter(uow, case, order, NOW)
        await customs.abandon(uow, matter.number, "papers_overdue", NOW)
        await uow.commit()
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
        assert case is not None and case.state.value == "escalated"
        await customs.close(uow, matter.number, LATER, actor="agent:mia", refund=euro("60"))
        await uow.commit()
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
        (made,) = await uow.refunds.of_order("10480001")
        assert case is not None
        assert (case.state.value, str(made.amount), made.reason) == ("executing", "60.00 EUR", "not_imported")
        assert [kept.reason for kept in made.breakdown.deductions] == ["not_imported"]
        assert [task.what for task in await uow.tasks.of_case("C1") if task.is_open] == ["file_carrier_claim"]
        assert await uow.ledger.unbalanced() == []
