"""The demo shop is full of plausible business that ends now."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta, timezone

import phonenumbers
import pytest

from bot.aftersales.order import Order, OrderState, ShipmentState
from bot.services.demo_catalogue import load_catalogue
from bot.services.demo_shop import SHOWCASE, build, seed_demo
from bot.services.shop_file import ShopData
from tests.unit.shop.fake_store import FakeShop

NOW = datetime(2026, 3, 1, 0, 30, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def shop() -> ShopData:
    return build(7, NOW, load_catalogue())


@pytest.fixture(scope="module")
def business(shop: ShopData) -> list[Order]:
    """Return the orders that are not of the showcase."""
    return [order for order in shop.orders if order.number not in SHOWCASE]


def told(shop: ShopData) -> str:
    return json.dumps([(o.number, o.customer.email, str(o.total), str(o.placed_at), len(o.lines)) for o in shop.orders])


def test_same_seed_gives_the_same_shop(shop: ShopData) -> None:
    assert told(build(7, NOW, load_catalogue())) == told(shop)


def test_another_seed_gives_another_shop_with_the_same_showcase(shop: ShopData) -> None:
    other = build(8, NOW, load_catalogue())
    assert told(other) != told(shop)
    showcase = [ShopData([], [], [o for o in s.orders if o.number in SHOWCASE]) for s in (shop, other)]
    assert told(showcase[0]) == told(showcase[1])


def test_shop_has_300_customers_in_15_countries_and_800_orders(shop: ShopData, business: list[Order]) -> None:
    customers = [customer for customer in shop.customers if customer.id.startswith("demo-")]
    assert len(customers) == 300
    assert len({customer.country for customer in customers}) == 15
    assert len(business) == 800


def test_numbers_are_unique_and_look_like_order_numbers(shop: ShopData) -> None:
    numbers = [order.number for order in shop.orders]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"1048\d{4}", number) for number in numbers)


def test_customers_can_be_reached(shop: ShopData) -> None:
    emails = [customer.email for customer in shop.customers]
    assert len(set(emails)) == len(emails)
    assert all(re.fullmatch(r"[a-z0-9.]+@example\.(org|com|net)", email) for email in emails)
    for customer in shop.customers:
        assert customer.phone
        assert phonenumbers.is_possible_number(phonenumbers.parse(customer.phone)), customer.id


def test_every_course_an_order_can_take_occurs(business: list[Order]) -> None:
    seen = Counter(situation(order) for order in business)
    assert min(seen.values()) >= 5
    assert set(seen) == {
        "pending", "paid", "on time", "late", "just delivered", "long delivered", "lost", "tracking stopped",
        "customs", "returned", "sent back", "canceled",
    }  # fmt: skip


def situation(order: Order) -> str:
    if order.state in (OrderState.PENDING, OrderState.PAID, OrderState.CANCELED):
        return str(order.state)
    (parcel,) = order.shipments
    if order.state is OrderState.RETURNED:
        return "sent back" if parcel.state is ShipmentState.RETURNED_TO_SENDER else "returned"
    if order.delivered_at is not None:
        return "just delivered" if NOW - order.delivered_at < timedelta(days=6) else "long delivered"
    if parcel.state is ShipmentState.LOST:
        return "lost"
    if parcel.state is ShipmentState.IN_CUSTOMS:
        return "customs"
    assert parcel.last_event is not None
    if NOW - parcel.last_event.at > timedelta(days=10):
        return "tracking stopped"
    return "late" if parcel.is_late(NOW) else "on time"


def test_nothing_but_promises_lies_ahead(shop: ShopData) -> None:
    for order in shop.orders:
        times = [order.placed_at, *(payment.paid_at for payment in order.payments)]
        for parcel in order.shipments:
            times += [event.at for event in parcel.events]
        assert max(times) < NOW, order.number
        assert order.customer.created_at is not None
        assert order.customer.created_at < order.placed_at


def test_parcels_travel_forward(shop: ShopData) -> None:
    for parcel in (parcel for order in shop.orders for parcel in order.shipments):
        times = [event.at for event in parcel.events]
        assert times == sorted(times)
        assert parcel.last_event is not None
        if parcel.state is ShipmentState.DELIVERED:
            assert (parcel.last_event.state, parcel.last_event.at) == (parcel.state, parcel.delivered_at)


def test_only_parcels_from_abroad_pass_customs(shop: ShopData) -> None:
    for order in shop.orders:
        scans = {event.state for parcel in order.shipments for event in parcel.events}
        if order.address.country in ("DE", "AT", "ES", "FR", "IT", "NL", "PL"):
            assert ShipmentState.IN_CUSTOMS not in scans


def test_amounts_add_up_in_one_currency(shop: ShopData) -> None:
    for order in shop.orders:
        total = order.shipping_fee + order.duties
        for line in order.lines:
            total += line.unit_price * line.quantity - line.discount
        assert total == order.total, order.number
        assert all(payment.amount == order.total for payment in order.payments)


def test_some_orders_have_coupons_taxes_and_duties_but_no_showcase_order_a_coupon(shop: ShopData) -> None:
    business = [order for order in shop.orders if order.number not in SHOWCASE]
    with_coupon = [order for order in business if any(line.discount for line in order.lines)]
    with_duties = [order for order in business if order.duties]
    assert 200 < len(with_coupon) < 400
    assert 100 < len(with_duties) < 300
    assert not {order.address.country for order in with_duties} & {"DE", "AT", "ES", "FR", "IT", "NL", "PL"}
    for order in shop.orders:
        if order.number in SHOWCASE:
            assert bool(order.duties) == SHOWCASE[order.number].checkout.pays_duties
            assert not any(line.discount for line in order.lines)
        taxed = order.address.country in ("DE", "AT", "ES", "FR", "IT", "NL", "PL", "GB", "AU")
        assert all(bool(line.tax) == taxed for line in order.lines), order.number


def test_tracking_number_is_no_order_number(shop: ShopData) -> None:
    numbers = [parcel.tracking_number for order in shop.orders for parcel in order.shipments]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert re.fullmatch(r"L[XY]\d{9}DE", number)
        weighted = sum(int(d) * w for d, w in zip(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7)))
        assert int(number[10]) == {10: 0, 11: 5}.get(11 - weighted % 11, 11 - weighted % 11)
        assert not re.search(r"1048\d{4}", number)


async def test_empty_shop_is_seeded_once() -> None:
    shop = FakeShop()
    counts = await seed_demo(shop, lambda: NOW)
    assert counts is not None
    assert counts["orders"] == len(shop.orders.rows) == 800 + len(SHOWCASE)
    assert await seed_demo(shop, lambda: NOW) is None


async def test_shop_that_another_replica_has_just_seeded_is_left_alone() -> None:
    shop = FakeShop()
    shop.lose_the_race = True
    assert await seed_demo(shop, lambda: NOW) is None
    assert shop.contents == ([], [], [])
