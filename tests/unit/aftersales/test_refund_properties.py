"""What holds for every refund, whatever the order and the pieces."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.bookings import refund_agreed, refund_canceled
from bot.aftersales.ledger import balances
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.refund import Deduction, Refund, RefundBreakdown, breakdown, split
from bot.aftersales.selection import Selection
from tests.unit.aftersales.builders import NOW, a_line, an_order

SHARES = st.decimals(Decimal("0.01"), 1, places=2)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Draw an order with discounts, taxes and duties, its total right."""
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))

    def money(most: Money) -> Money:
        found = Money.from_minor(draw(st.integers(0, most.minor)), currency)
        assert found is not None
        return found

    lines = []
    for position in range(1, draw(st.integers(1, 3)) + 1):
        line = a_line(position, draw(st.integers(1, 7)), money(Money(Decimal(500), currency)))
        line.discount = money(line.total)
        line.tax = money(line.total)
        lines.append(line)
    order = an_order(*lines, shipping_fee=money(Money(Decimal(20), currency)))
    order.duties = money(Money(Decimal(50), currency))
    order.total = sum((line.total for line in lines), start=order.shipping_fee + order.duties)
    return order


@st.composite
def steps(draw: st.DrawFn) -> tuple[Order, list[list[Selection]]]:
    """Draw an order and an arbitrary way to refund all its pieces, some at a time."""
    order = draw(orders())
    pieces = draw(st.permutations([line for line in order.lines for _ in range(line.quantity)]))
    batches: list[list[Selection]] = []
    while pieces:
        size = draw(st.integers(1, len(pieces)))
        now, pieces = pieces[:size], pieces[size:]
        batches.append([Selection(line, now.count(line)) for line in order.lines if line in now])
    return order, batches


@given(steps())
def test_refunding_everything_in_whatever_steps_adds_up_to_what_it_cost(
    way: tuple[Order, list[list[Selection]]],
) -> None:
    order, batches = way
    earlier: list[RefundBreakdown] = []
    for batch in batches:
        earlier.append(breakdown(order, batch, outbound_shipping=True, duties=True, earlier=earlier))
    nothing = Money.zero(order.currency)
    assert sum((part.total for part in earlier), start=nothing) == order.total
    assert sum((part.tax for part in earlier), start=nothing) == sum((line.tax for line in order.lines), start=nothing)
    assert sum((part.duties for part in earlier), start=nothing) == order.duties
    assert not any(part.deductions for part in earlier)
    again = breakdown(order, batches[0], outbound_shipping=True, duties=True, earlier=earlier)
    assert again.total == nothing


@given(steps(), st.data())
def test_nothing_is_negative_and_the_parts_add_up_below_what_was_paid(
    way: tuple[Order, list[list[Selection]]], data: st.DataObject
) -> None:
    order, batches = way
    earlier: list[RefundBreakdown] = []
    nothing = Money.zero(order.currency)
    for batch in [*batches, *batches]:
        found = breakdown(
            order,
            batch,
            outbound_shipping=data.draw(st.booleans()),
            duties=data.draw(st.booleans()),
            share=data.draw(SHARES),
            earlier=earlier,
            deductions=[Deduction("damaged", Money(data.draw(st.decimals(0, 50, places=2)), order.currency))],
        )
        for line in found.lines:
            assert nothing <= line.tax <= line.goods
        assert nothing <= min(found.total, found.shipping, found.duties)
        assert found.total == found.goods + found.shipping + found.duties - found.deducted
        earlier.append(found)
    assert sum((found.total for found in earlier), start=nothing) <= order.total
    for line in order.lines:
        parts = [part.goods for found in earlier for part in found.lines if part.position == line.position]
        assert sum(parts, start=nothing) <= line.total


@given(orders(), SHARES)
def test_every_refund_is_booked_in_balance_and_undone_whole(order: Order, share: Decimal) -> None:
    chosen = [Selection(line, line.quantity) for line in order.lines]
    given = breakdown(order, chosen, outbound_shipping=True, duties=True, share=share)
    if not given.total:
        return
    refund = Refund(
        "F1", "k", "C1", order.number, "agreed", NOW, NOW, given, given.total, split(given.total, order, [])
    )
    booked, undone = refund_agreed(refund), refund_canceled(refund, NOW)
    assert not any(balances(booked.postings).values())
    assert {p.account: p.amount for p in booked.postings} == {p.account: p.amount * -1 for p in undone.postings}
    assert sum((part.amount for part in refund.parts), start=Money.zero(order.currency)) == refund.amount
