"""Orders of Shopify, whatever they are like, obey the rules of a shop file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.order import Order, OrderState, ShipmentState
from bot.orders.shopify_order import sourced_order
from bot.services.order_sources import checked
from bot.services.order_sources_ports import OrderSourceError, SourcedOrder
from tests.unit.orders.shopify_nodes import a_fulfillment, a_line, an_order, bag


def sourced(node: dict[str, Any]) -> SourcedOrder:
    return sourced_order(node, "1001", node["lineItems"]["nodes"])


def read(node: dict[str, Any]) -> Order:
    return checked(sourced(node))


def test_a_delivered_order_is_read_whole() -> None:
    order = read(an_order())
    assert (order.number, order.state, str(order.total)) == ("1001", OrderState.DELIVERED, "123.90 EUR")
    customer = order.customer
    assert (customer.id, customer.language, customer.phone) == ("shopify-90", "de", "+493012345678")
    line, parcel = order.lines[0], order.shipments[0]
    assert (line.sku, line.size, line.color, str(line.tax)) == ("BOOT-1", "41", "black", "19.00 EUR")
    assert (line.product.title, line.product.category, line.product.supplier) == ("Boots", "shoes", "Anvil")
    assert (parcel.carrier, parcel.tracking_number, parcel.state) == ("DHL", "JJD0001", ShipmentState.DELIVERED)
    assert (order.payments[0].method, str(order.paid)) == ("Visa", "123.90 EUR")
    assert sourced(an_order()).notes == ()


def test_what_the_page_says_comes_with_its_product() -> None:
    product = {**a_line()["product"], "description": "Boots of leather. " * 300}
    found = read(an_order(a_line(product=product))).lines[0].product.description
    assert found.startswith("Boots of leather.") and len(found) <= 4000
    assert read(an_order()).lines[0].product.description == ""


def test_prices_without_tax_become_prices_with_it() -> None:
    line = a_line(
        quantity=3,
        originalUnitPriceSet=bag("33.33"),
        discountAllocations=[{"allocatedAmountSet": bag("10.0")}],
        taxLines=[{"priceSet": bag("7.2")}, {"priceSet": bag("1.0")}],
    )
    order = read(an_order(line, taxesIncluded=False))
    assert str(order.lines[0].total) == "98.19 EUR"
    assert str(order.lines[0].tax) == "8.20 EUR"
    assert str(order.shipping_fee) == "5.68 EUR"
    assert order.lines[0].unit_price.amount > Decimal("33.33")


def test_discounts_of_line_and_order_come_off_the_line() -> None:
    off = [{"allocatedAmountSet": bag("19.0")}, {"allocatedAmountSet": bag("10.0")}]
    order = read(an_order(a_line(discountAllocations=off)))
    assert (str(order.lines[0].discount), str(order.lines[0].total)) == ("29.00 EUR", "90.00 EUR")


def test_what_was_given_away_costs_nothing() -> None:
    free = a_line(discountAllocations=[{"allocatedAmountSet": bag("119.0")}], taxLines=[])
    order = read(an_order(free, transactions=[], shippingLines={"nodes": []}, taxesIncluded=False))
    assert not order.total and not order.paid


def test_currencies_without_decimals_have_none() -> None:
    yen: dict[str, Any] = {
        "originalUnitPriceSet": bag("12000.0", "JPY"),
        "taxLines": [{"priceSet": bag("1090.0", "JPY")}],
    }
    node = an_order(
        a_line(**yen),
        presentmentCurrencyCode="JPY",
        totalPriceSet=bag("12000.0", "JPY"),
        totalRefundedSet=bag("0.0", "JPY"),
        shippingLines={"nodes": []},
        transactions=[],
    )
    assert str(read(node).total) == "12000 JPY"


def test_an_amount_in_another_currency_is_malformed() -> None:
    with pytest.raises(OrderSourceError, match="malformed"):
        read(an_order(totalRefundedSet=bag("1.0", "USD")))


def test_duties_paid_at_checkout_are_part_of_the_total() -> None:
    assert str(read(an_order(originalTotalDutiesSet=bag("7.5"))).total) == "131.40 EUR"


def test_tips_are_left_to_the_shop_and_noted() -> None:
    (note,) = sourced(an_order(totalPriceSet=bag("128.9"))).notes
    assert "128.90 EUR" in note and "123.90 EUR" in note


@pytest.mark.parametrize(
    ("paid", "counted"),
    [
        (["128.9"], ["123.90"]),
        (["125.9", "3.0"], ["123.90", "0.00"]),
        (["128.9", "128.9"], ["128.90", "123.90"]),
        (["50.0"], ["50.00"]),
        (["125.9"], ["123.90"]),
    ],
)
def test_a_tip_is_not_paid_too_much_but_a_second_capture_is(paid: list[str], counted: list[str]) -> None:
    (usual,) = an_order()["transactions"]
    transactions = [
        {**usual, "processedAt": f"2026-03-10T09:0{at}:00Z", "amountSet": bag(paid)} for at, paid in enumerate(paid)
    ]
    order = read(an_order(totalPriceSet=bag("128.9"), transactions=transactions))
    assert [str(payment.amount.amount) for payment in order.payments] == counted


def test_a_partial_refund_is_told_beside_the_order() -> None:
    found = sourced(an_order(totalRefundedSet=bag("30.0"), displayFinancialStatus="PARTIALLY_REFUNDED"))
    assert found.refunded == "30.00"
    assert checked(found).state is OrderState.DELIVERED


def test_only_money_that_arrived_counts() -> None:
    def transaction(kind: str, status: str) -> dict[str, Any]:
        return {**an_order()["transactions"][0], "kind": kind, "status": status}

    tried = [
        transaction("AUTHORIZATION", "SUCCESS"),
        transaction("CAPTURE", "FAILURE"),
        transaction("REFUND", "SUCCESS"),
    ]
    assert not read(an_order(transactions=tried)).paid


@pytest.mark.parametrize(("financial", "state"), [("PENDING", "pending"), ("AUTHORIZED", "pending"), ("PAID", "paid")])
def test_an_order_that_was_not_sent_waits_or_is_paid(financial: str, state: str) -> None:
    node = an_order(fulfillments=[], displayFulfillmentStatus="UNFULFILLED", displayFinancialStatus=financial)
    assert read(node).state == state


def test_a_canceled_order_is_canceled_whatever_was_sent() -> None:
    assert read(an_order(cancelledAt="2026-03-12T00:00:00Z")).state is OrderState.CANCELED


def test_an_order_in_two_parcels_is_delivered_with_the_last_one() -> None:
    on_its_way = a_fulfillment(
        name="#1001-F2",
        displayStatus="IN_TRANSIT",
        deliveredAt=None,
        trackingInfo=[{"company": "UPS", "number": "1Z"}],
        events={"nodes": []},
    )
    order = read(an_order(fulfillments=[a_fulfillment(), on_its_way]))
    assert order.state is OrderState.SHIPPED
    assert [parcel.tracking_number for parcel in order.shipments] == ["JJD0001", "1Z"]


def test_one_fulfilment_may_be_several_parcels() -> None:
    infos = [{"company": "DHL", "number": "A"}, {"company": "DHL", "number": "B"}]
    assert len(read(an_order(fulfillments=[a_fulfillment(trackingInfo=infos)])).shipments) == 2


def test_a_parcel_without_tracking_is_named_after_its_fulfilment() -> None:
    order = read(an_order(fulfillments=[a_fulfillment(trackingInfo=[])]))
    assert order.shipments[0].tracking_number == "1001-F1"


@pytest.mark.parametrize("fields", [{"status": "CANCELLED"}, {"displayStatus": "LABEL_VOIDED"}, {"status": "FAILURE"}])
def test_what_was_never_sent_is_no_parcel(fields: dict[str, str]) -> None:
    assert read(an_order(fulfillments=[a_fulfillment(**fields)])).shipments == []


def test_a_label_alone_has_not_left() -> None:
    label = a_fulfillment(displayStatus="LABEL_PURCHASED", inTransitAt=None, deliveredAt=None, events={"nodes": []})
    order = read(an_order(fulfillments=[label]))
    assert (order.state, order.shipments[0].shipped_at) == (OrderState.PAID, None)


def test_a_delivery_that_nobody_dated_begins_no_time_limit() -> None:
    order = read(an_order(fulfillments=[a_fulfillment(deliveredAt=None, events={"nodes": []})]))
    assert order.delivered_at is None and order.state is OrderState.SHIPPED


def test_clocks_that_disagree_do_not_send_a_parcel_before_its_order() -> None:
    early = a_fulfillment(createdAt="2026-03-10T08:59:00Z", inTransitAt=None, events={"nodes": []})
    order = read(an_order(fulfillments=[early]))
    assert order.shipments[0].shipped_at == order.placed_at


def test_a_guest_without_phone_and_account_is_somebody_of_their_own() -> None:
    postal = {**an_order()["shippingAddress"], "phone": None}
    order = read(an_order(customer=None, shippingAddress=postal, billingAddress=postal))
    assert (order.customer.id, order.customer.phone) == ("shopify-guest-5001", None)


def test_who_gets_a_present_is_not_the_customer() -> None:
    elsewhere = {**an_order()["shippingAddress"], "name": "Jo Berg", "phone": "+4917099998888"}
    customer = read(an_order(shippingAddress=elsewhere, phone="+4917099998888")).customer
    assert (customer.name, customer.phone) == ("Mira Lind", "+493012345678")
    silent = {**an_order()["customer"], "defaultPhoneNumber": None}
    assert read(an_order(customer=silent, shippingAddress=elsewhere)).customer.phone is None
    guest = read(an_order(customer=None, shippingAddress=elsewhere)).customer
    assert (guest.name, guest.phone) == ("Mira Lind", "+493012345678")


def test_nobody_can_guess_the_address_of_a_customer_who_gave_none() -> None:
    found = sourced(an_order(email=None, customer=None, phone="+4915112345678"))
    first, second = checked(found), read(an_order(email=None))
    assert first.customer.email.endswith("@unknown.invalid") and first.customer.email != second.customer.email
    assert not first.is_proved_by("") and first.is_proved_by("5678")
    assert "no e-mail" in found.notes[0]


@pytest.mark.parametrize("sku", [None, "", "Größe 42", "x" * 65])
def test_goods_without_a_usable_sku_are_named_by_their_ids(sku: str | None) -> None:
    line = a_line(sku=sku, variant={**a_line()["variant"], "sku": sku})
    assert read(an_order(line)).lines[0].sku == "shopify-1"


def test_a_line_whose_product_was_deleted_is_a_product_of_its_own() -> None:
    order = read(an_order(a_line(product=None, variant=None, sku=None, title="Repair")))
    product = order.lines[0].product
    assert (product.id, product.title, product.category) == ("shopify-line-1", "Repair", "other")


def test_two_variants_of_a_product_are_one_product() -> None:
    order = read(an_order(a_line(1), a_line(2), a_line(1)))
    assert len({id(line.product) for line in order.lines}) == 1
    assert [variant.size for variant in order.lines[0].product.variants] == ["41", "42"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ReturnClass.STANDARD),
        ({"requiresShipping": False}, ReturnClass.DIGITAL),
        ({"isGiftCard": True}, ReturnClass.DIGITAL),
        ({"product": {**a_line()["product"], "tags": ["sale", "parley-made-to-measure"]}}, ReturnClass.MADE_TO_MEASURE),
        ({"product": {**a_line()["product"], "tags": ["Parley Hygiene"]}}, ReturnClass.HYGIENE),
    ],
)
def test_a_tag_says_what_cannot_be_taken_back(fields: dict[str, Any], expected: ReturnClass) -> None:
    assert read(an_order(a_line(**fields))).lines[0].product.return_class is expected


def test_an_order_for_collection_has_the_address_of_its_bill() -> None:
    assert read(an_order(shippingAddress=None)).address.city == "Berlin"


def test_an_order_without_any_country_is_told_to_lack_it() -> None:
    from bot.services.order_sources import wanting

    lacks = wanting(sourced(an_order(shippingAddress=None, billingAddress=None)))
    assert any("country" in line for line in lacks)


@pytest.mark.parametrize("missing", ["createdAt", "taxesIncluded", "fulfillments", "shippingLines", "transactions"])
def test_an_order_that_lacks_what_was_asked_for_is_malformed(missing: str) -> None:
    node = an_order()
    del node[missing]
    with pytest.raises(OrderSourceError, match="malformed"):
        sourced(node)
