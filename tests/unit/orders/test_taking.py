"""What is new in the shop's system is taken over; what Parley itself knows stays."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.catalogue import Product
from bot.aftersales.money import Money
from bot.aftersales.order import Address, Customer, Order, OrderState, ShipmentState, TrackingEvent
from bot.aftersales.order_change import LineChange, change_line
from bot.aftersales.refund import Refund, RefundBreakdown, RefundPart, RefundState
from bot.errors import ImportRejectedError
from bot.services.order_sources_ports import SourcedOrder
from bot.services.orders_taking import take
from tests.unit.orders.sources import CONVERSATION, EMAIL, NOW, ORDER, Shop, delivered, told, with_product


async def taken(shop: Shop, sourced: SourcedOrder) -> Order:
    async with shop.world.uow() as uow:
        order = await take(uow, sourced, "fake", shop.now, CONVERSATION)
        await uow.commit()
    shop.wait(minutes=6)
    return order


async def twice(first: SourcedOrder, second: SourcedOrder) -> tuple[Shop, Order]:
    shop = Shop()
    await taken(shop, first)
    order = await taken(shop, second)
    assert shop.world.database.all(Order) == [order]
    return shop, order


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def last_changes(shop: Shop) -> str:
    return str(shop.world.database.all(AuditEvent)[-1].data["what"])


async def test_the_same_again_changes_nothing() -> None:
    shop, order = await twice(told(), told())
    assert shop.world.actions() == ["order.taken_over"]
    assert [parcel.id for parcel in order.shipments] == ["SH1001-s1"]
    assert [payment.id for payment in order.payments] == ["SH1001-p1"]
    assert len(shop.world.database.all(Product)) == 2


async def test_known_goods_keep_the_pieces_that_are_set_aside() -> None:
    shop = Shop()
    await taken(shop, told())
    boots = shop.world.database.all(Product)[0]
    boots.variants[0].reserve(2)
    await taken(shop, told())
    other = told(number="SH-1002")
    order = await taken(shop, other)
    assert boots.variants[0].stock == 3
    assert order.lines[0].product is boots


async def test_a_page_that_nothing_was_known_of_is_taken_over_and_stays() -> None:
    shop = Shop()
    order = await taken(shop, told())
    boots = order.lines[0].product
    assert boots.description == ""
    for number, page in (("SH1002", "Leather."), ("SH1003", "Felt."), ("SH1004", None)):
        await taken(shop, with_product(told(number=number), **({"description": page} if page else {})))
        assert boots.description == "Leather."


async def test_a_variant_that_the_catalogue_lacks_joins_its_product() -> None:
    shop = Shop()
    await taken(shop, told())
    lines = [{**ORDER["lines"][0], "sku": "boot-43"}, ORDER["lines"][1]]
    variants = [{"sku": "boot-43", "price": "80.00", "stock": 1, "size": "43"}]
    order = await taken(shop, with_product(told(number="SH1002", lines=lines), variants=variants))
    assert [variant.sku for variant in order.lines[0].product.variants] == ["boot-42", "boot-43"]
    assert len(shop.world.database.all(Product)) == 2


async def test_goods_that_the_catalogue_has_under_another_id_are_the_same_goods() -> None:
    shop = Shop()
    await taken(shop, told())
    order = await taken(shop, with_product(told(number="SH1002"), id="shopify-77"))
    assert order.lines[0].product.id == "boot"


async def test_one_customer_of_two_orders_is_one_customer() -> None:
    shop = Shop()
    first = await taken(shop, told())
    second = await taken(shop, told(number="SH1002"))
    assert first.customer is second.customer
    assert len(shop.world.database.all(Customer)) == 1


async def test_who_buys_again_after_an_erasure_is_somebody_new() -> None:
    shop = Shop()
    first = await taken(shop, told())
    first.customer.email = "0@erased.invalid"
    second = await taken(shop, told(number="SH1002"))
    assert (second.customer.id, second.customer.email) == ("c-1.SH1002", EMAIL)
    assert first.customer.email == "0@erased.invalid"


async def test_new_contact_details_are_taken_over_and_missing_ones_left() -> None:
    before = {**told().customer, "phone": "+493012345678"}
    after = {**told().customer, "email": "0f@unknown.invalid", "name": "Mira Lind-Berg"}
    _, order = await twice(told(customer=before), told(customer=after))
    customer = order.customer
    assert (customer.name, customer.email, customer.phone) == ("Mira Lind-Berg", EMAIL, "+493012345678")


async def test_another_customers_contact_details_are_not_taken_over() -> None:
    stranger = {**told().customer, "id": "c-2", "name": "Jo Berg", "email": "jo@example.org", "phone": "+4917099998888"}
    shop, order = await twice(told(), replace(told(customer=stranger), order={**told().order, "customer": "c-2"}))
    assert (order.customer.name, order.customer.email, order.customer.phone) == ("Mira Lind", EMAIL, None)
    assert not order.is_proved_by("8888") and shop.world.actions() == ["order.taken_over"]


async def test_scans_move_parcel_and_order() -> None:
    shop, order = await twice(told(), told(state="delivered", shipments=delivered()))
    assert order.state is OrderState.DELIVERED
    assert [event.state for event in order.shipments[0].events] == [ShipmentState.IN_TRANSIT, ShipmentState.DELIVERED]
    assert "shipments" in last_changes(shop)


async def test_a_scan_that_the_source_has_not_heard_of_is_not_taken_back() -> None:
    shop = Shop()
    order = await taken(shop, told())
    parcel = order.shipments[0]
    parcel.events.append(TrackingEvent(NOW, ShipmentState.DELIVERED))
    parcel.state, parcel.delivered_at, order.state = ShipmentState.DELIVERED, NOW, OrderState.DELIVERED
    order = await taken(shop, told())
    assert (order.state, parcel.state, parcel.delivered_at) == (OrderState.DELIVERED, ShipmentState.DELIVERED, NOW)


async def test_a_parcel_without_scans_moves_with_its_state() -> None:
    bare = [{"carrier": "DHL", "tracking_number": "JJD1", "state": "label_created"}]
    sent = [{"carrier": "DHL", "tracking_number": "JJD1", "state": "in_transit", "shipped_at": "2026-03-12T09:00:00Z"}]
    _, order = await twice(told(state="paid", shipments=bare), told(shipments=sent))
    assert (order.state, order.shipments[0].state) == (OrderState.SHIPPED, ShipmentState.IN_TRANSIT)


async def test_a_second_parcel_is_added_beside_the_first() -> None:
    both = [*deepcopy(ORDER["shipments"]), {"carrier": "UPS", "tracking_number": "1Z", "state": "label_created"}]
    _, order = await twice(told(), told(shipments=both))
    assert [(parcel.id, parcel.tracking_number) for parcel in order.shipments] == [
        ("SH1001-s1", "JJD1"),
        ("SH1001-s2", "1Z"),
    ]


async def test_what_the_shop_calls_off_is_off() -> None:
    _, order = await twice(told(state="paid", shipments=[]), told(state="canceled", shipments=[]))
    assert order.state is OrderState.CANCELED


async def test_what_a_customer_called_off_here_stays_off_until_the_shop_has_followed() -> None:
    shop = Shop()
    order = await taken(shop, told(state="paid", shipments=[]))
    order.state = OrderState.CANCELED
    assert (await taken(shop, told(state="paid", shipments=[]))).state is OrderState.CANCELED


async def test_an_address_that_was_changed_here_stays_until_the_shop_changes_its_own() -> None:
    shop = Shop()
    order = await taken(shop, told())
    here = Address("Mira Lind", "Neue Str. 1", "10117", "Berlin", "DE")
    order.address = here
    assert (await taken(shop, told())).address is here
    moved = {**ORDER["address"], "street": "Hafenstr. 9"}
    assert (await taken(shop, told(address=moved))).address.street == "Hafenstr. 9"


async def test_a_payment_that_arrives_later_is_one_more_payment() -> None:
    more = [
        {"method": "card", "amount": "100.00", "paid_at": "2026-03-10T09:01:00Z"},
        {"method": "gift card", "amount": "24.90", "paid_at": "2026-03-10T09:02:00Z"},
    ]
    _, order = await twice(told(payments=more[:1]), told(payments=more))
    assert order.paid == euros("124.90")


async def test_payments_that_were_entered_by_other_means_are_not_doubled() -> None:
    shop = Shop()
    order = await taken(shop, told())
    order.payments[0].id = "till-1"
    assert (await taken(shop, told())).paid == euros("124.90")


async def test_what_the_shop_paid_back_by_itself_is_not_paid_back_again() -> None:
    _, order = await twice(told(), told(refunded="30.00"))
    assert order.paid == euros("94.90")
    assert (await taken(Shop(), told(refunded="30.00"))).paid == euros("94.90")


async def test_an_order_without_payments_says_so_once_money_went_back() -> None:
    assert (await taken(Shop(), told(payments=[], refunded="4.90"))).paid == euros("120.00")


async def changed_without_payments() -> tuple[Shop, Order]:
    """Return an order whose second line, of 40 euros, was left out though the shop tells no payments."""
    shop = Shop()
    order = await taken(shop, told(payments=[], state="paid", shipments=[]))
    difference = change_line(order, LineChange(2))
    event = AuditEvent(NOW, "bot", "order.items_changed", "order:SH1001", "c")
    event.data = {"difference": str(difference.minor), "currency": "EUR"}
    shop.world.database.all(AuditEvent).append(event)
    return shop, order


async def test_without_told_payments_every_report_of_money_given_back_counts() -> None:
    shop = Shop()
    paid = [(await taken(shop, told(payments=[], refunded=refunded))).paid for refunded in ("30.00", "50.00", "50.00")]
    assert paid == [euros("94.90"), euros("74.90"), euros("74.90")]


async def test_a_change_of_an_order_without_payments_stops_no_later_report() -> None:
    shop, order = await changed_without_payments()
    assert (order.total, order.paid) == (euros("84.90"), euros("124.90"))
    for refunded, paid in (("0", "124.90"), ("30.00", "94.90"), ("50.00", "74.90")):
        await taken(shop, told(payments=[], state="paid", shipments=[], refunded=refunded))
        assert order.paid == euros(paid)


async def test_what_was_changed_before_it_was_paid_is_part_of_what_was_paid() -> None:
    shop = Shop()
    order = await taken(shop, told(payments=[], state="pending", shipments=[]))
    difference = change_line(order, LineChange(2))
    event = AuditEvent(NOW, "bot", "order.items_changed", "order:SH1001", "c")
    event.data = {"difference": str(difference.minor), "unpaid": "yes"}
    shop.world.database.all(AuditEvent).append(event)
    for refunded, paid in (("0", "84.90"), ("10.00", "74.90"), ("20.00", "64.90")):
        await taken(shop, told(payments=[], state="paid", shipments=[], refunded=refunded))
        assert order.paid == euros(paid)


async def test_payments_that_are_told_later_take_the_place_of_what_was_assumed() -> None:
    shop, order = await changed_without_payments()
    payments = [
        {"method": "card", "amount": "100.00", "paid_at": "2026-03-10T09:01:00Z"},
        {"method": "gift card", "amount": "44.90", "paid_at": "2026-03-10T09:02:00Z"},
    ]
    await taken(shop, told(payments=payments, state="paid", shipments=[], refunded="10.00"))
    assert [(paid.method, paid.amount) for paid in order.payments] == [
        ("card", euros("100.00")), ("gift card", euros("34.90")),
    ]  # fmt: skip
    assert order.assumed_payment is None


async def test_what_parley_pays_back_of_an_assumed_payment_stays_paid() -> None:
    shop, order = await changed_without_payments()
    parts = [RefundPart(1, "original", euros("40.00"))]
    shop.world.database.all(Refund).append(replace(a_refund("40.00"), state=RefundState.AGREED, parts=parts))
    await taken(shop, told(payments=[], state="paid", shipments=[], refunded="124.90"))
    assert order.paid == euros("40.00")


@pytest.mark.parametrize(("refunded", "paid"), [("0", "124.90"), ("20.00", "124.90"), ("50.00", "94.90")])
async def test_what_parley_pays_back_is_not_taken_for_the_shops_own(refunded: str, paid: str) -> None:
    shop = Shop()
    await taken(shop, told())
    shop.world.database.all(Refund).append(a_refund("20.00"))
    assert (await taken(shop, told(refunded=refunded))).paid == euros(paid)


@pytest.mark.parametrize("state", [RefundState.AGREED, RefundState.FAILED, RefundState.CANCELED])
async def test_a_refund_that_was_not_carried_out_does_not_count(state: RefundState) -> None:
    shop = Shop()
    await taken(shop, told())
    shop.world.database.all(Refund).append(replace(a_refund("20.00"), state=state))
    assert (await taken(shop, told(refunded="20.00"))).paid == euros("104.90")


async def test_of_a_refund_refused_in_the_middle_what_went_out_counts() -> None:
    shop = Shop()
    await taken(shop, told())
    parts = [RefundPart(1, "card", euros("15.00"), reference="r-1"), RefundPart(2, "card", euros("5.00"))]
    shop.world.database.all(Refund).append(replace(a_refund("20.00"), state=RefundState.FAILED, parts=parts))
    assert (await taken(shop, told(refunded="15.00"))).paid == euros("124.90")


async def test_what_parley_has_yet_to_pay_back_stays_paid() -> None:
    shop = Shop()
    await taken(shop, told())
    parts = [RefundPart(1, "card", euros("20.00"), "SH1001-p1")]
    shop.world.database.all(Refund).append(replace(a_refund("20.00"), state=RefundState.AGREED, parts=parts))
    assert (await taken(shop, told(refunded="124.90"))).paid == euros("20.00")


async def test_lines_that_the_shop_adds_are_added() -> None:
    shop, order = await twice(told(lines=ORDER["lines"][:1], total="84.90"), told())
    assert [(line.position, line.sku) for line in order.lines] == [(1, "boot-42"), (2, "sock")]
    assert order.total == euros("124.90")
    assert order.lines[1].product in shop.world.database.all(Product)


async def test_lines_that_were_changed_here_are_left_alone() -> None:
    shop = Shop()
    order = await taken(shop, told(lines=ORDER["lines"][:1], total="84.90"))
    order.lines[0].quantity = 2
    assert len((await taken(shop, told())).lines) == 1


async def test_a_line_that_the_customer_left_out_here_does_not_come_back() -> None:
    shop = Shop()
    order = await taken(shop, told())
    change_line(order, LineChange(2))
    shop.world.database.all(AuditEvent).append(AuditEvent(NOW, "bot", "order.items_changed", "order:SH1001", "c"))
    order = await taken(shop, told())
    assert ([line.sku for line in order.lines], order.total) == (["boot-42"], euros("84.90"))


async def test_an_order_in_another_currency_than_before_is_left_alone() -> None:
    _, order = await twice(told(), told(currency="USD", state="canceled"))
    assert (order.currency, order.state) == ("EUR", OrderState.SHIPPED)


async def test_an_order_that_breaks_the_rules_is_refused_whole() -> None:
    shop = Shop()
    with pytest.raises(ImportRejectedError):
        await taken(shop, told(total="1.00"))
    assert not shop.world.database.all(Order) and not shop.world.database.all(Product)


def a_refund(amount: str) -> Refund:
    values: dict[str, Any] = {
        "number": "F1000001",
        "key": "k",
        "case_number": "C1000001",
        "order_number": "SH1001",
        "reason": "goodwill",
        "agreed_at": NOW,
        "next_attempt_at": NOW,
        "breakdown": RefundBreakdown.of_overpaid(euros(amount)),
        "amount": euros(amount),
        "parts": [],
        "state": RefundState.SENT,
    }
    return Refund(**values)
