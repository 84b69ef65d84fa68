"""What comes back for pieces of an order, and the way of a refund."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine, OrderState, Payment
from bot.aftersales.refund import Deduction, Refund, RefundBreakdown, RefundState, breakdown, part_of_price, split
from bot.aftersales.selection import Selection
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros


def discounted(line: OrderLine, discount: str, tax: str = "0") -> OrderLine:
    line.discount, line.tax = euros(discount), euros(tax)
    return line


def paid(order: Order, *amounts: str) -> Order:
    order.payments = [
        Payment(f"p{count}", method, euros(amount), NOW - timedelta(days=10 - count))
        for count, (amount, method) in enumerate(zip(amounts, ("card", "wallet", "invoice")), start=1)
    ]
    return order


def refund_of(order: Order, *pieces: tuple[int, int], share: str = "1", **options: object) -> RefundBreakdown:
    chosen = [Selection(order.lines[position - 1], quantity) for position, quantity in pieces]
    choices = {"outbound_shipping": True, "duties": True, **options}
    return breakdown(order, chosen, share=Decimal(share), **choices)  # type: ignore[arg-type]


def test_a_whole_order_brings_back_goods_shipping_and_duties() -> None:
    order = an_order(discounted(a_line(1, 2), "10", "14.37"))
    order.duties = euros(9)
    order.total = euros("103.90")
    found = refund_of(order, (1, 2))
    assert (found.goods, found.tax, found.shipping, found.duties) == (
        euros(90),
        euros("14.37"),
        euros("4.90"),
        euros(9),
    )
    assert found.total == order.total


def test_a_discount_is_spread_over_the_pieces_to_the_cent() -> None:
    order = an_order(discounted(a_line(1, 3, euros(10)), "0.50", "4.71"), shipping_fee=euros(0))
    order.total = euros("29.50")
    earlier: list[RefundBreakdown] = []
    for _ in range(3):
        earlier.append(refund_of(order, (1, 1), earlier=earlier))
    assert [str(part.total.amount) for part in earlier] == ["9.83", "9.83", "9.84"]
    assert [str(part.tax.amount) for part in earlier] == ["1.57", "1.57", "1.57"]
    assert refund_of(order, (1, 1), earlier=earlier).total == euros(0)


def test_shipping_comes_back_with_the_last_piece_only_and_once() -> None:
    order = an_order(a_line(1), a_line(2))
    first = refund_of(order, (1, 1))
    second = refund_of(order, (2, 1), earlier=[first])
    assert (first.shipping, second.shipping) == (euros(0), euros("4.90"))
    assert refund_of(order, (2, 1), earlier=[first], outbound_shipping=False).shipping == euros(0)


def test_a_share_leaves_the_rest_for_later_but_never_more_than_the_line_cost() -> None:
    order = an_order(shipping_fee=euros(0))
    kept = refund_of(order, (1, 1), share="0.15")
    assert kept.total == euros("7.50")
    returned = refund_of(order, (1, 1), earlier=[kept])
    assert returned.goods == euros("42.50")


def pieces_of(order: Order) -> list[Selection]:
    return [Selection(line, line.quantity) for line in order.lines]


def test_an_amount_is_a_part_of_the_price_and_leaves_the_rest_for_later() -> None:
    order = an_order(discounted(a_line(1, 1, euros(500)), "20", "76.64"))
    order.total = euros("484.90")
    part = part_of_price(order, pieces_of(order), euros(71))
    assert (part.goods, part.tax, part.goodwill, part.total) == (euros(71), euros("11.34"), euros(0), euros(71))
    rest = refund_of(order, (1, 1), earlier=[part])
    assert (rest.goods, rest.tax, rest.shipping) == (euros(409), euros("65.30"), euros("4.90"))
    assert rest.deductions == ()


def test_an_amount_is_spread_over_what_is_left_of_the_lines() -> None:
    order = an_order(a_line(1, 1, euros(10)), a_line(2, 1, euros(10)), a_line(3, 1, euros(10)))
    once = part_of_price(order, pieces_of(order), euros(10))
    assert [str(line.goods.amount) for line in once.lines] == ["3.33", "3.34", "3.33"]
    whole = refund_of(order, (2, 1))
    after = part_of_price(order, pieces_of(order), euros(10), earlier=[whole])
    assert [(line.quantity, str(line.goods.amount)) for line in after.lines] == [(1, "5.00"), (0, "0.00"), (1, "5.00")]


def test_what_is_beyond_the_price_of_the_pieces_is_goodwill() -> None:
    order = an_order()
    beyond = part_of_price(order, pieces_of(order), euros("54.90"))
    assert (beyond.goods, beyond.goodwill, beyond.lines[0].share) == (euros(50), euros("4.90"), Decimal(1))
    again = part_of_price(order, pieces_of(order), euros(5), earlier=[beyond])
    assert again == RefundBreakdown.of_goodwill(euros(5))


def test_a_small_piece_is_not_gone_because_its_part_was_rounded_up() -> None:
    yen = Money(Decimal(1), "JPY")
    order = an_order(a_line(1, 1, yen), a_line(2, 1, yen), shipping_fee=Money.zero("JPY"))
    part = part_of_price(order, pieces_of(order), yen)
    assert {line.share for line in part.lines} == {Decimal("0.5")}
    assert refund_of(order, (1, 1), (2, 1), earlier=[part]).goods == yen


def test_deductions_end_at_nothing_and_are_listed() -> None:
    order = an_order(shipping_fee=euros(0))
    found = refund_of(order, (1, 1), deductions=[Deduction("damaged", euros(20)), Deduction("return_label", euros(40))])
    assert [(kept.reason, kept.amount) for kept in found.deductions] == [
        ("damaged", euros(20)),
        ("return_label", euros(30)),
    ]
    assert found.total == euros(0)


def test_nothing_above_what_was_paid_comes_back() -> None:
    order = paid(an_order(shipping_fee=euros(0)), "30")
    assert refund_of(order, (1, 1)).total == euros(30)
    assert refund_of(order, (1, 1), earlier=[RefundBreakdown.of_goodwill(euros(10))]).total == euros(20)


def test_what_was_paid_twice_leaves_the_goods_refundable() -> None:
    order = paid(an_order(shipping_fee=euros(0)), "50", "50")
    assert refund_of(order, (1, 1), earlier=[RefundBreakdown.of_overpaid(euros(50))]).total == euros(50)


def test_an_order_was_paid_where_it_went_beyond_pending_though_no_payment_is_known() -> None:
    assert an_order().paid == euros("54.90")
    assert an_order(state=OrderState.PENDING).paid == euros(0)
    assert paid(an_order(), "20", "5").paid == euros(25)


def test_currencies_without_minor_units_are_not_divided_further() -> None:
    line = a_line(1, 3, Money(Decimal(1000), "JPY"))
    line.discount = Money(Decimal(100), "JPY")
    order = an_order(line, shipping_fee=Money.zero("JPY"))
    order.total = Money(Decimal(2900), "JPY")
    assert refund_of(order, (1, 1)).total == Money(Decimal(966), "JPY")
    assert refund_of(order, (1, 2)).total == Money(Decimal(1933), "JPY")


def a_refund(order: Order, amount: str = "30") -> Refund:
    given = RefundBreakdown.of_goodwill(euros(amount))
    parts = split(given.total, order, [])
    return Refund("F1", "k", "C1", order.number, "agreed", NOW, NOW, given, given.total, parts)


def test_money_goes_to_the_newest_payment_first() -> None:
    order = paid(an_order(), "40", "20")
    first = a_refund(order, "30")
    assert [(part.payment_id, part.method, part.amount) for part in first.parts] == [
        ("p2", "wallet", euros(20)),
        ("p1", "card", euros(10)),
    ]
    assert [(part.payment_id, part.amount) for part in split(euros(30), order, [first])] == [("p1", euros(30))]
    assert [(part.payment_id, part.method) for part in split(euros(1), an_order(), [])] == [(None, "original")]


def test_a_refund_goes_its_way_and_no_other() -> None:
    refund = a_refund(an_order())
    with pytest.raises(IllegalStateError):
        refund.settle(NOW)
    refund.begin(NOW)
    with pytest.raises(IllegalStateError):
        refund.cancel()
    refund.parts[0].reference = "r"
    refund.send(NOW.date(), NOW)
    refund.settle(NOW)
    assert refund.state is RefundState.SETTLED
    with pytest.raises(IllegalStateError):
        refund.bounce("closed", NOW)


def test_an_attempt_that_is_repeated_keeps_its_key_until_it_was_refused() -> None:
    refund = a_refund(an_order())
    keys = []
    for _ in range(2):
        refund.begin(NOW)
        keys.append(refund.key_of(refund.parts[0]))
    refund.refuse(refund.parts[0], "expired_card", NOW)
    refund.begin(NOW)
    keys.append(refund.key_of(refund.parts[0]))
    assert keys == ["F1-1-0", "F1-1-0", "F1-1-1"]


def test_waiting_for_the_next_attempt_grows_to_a_day() -> None:
    refund = a_refund(an_order())
    waits = []
    for _ in range(12):
        refund.begin(NOW)
        waits.append(refund.next_attempt_at - NOW)
    assert waits[:3] == [timedelta(minutes=minutes) for minutes in (10, 20, 40)]
    assert waits == sorted(waits) and waits[-1] == timedelta(days=1)


def test_a_refund_of_which_a_part_was_sent_is_not_called_off() -> None:
    refund = a_refund(paid(an_order(), "40", "20"))
    refund.begin(NOW)
    refund.parts[0].reference = "r"
    refund.refuse(refund.parts[1], "expired_card", NOW)
    with pytest.raises(IllegalStateError):
        refund.cancel()


def test_no_provider_is_sent_to_a_payment_that_was_only_assumed() -> None:
    order = an_order()
    order.payments = []
    order.assume_payment()
    assert [(part.payment_id, part.method, part.amount) for part in split(euros(30), order, ())] == [
        (None, "original", euros(30)),
    ]  # fmt: skip
