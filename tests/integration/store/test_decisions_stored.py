"""Findings of liability and the rules of a decision come back as they were, on either database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bot.aftersales.labels import Liability
from bot.aftersales.liability import LiabilityFinding
from bot.services import case_report, liability
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_shop, plain


async def test_findings_come_back_oldest_first(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    facts = {"parcels": "lost", "days_without_scan": "9"}
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        uow.liability.add(LiabilityFinding("C1", NOW, "bot", Liability.CARRIER, "scan_gap", Decimal("0.85"), facts))
        await uow.commit()
    async with uow_factory() as uow:
        await liability.overrule(uow, "C1", "a-mona", Liability.SELLER, "Nie übergeben.", NOW + timedelta(hours=1))
    async with uow_factory() as uow:
        first, second = await liability.history(uow, "C1")
        case = await uow.cases.get("C1")
        events = await uow.audit.of_subject("case:C1")
    assert case is not None
    assert case.liability is Liability.SELLER
    assert plain(first) == {
        "case_number": "C1",
        "at": NOW,
        "actor": "bot",
        "liable": Liability.CARRIER,
        "rule": "scan_gap",
        "confidence": Decimal("0.85"),
        "facts": facts,
        "reason": "",
        "id": first.id,
    }
    assert (second.reason, second.confidence, second.is_by_agent) == ("Nie übergeben.", Decimal(1), True)
    assert [event.action for event in events] == ["liability.overruled"]


async def test_the_rules_of_a_decision_are_kept_with_the_case(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    rules = [{"id": "eu.faulty.days", "file": "eu.yml", "line": 33, "text": "1096 days from receipt"}]
    async with uow_factory() as uow:
        case = a_case()
        case.policy_name, case.policy_version, case.policy_rules = "eu", "abc", list(rules)
        uow.cases.add(case)
        await uow.commit()
    async with uow_factory() as uow:
        (found,) = (await case_report.report(uow, "10480001"))["cases"]
    assert (found["policy"], found["policy_version"], found["policy_rules"]) == ("eu", "abc", rules)
    assert found["liability_history"] == []


async def test_cases_of_a_customer_are_found_from_a_moment_on(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case("C1", message="m1", at=NOW - timedelta(days=2)))
        uow.cases.add(a_case("C2", message="m2"))
        await uow.commit()
    async with uow_factory() as uow:
        assert [case.number for case in await uow.cases.of_customer("c1", NOW - timedelta(days=3))] == ["C2", "C1"]
        assert [case.number for case in await uow.cases.of_customer("c1", NOW - timedelta(days=1))] == ["C2"]
        assert await uow.cases.of_customer("nobody", NOW - timedelta(days=3)) == []
