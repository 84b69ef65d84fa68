"""What a dearer replacement costs more is collected, and where nobody pays it, the customer gets the money back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.return_ import Return
from bot.errors import IllegalStateError
from bot.services import cases, exchanges, inspections, replacements, returns, reviews
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, exchanged, open_tasks, refunds, told, told_values
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import CONVERSATION, World

REPLACEMENT = "product1-43"
LAST_DAY = LATER + replacements.DIFFERENCE_HOLDS
OVER = LAST_DAY + timedelta(days=1)


async def dearer(price: int = 70, was: int = 50) -> tuple[World, Case, Return, Exchange]:
    line = a_line(price=euros(was))
    line.product.variants[2].price = euros(price)
    return await exchanged(an_order(line))


async def checked() -> tuple[World, Case, Return, Exchange]:
    world, case, return_, exchange = await dearer()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await uow.commit()
    return world, case, return_, exchange


async def test_finance_is_asked_once_the_exchange_is_approved() -> None:
    world, case, _, _ = await dearer(price=520, was=501)
    assert open_tasks(world) == ["decide"]
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, case.number, "mia", NOW)
    assert open_tasks(world) == ["collect_difference"]


async def test_the_customer_hears_what_is_left_to_pay_and_until_when() -> None:
    world, case, _, _ = await checked()
    assert told(world) == ["return_received", "difference_due"]
    values = told_values(world)
    assert (values["amount"]["amount"], values["until"]["date"]) == ("20.00", LAST_DAY.date().isoformat())
    assert (case.state, open_tasks(world)) == (CaseState.EXECUTING, ["collect_difference"])


async def test_what_is_paid_in_time_lets_the_replacement_leave() -> None:
    world, _, return_, exchange = await checked()
    async with world.uow() as uow:
        await exchanges.settle_difference(uow, return_.rma, LAST_DAY)
        await uow.commit()
    assert open_tasks(world) == ["ship_replacement"]
    assert await exchanges.expire_unpaid(world.uow, OVER) == 0
    assert exchange.state is ExchangeState.REPLACEMENT_RESERVED


async def test_who_has_paid_before_the_goods_were_checked_hears_that_all_is_settled() -> None:
    world, _, return_, _ = await dearer()
    async with world.uow() as uow:
        await exchanges.settle_difference(uow, return_.rma, NOW)
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await uow.commit()
    assert told(world)[-1] == "return_completed"
    assert open_tasks(world) == ["ship_replacement"]


async def test_what_nobody_pays_in_time_is_given_up_for_the_money_and_sold_to_others() -> None:
    world, case, return_, exchange = await checked()
    assert await exchanges.expire_unpaid(world.uow, LAST_DAY) == 0
    assert exchange.state is ExchangeState.REPLACEMENT_RESERVED
    assert await exchanges.expire_unpaid(world.uow, OVER) == 1
    assert await exchanges.expire_unpaid(world.uow, OVER) == 0
    assert exchange.state is ExchangeState.CANCELED
    assert world.variant(REPLACEMENT).stock == 3
    assert (refunds(world), open_tasks(world)) == (["54.90 EUR"], [])
    assert (told(world)[-1], told_values(world)["refund"]["amount"]) == ("return_inspected", "54.90")
    assert case.state is CaseState.EXECUTING  # The money has yet to be sent.
    with pytest.raises(IllegalStateError):
        async with world.uow() as uow:
            await exchanges.settle_difference(uow, return_.rma, OVER)


async def test_while_the_goods_are_not_here_nobody_has_to_pay() -> None:
    world, _, _, exchange = await dearer()
    assert await exchanges.expire_unpaid(world.uow, OVER) == 0
    assert exchange.state is ExchangeState.REPLACEMENT_RESERVED


async def test_what_was_paid_goes_back_where_the_customer_takes_the_exchange_back() -> None:
    world, case, return_, exchange = await dearer()
    async with world.uow() as uow:
        await exchanges.settle_difference(uow, return_.rma, NOW)
        await uow.commit()
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)
    assert (exchange.state, open_tasks(world)) == (ExchangeState.CANCELED, ["pay_difference_back"])


async def test_for_a_replacement_that_costs_no_more_nothing_is_paid() -> None:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await exchanges.settle_difference(uow, return_.rma, NOW)
    assert await Shop(world).report("difference.paid", rma=return_.rma) == ("ignored", "past")


@pytest.mark.parametrize(
    ("price", "quantity", "difference"),
    [(20, 1, "-6"), (40, 1, "-2"), (75, 1, "5"), (50, 1, "0"), (75, 2, "25")],
)
def test_a_difference_is_a_part_of_what_was_paid_after_the_discount(price: int, quantity: int, difference: str) -> None:
    line = a_line(quantity=quantity)
    line.discount = euros(40) if quantity == 1 else euros(50)
    variant = line.product.variants[2]
    variant.price = euros(price)
    assert exchanges.price_difference(an_order(line), line, variant, quantity) == euros(Decimal(difference))
