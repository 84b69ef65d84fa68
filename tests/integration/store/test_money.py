"""Refunds, the ledger and grants on either database, and two processes that want the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import inspect, text

from bot.aftersales.ledger import Account, entry
from bot.aftersales.money import Money
from bot.aftersales.payment import Instruction, Receipt
from bot.aftersales.refund import Deduction, RefundBreakdown, RefundLine, RefundState
from bot.errors import ConflictError
from bot.payments.recorded import RecordedPayments
from bot.services import grants, ledger, refunds
from bot.services.api_ports import Place
from bot.store.engine import create_engine
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_product, a_shop, an_order, euro, plain

BREAKDOWN = RefundBreakdown(
    lines=(RefundLine(1, 1, euro("29.95"), euro("4.78"), Decimal("0.5")),),
    shipping=euro("4.90"),
    duties=euro("1.01"),
    goodwill=euro("0"),
    overpaid=euro("0"),
    deductions=(Deduction("damaged", euro("5")),),
)


async def a_shop_with_a_case(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        await uow.commit()


async def agree(uow_factory: UowFactory, given: RefundBreakdown | Money, key: str = "offer:1") -> str:
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
        assert case is not None
        refund = await refunds.agree(uow, case, given, "damaged", NOW, key=key)
        await uow.commit()
    return refund.number


async def test_discounts_taxes_and_duties_of_an_order_come_back(uow_factory: UowFactory) -> None:
    order = an_order(a_product())
    order.lines[0].discount, order.lines[0].tax, order.duties = euro("1.23"), euro("9.37"), euro("2.50")
    async with uow_factory() as uow:
        uow.products.add(order.lines[0].product)
        uow.orders.add(order)
        await uow.commit()
    for read in ("get", "read"):
        async with uow_factory() as uow:
            found = await getattr(uow.orders, read)(order.number)
        assert (found.lines[0].discount, found.lines[0].tax, found.duties) == (euro("1.23"), euro("9.37"), euro("2.50"))


async def test_a_refund_comes_back_whole(uow_factory: UowFactory) -> None:
    await a_shop_with_a_case(uow_factory)
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
        assert case is not None
        made = await refunds.agree(uow, case, BREAKDOWN, "damaged", NOW, key="offer:1")
        await uow.commit()
    async with uow_factory() as uow:
        for found in (
            await uow.refunds.get(made.number),
            await uow.refunds.by_key("offer:1"),
            *await uow.refunds.of_order("10480001"),
            *await uow.refunds.due(NOW),
            *await uow.refunds.after(""),
        ):
            assert found is not None
            assert plain(found) == plain(made)
            assert found.breakdown == BREAKDOWN
        assert await uow.refunds.due(NOW - timedelta(seconds=1)) == []
        assert await uow.refunds.after(made.number) == []


async def test_the_ledger_keeps_an_entry_once_and_adds_up(uow_factory: UowFactory) -> None:
    made = entry(
        "refund:F1:agreed",
        NOW,
        "refund:F1",
        "refund.agreed",
        debit=[(Account.GOODS_REFUNDED, euro("10")), (Account.GOODWILL, Money(Decimal(500), "JPY"))],
        credit=[(Account.OWED_TO_CUSTOMER, euro("10")), (Account.OWED_TO_CUSTOMER, Money(Decimal(500), "JPY"))],
    )
    async with uow_factory() as uow:
        for _ in range(2):
            await uow.ledger.add(made)
        await uow.commit()
    async with uow_factory() as uow:
        await uow.ledger.add(made)
        await uow.ledger.add(made.reversed("refund:F1:canceled", NOW + timedelta(hours=1), "refund.canceled"))
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.ledger.get("refund:F1:agreed") == made
        assert await uow.ledger.get("refund:F2:agreed") is None
        assert [found.what for found in await uow.ledger.of_subject("refund:F1")] == [
            "refund.agreed",
            "refund.canceled",
        ]
        assert all(not balance for _, balance in await uow.ledger.totals())
        assert await uow.ledger.balances(Account.OWED_TO_CUSTOMER) == {}
        assert await uow.ledger.unbalanced() == []


async def test_an_entry_that_was_tampered_with_is_found(uow_factory: UowFactory) -> None:
    await a_shop_with_a_case(uow_factory)
    number = await agree(uow_factory, euro("10"))
    async with uow_factory() as uow:
        assert (await ledger.check(uow)).problems == []
        assert await uow.ledger.totals() == [
            (Account.GOODWILL, euro("10")),
            (Account.OWED_TO_CUSTOMER, euro("-10")),
        ]
        session = await uow._transaction.orm()
        await session.execute(text("UPDATE journal_postings SET amount_minor = 999 WHERE account = 'goodwill'"))
        assert await uow.ledger.unbalanced() == [f"refund:{number}:agreed"]
        assert (await ledger.check(uow)).problems == [
            f"entry refund:{number}:agreed does not balance",
            "all accounts together hold -0.01 EUR, not nothing",
        ]


async def test_two_refunds_that_are_too_much_together_are_not_both_agreed(uow_factory: UowFactory) -> None:
    await a_shop_with_a_case(uow_factory)
    # A unit of work tells of a conflict when it is left, wherever the conflict showed.
    with pytest.raises(ConflictError):
        async with uow_factory() as first, uow_factory() as second:
            assert await second.orders.get("10480001") is not None
            case = await first.cases.get("C1")
            assert case is not None
            await refunds.agree(first, case, euro("40"), "x", NOW, key="a")
            await first.commit()
            # The second one read the order before, and does not see the first refund in what it has read.
            case = await second.cases.get("C1")
            assert case is not None
            await refunds.agree(second, case, euro("20"), "x", NOW, key="b")
            await second.commit()
    async with uow_factory() as uow:
        assert [refund.amount for refund in await uow.refunds.of_order("10480001")] == [euro("40")]


async def test_two_processes_send_a_refund_once(uow_factory: UowFactory) -> None:
    await a_shop_with_a_case(uow_factory)
    number = await agree(uow_factory, BREAKDOWN)
    provider = RecordedPayments(uow_factory, lambda: NOW)
    sent = await asyncio.gather(*[refunds.send_due(uow_factory, provider, NOW) for _ in range(4)])
    assert sum(sent) == 1
    async with uow_factory() as uow:
        refund = await uow.refunds.get(number)
        assert refund is not None
        assert refund.state is RefundState.SENT
        assert len(await uow.payment_instructions.page(None, None, 9)) == 1
        assert len(await uow.notifications.of_case("C1")) == 1
        assert len(await uow.ledger.of_subject(f"refund:{number}")) == 2
        assert (await ledger.check(uow)).problems == []


async def test_dying_between_asking_and_booking_sends_once(uow_factory: UowFactory) -> None:
    await a_shop_with_a_case(uow_factory)
    await agree(uow_factory, euro("10"))
    embedded = RecordedPayments(uow_factory, lambda: NOW)

    class Dying:
        async def refund(self, instruction: Instruction) -> Receipt:
            await embedded.refund(instruction)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await refunds.send_due(uow_factory, Dying(), NOW)
    assert await refunds.send_due(uow_factory, embedded, NOW) == 0
    assert await refunds.send_due(uow_factory, embedded, NOW + timedelta(minutes=10)) == 1
    async with uow_factory() as uow:
        assert len(await uow.payment_instructions.page(None, None, 9)) == 1
        assert (await ledger.check(uow)).problems == []


async def test_the_same_key_recorded_at_the_same_moment_is_one_instruction(uow_factory: UowFactory) -> None:
    provider = RecordedPayments(uow_factory, lambda: NOW)
    instruction = Instruction("F1-1-0", "10480001", "F1", "card", euro("10"), "p-10480001")
    receipts = await asyncio.gather(*[provider.refund(instruction) for _ in range(5)])
    assert set(receipts) == {Receipt("recorded-F1-1-0", 5)}
    async with uow_factory() as uow:
        assert len(await uow.payment_instructions.page(None, None, 9)) == 1


async def test_instructions_are_read_page_by_page_oldest_first(uow_factory: UowFactory) -> None:
    # Two of them at the same moment.
    for name, minutes in (("F2", 0), ("F1", 0), ("F3", 1), ("F0", 2)):
        provider = RecordedPayments(uow_factory, lambda at=NOW + timedelta(minutes=minutes): at)  # type: ignore[misc]
        await provider.refund(Instruction(f"{name}-1-0", "10480001", name, "card", euro("10"), "p-10480001"))
    async with uow_factory() as uow:
        page = uow.payment_instructions.page
        keys, after = [], None
        while found := await page(None, after, 1):
            keys.append(found[0].key)
            after = Place(found[0].recorded_at, found[0].key)
        assert keys == ["F1-1-0", "F2-1-0", "F3-1-0", "F0-1-0"]
        assert [found.key for found in await page(NOW + timedelta(minutes=1), None, 9)] == keys[2:]
        assert [found.key for found in await page(NOW + timedelta(minutes=1), Place(NOW, "F9"), 1)] == keys[2:3]


async def test_coupons_and_extensions_come_back(uow_factory: UowFactory) -> None:
    await a_shop_with_a_case(uow_factory)
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
        assert case is not None
        money = await grants.issue_coupon(uow, case, euro("10"), NOW, key="offer:1")
        percent = await grants.issue_coupon(uow, case, Decimal("12.5"), NOW, key="offer:2")
        extension = await grants.extend_warranty(uow, case, 1, 6, NOW, key="offer:3")
        await uow.commit()
    async with uow_factory() as uow:
        assert plain(await uow.coupons.of_case("C1")) == plain([money, percent])
        assert plain(await uow.coupons.by_code(money.code)) == plain(money)
        assert plain(await uow.coupons.get(percent.number)) == plain(percent)
        assert plain(await uow.warranty_extensions.by_key("offer:3")) == plain(extension)
        assert plain(await uow.warranty_extensions.of_order("10480001")) == plain([extension])
        late = money.expires_at + timedelta(seconds=1)
        assert [found.number for found in await uow.coupons.overdue(late)] == [money.number, percent.number]
        assert await grants.expire_coupons(uow, late) == 2
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.coupons.overdue(late) == []
        assert all(not balance for _, balance in await uow.ledger.totals())


async def test_instructions_are_read_page_by_page_along_an_index(database_url: str) -> None:
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: {
                table: [index["column_names"] for index in inspect(sync).get_indexes(table)]
                for table in ("payment_instructions", "exchanges")
            }
        )
    await engine.dispose()
    assert ["recorded_at", "key"] in found["payment_instructions"]
    assert ["state"] in found["exchanges"]
