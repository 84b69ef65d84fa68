"""Changes of mind: which goods are excepted, when the seal decides, and the right before the goods arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import WITHDRAWALS, IssueType, Remedy
from bot.aftersales.order import Order, OrderState, ShipmentState
from bot.aftersales.policy import Policy, Selection, Verdict
from tests.unit.aftersales.builders import NOW, a_line, a_product, a_split_order, an_order, euros
from tests.unit.aftersales.policies import A_POLICY, EU, LAWFUL

SEALED = {ReturnClass.HYGIENE: "hygiene_goods", ReturnClass.SEALED_MEDIA: "unsealed_media"}
S = ShipmentState


def with_exceptions(*classes: ReturnClass) -> Policy:
    terms = replace(EU.change_of_mind, exceptions=frozenset(classes))
    return replace(A_POLICY, destinations=(replace(EU, change_of_mind=terms),))


def decide(
    order: Order,
    issue: IssueType = IssueType.CHANGED_MIND,
    *,
    policy: Policy = A_POLICY,
    sealed: bool | None = None,
) -> Verdict:
    return policy.decide(order, [Selection(line, line.quantity) for line in order.lines], issue, NOW, {}, sealed=sealed)


def an_order_of(*classes: ReturnClass, delivered_days_ago: float | None = 5) -> Order:
    lines = [
        a_line(position, product=a_product(f"product{position}", return_class=kind))
        for position, kind in enumerate(classes, start=1)
    ]
    return an_order(*lines, delivered_days_ago=delivered_days_ago)


@pytest.mark.parametrize("issue", sorted(WITHDRAWALS))
@pytest.mark.parametrize("kind", SEALED)
def test_a_broken_seal_closes_the_right_and_a_whole_one_does_not(kind: ReturnClass, issue: IssueType) -> None:
    order = an_order_of(kind)
    opened = decide(order, issue, sealed=False)
    assert (opened.remedies, opened.reasons, opened.excepted) == ((), (SEALED[kind],), {1: SEALED[kind]})
    whole = decide(order, issue, sealed=True)
    assert (whole.allows(Remedy.RETURN_REFUND), whole.excepted) == (True, {})
    assert (opened.asks_seal, whole.asks_seal) == ((), ())


@pytest.mark.parametrize("kind", SEALED)
def test_the_seal_is_asked_about_only_where_it_decides(kind: ReturnClass) -> None:
    order = an_order_of(ReturnClass.STANDARD, kind)
    assert decide(order).asks_seal == (2,)
    assert decide(order).allows(Remedy.RETURN_REFUND)
    assert decide(order, IssueType.DEFECTIVE).asks_seal == ()
    assert decide(an_order_of(ReturnClass.STANDARD)).asks_seal == ()
    assert decide(order, policy=with_exceptions(ReturnClass.DIGITAL)).asks_seal == ()
    late = an_order_of(kind, delivered_days_ago=60)
    assert (decide(late).reasons, decide(late).asks_seal) == (("window_closed",), ())


def test_goods_that_are_excepted_anyway_leave_the_seal_of_others_to_be_asked_about() -> None:
    verdict = decide(an_order_of(ReturnClass.MADE_TO_MEASURE, ReturnClass.HYGIENE))
    assert (verdict.excepted, verdict.asks_seal) == ({1: "made_to_measure"}, (2,))


def test_a_verdict_names_the_lines_that_are_excepted_and_whether_others_are_open() -> None:
    mixed = decide(an_order_of(ReturnClass.STANDARD, ReturnClass.DIGITAL))
    assert (mixed.excepted, mixed.reasons, mixed.is_open_for_others) == (
        {2: "digital_content"},
        ("digital_content",),
        True,
    )
    late = decide(an_order_of(ReturnClass.STANDARD, ReturnClass.DIGITAL, delivered_days_ago=60))
    assert late.reasons == ("window_closed", "digital_content")
    assert not late.is_open_for_others
    assert not decide(an_order_of(ReturnClass.STANDARD)).is_open_for_others


@pytest.mark.parametrize("kind", set(ReturnClass) - {ReturnClass.STANDARD})
def test_a_destination_whose_law_names_no_exceptions_takes_everything_back(kind: ReturnClass) -> None:
    assert decide(an_order_of(kind), policy=with_exceptions(), sealed=False).allows(Remedy.RETURN_REFUND)
    assert not decide(an_order_of(kind), policy=with_exceptions(kind), sealed=False).remedies


def test_the_rule_behind_an_exception_is_that_of_the_destination() -> None:
    verdict = decide(an_order_of(ReturnClass.HYGIENE), sealed=False)
    assert verdict.rules[0].id.endswith("change_of_mind.legal_exceptions")
    assert verdict.rules[0].source == EU.change_of_mind.source


def under_way(state: ShipmentState = S.IN_TRANSIT, *, promised_in: float | None = None) -> Order:
    order = an_order(delivered_days_ago=None, shipment=state)
    order.shipments[0].promised_by = None if promised_in is None else NOW + timedelta(days=promised_in)
    return order


@pytest.mark.parametrize("issue", sorted(WITHDRAWALS))
@pytest.mark.parametrize("state", [S.IN_TRANSIT, S.IN_CUSTOMS, S.OUT_FOR_DELIVERY, S.RETURNED_TO_SENDER])
def test_who_may_withdraw_by_law_need_not_wait_for_the_parcel(state: ShipmentState, issue: IssueType) -> None:
    verdict = decide(under_way(state), issue, policy=LAWFUL)
    assert (verdict.remedies, verdict.reasons) == ((Remedy.RETURN_REFUND,), ("within_return_window",))
    assert (verdict.refund, verdict.window_closes) == (euros("54.90"), None)
    assert verdict.reasons_against(Remedy.EXCHANGE) == ("not_delivered_yet",)
    assert any(rule.id.endswith("change_of_mind.legal_days") for rule in verdict.rules)


def test_without_a_right_by_law_the_goods_have_to_arrive_first() -> None:
    assert decide(under_way()).reasons == ("not_delivered_yet",)


@pytest.mark.parametrize(
    "order",
    [
        replace(under_way(), state=OrderState.PAID, shipments=[]),
        replace(under_way(S.LABEL_CREATED), state=OrderState.PAID),
        under_way(S.LOST),
    ],
    ids=["not sent", "only labelled", "lost"],
)
def test_what_has_not_left_or_is_lost_is_not_returned(order: Order) -> None:
    assert decide(order, policy=LAWFUL).reasons == ("not_delivered_yet",)


def test_faults_of_goods_that_nobody_has_seen_stay_for_their_arrival() -> None:
    assert decide(under_way(), IssueType.DEFECTIVE, policy=LAWFUL).reasons == ("not_delivered_yet",)


@pytest.mark.parametrize(("promised_in", "days"), [(None, 14), (-3, 14), (4, 18)])
def test_the_time_to_send_begins_when_the_parcel_is_promised_for(promised_in: float | None, days: int) -> None:
    verdict = decide(under_way(promised_in=promised_in), policy=LAWFUL)
    assert verdict.send_by == NOW.date() + timedelta(days=days)


def test_nobody_is_asked_about_the_seal_of_goods_that_have_not_arrived() -> None:
    order = an_order_of(ReturnClass.HYGIENE, delivered_days_ago=None)
    for sealed in (None, False):
        verdict = decide(order, policy=LAWFUL, sealed=sealed)
        assert (verdict.asks_seal, verdict.excepted, verdict.allows(Remedy.RETURN_REFUND)) == ((), {}, True)
    made = decide(an_order_of(ReturnClass.MADE_TO_MEASURE, delivered_days_ago=None), policy=LAWFUL)
    assert made.reasons == ("made_to_measure",)


def test_what_has_arrived_of_a_split_order_is_returned_as_ever() -> None:
    assert decide(a_split_order(S.IN_TRANSIT), policy=LAWFUL).remedies == (Remedy.RETURN_REFUND, Remedy.EXCHANGE)
