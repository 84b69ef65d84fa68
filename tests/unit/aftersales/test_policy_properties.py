"""What holds for every verdict, whatever the order, the reason and the moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import WITHDRAWALS, IssueType, Remedy
from bot.aftersales.ladder import GOODWILL, Given
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderState, Shipment, ShipmentState
from bot.aftersales.policy import Selection
from bot.aftersales.policy_terms import Caps
from tests.unit.aftersales.builders import NOW, a_line, a_product, an_order
from tests.unit.aftersales.policies import A_POLICY, LAWFUL

ISSUES = st.sampled_from(list(IssueType))
PARCEL_ISSUES = {
    IssueType.LATE_DELIVERY,
    IssueType.LOST_PARCEL,
    IssueType.DELIVERED_NOT_RECEIVED,
    IssueType.CUSTOMS_HOLD,
}
GRANTS = {"within_return_window", "within_warranty", "faulty_goods", "service_failure"}


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
    for count, state in enumerate(draw(st.lists(st.sampled_from(list(ShipmentState)), max_size=2))):
        days = draw(st.integers(0, 900)) if state is ShipmentState.DELIVERED else None
        arrived = None if days is None else NOW - timedelta(days=days)
        order.shipments.append(Shipment(f"more-{count}", "Kranich Paket", f"KP1{count}", state, delivered_at=arrived))
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
    if issue in PARCEL_ISSUES:
        # Such a complaint is about what is left: where the first piece is taken, only the further ones are.
        taken = {}
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
    row = A_POLICY.for_country(order.address.country).issues[issue]
    # Money for goods that stay comes right before money for goods that come back.
    added = [Remedy.REFUND_FULL] if verdict.goods_stay and Remedy.REFUND_FULL not in row.remedies else []
    expected = [remedy for remedy in row.remedies if verdict.allows(remedy)]
    assert [remedy for remedy in verdict.remedies if remedy not in added] == expected


@given(choices(), ISSUES)
def test_offers_grow_step_by_step_and_goodwill_stays_within_the_cap(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    amounts = [step.amount for step in verdict.ladder if step.amount is not None]
    assert all(less < more for less, more in pairwise(amounts))
    for step in verdict.ladder:
        assert verdict.allows(step.remedy)
        if step.remedy in GOODWILL and step.amount is not None and verdict.owed is None:
            assert verdict.cap is not None
            assert Money.zero(order.currency) < step.amount <= verdict.cap


@given(choices(), ISSUES, st.integers(0, 100_000), st.integers(0, 400))
def test_goodwill_given_before_leaves_less(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType, for_order: int, to_customer: int
) -> None:
    order, selections, taken = choice
    policy = replace(A_POLICY, caps=Caps(Decimal(40), Decimal(300)))
    given_before = Given(for_order=Money(Decimal(for_order), order.currency), to_customer=Decimal(to_customer))
    first = policy.decide(order, selections, issue, NOW, taken)
    again = policy.decide(order, selections, issue, NOW, taken, given=given_before)
    assert first.cap is not None
    assert again.cap is not None
    assert Money.zero(order.currency) <= again.cap <= first.cap <= order.total
    assert set(again.remedies) <= set(first.remedies)


@given(orders(), ISSUES, st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_no_line_is_refunded_in_full_twice(order: Order, issue: IssueType, pieces: list[int]) -> None:
    line, taken, refunds = order.lines[0], {}, []
    for quantity in pieces:
        given_before = Given(refunds=tuple(refunds))
        verdict = A_POLICY.decide(
            order, [Selection(line, min(quantity, line.quantity))], issue, NOW, taken, given=given_before
        )
        refunds.append(verdict.breakdown)
        taken[1] = min(line.quantity, taken.get(1, 0) + min(quantity, line.quantity))
    assert sum(part.quantity for refund in refunds for part in refund.lines) <= line.quantity
    assert sum((refund.total for refund in refunds), start=Money.zero(order.currency)) <= min(order.total, order.paid)


@given(choices(), ISSUES, st.sampled_from(list(Remedy)))
def test_every_wish_is_open_or_there_is_a_reason_against_it(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType, wish: Remedy
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    against = verdict.reasons_against(wish)
    assert verdict.allows(wish) is not bool(against)
    assert not GRANTS & set(against)


@given(choices(), ISSUES)
def test_every_verdict_names_the_rules_behind_it(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    ids = [rule.id for rule in verdict.rules]
    assert len(ids) == len(set(ids)) >= 4
    assert all(rule.source and rule.text for rule in verdict.rules)
    if not verdict.remedies:
        assert verdict.needs_review


@given(choices(), st.sampled_from(sorted(WITHDRAWALS)))
def test_goods_that_never_come_back_never_do(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken, sealed=False)
    if any(selection.line.product.return_class is not ReturnClass.STANDARD for selection in selections):
        assert verdict.remedies == ()


@given(choices(), ISSUES)
def test_a_broken_seal_opens_nothing_and_is_asked_about_only_where_it_closes_something(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    unknown, whole, broken = (
        LAWFUL.decide(order, selections, issue, NOW, taken, sealed=sealed) for sealed in (None, True, False)
    )
    assert unknown.remedies == whole.remedies
    assert set(broken.remedies) <= set(whole.remedies)
    assert set(unknown.asks_seal) <= broken.excepted.keys() - whole.excepted.keys()
    if whole.remedies and not broken.remedies:
        assert unknown.asks_seal


@given(choices(), ISSUES)
def test_no_machine_sends_again_or_pays_for_a_whole_order_of_which_something_arrived_and_something_did_not(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    if len({parcel.delivered_at is None for parcel in order.shipments}) > 1:
        for remedy in {Remedy.RESHIP, Remedy.REFUND_FULL} & set(verdict.remedies):
            assert verdict.needs_review_for(remedy)
        assert "window_closed" not in verdict.reasons


@given(choices(), ISSUES)
def test_only_an_order_of_which_nothing_arrived_is_not_delivered_yet(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    assert verdict.is_delivered is any(parcel.delivered_at for parcel in order.shipments)
    assert not (verdict.is_delivered and "not_delivered_yet" in verdict.reasons)


@given(choices(), ISSUES)
def test_what_is_decided_about_parcels_is_never_taken_already(
    choice: tuple[Order, list[Selection], dict[int, int]], issue: IssueType
) -> None:
    order, selections, taken = choice
    verdict = A_POLICY.decide(order, selections, issue, NOW, taken)
    for position, quantity in verdict.pieces.items():
        line = order.line(position)
        assert line is not None
        assert 0 < quantity <= line.quantity - taken[position]
    refused_as_taken = "already_returned" in verdict.reasons
    if issue in PARCEL_ISSUES:
        assert refused_as_taken is all(taken[s.line.position] == s.line.quantity for s in selections)


@given(choices(), st.integers(-900, 900), st.integers(0, 900))
def test_a_longer_warranty_takes_nothing_away_and_opens_no_more_than_repair_and_exchange(
    choice: tuple[Order, list[Selection], dict[int, int]], ends: int, later: int
) -> None:
    order, selections, taken = choice
    now = NOW + timedelta(days=later)
    extended = {line.position: NOW.date() + timedelta(days=ends) for line in order.lines}
    before = A_POLICY.decide(order, selections, IssueType.DEFECTIVE, now, taken)
    after = A_POLICY.decide(order, selections, IssueType.DEFECTIVE, now, taken, given=Given(extended=extended))
    assert set(before.remedies) <= set(after.remedies)
    assert set(after.remedies) - set(before.remedies) <= {Remedy.REPAIR, Remedy.EXCHANGE}
