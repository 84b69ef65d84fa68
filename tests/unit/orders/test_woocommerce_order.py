"""Orders of WooCommerce, whatever they are like, obey the rules of a shop file."""

from __future__ import annotations

from typing import Any

import pytest

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.order import Order, OrderState
from bot.orders.woocommerce_order import sourced_order
from bot.services.order_sources import checked
from bot.services.order_sources_ports import OrderSourceError, SourcedOrder
from tests.unit.orders.woocommerce_orders import a_product, an_item, an_order, tracked


def sourced(order: dict[str, Any], *products: dict[str, Any]) -> SourcedOrder:
    return sourced_order(order, "727", list(products) or [a_product()])


def read(order: dict[str, Any], *products: dict[str, Any]) -> Order:
    return checked(sourced(order, *products))


def test_a_sent_order_is_read_whole() -> None:
    order = read(an_order())
    assert (order.number, order.state, str(order.total)) == ("727", OrderState.SHIPPED, "29.63 EUR")
    customer, line, parcel = order.customer, order.lines[0], order.shipments[0]
    assert (customer.id, customer.language, customer.phone) == ("woocommerce-5", "de", "+493012345678")
    assert (line.sku, line.color, line.size) == ("MUG-1", "blue", None)
    assert (str(line.unit_price), str(line.tax)) == ("11.90 EUR", "3.80 EUR")
    assert (line.product.id, line.product.title, line.product.category) == ("woocommerce-71", "Mug", "kitchen")
    assert (parcel.carrier, parcel.tracking_number) == ("dhl", "JJD0001")
    assert parcel.shipped_at is not None and parcel.shipped_at.isoformat() == "2026-03-12T00:00:00+00:00"
    assert (order.payments[0].method, str(order.paid)) == ("Visa", "29.63 EUR")
    assert sourced(an_order()).notes == ()


def test_what_the_page_says_comes_with_its_product_as_text() -> None:
    product = a_product(
        short_description="<p>A blue mug.</p>", description="<ul><li>350 ml</li><li>hand-made</li></ul>\n"
    )
    assert read(an_order(), product).lines[0].product.description == "A blue mug.\n- 350 ml\n- hand-made"
    assert read(an_order(), a_product(short_description="", description=None)).lines[0].product.description == ""


def test_a_discount_comes_off_its_line() -> None:
    item = an_item(quantity=3, subtotal="30.00", subtotal_tax="5.70", total="24.99", total_tax="4.75")
    order = read(an_order(item))
    assert (str(order.lines[0].total), str(order.lines[0].discount)) == ("29.74 EUR", "5.96 EUR")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "pending"),
        ("on-hold", "pending"),
        ("failed", "pending"),
        ("processing", "paid"),
        ("packing", "paid"),
        ("cancelled", "canceled"),
        ("refunded", "canceled"),
    ],
)
def test_a_status_says_how_far_an_order_is(status: str, state: str) -> None:
    order = read(an_order(status=status, meta_data=[], date_completed_gmt=None))
    assert order.state == state


def test_a_refunded_order_that_was_sent_is_returned() -> None:
    assert read(an_order(status="refunded")).state is OrderState.RETURNED


def test_a_completed_order_without_tracking_has_left_all_the_same() -> None:
    order = read(an_order(meta_data=[]))
    assert (order.shipments[0].carrier, order.shipments[0].tracking_number) == ("Parcel post", "727")
    assert "Shipment Tracking" in sourced(an_order(meta_data=[])).notes[0]


def test_an_order_that_is_processed_may_have_parcels() -> None:
    order = read(an_order(status="processing", meta_data=[tracked("A", "B")]))
    assert order.state is OrderState.SHIPPED
    assert [parcel.tracking_number for parcel in order.shipments] == ["A", "B"]


def test_an_order_that_is_paid_on_delivery_is_not_paid_yet() -> None:
    order = read(an_order(date_paid_gmt=None))
    assert order.state is OrderState.SHIPPED and not order.paid


def test_partial_refunds_add_up() -> None:
    refunds = [{"id": 1, "reason": "", "total": "-5.00"}, {"id": 2, "reason": "x", "total": "-1.50"}]
    assert sourced(an_order(refunds=refunds)).refunded == "6.50"


def test_fees_are_left_to_the_shop_and_noted() -> None:
    assert "34.63 EUR" in sourced(an_order(total="34.63")).notes[0]
    assert str(read(an_order(total="34.63")).paid) == "29.63 EUR"


@pytest.mark.parametrize(("customer_id", "phone"), [(5, None), (0, "+4917099998888")])
def test_only_a_guest_may_have_the_number_of_who_gets_the_parcel(customer_id: int, phone: str | None) -> None:
    usual = an_order()
    billing, shipping = {**usual["billing"], "phone": ""}, {**usual["shipping"], "phone": "+4917099998888"}
    order = read(an_order(customer_id=customer_id, billing=billing, shipping=shipping))
    assert order.customer.phone == phone


def test_currencies_without_decimals_have_none() -> None:
    item = an_item(quantity=1, subtotal="1800", subtotal_tax="180", total="1800", total_tax="180", price=1800)
    order = read(an_order(item, currency="JPY", shipping_total="500", shipping_tax="50", total="2530"))
    assert str(order.total) == "2530 JPY"


def test_two_guests_with_one_address_are_two_customers() -> None:
    ids = {read(an_order(customer_id=0, id=id)).customer.id for id in (1, 2)}
    assert ids == {"woocommerce-guest-1", "woocommerce-guest-2"}


def test_an_order_without_an_address_of_its_own_goes_where_the_bill_goes() -> None:
    empty = dict.fromkeys(an_order()["shipping"], "")
    assert read(an_order(shipping=empty)).address.city == "Berlin"


def test_a_language_that_wpml_knows_goes_before_that_of_the_country() -> None:
    language = {"id": 8, "key": "wpml_language", "value": "fr"}
    assert read(an_order(meta_data=[language])).customer.language == "fr"


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ({"virtual": True}, ReturnClass.DIGITAL),
        ({"tags": [{"slug": "parley-hygiene"}]}, ReturnClass.HYGIENE),
        ({}, ReturnClass.STANDARD),
    ],
)
def test_a_tag_says_what_cannot_be_taken_back(product: dict[str, Any], expected: ReturnClass) -> None:
    assert read(an_order(), a_product(**product)).lines[0].product.return_class is expected


def test_goods_that_were_deleted_are_goods_of_their_own() -> None:
    order = read(an_order(an_item(sku="", product_id=0, variation_id=0)), a_product())
    assert order.lines[0].product.id == order.lines[0].sku == "woocommerce-1"


@pytest.mark.parametrize("missing", ["line_items", "billing", "currency", "shipping_tax", "status"])
def test_an_order_that_lacks_what_the_api_documents_is_malformed(missing: str) -> None:
    order = an_order()
    del order[missing]
    with pytest.raises(OrderSourceError, match="malformed"):
        sourced(order)
