"""What holds for every refund, whatever the order and the pieces."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.bookings import refund_agreed, refund_canceled
from bot.aftersales.ledger import Account, balances
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.refund import Deduction, Refund, RefundBreakdown, breakdown, part_of_price, split
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


@st.composite
def pieces(draw: st.DrawFn, order: Order) -> list[Selection]:
    """Draw some pieces of some lines of an order."""
    chosen = draw(st.lists(st.sampled_from(order.lines), min_size=1, unique=True))
    return [Selection(line, draw(st.integers(1, line.quantity))) for line in chosen]


@st.composite
def amounts(draw: st.DrawFn, most: Money) -> Money:
    """Draw an amount up to another one."""
    found = Money.from_minor(draw(st.integers(0, most.minor)), most.currency)
    assert found is not None
    return found


def on(position: int, refunds: list[RefundBreakdown]) -> tuple[Money, Money]:
    """Return what refunds gave back for a line, and the tax in it."""
    nothing = Money.zero(refunds[0].currency)
    lines = [line for refund in refunds for line in refund.lines if line.position == position]
    return sum((line.goods for line in lines), start=nothing), sum((line.tax for line in lines), start=nothing)


def booked(order: Order, refunds: list[RefundBreakdown]) -> dict[Account, Money]:
    """Return what the ledger holds by account after agreeing on refunds of something, each of which balances."""
    found: dict[Account, Money] = {}
    for part in (refund for refund in refunds if refund.gross):
        parts = split(part.total, order, [])
        refund = Refund("F1", "k", "C1", order.number, "agreed", NOW, NOW, part, part.total, parts)
        entry = refund_agreed(refund)
        assert not any(balances(entry.postings).values())
        for posting in entry.postings:
            found[posting.account] = found.get(posting.account, Money.zero(order.currency)) + posting.amount
    return found


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


@given(orders(), st.data())
def test_a_part_and_then_all_of_the_lines_are_exactly_what_they_cost(order: Order, data: st.DataObject) -> None:
    chosen, amount = data.draw(pieces(order)), data.draw(amounts(order.total))
    part = part_of_price(order, chosen, amount)
    lines = [selection.line for selection in chosen]
    rest = breakdown(
        order,
        [Selection(line, line.quantity) for line in lines],
        outbound_shipping=True,
        duties=True,
        earlier=[part],
    )
    nothing = Money.zero(order.currency)
    assert part.total == amount
    assert part.goods == min(amount, breakdown(order, chosen, outbound_shipping=False, duties=False).goods)
    for line in part.lines + rest.lines:
        assert nothing <= line.tax <= line.goods
    for line in lines:
        assert on(line.position, [part, rest]) == (line.total, line.tax)
    cost = sum((line.total for line in lines), start=nothing)
    assert amount + rest.total == min(order.total, cost + part.goodwill + rest.shipping + rest.duties)
    ledger = booked(order, [part, rest])
    assert ledger.get(Account.GOODS_REFUNDED, nothing) == cost
    assert ledger.get(Account.GOODWILL, nothing) == part.goodwill
    assert ledger.get(Account.OWED_TO_CUSTOMER, nothing) == (amount + rest.total) * -1


@given(orders(), st.data())
def test_parts_and_shares_in_whatever_order_leave_exactly_the_rest_of_every_line(
    order: Order, data: st.DataObject
) -> None:
    earlier: list[RefundBreakdown] = []
    nothing = Money.zero(order.currency)
    for _ in range(data.draw(st.integers(1, 4))):
        chosen, left = data.draw(pieces(order)), order.total - sum((part.total for part in earlier), start=nothing)
        if data.draw(st.booleans()):
            earlier.append(part_of_price(order, chosen, data.draw(amounts(left)), earlier=earlier))
        else:
            share = data.draw(SHARES)
            earlier.append(
                breakdown(order, chosen, outbound_shipping=False, duties=False, share=share, earlier=earlier)
            )
        for line in order.lines:
            goods, tax = on(line.position, earlier)
            assert nothing <= tax <= goods <= line.total
        assert all(nothing <= line.tax <= line.goods for line in earlier[-1].lines)
    everything = [Selection(line, line.quantity) for line in order.lines]
    earlier.append(breakdown(order, everything, outbound_shipping=True, duties=True, earlier=earlier))
    for line in order.lines:
        assert on(line.position, earlier) == (line.total, line.tax)
    assert sum((part.total for part in earlier), start=nothing) <= order.total


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
