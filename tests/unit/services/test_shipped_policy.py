"""The policy that ships: every issue leads somewhere at every destination, and nowhere below the law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import FAULTS, IssueType, Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderState, Payment, ShipmentState
from bot.aftersales.policy import Policy, Selection, Verdict
from bot.aftersales.policy_terms import Approval, Evidence, Part, section_of
from bot.services.policy_files import load_policy
from tests.unit.aftersales.builders import NOW, a_line, a_product, an_order, euros

ROOT = Path(__file__).resolve().parents[3]
POLICY = load_policy(ROOT / "data" / "policy")
COUNTRIES = ["DE", "GB", "US", "CN", "KR", "JP", "BR", "MX", "TR", "AU", "CA", "CH"]
PROPERTY = settings(max_examples=300, deadline=None)


def decide(order: Order, issue: IssueType, *, days_later: int = 0, policy: Policy = POLICY) -> Verdict:
    chosen = [Selection(line, line.quantity) for line in order.lines]
    return policy.decide(order, chosen, issue, NOW + timedelta(days=days_later), {})


def situations(country: str) -> Iterator[Order]:
    """Yield an order for the country as it may stand: fresh, old, under way, lost, canceled, cheap, dear."""
    yield an_order(country=country)
    yield an_order(country=country, delivered_days_ago=3000)
    yield an_order(country=country, delivered_days_ago=None)
    yield an_order(country=country, delivered_days_ago=None, shipment=ShipmentState.LOST)
    yield an_order(country=country, delivered_days_ago=None, state=OrderState.CANCELED)
    yield an_order(a_line(price=euros(3)), country=country)
    yield an_order(a_line(price=euros(3000)), country=country)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("issue", IssueType)
def test_every_issue_leads_somewhere_at_every_destination(issue: IssueType, country: str) -> None:
    for order in situations(country):
        verdict = decide(order, issue)
        assert verdict.reasons
        assert verdict.remedies or verdict.needs_review
        for wish in Remedy:
            assert verdict.allows(wish) or verdict.reasons_against(wish)
    assert decide(an_order(country=country), issue).remedies


def test_every_remedy_is_open_for_something() -> None:
    cheap = an_order(a_line(price=euros(3)))
    lost = an_order(delivered_days_ago=None, shipment=ShipmentState.LOST)
    seen = {remedy for issue in IssueType for order in (cheap, lost) for remedy in decide(order, issue).remedies}
    assert seen == set(Remedy)


@PROPERTY
@given(st.sampled_from(COUNTRIES), st.sampled_from(list(IssueType)), st.integers(0, 3000), st.integers(1, 4000))
def test_nothing_is_granted_below_the_law(country: str, issue: IssueType, days: int, price: int) -> None:
    terms = POLICY.for_country(country).terms(issue)
    floor = terms.floor
    order = an_order(a_line(price=euros(price)), country=country, delivered_days_ago=days)
    verdict = decide(order, issue)
    if floor.return_shipping is Payer.SHOP:
        assert verdict.return_shipping is Payer.SHOP
    if Part.OUTBOUND_SHIPPING in floor.refunds:
        assert verdict.refund == order.total
    if floor.remedies and (floor.days is None or days <= floor.days) and verdict.reasons != ("window_closed",):
        assert set(floor.remedies) & set(verdict.remedies)
    if floor.days is not None and days <= floor.days:
        assert "window_closed" not in verdict.reasons
    for remedy, within in floor.remedies_within.items():
        last_day = terms.days if within is None else within
        assert verdict.allows(remedy) or (last_day is not None and last_day < days)


@PROPERTY
@given(
    st.sampled_from(COUNTRIES),
    st.sampled_from(list(IssueType)),
    st.integers(0, 2500),
    st.integers(0, 2500),
    st.integers(1, 3000),
)
def test_what_time_refuses_today_it_refuses_tomorrow(
    country: str, issue: IssueType, first: int, wait: int, price: int
) -> None:
    order = an_order(a_line(price=euros(price)), country=country)
    sooner, later = decide(order, issue, days_later=first), decide(order, issue, days_later=first + wait)
    assert set(later.remedies) <= set(sooner.remedies)
    if "window_closed" in sooner.reasons:
        assert "window_closed" in later.reasons


@pytest.mark.parametrize(
    ("country", "issue", "last_day"),
    [
        ("KR", IssueType.CHANGED_MIND, 7),
        ("JP", IssueType.CHANGED_MIND, 8),
        ("BR", IssueType.CHANGED_MIND, 7),
        ("MX", IssueType.CHANGED_MIND, 10),
        ("TR", IssueType.CHANGED_MIND, 14),
        ("CN", IssueType.CHANGED_MIND, 7),
        ("DE", IssueType.CHANGED_MIND, 14),
        ("GB", IssueType.CHANGED_MIND, 14),
        ("AU", IssueType.CHANGED_MIND, None),
        ("CA", IssueType.CHANGED_MIND, None),
        ("US", IssueType.CHANGED_MIND, None),
        ("KR", IssueType.DEFECTIVE, 92),
        ("JP", IssueType.DEFECTIVE, 365),
        ("BR", IssueType.DEFECTIVE, 90),
        ("MX", IssueType.DEFECTIVE, 90),
        ("TR", IssueType.DEFECTIVE, 731),
        ("CN", IssueType.DEFECTIVE, 15),
        ("DE", IssueType.DEFECTIVE, 731),
        ("AU", IssueType.DEFECTIVE, None),
    ],
)
def test_the_days_that_the_law_demands_are_in_the_files(country: str, issue: IssueType, last_day: int | None) -> None:
    assert POLICY.for_country(country).terms(issue).floor.days == last_day


@pytest.mark.parametrize(
    ("country", "within"),
    [
        ("GB", {Remedy.RETURN_REFUND: 30}),
        ("TR", {Remedy.RETURN_REFUND: 731, Remedy.REFUND_PARTIAL: 731}),
        ("AU", {Remedy.RETURN_REFUND: None, Remedy.EXCHANGE: None}),
        ("CN", {Remedy.RETURN_REFUND: 7, Remedy.EXCHANGE: 15}),
        ("KR", {Remedy.RETURN_REFUND: 92}),
        ("MX", {Remedy.RETURN_REFUND: 62, Remedy.EXCHANGE: 62}),
        ("DE", {}),
        ("BR", {}),
        ("JP", {}),
        ("US", {}),
        ("CA", {}),
        ("CH", {}),
    ],
)
def test_the_choice_that_the_law_leaves_to_the_customer_is_in_the_files(
    country: str, within: dict[Remedy, int | None]
) -> None:
    destination = POLICY.for_country(country)
    assert destination.faulty.floor.remedies_within == within
    for remedy, days in within.items():
        order = an_order(country=country, delivered_days_ago=days or destination.faulty.days)
        assert {issue for issue in FAULTS if decide(order, issue).allows(remedy)} == FAULTS


@pytest.mark.parametrize(
    ("country", "parts"),
    [
        ("DE", set(Part)),
        ("GB", set(Part)),
        ("BR", set(Part)),
        ("TR", set(Part)),
        ("CN", {Part.ITEM}),
        ("KR", {Part.ITEM}),
        ("MX", {Part.ITEM}),
        ("JP", set()),
        ("AU", set()),
        ("US", set()),
        ("CA", set()),
        ("CH", set()),
    ],
)
def test_what_a_change_of_mind_brings_back_by_law_is_in_the_files(country: str, parts: set[Part]) -> None:
    assert POLICY.for_country(country).change_of_mind.floor.refunds == parts
    order = an_order(country=country)
    order.duties = euros(12)
    order.total = order.total + order.duties
    found = decide(order, IssueType.CHANGED_MIND).breakdown
    assert (found.duties == euros(12)) is (Part.DUTIES in parts)


def test_only_brazil_s_law_names_days_within_which_faults_are_remedied() -> None:
    found = {country: POLICY.for_country(country).faulty.days_to_remedy for country in COUNTRIES}
    assert {country: days for country, days in found.items() if days is not None} == {"BR": 30}
    assert decide(an_order(country="BR"), IssueType.DEFECTIVE).days_to_remedy == 30
    assert decide(an_order(country="BR"), IssueType.CHANGED_MIND).days_to_remedy is None


def test_a_return_to_brazil_s_sellers_costs_the_customer_nothing() -> None:
    verdict = decide(an_order(country="BR"), IssueType.CHANGED_MIND)
    assert verdict.return_shipping is Payer.SHOP
    assert verdict.refund == an_order().total


def test_after_the_shop_s_days_only_the_maker_s_warranty_is_left() -> None:
    order = an_order(delivered_days_ago=800, country="US")
    order.lines[0].product.warranty_months = 36
    verdict = decide(order, IssueType.DEFECTIVE)
    assert verdict.reasons == ("within_warranty",)
    assert verdict.remedies == (Remedy.EXCHANGE, Remedy.REPAIR)
    assert decide(order, IssueType.DAMAGED).reasons == ("window_closed",)


@pytest.mark.parametrize(("price", "stays"), [("15", True), ("15.01", False)])
def test_cheap_goods_stay_with_the_customer_and_a_person_looks_where_no_photo_came(price: str, stays: bool) -> None:
    order = an_order(a_line(price=euros(price)))
    chosen = [Selection(order.lines[0], 1)]
    verdict = decide(order, IssueType.DAMAGED)
    assert verdict.goods_stay is verdict.allows(Remedy.REFUND_FULL) is stays
    assert verdict.needs_review_for(Remedy.REFUND_FULL) is stays
    assert not verdict.needs_review_for(Remedy.RETURN_REFUND)
    shown = POLICY.decide(order, chosen, IssueType.DAMAGED, NOW, {}, evidence_given=True)
    assert not shown.needs_review_for(Remedy.REFUND_FULL)
    declined = POLICY.decide(order, chosen, IssueType.DAMAGED, NOW, {}, evidence_given=False)
    assert declined.needs_review


def test_the_ladder_of_goods_not_as_described() -> None:
    verdict = decide(an_order(a_line(price=euros(100)), shipping_fee=euros(0)), IssueType.NOT_AS_DESCRIBED)
    assert [(step.remedy, step.percent, step.amount) for step in verdict.ladder] == [
        (Remedy.COUPON, Decimal(10), euros(10)),
        (Remedy.REFUND_PARTIAL, Decimal(15), euros(15)),
        (Remedy.REFUND_PARTIAL, Decimal(30), euros(30)),
        (Remedy.RETURN_REFUND, None, euros(100)),
    ]


def test_the_yearly_cap_of_a_customer_ends_the_ladder_early() -> None:
    verdict = decide(an_order(a_line(price=euros(1500)), shipping_fee=euros(0)), IssueType.NOT_AS_DESCRIBED)
    assert verdict.cap == euros(300)
    assert [step.amount for step in verdict.ladder] == [euros(150), euros(225), euros(1500)]


def test_what_was_paid_twice_is_given_back_without_a_person() -> None:
    order = an_order()
    order.payments = [Payment(f"p{number}", "card", order.total, NOW) for number in range(2)]
    verdict = decide(order, IssueType.OVERCHARGED)
    assert verdict.owed == order.total
    assert [(step.remedy, step.amount) for step in verdict.ladder] == [(Remedy.REFUND_PARTIAL, order.total)]
    assert not verdict.needs_review
    del order.payments[0]
    assert decide(order, IssueType.OVERCHARGED).owed is None
    assert decide(order, IssueType.OVERCHARGED).needs_review


@pytest.mark.parametrize(("days", "waits"), [(14, True), (15, False)])
def test_a_silent_parcel_is_sent_again_after_the_carrier_s_search(days: int, waits: bool) -> None:
    order = an_order(delivered_days_ago=None)
    order.shipments[0].shipped_at = NOW - timedelta(days=days)
    verdict = decide(order, IssueType.LOST_PARCEL)
    assert verdict.needs_review is waits
    assert verdict.searched_until == (NOW - timedelta(days=days - 14)).date()
    assert verdict.remedies == (Remedy.RESHIP, Remedy.REFUND_FULL, Remedy.APOLOGY)


@pytest.mark.parametrize(
    "state", [ShipmentState.IN_CUSTOMS, ShipmentState.RETURNED_TO_SENDER, ShipmentState.LABEL_CREATED]
)
def test_a_parcel_that_cannot_be_lost_waits_for_a_person_however_long(state: ShipmentState) -> None:
    order = an_order(delivered_days_ago=None, shipment=state)
    order.shipments[0].shipped_at = NOW - timedelta(days=100)
    assert decide(order, IssueType.LOST_PARCEL).needs_review


def test_vouchers_for_a_delay_are_approved_in_advance_only_where_there_was_one() -> None:
    order = an_order(delivered_days_ago=2)
    assert not decide(order, IssueType.LATE_DELIVERY).ladder_approved
    order.shipments[0].promised_by = NOW - timedelta(days=4)
    verdict = decide(order, IssueType.LATE_DELIVERY)
    assert verdict.ladder_approved
    assert verdict.needs_review
    assert not verdict.allows(Remedy.REFUND_FULL)


def test_duties_come_back_with_faulty_goods_but_not_after_a_change_of_mind_outside_europe() -> None:
    order = an_order(country="US", shipping_fee=euros(0))
    order.duties = euros(12)
    order.total = order.total + order.duties
    assert decide(order, IssueType.DEFECTIVE).breakdown.duties == euros(12)
    assert decide(order, IssueType.CHANGED_MIND).breakdown.duties == Money.zero("EUR")
    order.address.country = "DE"
    assert decide(order, IssueType.CHANGED_MIND).breakdown.duties == euros(12)


def test_what_customs_asks_for_is_the_customer_s_unless_duties_were_paid_at_checkout() -> None:
    order = an_order(country="US", delivered_days_ago=None, shipment=ShipmentState.IN_CUSTOMS)
    assert decide(order, IssueType.CUSTOMS_HOLD).duties is Payer.CUSTOMER
    order.duties = euros(12)
    assert decide(order, IssueType.CUSTOMS_HOLD).duties is Payer.SHOP


def test_the_default_holds_a_full_row_for_each_issue_and_danger_goes_to_people() -> None:
    rows = POLICY.default.issues
    assert set(rows) == set(IssueType)
    assert rows[IssueType.SAFETY_HAZARD].approval is Approval.REVIEW
    assert rows[IssueType.SAFETY_HAZARD].evidence is Evidence.NONE
    photos = {
        issue for issue in IssueType if rows[issue].evidence is not Evidence.NONE and section_of(issue) == "faulty"
    }
    assert photos == {issue for issue in IssueType if section_of(issue) == "faulty"} - {IssueType.SAFETY_HAZARD}


def test_every_reason_has_words_for_the_customer() -> None:
    labels = YAML(typ="safe").load((ROOT / "domain" / "labels.yml").read_text("utf-8"))["responses"]
    codes = set()
    for country in COUNTRIES:
        for issue in IssueType:
            for order in situations(country):
                verdict = decide(order, issue)
                codes |= set(verdict.reasons).union(*(verdict.reasons_against(wish) for wish in Remedy))
    assert codes
    assert {code for code in codes if f"label_reason_{code}" not in labels} == set()


def test_a_rule_names_the_line_of_its_key() -> None:
    lines = (ROOT / "data" / "policy" / "eu.yml").read_text("utf-8").splitlines()
    rules = {rule.id: rule for rule in decide(an_order(), IssueType.CHANGED_MIND).rules}
    days, refunds = rules["eu.change_of_mind.days"], rules["eu.issues.changed_mind.refunds"]
    assert lines[days.line - 1] == "  days: 30"
    assert lines[refunds.line - 1] == "    refunds: [item, outbound_shipping, duties]"
    assert "Directive 2011/83/EU" in days.source


@pytest.mark.parametrize("kind", set(ReturnClass) - {ReturnClass.STANDARD})
def test_the_law_of_brazil_excepts_no_goods_and_that_of_europe_does(kind: ReturnClass) -> None:
    line = a_line(product=a_product(return_class=kind))
    for country, is_open in (("BR", True), ("DE", False), ("GB", False)):
        order = an_order(line, country=country)
        verdict = POLICY.decide(order, [Selection(line, 1)], IssueType.CHANGED_MIND, NOW, {}, sealed=False)
        assert verdict.allows(Remedy.RETURN_REFUND) is is_open
        if not is_open:
            (rule,) = [rule for rule in verdict.rules if rule.id.endswith(".legal_exceptions")]
            assert (rule.file, rule.line > 1) == (f"{verdict.policy}.yml", True)


@pytest.mark.parametrize("country", COUNTRIES)
def test_who_may_withdraw_by_law_may_do_so_before_delivery(country: str) -> None:
    verdict = decide(an_order(country=country, delivered_days_ago=None), IssueType.CHANGED_MIND)
    assert verdict.allows(Remedy.RETURN_REFUND) is (country not in ("US", "AU", "CA", "CH"))
