"""What holds for every verdict, whatever the order, the reason and the moment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import WITHDRAWALS, IssueType
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderState, ShipmentState
from bot.aftersales.policy import Selection
from tests.unit.aftersales.builders import NOW, a_line, a_product, an_order
from tests.unit.aftersales.policies import A_POLICY

ISSUES = st.sampled_from(list(IssueType))
GRANTS = {"within_return_window", "faulty_goods", "service_failure"}


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Draw an order of one to four lines in any state, its total now and then below the sum of its lines."""
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    lines = [
        a_line(
            position,
            draw(st.integers(1, 5)),
            Money(draw(st.decimals(0, 2000, places=2)), currency),
            a_product(f"product{position}", return_class=draw(st.sampled_from(list(ReturnClass)))),
        )
        for position in range(1, draw(st.integers(1, 4)) + 1)
    ]
    order = an_order(
        *lines,
        country=draw(st.sampled_from(["DE", "JP"])),
        delivered_days_ago=draw(st.none() | st.integers(0, 900)),
        state=draw(st.sampled_from(list(OrderState))),
        shipment=draw(st.sampled_from(list(ShipmentState))),
        shipping_fee=Money(draw(st.decimals(0, 30, places=2)), currency),
    )
    order.total = order.total * draw(st.sampled_from([Decimal(1), Decimal("0.9"), Decimal("0.5")]))
    return order


@st.composite
def choices(draw: st.DrawFn) -> tuple[Order, list[Selection], dict[int, int]]:
    """Draw an order, some of its pieces, and how many pieces of each line other returns bind."""
    order = draw(orders())
    chosen = draw(st.lists(st.sampled_from(order.lines), min_size=1, unique_by=id))
    selections = [Selection(line, draw(st.integers(1, line.quantity))) for line in chosen]
    taken = {line.position: draw(st.integers(0, line.quantity)) for line in order.lines}
    return order, selections, taken


@given(choices(), ISSUES)
def test_a_refund_is_never_negative_and_never_above_the_order_s_total(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    refund = A_POLICY.decide(order, selections, issue, NOW, taken).refund
    assert Money.zero(order.currency) <= refund <= order.total


@given(choices(), ISSUES, st.integers(0, 900), st.integers(0, 900))
def test_time_opens_nothing(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType, first: int, wait: int
) -> None:
    order, selections, taken = choice
    now = NOW + timedelta(days=first)
    sooner = A_POLICY.decide(order, selections, issue, now, taken)
    later = A_POLICY.decide(order, selections, issue, now + timedelta(days=wait), taken)
    assert set(later.remedies) <= set(sooner.remedies)
    if "window_closed" in sooner.reasons:
        assert "window_closed" in later.reasons
    assert sooner.window_closes == later.window_closes


@given(choices(), ISSUES)
def test_pieces_that_came_back_open_nothing(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    before = A_POLICY.decide(order, selections, issue, NOW, {})
    after = A_POLICY.decide(order, selections, issue, NOW, taken)
    assert set(after.remedies) <= set(before.remedies)
    assert set(before.reasons) - GRANTS <= set(after.reasons)


@given(choices(), ISSUES)
def test_further_pieces_open_nothing_and_refund_no_less(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    fewer = A_POLICY.decide(order, selections[:1], issue, NOW, taken)
    more = A_POLICY.decide(order, selections, issue, NOW, taken)
    assert set(more.remedies) <= set(fewer.remedies)
    assert fewer.refund <= more.refund


@given(choices(), ISSUES)
def test_a_refusal_opens_nothing_and_a_grant_something(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    assert verdict.reasons
    if GRANTS & set(verdict.reasons):
        assert len(verdict.reasons) == 1
        assert verdict.remedies
    else:
        assert verdict.remedies == ()


@given(choices(), ISSUES)
def test_remedies_keep_the_order_of_the_policy(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    destination = A_POLICY.for_country(order.address.country)
    terms = (destination.change_of_mind, destination.faulty, destination.service)
    assert any(
        [remedy for remedy in section.remedies if verdict.allows(remedy)] == list(verdict.remedies) for section in terms
    )


@given(choices(), st.sampled_from(sorted(WITHDRAWALS)))
def test_goods_that_never_come_back_never_do(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    if any(selection.line.product.return_class is not ReturnClass.STANDARD for selection in selections):
        assert verdict.remedies == ()
