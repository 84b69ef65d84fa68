"""Verdicts: the window, goods that never come back, pieces that came back already, and who has to decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import FAULTS, WHOLE_ORDER, WITHDRAWALS, IssueType, Payer, Remedy
from bot.aftersales.ladder import Given
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderState, Shipment, ShipmentState
from bot.aftersales.policy import Policy, Selection, Terms, Verdict
from bot.aftersales.policy_terms import Evidence, Row, Rung
from tests.unit.aftersales.builders import NOW, a_line, a_product, a_split_order, an_order, euros
from tests.unit.aftersales.policies import A_POLICY, EU, IN_ADVANCE, ROWS

CHANGED_MIND = IssueType.CHANGED_MIND


def everything(order: Order) -> list[Selection]:
    return [Selection(line, line.quantity) for line in order.lines]


def decide(
    order: Order,
    issue: IssueType = CHANGED_MIND,
    *,
    now: datetime = NOW,
    taken: dict[int, int] | None = None,
    selections: list[Selection] | None = None,
    policy: Policy = A_POLICY,
    sealed: bool | None = None,
) -> Verdict:
    return policy.decide(order, selections or everything(order), issue, now, taken or {}, sealed=sealed)


def with_terms(section: str, **changes: object) -> Policy:
    """Return the policy with other terms in one section of the EU's."""
    terms: Terms = replace(getattr(EU, section), **changes)
    return replace(A_POLICY, destinations=(replace(EU, **{section: terms}),))  # type: ignore[arg-type]


def test_a_return_inside_the_window_is_open() -> None:
    verdict = decide(an_order(delivered_days_ago=5))
    assert verdict.remedies == (Remedy.RETURN_REFUND, Remedy.EXCHANGE)
    assert verdict.reasons == ("within_return_window",)
    assert verdict.return_shipping is Payer.CUSTOMER
    assert verdict.window_closes == date(2026, 3, 15) + timedelta(days=30)
    assert verdict.send_by == date(2026, 3, 20) + timedelta(days=14)
    assert not verdict.needs_review


def test_a_verdict_says_which_policy_it_rests_on() -> None:
    verdict = decide(an_order())
    assert (verdict.policy, verdict.policy_version, verdict.source) == ("eu", "v1", "law of change_of_mind")
    assert verdict.days_to_refund == 14


@pytest.mark.parametrize(("days_ago", "is_open"), [(0, True), (29, True), (30, True), (31, False), (60, False)])
def test_the_last_day_of_the_window_still_counts(days_ago: int, is_open: bool) -> None:
    verdict = decide(an_order(delivered_days_ago=days_ago))
    assert verdict.allows(Remedy.RETURN_REFUND) is is_open
    assert ("window_closed" in verdict.reasons) is not is_open


def test_the_whole_last_day_counts_whatever_the_hour_of_delivery() -> None:
    order = an_order()
    order.shipments[0].delivered_at = datetime(2026, 3, 1, 0, 5, tzinfo=NOW.tzinfo)
    last_minute = datetime(2026, 3, 31, 23, 59, tzinfo=NOW.tzinfo)
    assert decide(order, now=last_minute).allows(Remedy.EXCHANGE)
    assert decide(order, now=last_minute + timedelta(minutes=1)).reasons == ("window_closed",)


def test_goods_not_yet_delivered_cannot_be_returned() -> None:
    for issue in WITHDRAWALS | FAULTS:
        verdict = decide(an_order(delivered_days_ago=None), issue)
        assert verdict.remedies == ()
        assert verdict.reasons == ("not_delivered_yet",)
        assert verdict.window_closes is None


@pytest.mark.parametrize(
    ("return_class", "reason"),
    [
        (ReturnClass.HYGIENE, "hygiene_goods"),
        (ReturnClass.MADE_TO_MEASURE, "made_to_measure"),
        (ReturnClass.PERISHABLE, "perishable_goods"),
        (ReturnClass.SEALED_MEDIA, "unsealed_media"),
        (ReturnClass.DIGITAL, "digital_content"),
    ],
)
def test_some_goods_are_not_taken_back_after_a_change_of_mind(return_class: ReturnClass, reason: str) -> None:
    order = an_order(a_line(product=a_product(return_class=return_class)))
    assert decide(order, sealed=False).remedies == ()
    assert decide(order, sealed=False).reasons == (reason,)


@pytest.mark.parametrize("return_class", ReturnClass)
def test_no_class_of_goods_is_an_excuse_for_faults(return_class: ReturnClass) -> None:
    order = an_order(a_line(product=a_product(return_class=return_class)))
    verdict = decide(order, IssueType.DEFECTIVE, sealed=False)
    assert verdict.reasons == ("faulty_goods",)
    assert verdict.allows(Remedy.RETURN_REFUND)
    assert verdict.return_shipping is Payer.SHOP


def test_hygiene_goods_stop_only_a_return_they_are_part_of() -> None:
    hygiene = a_product("serum", return_class=ReturnClass.HYGIENE)
    order = an_order(a_line(1, product=hygiene), a_line(2))
    assert decide(order, selections=[Selection(order.lines[1], 1)], sealed=False).allows(Remedy.RETURN_REFUND)
    assert decide(order, sealed=False).reasons == ("hygiene_goods",)


def test_every_reason_of_a_refusal_is_told_once() -> None:
    hygiene = a_product("serum", return_class=ReturnClass.HYGIENE)
    order = an_order(
        a_line(1, product=hygiene),
        a_line(2, product=hygiene),
        delivered_days_ago=90,
        state=OrderState.CANCELED,
    )
    verdict = decide(order, taken={1: 1}, sealed=False)
    assert verdict.reasons == ("order_canceled", "window_closed", "hygiene_goods", "already_returned")


def test_pieces_that_are_on_their_way_back_cannot_be_returned_again() -> None:
    order = an_order(a_line(quantity=2))
    line = order.lines[0]
    assert decide(order, selections=[Selection(line, 1)], taken={1: 1}).allows(Remedy.RETURN_REFUND)
    assert decide(order, selections=[Selection(line, 2)], taken={1: 1}).reasons == ("already_returned",)
    assert decide(order, selections=[Selection(line, 1)], taken={1: 2}).reasons == ("already_returned",)


def test_more_than_was_ordered_cannot_be_returned() -> None:
    order = an_order(a_line(quantity=1))
    assert decide(order, selections=[Selection(order.lines[0], 2)]).reasons == ("already_returned",)


def test_a_canceled_order_cannot_be_returned() -> None:
    verdict = decide(an_order(delivered_days_ago=None, state=OrderState.CANCELED))
    assert verdict.reasons == ("order_canceled", "not_delivered_yet")


@pytest.mark.parametrize("issue", [IssueType.REFUND_MISSING, IssueType.OVERCHARGED, IssueType.POOR_SERVICE])
def test_complaints_about_money_and_service_outlive_the_order(issue: IssueType) -> None:
    returned = decide(an_order(), issue, taken={1: 1})
    canceled = decide(an_order(delivered_days_ago=None, state=OrderState.CANCELED), issue)
    for verdict in (returned, canceled):
        assert verdict.reasons == ("service_failure",)
        assert verdict.allows(Remedy.APOLOGY)


def test_a_missing_refund_may_be_demanded_in_full() -> None:
    order = an_order(delivered_days_ago=None, state=OrderState.CANCELED)
    verdict = decide(order, IssueType.REFUND_MISSING)
    assert verdict.allows(Remedy.REFUND_FULL)
    assert verdict.refund == order.total
    assert verdict.needs_review


def test_a_parcel_of_a_canceled_order_is_not_sent_again() -> None:
    order = an_order(delivered_days_ago=None, state=OrderState.CANCELED, shipment=ShipmentState.LOST)
    assert decide(order, IssueType.LOST_PARCEL).reasons == ("order_canceled",)


def test_goods_that_never_arrived_are_not_asked_back() -> None:
    verdict = decide(
        an_order(delivered_days_ago=None),
        IssueType.LOST_PARCEL,
        policy=with_terms("service", remedies=(Remedy.RETURN_REFUND, Remedy.RESHIP, Remedy.EXCHANGE)),
    )
    assert verdict.remedies == (Remedy.RESHIP,)


@pytest.mark.parametrize("issue", IssueType)
def test_only_what_never_came_is_sent_again(issue: IssueType) -> None:
    never_came = {IssueType.MISSING_ITEM, IssueType.LOST_PARCEL, IssueType.DELIVERED_NOT_RECEIVED}
    assert decide(an_order(), issue).allows(Remedy.RESHIP) is (issue in never_came)


@pytest.mark.parametrize("issue", IssueType)
def test_only_what_broke_is_repaired(issue: IssueType) -> None:
    broke = {IssueType.DEFECTIVE, IssueType.DAMAGED}
    assert decide(an_order(), issue).allows(Remedy.REPAIR) is (issue in broke)


@pytest.mark.parametrize(
    "issue", [IssueType.POOR_SERVICE, IssueType.OVERCHARGED, IssueType.CUSTOMS_CHARGES, IssueType.OTHER]
)
def test_goods_the_customer_keeps_are_not_refunded_in_full(issue: IssueType) -> None:
    verdict = decide(an_order(), issue)
    assert not verdict.allows(Remedy.REFUND_FULL)
    assert verdict.allows(Remedy.REFUND_PARTIAL)


def test_the_delivery_fee_comes_back_with_the_whole_order() -> None:
    order = an_order(a_line(1, quantity=2), a_line(2), shipping_fee=euros("4.90"))
    assert decide(order).refund == order.total == euros("154.90")


@pytest.mark.parametrize("quantities", [{1: 2}, {2: 1}, {1: 1, 2: 1}])
def test_the_delivery_fee_stays_when_something_is_kept(quantities: dict[int, int]) -> None:
    order = an_order(a_line(1, quantity=2), a_line(2), shipping_fee=euros("4.90"))
    chosen = [Selection(order.lines[position - 1], count) for position, count in quantities.items()]
    assert decide(order, selections=chosen).refund == euros(50 * sum(quantities.values()))


def test_the_delivery_fee_stays_where_policy_does_not_refund_it() -> None:
    order = an_order(shipping_fee=euros("4.90"))
    verdict = decide(order, policy=with_terms("change_of_mind", refunds_outbound_shipping=False))
    assert verdict.refund == euros(50)


def test_a_refund_is_never_more_than_was_paid() -> None:
    order = an_order(a_line(1), a_line(2))
    order.total = euros(80)
    assert decide(order).refund == euros(80)


@pytest.mark.parametrize(("price", "reviewed"), [("499.99", False), ("500", False), ("500.01", True)])
def test_a_person_decides_above_the_review_amount(price: str, reviewed: bool) -> None:
    order = an_order(a_line(price=euros(price)), shipping_fee=euros(0))
    verdict = decide(order)
    assert verdict.needs_review is reviewed
    assert verdict.allows(Remedy.RETURN_REFUND)


@pytest.mark.parametrize(("price", "reviewed"), [("82500", False), ("82501", True), ("1000", False)])
def test_the_review_amount_is_carried_over_into_the_order_s_currency(price: str, reviewed: bool) -> None:
    yen = Money(Decimal(price), "JPY")
    order = an_order(a_line(price=yen), country="JP", shipping_fee=Money.zero("JPY"))
    assert decide(order).needs_review is reviewed


def test_a_person_decides_about_a_currency_without_a_rate() -> None:
    order = an_order(a_line(price=Money(Decimal(1), "KWD")), country="KW")
    assert decide(order).needs_review


def test_without_a_review_amount_returns_of_any_value_go_through() -> None:
    order = an_order(a_line(price=euros(9999)))
    assert not decide(order, policy=with_terms("change_of_mind", review_above=None)).needs_review


def test_a_parcel_that_the_carrier_reports_lost_needs_no_review() -> None:
    lost = an_order(delivered_days_ago=None, shipment=ShipmentState.LOST)
    verdict = decide(lost, IssueType.LOST_PARCEL)
    assert verdict.remedies[:2] == (Remedy.RESHIP, Remedy.REFUND_FULL)
    assert not verdict.needs_review


@pytest.mark.parametrize("issue", sorted(WHOLE_ORDER))
def test_a_person_decides_where_only_the_customer_s_word_speaks_for_a_complaint(issue: IssueType) -> None:
    assert decide(an_order(delivered_days_ago=None), issue).needs_review
    assert decide(an_order(), issue).needs_review


@pytest.mark.parametrize("issue", sorted(WHOLE_ORDER))
def test_time_never_closes_complaints_about_parcels_and_service(issue: IssueType) -> None:
    verdict = decide(an_order(delivered_days_ago=2000), issue)
    assert verdict.reasons == ("service_failure",)
    assert verdict.window_closes is None


@pytest.mark.parametrize(("country", "policy"), [("DE", "eu"), ("AT", "eu"), ("BR", "shop"), ("", "shop")])
def test_the_destination_decides_not_the_customer_s_home(country: str, policy: str) -> None:
    order = an_order(country=country)
    order.customer.country = "CN"
    assert decide(order).policy == policy


SENT_ON_WORD = frozenset({Remedy.REFUND_FULL, Remedy.RESHIP})
PARCEL_ISSUES = [
    IssueType.LATE_DELIVERY,
    IssueType.LOST_PARCEL,
    IssueType.DELIVERED_NOT_RECEIVED,
    IssueType.CUSTOMS_HOLD,
]


def rules(verdict: Verdict) -> set[str]:
    return {rule.id for rule in verdict.rules}


@pytest.mark.parametrize("state", [ShipmentState.LOST, ShipmentState.IN_TRANSIT, ShipmentState.LABEL_CREATED])
def test_of_a_split_order_a_person_decides_what_is_sent_again_or_refunded(state: ShipmentState) -> None:
    verdict = decide(a_split_order(state, silent_days=30), IssueType.LOST_PARCEL)
    assert verdict.allows(Remedy.RESHIP)
    assert all(verdict.needs_review_for(remedy) for remedy in SENT_ON_WORD)
    assert "order.parcels" in rules(verdict)


def test_parcels_that_are_all_lost_need_no_person() -> None:
    order = a_split_order(ShipmentState.LOST, ShipmentState.LOST)
    order.shipments.pop(0)
    verdict = decide(order, IssueType.LOST_PARCEL)
    assert not verdict.needs_review_for(Remedy.REFUND_FULL)
    assert "order.parcels" not in rules(verdict)


def test_while_several_parcels_are_searched_for_none_is_promised_again() -> None:
    order = a_split_order(ShipmentState.IN_TRANSIT, ShipmentState.IN_TRANSIT, silent_days=6)
    order.shipments.pop(0)
    assert decide(order, IssueType.LOST_PARCEL).reviewed == SENT_ON_WORD
    assert decide(order, IssueType.LOST_PARCEL, now=NOW + timedelta(days=20)).reviewed == frozenset()
    order.shipments.pop()
    assert decide(order, IssueType.LOST_PARCEL).reviewed == frozenset()


@pytest.mark.parametrize("issue", sorted(WITHDRAWALS | FAULTS))
def test_what_has_arrived_of_a_split_order_may_be_complained_about(issue: IssueType) -> None:
    order = a_split_order(ShipmentState.IN_TRANSIT)
    verdict = decide(order, issue, selections=[Selection(order.lines[0], 1)])
    assert verdict.allows(Remedy.RETURN_REFUND)
    assert verdict.is_delivered
    assert verdict.window_closes is None
    assert verdict.needs_review_for(Remedy.RESHIP) is (issue is IssueType.MISSING_ITEM or verdict.needs_review)


def test_the_window_counts_from_the_last_parcel_and_until_then_a_person_looks_after_its_days() -> None:
    order = a_split_order(ShipmentState.IN_TRANSIT, delivered_days_ago=40)
    waiting = decide(order)
    assert waiting.allows(Remedy.RETURN_REFUND)
    assert waiting.needs_review
    assert "order.arrival" in rules(waiting)
    assert not decide(order, now=NOW - timedelta(days=10)).needs_review
    order.shipments[1] = Shipment("s2", "Kranich Paket", "KP0043", ShipmentState.DELIVERED, delivered_at=NOW)
    there = decide(order)
    assert there.window_closes == NOW.date() + timedelta(days=30)
    assert not there.needs_review


def test_late_goods_may_be_refunded_while_not_all_are_there() -> None:
    order = a_split_order(ShipmentState.IN_TRANSIT)
    assert decide(order, IssueType.LATE_DELIVERY).allows(Remedy.REFUND_FULL)
    order.shipments.pop()
    assert not decide(order, IssueType.LATE_DELIVERY).allows(Remedy.REFUND_FULL)


def test_no_replacement_goes_ahead_of_goods_that_may_not_be_there() -> None:
    order = a_split_order(ShipmentState.IN_TRANSIT)
    chosen = [Selection(order.lines[0], 1)]
    assert not decide(order, IssueType.WRONG_SIZE, selections=chosen, policy=IN_ADVANCE).exchanges_in_advance
    order.shipments.pop()
    assert decide(order, IssueType.WRONG_SIZE, selections=chosen, policy=IN_ADVANCE).exchanges_in_advance


@pytest.mark.parametrize("issue", PARCEL_ISSUES)
def test_a_complaint_about_a_parcel_is_about_what_is_not_on_its_way_back(issue: IssueType) -> None:
    order = an_order(a_line(1), a_line(2, 2), delivered_days_ago=None, shipping_fee=euros(0))
    verdict = decide(order, issue, taken={1: 1, 2: 1})
    assert verdict.reasons == ("service_failure",)
    assert verdict.pieces == {2: 1}
    assert verdict.refund == euros(50)
    assert decide(order, issue).pieces == {}


@pytest.mark.parametrize("issue", PARCEL_ISSUES)
def test_where_nothing_is_left_of_an_order_no_parcel_is_missing(issue: IssueType) -> None:
    verdict = decide(an_order(a_line(1), a_line(2, 2), delivered_days_ago=None), issue, taken={1: 1, 2: 2})
    assert verdict.reasons == ("already_returned",)
    assert not verdict.refund


_LONGER = Row(
    (Remedy.EXCHANGE, Remedy.REPAIR, Remedy.WARRANTY_EXTENSION), ladder=(Rung(Remedy.WARRANTY_EXTENSION, months=12),)
)


def extending(days: int | None = 730, row: Row = _LONGER) -> Policy:
    """Return the policy with an offer of a longer warranty for defects, and these days for faulty goods."""
    faulty = replace(EU.faulty, days=days, remedies=(*EU.faulty.remedies, Remedy.WARRANTY_EXTENSION))
    issues = {**ROWS, IssueType.DEFECTIVE: row}
    return replace(A_POLICY, destinations=(replace(EU, faulty=faulty, issues=issues),))


def defect(order: Order, day: date, given: Given = Given(), policy: Policy = A_POLICY) -> Verdict:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=NOW.tzinfo)
    return policy.decide(order, everything(order), IssueType.DEFECTIVE, now, {}, given=given)


def test_a_longer_warranty_keeps_repair_and_exchange_open_until_its_last_day() -> None:
    order, until = an_order(), date(2029, 3, 15)
    given = Given(extended={1: until})
    last, over = defect(order, until, given), defect(order, until + timedelta(days=1), given)
    assert last.remedies == (Remedy.EXCHANGE, Remedy.REPAIR)
    assert (last.reasons, last.window_closes) == (("within_warranty",), until)
    assert over.reasons == ("window_closed",)
    assert defect(order, until).reasons == ("window_closed",)


def test_of_several_pieces_the_one_that_is_covered_shortest_counts() -> None:
    order = an_order(a_line(1), a_line(2))
    assert defect(order, date(2029, 1, 1), Given(extended={1: date(2029, 3, 15)})).reasons == ("window_closed",)


def test_a_warranty_that_was_extended_shortens_nothing() -> None:
    order = an_order()
    assert (
        defect(order, NOW.date(), Given(extended={1: date(2026, 4, 1)})).window_closes
        == defect(order, NOW.date()).window_closes
    )


def test_a_longer_warranty_is_counted_from_the_end_of_what_is_owed_anyway() -> None:
    order = an_order()
    assert decide(order, IssueType.DEFECTIVE, policy=extending(1096)).guaranteed_until == date(2029, 3, 15)
    # Whatever the complaint is about.
    assert decide(order, policy=extending(1096)).guaranteed_until == date(2029, 3, 15)
    assert decide(order, policy=extending(30)).guaranteed_until == date(2028, 3, 15)


@pytest.mark.parametrize(
    ("policy", "is_offered"),
    [
        (extending(), True),
        (extending(None), False),
        (
            extending(
                row=Row((Remedy.RETURN_REFUND, Remedy.WARRANTY_EXTENSION), Evidence.ASKED, ladder=_LONGER.ladder)
            ),
            False,
        ),
    ],
)
def test_a_longer_warranty_that_is_worth_nothing_is_not_offered(policy: Policy, is_offered: bool) -> None:
    verdict = decide(an_order(), IssueType.DEFECTIVE, policy=policy)
    assert verdict.remedies
    assert verdict.allows(Remedy.WARRANTY_EXTENSION) is is_offered
    assert bool(verdict.ladder) is is_offered
