"""Who is liable: by what scans, promises, payments and dates say, and never without a rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.labels import IssueType, Liability
from bot.aftersales.liability import RULES, Finding, assess
from bot.aftersales.liability_facts import Facts
from bot.aftersales.order import Order, OrderState, Payment, ShipmentState, TrackingEvent
from bot.aftersales.selection import Selection
from tests.unit.aftersales.builders import NOW, a_line, a_product, a_split_order, an_order, euros


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def sent(
    state: ShipmentState = ShipmentState.IN_TRANSIT,
    *,
    shipped: float | None = 6,
    promised: float | None = 2,
    scanned: float | None = None,
    delivered: float | None = None,
    location: str = "",
) -> Order:
    """Return an order whose parcel was shipped, promised, scanned last and delivered so many days ago."""
    order = an_order(delivered_days_ago=delivered, shipment=state)
    parcel = order.shipments[0]
    parcel.shipped_at = None if shipped is None else ago(shipped)
    parcel.promised_by = None if promised is None else ago(promised)
    if scanned is not None:
        parcel.events.append(TrackingEvent(ago(scanned), state, location))
    return order


def found(order: Order, issue: IssueType) -> tuple[Liability, str]:
    finding = assess(order, issue, NOW)
    return finding.liable, finding.rule


@pytest.mark.parametrize("issue", [IssueType.LATE_DELIVERY, IssueType.LOST_PARCEL, IssueType.DELIVERED_NOT_RECEIVED])
def test_a_loss_that_the_carrier_reports_is_the_carrier_s(issue: IssueType) -> None:
    assert found(sent(ShipmentState.LOST), issue) == (Liability.CARRIER, "carrier_reports_loss")


@pytest.mark.parametrize(("days", "liable"), [(7, Liability.UNDETERMINED), (8, Liability.CARRIER)])
def test_a_gap_in_the_scans_is_the_carrier_s_after_a_week(days: int, liable: Liability) -> None:
    assert assess(sent(shipped=20, scanned=days), IssueType.LOST_PARCEL, NOW).liable is liable


@pytest.mark.parametrize(
    ("shipped", "promised", "delivered", "expected"),
    [
        (6, 2, None, (Liability.CARRIER, "late_with_the_carrier")),
        (6, 2, 1, (Liability.CARRIER, "late_with_the_carrier")),
        (1, 2, None, (Liability.SELLER, "handed_over_too_late")),
        (6, -1, None, (Liability.UNDETERMINED, "not_late_yet")),
        (6, 2, 3, (Liability.UNDETERMINED, "not_late_yet")),
        (6, None, None, (Liability.UNDETERMINED, "not_late_yet")),
    ],
)
def test_a_delay_is_whose_hands_the_parcel_was_in_when_the_promise_passed(
    shipped: int, promised: int | None, delivered: int | None, expected: tuple[Liability, str]
) -> None:
    state = ShipmentState.IN_TRANSIT if delivered is None else ShipmentState.DELIVERED
    order = sent(state, shipped=shipped, promised=promised, delivered=delivered)
    assert found(order, IssueType.LATE_DELIVERY) == expected


def test_a_parcel_that_nobody_handed_over_is_the_seller_s() -> None:
    announced = sent(ShipmentState.LABEL_CREATED, shipped=None, promised=2)
    assert found(announced, IssueType.LATE_DELIVERY) == (Liability.SELLER, "handed_over_too_late")
    assert found(announced, IssueType.LOST_PARCEL) == (Liability.SELLER, "never_handed_over")


@pytest.mark.parametrize(
    ("ordered", "promised", "expected"),
    [
        (40, -5, (Liability.UNDETERMINED, "not_late_yet")),
        (30, None, (Liability.UNDETERMINED, "not_late_yet")),
        (31, None, (Liability.SELLER, "never_handed_over")),
    ],
)
def test_goods_in_the_warehouse_are_the_seller_s_once_they_should_be_there(
    ordered: int, promised: int | None, expected: tuple[Liability, str]
) -> None:
    order = sent(ShipmentState.LABEL_CREATED, shipped=None, promised=promised)
    order.state, order.placed_at = OrderState.PAID, ago(ordered)
    assert found(order, IssueType.LATE_DELIVERY) == expected
    assert assess(order, IssueType.LOST_PARCEL, NOW).liable is expected[0]
    if promised is None:
        order.shipments.clear()
        assert found(order, IssueType.LATE_DELIVERY) == expected


def test_what_the_shop_says_it_sent_was_handed_over_though_no_parcel_is_known() -> None:
    order = sent()
    order.placed_at = ago(60)
    order.shipments.clear()
    assert found(order, IssueType.LATE_DELIVERY) == (Liability.UNDETERMINED, "not_late_yet")
    assert found(order, IssueType.LOST_PARCEL) == (Liability.UNDETERMINED, "still_moving")


def test_an_announcement_is_no_handover() -> None:
    order = sent(ShipmentState.LABEL_CREATED, shipped=None, promised=2, scanned=6)
    assert found(order, IssueType.LATE_DELIVERY) == (Liability.SELLER, "handed_over_too_late")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Berlin, DE", (Liability.UNDETERMINED, "delivery_is_denied")),
        ("BERLIN", (Liability.UNDETERMINED, "delivery_is_denied")),
        ("Hamburg, DE", (Liability.CARRIER, "delivered_elsewhere")),
        ("北京", (Liability.UNDETERMINED, "delivery_is_denied")),
        ("", (Liability.UNDETERMINED, "delivery_is_denied")),
    ],
)
def test_a_denied_delivery_is_the_carrier_s_where_it_was_scanned_elsewhere(
    place: str, expected: tuple[Liability, str]
) -> None:
    order = sent(ShipmentState.DELIVERED, scanned=1, delivered=1, location=place)
    assert found(order, IssueType.DELIVERED_NOT_RECEIVED) == expected


def test_the_address_is_not_among_the_facts_that_are_kept() -> None:
    order = sent(ShipmentState.DELIVERED, scanned=1, delivered=1, location="Hamburg")
    assert "Berlin" not in str(assess(order, IssueType.DELIVERED_NOT_RECEIVED, NOW).facts)


def test_a_parcel_sent_back_for_its_address_is_the_customer_s() -> None:
    assert assess(sent(ShipmentState.RETURNED_TO_SENDER), IssueType.LOST_PARCEL, NOW).liable is Liability.CUSTOMER


def test_a_parcel_in_customs_is_nobody_s_fault() -> None:
    assert assess(sent(ShipmentState.IN_CUSTOMS), IssueType.LATE_DELIVERY, NOW).liable is Liability.FORCE_MAJEURE
    assert assess(sent(ShipmentState.IN_CUSTOMS), IssueType.CUSTOMS_HOLD, NOW).liable is Liability.FORCE_MAJEURE


def test_duties_asked_twice_are_the_seller_s() -> None:
    order = sent()
    assert assess(order, IssueType.CUSTOMS_CHARGES, NOW).liable is Liability.FORCE_MAJEURE
    order.duties = euros(7)
    assert assess(order, IssueType.CUSTOMS_CHARGES, NOW).liable is Liability.SELLER


@pytest.mark.parametrize(
    "issue",
    [
        IssueType.WRONG_ITEM,
        IssueType.MISSING_ITEM,
        IssueType.NOT_AS_DESCRIBED,
        IssueType.POOR_SERVICE,
        IssueType.REFUND_MISSING,
    ],
)
def test_what_the_shop_does_is_the_seller_s(issue: IssueType) -> None:
    assert assess(an_order(), issue, NOW).liable is Liability.SELLER


@pytest.mark.parametrize("issue", [IssueType.CHANGED_MIND, IssueType.WRONG_SIZE])
def test_a_change_of_mind_is_the_customer_s(issue: IssueType) -> None:
    assert assess(an_order(), issue, NOW).liable is Liability.CUSTOMER


@pytest.mark.parametrize(
    ("days", "supplier", "expected"),
    [
        (730, "Nordlicht", Liability.SUPPLIER),
        (730, None, Liability.SELLER),
        (731, "Nordlicht", Liability.UNDETERMINED),
    ],
)
def test_a_defect_is_the_supplier_s_within_the_guarantee(days: int, supplier: str | None, expected: Liability) -> None:
    product = a_product()
    product.supplier = supplier
    order = an_order(a_line(product=product), delivered_days_ago=days)
    assert assess(order, IssueType.DEFECTIVE, NOW).liable is expected


@pytest.mark.parametrize(
    ("days", "guarantee_days", "expected"),
    [
        (500, 1096, Liability.SUPPLIER),
        (1096, 1096, Liability.SUPPLIER),
        (1097, 1096, Liability.UNDETERMINED),
        (5000, None, Liability.SUPPLIER),
        (365, 30, Liability.SUPPLIER),
        (366, 30, Liability.UNDETERMINED),
    ],
)
def test_the_longer_of_the_legal_guarantee_and_the_maker_s_counts(
    days: int, guarantee_days: int | None, expected: Liability
) -> None:
    product = a_product()
    product.supplier, product.warranty_months = "Nordlicht", 12 if guarantee_days == 30 else 0
    order = an_order(a_line(product=product), delivered_days_ago=days)
    assert assess(order, IssueType.DEFECTIVE, NOW, guarantee_days=guarantee_days).liable is expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (0, (Liability.SELLER, "shop_extended_warranty")),
        (-1, (Liability.UNDETERMINED, "defect_after_guarantee")),
    ],
)
def test_a_defect_in_a_warranty_that_the_shop_extended_is_the_shop_s(
    until: int, expected: tuple[Liability, str]
) -> None:
    product = a_product()
    product.supplier = "Nordlicht"
    order = an_order(a_line(product=product), delivered_days_ago=800)
    extended = {1: (NOW + timedelta(days=until)).date()}
    finding = assess(order, IssueType.DEFECTIVE, NOW, guarantee_days=730, extended=extended)
    assert (finding.liable, finding.rule) == expected
    within = assess(order, IssueType.DEFECTIVE, NOW, guarantee_days=1096, extended=extended)
    assert within.liable is Liability.SUPPLIER


def test_of_a_split_order_the_days_count_from_what_has_arrived() -> None:
    order = a_split_order(ShipmentState.IN_TRANSIT, delivered_days_ago=20)
    assert found(order, IssueType.DAMAGED) == (Liability.UNDETERMINED, "damage_reported_late")
    assert assess(order, IssueType.DEFECTIVE, NOW).facts["days_since_delivery"] == "20"


def test_only_the_lines_complained_about_count() -> None:
    made = a_product("kettle")
    made.supplier = "Nordlicht"
    order = an_order(a_line(1, product=made), a_line(2))
    assert assess(order, IssueType.DEFECTIVE, NOW, [Selection(order.lines[1], 1)]).liable is Liability.SELLER
    assert assess(order, IssueType.DEFECTIVE, NOW, [Selection(order.lines[0], 1)]).facts["supplier"] == "Nordlicht"


def test_what_the_page_promised_is_kept_with_a_complaint_about_it_and_with_no_other() -> None:
    kettle, shoes = a_product("kettle"), a_product("shoes")
    kettle.description, shoes.description = "Glass, 1.7 l.", "Light."
    order = an_order(a_line(1, product=kettle), a_line(2, product=shoes), a_line(3, product=shoes), a_line(4))
    finding = assess(order, IssueType.NOT_AS_DESCRIBED, NOW)
    assert finding.facts["product_page"] == "The kettle: Glass, 1.7 l.\nThe shoes: Light."
    only = assess(order, IssueType.NOT_AS_DESCRIBED, NOW, [Selection(order.lines[0], 1)])
    kettle.description = "Steel."
    assert only.facts["product_page"] == "The kettle: Glass, 1.7 l."
    assert "product_page" not in assess(order, IssueType.DEFECTIVE, NOW).facts


def test_pages_that_are_longer_than_anybody_reads_are_cut() -> None:
    products = [a_product(name) for name in ("kettle", "shoes")]
    for product in products:
        product.description = "word " * 800
    order = an_order(*(a_line(at, product=product) for at, product in enumerate(products, 1)))
    kept = assess(order, IssueType.NOT_AS_DESCRIBED, NOW).facts["product_page"]
    assert len(kept) == 4000 and kept.endswith("…")
    assert assess(an_order(), IssueType.NOT_AS_DESCRIBED, NOW).facts["product_page"] == ""


@pytest.mark.parametrize(("days", "expected"), [(7, Liability.CARRIER), (8, Liability.UNDETERMINED)])
def test_damage_is_the_carrier_s_if_it_is_reported_within_a_week(days: int, expected: Liability) -> None:
    assert assess(an_order(delivered_days_ago=days), IssueType.DAMAGED, NOW).liable is expected


@pytest.mark.parametrize(
    ("payments", "expected"), [(2, Liability.SELLER), (1, Liability.UNDETERMINED), (0, Liability.UNDETERMINED)]
)
def test_an_overcharge_is_the_seller_s_where_the_payments_show_it(payments: int, expected: Liability) -> None:
    order = an_order()
    order.payments = [Payment(f"p{number}", "card", order.total, NOW) for number in range(payments)]
    finding = assess(order, IssueType.OVERCHARGED, NOW)
    assert finding.liable is expected
    assert finding.facts["total"] == str(order.total)


@given(
    st.sampled_from(list(IssueType)),
    st.sampled_from(list(ShipmentState)),
    st.none() | st.integers(-5, 900),
    st.none() | st.integers(-5, 900),
    st.none() | st.integers(-5, 900),
    st.none() | st.integers(0, 900),
)
def test_every_complaint_gets_a_finding_with_rule_and_confidence(
    issue: IssueType,
    state: ShipmentState,
    shipped: int | None,
    promised: int | None,
    scanned: int | None,
    delivered: int | None,
) -> None:
    order = sent(state, shipped=shipped, promised=promised, scanned=scanned, delivered=delivered)
    finding: Finding = assess(order, issue, NOW)
    assert finding.rule in {rule.name for rule in RULES}
    assert Decimal(0) < finding.confidence < Decimal(1)
    assert all(isinstance(value, str) for value in finding.facts.values())


@pytest.mark.parametrize("issue", IssueType)
def test_the_last_rule_of_every_issue_holds_always(issue: IssueType) -> None:
    last = [rule for rule in RULES if issue in rule.issues][-1]
    order = an_order()
    order.shipments.clear()
    assert last.holds(Facts(order, NOW, []))


def test_no_two_rules_have_one_name() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
