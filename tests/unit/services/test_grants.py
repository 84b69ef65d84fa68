"""Coupons and longer warranties are given once and booked where they are worth money."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.grant import CouponState, months_after, new_code
from bot.aftersales.ledger import Account
from bot.aftersales.money import Money
from bot.aftersales.order import ShipmentState
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import grants
from bot.services.case_report import report
from tests.unit.aftersales.builders import NOW, a_split_order, euros
from tests.unit.services.world import World


async def balances(world: World) -> dict[Account, Money]:
    async with world.uow() as uow:
        return {account: money for account, money in await uow.ledger.totals() if money}


async def test_a_coupon_is_issued_once_and_redeemed_once() -> None:
    world = World()
    case = world.add_case()
    async with world.uow() as uow:
        coupon = await grants.issue_coupon(uow, case, euros(10), NOW, key="offer:1")
        assert await grants.issue_coupon(uow, case, euros(10), NOW, key="offer:1") is coupon
        # Customs matters begin with K.
        assert coupon.number == "G1000001"
        await uow.commit()
    assert await balances(world) == {Account.COUPONS_GRANTED: euros(10), Account.COUPON_LIABILITY: euros(-10)}
    async with world.uow() as uow:
        for _ in range(2):
            await grants.redeem_coupon(uow, f" {coupon.code.lower()} ", NOW)
        await uow.commit()
    assert (coupon.state, coupon.redeemed_at) == (CouponState.REDEEMED, NOW)
    assert await balances(world) == {Account.COUPONS_GRANTED: euros(10), Account.COUPONS_REDEEMED: euros(-10)}
    assert world.actions() == ["coupon.issued", "coupon.redeemed"]
    assert coupon.code not in str(world.database.all(AuditEvent))


async def test_a_percentage_is_worth_nothing_until_somebody_buys() -> None:
    world = World()
    async with world.uow() as uow:
        coupon = await grants.issue_coupon(uow, world.add_case(), Decimal(10), NOW, key="offer:1")
        await uow.commit()
    assert (coupon.percent, coupon.amount) == (Decimal(10), None)
    assert await balances(world) == {}


async def test_a_coupon_that_nobody_used_in_time_is_owed_no_more() -> None:
    world = World()
    late = NOW + grants.COUPON_VALID_FOR + timedelta(seconds=1)
    async with world.uow() as uow:
        coupon = await grants.issue_coupon(uow, world.add_case(), euros(10), NOW, key="offer:1")
        await uow.commit()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await grants.redeem_coupon(uow, coupon.code, late)
        assert [await grants.expire_coupons(uow, now) for now in (NOW, late, late)] == [0, 1, 0]
        await uow.commit()
    assert await balances(world) == {}


async def test_unknown_codes_and_coupons_of_nothing_are_refused() -> None:
    world = World()
    async with world.uow() as uow:
        with pytest.raises(NotFoundError):
            await grants.redeem_coupon(uow, "AAAA-BBBB", NOW)
        for worth in (euros(0), Decimal(0), Decimal(101)):
            with pytest.raises(InvalidInputError):
                await grants.issue_coupon(uow, world.add_case(), worth, NOW, key="k")


def test_codes_cannot_be_guessed_and_are_easy_to_read() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"(?:[2-9A-HJKMNP-Z]{4}-){3}[2-9A-HJKMNP-Z]{4}", code) for code in codes)


async def test_a_longer_warranty_begins_when_the_present_one_ends() -> None:
    world = World()
    case = world.add_case()
    line = world.order.lines[0]
    async with world.uow() as uow:
        assert await grants.warranty_until(uow, world.order, line) == date(2028, 3, 15)
        first = await grants.extend_warranty(uow, case, 1, 6, NOW, key="offer:1")
        assert await grants.extend_warranty(uow, case, 1, 6, NOW, key="offer:1") is first
        await grants.extend_warranty(uow, case, 1, 6, NOW, key="offer:2")
        assert first.until == date(2028, 9, 15)
        assert await grants.warranty_until(uow, world.order, line) == date(2029, 3, 15)
        with pytest.raises(NotFoundError):
            await grants.extend_warranty(uow, case, 7, 6, NOW, key="offer:3")
        with pytest.raises(InvalidInputError):
            await grants.extend_warranty(uow, case, 1, 0, NOW, key="offer:4")
        await uow.commit()
    late = NOW + timedelta(days=2000)
    async with world.uow() as uow:
        over = await grants.extend_warranty(uow, case, 1, 12, late, key="offer:5")
    assert over.until == months_after(late.date(), 12)


async def test_a_longer_warranty_never_ends_before_what_is_owed_anyway() -> None:
    world = World()
    async with world.uow() as uow:
        given = await grants.extend_warranty(uow, world.add_case(), 1, 12, NOW, key="offer:1", after=date(2029, 3, 15))
    assert given.until == date(2030, 3, 15)


async def test_the_warranty_of_what_has_arrived_runs_while_more_is_to_come() -> None:
    world = World(a_split_order(ShipmentState.IN_TRANSIT))
    async with world.uow() as uow:
        assert await grants.warranty_until(uow, world.order, world.order.lines[0]) == date(2028, 3, 15)


def test_months_end_where_the_calendar_ends_them() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert months_after(date(2026, 12, 5), 1) == date(2027, 1, 5)


async def test_the_report_of_a_case_tells_what_it_cost_but_no_code() -> None:
    from bot.services import refunds

    world = World()
    case = world.add_case()
    async with world.uow() as uow:
        coupon = await grants.issue_coupon(uow, case, Decimal(10), NOW, key="offer:1")
        await grants.extend_warranty(uow, case, 1, 6, NOW, key="offer:2")
        await refunds.agree(uow, case, euros(5), "agreed", NOW, key="offer:3")
        await uow.commit()
    async with world.uow() as uow:
        found = await report(uow, case.order_number)
    (told,) = found["cases"]
    assert told["refunds"][0]["amount"] == "5.00"
    assert told["refunds"][0]["breakdown"]["goodwill"] == "5.00"
    assert told["coupons"][0]["percent"] == "10"
    assert told["warranty_extensions"] == [{"line": 1, "months": 6, "until": "2028-09-15"}]
    assert coupon.code not in str(found)
