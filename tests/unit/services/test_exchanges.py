"""Opening an exchange: a replacement in stock is reserved, the goods come back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.labels import FAULTS, IssueType, Remedy
from bot.aftersales.money import Money
from bot.aftersales.return_ import Return, ReturnState
from bot.errors import NotFoundError, NotIdentifiedError, OutOfStockError, PolicyRefusalError
from bot.services import exchanges
from bot.services.cases import Complaint
from tests.unit.aftersales.builders import NOW, a_line, a_product, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import AN_EXCHANGE, World, proved_world

LARGER = "product1-43"


async def open_exchange(
    world: World, complaint: Complaint = AN_EXCHANGE, sku: str = LARGER
) -> tuple[Case, Return, Exchange]:
    async with world.uow() as uow:
        return await exchanges.open_exchange(uow, A_POLICY, complaint, sku, NOW)


async def test_an_exchange_reserves_the_replacement_and_opens_the_return() -> None:
    world = await proved_world()
    case, return_, exchange = await open_exchange(world)
    assert world.variant(LARGER).stock == 2
    assert (exchange.rma, exchange.case_number, exchange.order_number) == (
        return_.rma,
        case.number,
        "10482733",
    )
    assert (exchange.sku, exchange.quantity, exchange.reserved_until) == (LARGER, 1, date(2026, 4, 3))
    assert exchange.state is ExchangeState.REPLACEMENT_RESERVED
    assert return_.state is ReturnState.APPROVED
    assert (case.state, case.wish) == (CaseState.EXECUTING, Remedy.EXCHANGE)
    assert world.actions()[-3:] == ["case.registered", "return.opened", "exchange.opened"]


async def test_the_customer_of_an_even_exchange_gets_goods_and_no_money() -> None:
    world = await proved_world()
    _, return_, exchange = await open_exchange(world)
    assert exchange.price_difference == return_.refund == euros(0)


async def test_the_same_message_reserves_once() -> None:
    world = await proved_world()
    first = await open_exchange(world)
    second = await open_exchange(world)
    assert first == second
    assert world.variant(LARGER).stock == 2
    assert len(world.database.all(Exchange)) == 1


async def test_the_last_piece_gone_opens_nothing() -> None:
    world = await proved_world()
    world.variant(LARGER).stock = 0
    with pytest.raises(OutOfStockError):
        await open_exchange(world)
    assert not any(world.database.all(kind) for kind in (Case, Return, Exchange))


async def test_a_variant_of_another_product_is_not_found() -> None:
    world = await proved_world(an_order(a_line(1), a_line(2)))
    with pytest.raises(NotFoundError):
        await open_exchange(world, sku="product2-43")
    assert world.database.all(Case) == []


async def test_an_exchange_after_the_window_is_refused_and_reserves_nothing() -> None:
    world = await proved_world(an_order(delivered_days_ago=31))
    with pytest.raises(PolicyRefusalError):
        await open_exchange(world)
    assert world.variant(LARGER).stock == 3


async def test_without_a_proof_nothing_is_reserved() -> None:
    world = World()
    with pytest.raises(NotIdentifiedError):
        await open_exchange(world)
    assert world.variant(LARGER).stock == 3


async def test_above_the_review_amount_an_exchange_waits_for_a_person_with_its_replacement_reserved() -> None:
    world = await proved_world(an_order(a_line(price=euros(501))))
    case, return_, _ = await open_exchange(world)
    assert return_.state is ReturnState.MANUAL_REVIEW
    assert case.state is CaseState.INVESTIGATING
    assert world.variant(LARGER).stock == 2


async def test_a_dearer_replacement_leaves_something_to_pay() -> None:
    world = await proved_world()
    world.variant(LARGER).price = euros(60)
    _, return_, exchange = await open_exchange(world)
    assert (exchange.price_difference, return_.refund) == (euros(10), euros(0))


async def test_a_cheaper_replacement_leaves_something_to_pay_back() -> None:
    world = await proved_world()
    world.variant(LARGER).price = euros(40)
    _, return_, exchange = await open_exchange(world)
    assert (exchange.price_difference, return_.refund) == (euros(-10), euros(10))


def test_a_price_difference_is_in_proportion_to_what_was_paid_in_the_order_s_currency() -> None:
    product = a_product()
    product.variants[2].price = euros(75)
    line = a_line(quantity=2, price=Money(Decimal(8000), "JPY"), product=product)
    order = an_order(line, country="JP", shipping_fee=Money.zero("JPY"))
    assert exchanges.price_difference(order, line, product.variants[2], 2) == Money(Decimal(8000), "JPY")


def test_a_variant_that_is_no_longer_sold_is_exchanged_evenly() -> None:
    line = a_line()
    replacement = line.product.variants[2]
    line.product.variants = [replacement]
    assert exchanges.price_difference(an_order(line), line, replacement, 1) == euros(0)


def test_only_variants_with_enough_stock_are_alternatives() -> None:
    line = a_line()
    line.product.variants[0].stock = 1
    assert [v.size for v in exchanges.alternatives(line, 1, IssueType.WRONG_SIZE)] == ["41", "43"]
    assert [v.size for v in exchanges.alternatives(line, 2, IssueType.WRONG_SIZE)] == ["43"]


@pytest.mark.parametrize("issue", IssueType)
def test_the_very_same_variant_replaces_bad_goods_only(issue: IssueType) -> None:
    sizes = [variant.size for variant in exchanges.alternatives(a_line(), 1, issue)]
    assert sizes == (["41", "42", "43"] if issue in FAULTS else ["41", "43"])
