"""The showcase orders are what tests, documentation and tour rely on."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.order import Order, OrderState, ShipmentState
from bot.services.demo_catalogue import load_catalogue
from bot.services.demo_shop import SHOWCASE, build
from bot.services.demo_situations import SHOPPERS, SITUATIONS, number_of

NOW = datetime(2026, 8, 15, 23, 10, tzinfo=timezone.utc)
DOCUMENT = Path(__file__).parents[3] / "docs" / "your-own-shop.md"
PLAIN = [str(number) for number in range(10480021, 10480119)]
SITUATED = [number_of(language, found.name) for language in SHOPPERS for found in SITUATIONS]
#: Plain orders that the documentation tells in one row.
IN_ONE_ROW = [str(number) for number in range(10480061, 10480119)]


@pytest.fixture(scope="module")
def orders() -> dict[str, Order]:
    return {order.number: order for order in build(1, NOW, load_catalogue()).orders if order.number in SHOWCASE}


def days_since_delivery(order: Order) -> int:
    assert order.delivered_at is not None
    return (NOW.date() - order.delivered_at.date()).days


@pytest.mark.parametrize(
    ("number", "country", "days", "items"),
    [
        ("10480001", "DE", 5, [("running-shoes-42-black", 1), ("cotton-t-shirt-m-white", 2)]),
        ("10480002", "US", 4, [("rain-jacket-m-navy", 1)]),
        ("10480003", "ES", 6, [("electric-kettle-1.7l-silver", 1), ("mug-set-blue", 2)]),
        ("10480004", "CN", 3, [("canvas-sneakers-38-white", 1), ("summer-dress-s-blue", 1)]),
        ("10480005", "GB", 60, [("leather-boots-38-brown", 1)]),
        ("10480012", "GB", 10, [("laptop-512gb-silver", 1)]),
        ("10480014", "DE", 100, [("slim-jeans-32x32-blue", 1), ("cookbook", 1)]),
        ("10480017", "CN", 12, [("slim-jeans-34x32-black", 1)]),
    ],
)
def test_delivered_order_is_as_documented(
    orders: dict[str, Order], number: str, country: str, days: int, items: list[tuple[str, int]]
) -> None:
    order = orders[number]
    assert (order.address.country, days_since_delivery(order)) == (country, days)
    assert [(line.sku, line.quantity) for line in order.lines] == items


@pytest.mark.parametrize(
    ("number", "parcel", "late"),
    [
        ("10480006", ShipmentState.IN_TRANSIT, False),
        ("10480007", ShipmentState.IN_TRANSIT, True),
        ("10480008", ShipmentState.IN_CUSTOMS, False),
        ("10480009", ShipmentState.LOST, True),
    ],
)
def test_parcel_under_way_is_as_documented(
    orders: dict[str, Order], number: str, parcel: ShipmentState, late: bool
) -> None:
    (shipment,) = orders[number].shipments
    assert (shipment.state, shipment.is_late(NOW)) == (parcel, late)
    assert orders[number].delivered_at is None


def test_two_factors_of_the_first_order_are_as_documented(orders: dict[str, Order]) -> None:
    order = orders["10480001"]
    assert all(order.is_proved_by(factor) for factor in ("anna.becker@example.org", "5820", "10115"))
    assert order.customer is orders["10480014"].customer


def test_orders_that_were_never_sent(orders: dict[str, Order]) -> None:
    assert (orders["10480011"].state, orders["10480011"].shipments) == (OrderState.PENDING, [])
    assert (orders["10480013"].state, orders["10480013"].shipments) == (OrderState.CANCELED, [])


def test_special_goods(orders: dict[str, Order]) -> None:
    hygiene, normal = (line.product.return_class for line in orders["10480010"].lines)
    assert (hygiene, normal) == (ReturnClass.HYGIENE, ReturnClass.STANDARD)
    assert orders["10480012"].total.amount > 500
    sealed, measured = (line.product.return_class for line in orders["10480019"].lines)
    assert (sealed, measured) == (ReturnClass.SEALED_MEDIA, ReturnClass.MADE_TO_MEASURE)


def test_order_without_another_size_in_stock(orders: dict[str, Order]) -> None:
    (line,) = orders["10480015"].lines
    assert [variant.sku for variant in line.product.variants if variant.stock] == [line.sku]


def test_order_charged_twice_and_order_in_two_parcels(orders: dict[str, Order]) -> None:
    assert [payment.amount for payment in orders["10480016"].payments] == [orders["10480016"].total] * 2
    states = [parcel.state for parcel in orders["10480018"].shipments]
    assert states == [ShipmentState.DELIVERED, ShipmentState.IN_TRANSIT]
    assert orders["10480018"].delivered_at is None


def test_plain_orders_never_collide(orders: dict[str, Order]) -> None:
    plain = [orders[number] for number in PLAIN]
    assert [order.customer.email for order in plain] == [f"shopper{n}@example.org" for n in range(21, 119)]
    assert len({order.customer.id for order in plain}) == 98
    tens = [country for country in ("DE", "US", "ES", "CN") for _ in range(10)]
    assert [order.address.country for order in plain] == [*tens, *["NL"] * 58]


def test_plain_orders_are_inside_their_window_with_other_sizes_in_stock(orders: dict[str, Order]) -> None:
    for order in (orders[number] for number in PLAIN):
        (line,) = order.lines
        assert 2 <= days_since_delivery(order) <= (6 if order.address.country == "CN" else 9)
        others = [
            variant
            for variant in line.product.variants
            if variant.size != line.size and variant.color == line.color and variant.stock >= 4
        ]
        assert len(others) >= 2, order.number


def test_documentation_lists_the_showcase_as_it_is(orders: dict[str, Order]) -> None:
    rows = re.findall(r"^\| (10480\d{3}) \| (.+?) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {number: [cell.strip() for cell in cells.split("|")] for number, cells in rows}
    assert set(listed) == set(SHOWCASE) - set(IN_ONE_ROW) - set(SITUATED)
    for number, (name, country, email, phone, postcode, lines, what) in listed.items():
        order = orders[number]
        person = SHOWCASE[number].person
        digits = person.phone[-4:]
        assert (name, country, email, phone, postcode) == (
            person.name,
            person.country,
            person.email,
            digits,
            person.postcode,
        )
        assert order.is_proved_by(digits)
        assert lines == ", ".join(f"{line.quantity} × {line.sku}" for line in order.lines)
        assert what == SHOWCASE[number].situation


def test_documentation_tells_the_orders_of_further_languages_in_one_row(orders: dict[str, Order]) -> None:
    (row,) = re.findall(r"^\| (10480\d{3}–10480\d{3}) \| (.+?) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    people = [SHOWCASE[number].person for number in IN_ONE_ROW]
    first, last = people[0], people[-1]
    goods = list(dict.fromkeys(order.lines[0].sku for order in map(orders.__getitem__, IN_ONE_ROW)))
    days = sorted(days_since_delivery(orders[number]) for number in IN_ONE_ROW)
    assert row[0] == f"{IN_ONE_ROW[0]}–{IN_ONE_ROW[-1]}"
    assert row[1].split(" | ") == [
        f"{len(people)} shoppers",
        "NL",
        f"{first.email}–{last.email}",
        f"{first.phone[-4:]}–{last.phone[-4:]}",
        f"{first.postcode}–{last.postcode}",
        f"1 × {goods[0]}, {goods[1]} or {goods[2]}",
        f"delivered {days[0]} to {days[-1]} days ago",
    ]
    assert len(goods) == 3


def test_each_further_language_has_the_goods_its_conversations_are_about(orders: dict[str, Order]) -> None:
    goods = [orders[number].lines[0].product.id for number in IN_ONE_ROW]
    assert (
        goods == ["running-shoes", "cotton-t-shirt", "trail-shoes"] * 12 + ["trail-shoes"] * 16 + ["running-shoes"] * 6
    )


def test_every_situation_has_an_order_in_every_language(orders: dict[str, Order]) -> None:
    assert [str(10480200 + nth) for nth in range(len(SHOPPERS) * len(SITUATIONS))] == SITUATED
    assert int(SITUATED[-1]) < 10481000
    assert len({found.name for found in SITUATIONS}) == len(SITUATIONS)
    for number in SITUATED:
        person = SHOWCASE[number].person
        assert orders[number].is_proved_by(person.email)
        assert orders[number].is_proved_by(person.phone[-4:])


def test_situations_are_what_their_names_say(orders: dict[str, Order]) -> None:
    for language in SHOPPERS:
        found = {situation.name: orders[number_of(language, situation.name)] for situation in SITUATIONS}
        assert found["lost"].shipments[0].state is ShipmentState.LOST
        assert found["customs"].shipments[0].last_event is not None
        assert found["customs"].shipments[0].last_event.state is ShipmentState.IN_CUSTOMS
        assert found["late"].shipments[0].is_late(NOW)
        assert found["overpaid"].paid == found["overpaid"].total * 2
        assert found["duties"].duties
        assert found["paid"].state is found["changeable"].state is OrderState.PAID
        assert found["second"].customer is found["plain"].customer
        assert found["hygiene"].lines[0].product.return_class is ReturnClass.HYGIENE


def test_documentation_lists_the_situations_as_they_are() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{1,2}) \| (\w+) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert rows == [
        (str(nth), found.name, ", ".join(f"{count} × {sku}" for sku, count in found.items), found.what)
        for nth, found in enumerate(SITUATIONS)
    ]
    for language in SHOPPERS:
        assert f"{language} {number_of(language, SITUATIONS[0].name)}" in text
