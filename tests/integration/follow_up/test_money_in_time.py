"""Money that should have left is found on either database, and old rows keep what their cases were promised."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from bot.aftersales.case import CaseState
from bot.aftersales.labels import IssueType, Liability, Payer, Priority
from bot.aftersales.order import Address, OrderState
from bot.aftersales.payment import Instruction, Receipt
from bot.aftersales.refund import RefundBreakdown, RefundState
from bot.aftersales.return_ import ReturnMethod, ReturnState
from bot.aftersales.sla import ALWAYS_OPEN
from bot.errors import PaymentRefusedError
from bot.payments.recorded import RecordedPayments
from bot.services import ledger, lifecycle, promises, refunds
from bot.store.engine import create_engine
from bot.store.tables import metadata
from tests.integration.conftest import UowFactory
from tests.integration.migrating import move
from tests.integration.store.things import NOW, a_case, a_return, a_shop, euro

DAYS = 14
TOO_LATE = NOW + timedelta(days=DAYS + 1)


@pytest.fixture
async def uow(uow_factory: UowFactory) -> UowFactory:
    """A database with one case that is carried out, whose customer was promised money within 14 days."""
    await a_shop(uow_factory)
    async with uow_factory() as work:
        case = a_case()
        case.verdict = {"days_to_refund": DAYS}
        lifecycle.begin(case)
        work.cases.add(case)
        await work.commit()
    return uow_factory


async def owed(uow: UowFactory, days: int) -> list[str]:
    async with uow() as work:
        return [case.number for case in await work.cases.owed_money(NOW + timedelta(days=days))]


async def test_an_agreed_refund_is_found_until_it_is_sent_and_its_case_is_dealt_with(uow: UowFactory) -> None:
    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None
        await refunds.agree(work, case, euro("5"), "agreed", NOW, key="offer:1")
        # As after an order was called off.
        case.resolve(NOW)
        await work.commit()
    assert await owed(uow, DAYS) == []
    assert await owed(uow, DAYS + 1) == ["C1"]
    assert await promises.detect_delays(uow, ALWAYS_OPEN, TOO_LATE) == 1
    assert await promises.detect_delays(uow, ALWAYS_OPEN, TOO_LATE) == 0
    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None and case.state is CaseState.EXECUTING
        assert [found.response for found in await work.notifications.of_case("C1")] == ["utter_notify_delay"]
    assert await promises.detect_delays(uow, ALWAYS_OPEN, case.next_contact_by) == 1
    async with uow() as work:
        assert await work.escalations.open_of("conversation") is not None
    assert await refunds.send_due(uow, RecordedPayments(uow, lambda: TOO_LATE), TOO_LATE) == 1
    assert await owed(uow, 999) == []
    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None and case.state is CaseState.RESOLVED


@pytest.mark.parametrize(("price", "found"), [("59.90", ["C1"]), ("0", [])])
async def test_goods_that_are_here_are_found_until_somebody_has_settled_them(
    uow: UowFactory, price: str, found: list[str]
) -> None:
    async with uow() as work:
        return_ = a_return()
        return_.refund = euro(price)
        return_.approve()
        return_.receive({1: (1, 0)}, NOW)
        return_.pay_by = NOW.date() + timedelta(days=DAYS)
        work.returns.add(return_)
        await work.commit()
    assert await owed(uow, DAYS) == []
    assert await owed(uow, DAYS + 1) == found
    # Who gets other goods for them waits for somebody to look at them all the same.
    assert await promises.detect_delays(uow, ALWAYS_OPEN, TOO_LATE) == 1
    async with uow() as work:
        here = await work.returns.get("R1")
        assert here is not None
        here.inspect({}, TOO_LATE)
        here.complete(TOO_LATE)
        await work.commit()
    assert await owed(uow, 999) == []


async def test_goods_that_are_on_their_way_are_found_until_what_their_return_is_worth_is_paid(uow: UowFactory) -> None:
    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None
        return_ = a_return()
        return_.refund, return_.requested_at = euro("20"), NOW
        return_.approve()
        return_.ship("Kranich Paket", "KP99", NOW)
        return_.pay_by = NOW.date() + timedelta(days=DAYS)
        work.returns.add(return_)
        for place, at in enumerate((NOW - timedelta(days=1), NOW)):
            before = await refunds.agree(work, case, euro("15"), "agreed", at, key=f"offer:{place}")
            before.begin(NOW)
            before.send(NOW.date(), NOW)
        await work.commit()
    # What was paid before the return was agreed on is not for these goods.
    assert await owed(uow, DAYS + 1) == ["C1"]
    assert await promises.detect_delays(uow, ALWAYS_OPEN, TOO_LATE) == 1
    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None
        rest = await refunds.agree(work, case, euro("5"), "agreed", TOO_LATE, key="offer:9")
        rest.begin(NOW)
        rest.send(NOW.date(), NOW)
        await work.commit()
    assert await owed(uow, 999) == []
    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None
        assert not await refunds.are_unpaid(work, case, (NOW + timedelta(days=999)).date())


async def test_what_the_provider_keeps_refusing_is_found_at_once_and_not_sent_again(uow: UowFactory) -> None:
    class Refusing:
        async def refund(self, instruction: Instruction) -> Receipt:
            raise PaymentRefusedError("expired_card")

    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None
        refund = await refunds.agree(work, case, euro("5"), "agreed", NOW, key="offer:1")
        await work.commit()
    for days in (0, 1, 3, 7):
        assert await owed(uow, days) == []
        assert await refunds.send_due(uow, Refusing(), NOW + timedelta(days=days)) == 0
    assert await owed(uow, 7) == ["C1"]
    late = NOW + timedelta(days=999)
    assert await refunds.send_due(uow, RecordedPayments(uow, lambda: late), late) == 0
    async with uow() as work:
        stuck = await work.refunds.get(refund.number)
        assert stuck is not None and stuck.state is RefundState.REFUSED
        assert [task.what for task in await work.tasks.of_case("C1") if task.is_open] == ["check_refund"]
        await refunds.pay_otherwise(work, refund.number, "S1", "bank_transfer", TOO_LATE, actor="agent:fin")
        await work.commit()
    assert await owed(uow, 999) == []
    async with uow() as work:
        assert (await ledger.check(work)).problems == []


async def test_who_has_a_fresh_promise_is_not_found_again(uow: UowFactory) -> None:
    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None
        await refunds.agree(work, case, euro("5"), "agreed", NOW, key="offer:1")
        case.next_contact_by = TOO_LATE + timedelta(hours=1)
        await work.commit()
    assert await owed(uow, DAYS + 1) == []
    assert await owed(uow, DAYS + 2) == ["C1"]


async def test_money_of_before_is_due_as_its_case_was_promised(empty_url: str) -> None:
    engine = create_engine(empty_url)
    async with engine.begin() as connection:
        await connection.run_sync(move, "0029")
        for table, rows in _OF_BEFORE.items():
            await connection.execute(insert(metadata.tables[table]), rows)
    async with engine.begin() as connection:
        await connection.run_sync(move, "0030")
    async with engine.connect() as connection:
        for table, key in (("refunds", "number"), ("returns", "rma")):
            found = await connection.execute(text(f"SELECT {key}, pay_by FROM {table} ORDER BY {key}"))
            days = [day if isinstance(day, date) or day is None else date.fromisoformat(day) for _, day in found]
            assert days == [NOW.date() + timedelta(days=DAYS), None]
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: move(sync, "0029", down=True))
        assert (await connection.execute(text("SELECT count(*) FROM refunds"))).scalar() == 2
    await engine.dispose()


def _amount(name: str, minor: int = 500) -> dict[str, Any]:
    return {f"{name}_minor": minor, f"{name}_currency": "EUR"}


_ORDER = {"order_number": "1", "row_version": 1}
_OF_BEFORE: dict[str, list[dict[str, Any]]] = {
    "customers": [{"id": "c1", "name": "A", "email": "a@example.org", "country": "DE", "language": "de"}],
    "orders": [
        {
            "number": "1", "customer_id": "c1", "state": OrderState.PAID, "placed_at": NOW, "row_version": 1,
            "address": Address("A", "B", "10115", "C", "DE"),
            **_amount("shipping_fee"), **_amount("total"), **_amount("duties"),
        }
    ],
    "cases": [
        {
            "number": number, "conversation_id": "v", "customer_id": "c1", "order_number": "1", "version": 1,
            "issue_type": IssueType.DEFECTIVE, "opened_at": NOW, "next_contact_by": NOW, "language": "de",
            "channel": "web", "source_message_id": f"m{number}", "story": "", "lines": {}, "policy_rules": [],
            "priority": Priority.NORMAL, "liability": Liability.SELLER, "state": CaseState.EXECUTING,
            "verdict": verdict, "decisions": 0,
        }
        for number, verdict in (("C1", {"days_to_refund": DAYS}), ("C2", None))
    ],
    "refunds": [
        {
            "number": f"F{place}", "key": f"k{place}", "case_number": f"C{place}", "reason": "agreed",
            "agreed_at": NOW, "next_attempt_at": NOW, "breakdown": RefundBreakdown.of_goodwill(euro("5")),
            "state": RefundState.FAILED, "attempts": 3, **_amount("amount"), **_ORDER,
        }
        for place in (1, 2)
    ],
    "returns": [
        {
            "rma": f"R{place}", "case_number": f"C{place}", "method": ReturnMethod.POST, "deadline": NOW.date(),
            "return_shipping": Payer.SHOP, "requested_at": NOW, "received_at": NOW, "state": ReturnState.RECEIVED,
            "refunds_shipping": False, "refunds_duties": False, **_amount("refund"), **_ORDER,
        }
        for place in (1, 2)
    ],
}  # fmt: skip
