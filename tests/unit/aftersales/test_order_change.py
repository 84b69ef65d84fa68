from __future__ import annotations

from decimal import Decimal

import pytest

from bot.aftersales.order import OrderState, Payment, ShipmentState
from bot.aftersales.order_change import LineChange, balance, cancel, change_line, obstacle, variant_of
from bot.aftersales.refund import RefundBreakdown, breakdown
from bot.aftersales.selection import Selection
from bot.errors import InvalidInputError, NotFoundError, OutOfStockError
from tests.unit.aftersales.builders import NOW, a_line, a_product, an_order, euros


def waiting(*lines):  # type: ignore[no-untyped-def]
    return an_order(*lines, delivered_days_ago=None, state=OrderState.PAID, shipment=ShipmentState.LABEL_CREATED)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (waiting(), None),
        (an_order(delivered_days_ago=None), "already_shipped"),
        (an_order(delivered_days_ago=None, state=OrderState.PAID), "already_shipped"),
        (an_order(), "already_delivered"),
        (an_order(state=OrderState.CANCELED), "order_canceled"),
    ],
)
def test_an_order_can_be_changed_until_it_has_left(order, reason) -> None:  # type: ignore[no-untyped-def]
    assert obstacle(order) == reason


def test_cancelling_frees_what_the_order_had_reserved() -> None:
    order = waiting(a_line(quantity=2))
    cancel(order)
    line = order.lines[0]
    assert order.state is OrderState.CANCELED
    assert variant_of(line, line.sku).stock == 5


def test_another_size_swaps_the_reserved_pieces_and_costs_nothing() -> None:
    order = waiting()
    line = order.lines[0]
    assert change_line(order, LineChange(1, sku="product1-43")) == euros(0)
    assert (line.sku, line.size) == ("product1-43", "43")
    assert (variant_of(line, "product1-42").stock, variant_of(line, "product1-43").stock) == (4, 2)


def test_more_pieces_cost_more_and_keep_the_discount_in_proportion() -> None:
    line = a_line()
    line.discount, line.tax = euros(5), euros("7.18")
    order = waiting(line)
    total = order.total
    assert change_line(order, LineChange(1, quantity=2)) == euros(45)
    assert (line.quantity, line.discount, line.tax) == (2, euros(10), euros("14.36"))
    assert order.total == total + euros(45)


def test_a_dearer_variant_is_priced_in_proportion_to_what_was_paid() -> None:
    product = a_product(price=euros(40))
    product.variants[2].price = euros(50)
    order = waiting(a_line(price=euros(20), product=product))
    assert change_line(order, LineChange(1, sku="shoes-43")) == euros(5)


def test_a_line_is_left_out_but_never_the_last_one() -> None:
    order = waiting(a_line(1), a_line(2))
    assert change_line(order, LineChange(2)) == euros(-50)
    assert [line.position for line in order.lines] == [1]
    with pytest.raises(InvalidInputError):
        change_line(order, LineChange(1))


def test_what_is_not_in_stock_leaves_everything_as_it_was() -> None:
    order = waiting()
    line = order.lines[0]
    with pytest.raises(OutOfStockError):
        change_line(order, LineChange(1, sku="product1-43", quantity=9))
    assert (line.sku, line.quantity, variant_of(line, "product1-42").stock) == ("product1-42", 1, 3)


@pytest.mark.parametrize(
    "change", [LineChange(1, quantity=1), LineChange(1, sku="product1-42"), LineChange(1, quantity=100)]
)
def test_no_change_and_too_many_pieces_are_refused(change: LineChange) -> None:
    with pytest.raises(InvalidInputError):
        change_line(waiting(), change)


@pytest.mark.parametrize("change", [LineChange(7, quantity=2), LineChange(1, sku="hat")])
def test_unknown_lines_and_variants_are_not_found(change: LineChange) -> None:
    with pytest.raises(NotFoundError):
        change_line(waiting(), change)


def with_duties(*lines):  # type: ignore[no-untyped-def]
    order = waiting(*lines)
    order.duties = euros(20)
    order.total += euros(20)
    return order


def test_a_line_that_is_left_out_takes_its_duties_along() -> None:
    order = with_duties(a_line(1), a_line(2))
    total = order.total
    assert change_line(order, LineChange(2)) == euros(-60)
    assert (order.duties, order.total) == (euros(10), total - euros(60))


def test_duties_follow_the_pieces_there_and_back() -> None:
    order = with_duties(a_line(1), a_line(2))
    assert change_line(order, LineChange(1, quantity=3)) == euros(120)
    assert order.duties == euros(40)
    assert change_line(order, LineChange(1, quantity=1)) == euros(-120)
    assert order.duties == euros(20)


def test_goods_that_cost_nothing_keep_their_duties_until_they_are_left_out() -> None:
    order = with_duties(a_line(1, price=euros(0)), a_line(2, price=euros(0)))
    assert change_line(order, LineChange(1, quantity=2)) == euros(0)
    assert change_line(order, LineChange(2)) == euros("-6.67")
    assert order.duties == euros("13.33")


def test_what_was_paid_stays_when_the_total_changes() -> None:
    order = waiting(a_line(1), a_line(2))
    paid = order.paid
    change_line(order, LineChange(2))
    assert (order.paid, order.total) == (paid, paid - euros(50))


def test_an_order_that_nobody_has_paid_stays_unpaid() -> None:
    order = waiting(a_line(1), a_line(2))
    order.state = OrderState.PENDING
    change_line(order, LineChange(2))
    assert order.payments == [] and order.paid == euros(0)


def test_the_balance_is_what_was_paid_beyond_the_total_or_is_left_to_pay() -> None:
    order = waiting()
    order.payments = [Payment("p1", "card", order.total + euros(5), NOW)]
    assert balance(order, []) == euros(5)
    assert balance(order, [RefundBreakdown.of_overpaid(euros(5))]) == euros(0)
    assert balance(order, [RefundBreakdown.of_goodwill(euros(5))]) == euros(5)
    change_line(order, LineChange(1, quantity=2))
    assert balance(order, []) == euros(-45)


def test_a_part_of_the_price_stays_the_customers_for_as_long_as_the_goods_are_ordered() -> None:
    order = with_duties(a_line(1, 2), a_line(2))
    order.payments = [Payment("p1", "card", order.total, NOW)]
    whole = [Selection(line, line.quantity) for line in order.lines]
    given = breakdown(order, whole, outbound_shipping=False, duties=True, share=Decimal("0.3"))
    assert given.total == euros(51)
    change_line(order, LineChange(1, quantity=3))
    assert balance(order, [given]) == order.paid - order.total
    change_line(order, LineChange(1, quantity=1))
    # 15.00 of the price and 2.00 of the duties came back for the piece that is not ordered any more.
    assert balance(order, [given]) == order.paid - order.total - euros(17)
    change_line(order, LineChange(2))
    assert balance(order, [given]) == order.paid - order.total - euros(34)
