"""What a shop file says becomes a shop; what is wrong with it is listed in full."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.money import Money
from bot.aftersales.order import OrderState, ShipmentState
from bot.errors import ImportRejectedError
from bot.services.shop_file import load
from tests.unit.shop.documents import right


def problems_of(data: Any) -> dict[str, str]:
    with pytest.raises(ImportRejectedError) as caught:
        load(data)
    return dict(caught.value.problems)


def test_right_file_becomes_a_shop() -> None:
    shop = load(right())
    assert shop.counts == {"products": 2, "variants": 3, "customers": 2, "orders": 2, "shipments": 2}
    shoes, voucher = shop.products
    assert (shoes.title_in("de"), shoes.return_class, shoes.warranty_months) == (
        "Wanderschuhe",
        ReturnClass.STANDARD,
        24,
    )
    assert (voucher.return_class, voucher.variants[0].price) == (
        ReturnClass.DIGITAL,
        Money(Decimal(5000), "JPY"),
    )


def test_what_the_page_says_is_read_in_its_languages_and_nothing_where_it_is_missing() -> None:
    shoes, voucher = load(right()).products
    assert shoes.description_in("de-AT") == "Flache Schuhe aus Wildleder."
    assert shoes.description_in("fr") == shoes.description == "Low shoes of suede.\nWaterproof\tto the ankle."
    assert (voucher.description, voucher.descriptions) == ("", {})


def test_order_is_whole() -> None:
    order = load(right()).orders[0]
    assert order.number == "PL77310042"
    assert order.state is OrderState.DELIVERED
    assert order.customer.email == "mira.lind@example.org"
    assert order.total == Money(Decimal("164.90"), "EUR")
    assert order.placed_at == datetime(2025, 3, 1, 8, tzinfo=timezone.utc)
    assert (order.lines[0].position, order.lines[0].product.id, order.lines[0].variant_label) == (
        1,
        "P-1",
        "42 / black",
    )
    assert order.delivered_at == datetime(2025, 3, 5, 11, 30, 0, 500_000, tzinfo=timezone.utc)
    assert [event.state for event in order.shipments[0].events] == [
        ShipmentState.IN_TRANSIT,
        ShipmentState.DELIVERED,
    ]
    assert order.is_proved_by("5001")


def test_json_numbers_are_exact_amounts() -> None:
    order = load(right()).orders[1]
    assert order.total == Money(Decimal("640.10"), "CNY")
    assert order.lines[1].unit_price == Money(Decimal("20.10"), "CNY")


def test_discount_tax_and_duties_are_read_and_nothing_where_they_are_missing() -> None:
    data = right()
    line = data["orders"][0]["lines"][0]
    line |= {"discount": "16.01", "tax": "22.99"}
    data["orders"][0] |= {"duties": "3.50", "total": "152.39"}
    first, second = load(data).orders
    euro = [first.lines[0].discount, first.lines[0].tax, first.duties, first.lines[0].total]
    assert [str(amount) for amount in euro] == ["16.01 EUR", "22.99 EUR", "3.50 EUR", "143.99 EUR"]
    assert [str(amount) for amount in (second.duties, second.lines[0].discount)] == ["0.00 CNY", "0.00 CNY"]


def test_parcels_and_payments_get_keys_of_their_order() -> None:
    order = load(right()).orders[0]
    assert [payment.id for payment in order.payments] == ["PL77310042-p1"]
    assert [shipment.id for shipment in order.shipments] == ["PL77310042-s1"]


def test_documented_example_is_right() -> None:
    document = (Path(__file__).parents[3] / "docs" / "your-own-shop.md").read_text(encoding="utf-8")
    example = document.split("```json\n")[1].split("```")[0]
    assert load(json.loads(example)).counts["orders"] == 1


def test_empty_shop_is_a_shop() -> None:
    assert load({"format": "parley-shop/1"}).counts["orders"] == 0


def change(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def apply(data: dict[str, Any]) -> None:
        owner: Any = data
        for key in path[:-1]:
            owner = owner[key]
        owner[path[-1]] = to

    return apply


def drop(*path: str | int) -> Callable[[dict[str, Any]], None]:
    def apply(data: dict[str, Any]) -> None:
        owner: Any = data
        for key in path[:-1]:
            owner = owner[key]
        del owner[path[-1]]

    return apply


ORDER = ("orders", 0)
PARCEL = (*ORDER, "shipments", 0)


@pytest.mark.parametrize(
    ("spoil", "path", "message"),
    [
        (change("format", to="parley-shop/9"), "$.format", "must be"),
        (drop("format"), "$.format", "is missing"),
        (change("extra", to=1), "$.extra", "not known"),
        (change("products", to={}), "$.products", "type array"),
        (change("products", 0, to="shoes"), "$.products[0]", "type object"),
        (change("products", 1, "id", to="P-1"), "$.products[1].id", "twice"),
        (change("products", 1, "variants", 0, "sku", to="P-1-43"), "$.products[1].variants[0].sku", "twice"),
        (change("products", 0, "variants", to=[]), "$.products[0].variants", "at least 1"),
        (change("products", 0, "return_class", to="fragile"), "$.products[0].return_class", "hygiene"),
        (change("products", 0, "titles", "deutsch!", to="x"), "$.products[0].titles", "BCP 47"),
        (change("products", 0, "titles", "pt-BR", to=""), '$.products[0].titles["pt-BR"]', "at least 1"),
        (change("products", 0, "title", to="x" * 201), "$.products[0].title", "at most 200"),
        (change("products", 0, "title", to="shoes\x00"), "$.products[0].title", "control characters"),
        (change("products", 0, "description", to=["Low."]), "$.products[0].description", "type string"),
        (change("products", 0, "description", to=""), "$.products[0].description", "at least 1"),
        (change("products", 0, "description", to="x" * 4001), "$.products[0].description", "at most 4000"),
        (change("products", 0, "description", to="low\x1b[2J"), "$.products[0].description", "other than line breaks"),
        (change("products", 0, "description", to="low \ud83d"), "$.products[0].description", "other than line breaks"),
        (drop("products", 0, "description"), "$.products[0].description", "is missing"),
        (change("products", 0, "descriptions", to="Flach"), "$.products[0].descriptions", "type object"),
        (change("products", 0, "descriptions", "deutsch!", to="x"), "$.products[0].descriptions", "BCP 47"),
        (change("products", 0, "descriptions", "de", to=7), "$.products[0].descriptions.de", "type string"),
        (change("products", 0, "descriptions", "de", to="x" * 4001), "$.products[0].descriptions.de", "at most 4000"),
        (
            change("products", 0, "descriptions", "de", to="x\x00"),
            "$.products[0].descriptions.de",
            "control characters",
        ),
        (change("customers", 0, "name", to="Mira \ud83d"), "$.customers[0].name", "control characters"),
        (change("customers", 0, "email", to="mi\x00ra@example.org"), "$.customers[0].email", "expected"),
        (change("products", 0, "\x1b[2J", to=1), '$.products[0]["\\u001b[2J"]', "not known"),
        (change("products", 0, "currency", to="EUX"), "$.products[0].currency", "ISO 4217"),
        (
            change("products", 1, "variants", 0, "price", to="50.5"),
            "$.products[1].variants[0].price",
            "decimals",
        ),
        (
            change("products", 0, "variants", 0, "price", to="12,50"),
            "$.products[0].variants[0].price",
            "79.90",
        ),
        (change("products", 0, "variants", 0, "price", to=-1), "$.products[0].variants[0].price", "79.90"),
        (
            change("products", 0, "variants", 0, "stock", to=-1),
            "$.products[0].variants[0].stock",
            "at least 0",
        ),
        (
            change("products", 0, "variants", 0, "stock", to=True),
            "$.products[0].variants[0].stock",
            "integer",
        ),
        (change("customers", 1, "id", to="C-1"), "$.customers[1].id", "twice"),
        (change("customers", 0, "email", to="mira.lind"), "$.customers[0].email", "expected"),
        (change("customers", 0, "email", to="mira lind@example.org"), "$.customers[0].email", "expected"),
        (change("customers", 0, "email", to="mira@-example.org"), "$.customers[0].email", "expected"),
        (change("customers", 0, "country", to="XX"), "$.customers[0].country", "ISO 3166"),
        (change("customers", 0, "country", to="de"), "$.customers[0].country", "ISO 3166"),
        (change("customers", 0, "language", to="German"), "$.customers[0].language", "BCP 47"),
        (change("customers", 0, "phone", to="030 23125001"), "$.customers[0].phone", "E.164"),
        (change("customers", 0, "phone", to="+1202555"), "$.customers[0].phone", "possible"),
        (
            change("customers", 0, "created_at", to="2025-01-05T10:00:00"),
            "$.customers[0].created_at",
            "offset",
        ),
        (change(*ORDER, "placed_at", to="2025-02-30T10:00:00Z"), "$.orders[0].placed_at", "offset"),
        (change(*ORDER, "placed_at", to="01.03.2025"), "$.orders[0].placed_at", "offset"),
        (change(*ORDER, "placed_at", to="0001-01-01T00:00:00+10:00"), "$.orders[0].placed_at", "1970"),
        (change(*ORDER, "customer", to="C-9"), "$.orders[0].customer", "no customer C-9"),
        (change(*ORDER, "lines", 0, "sku", to="P-9"), "$.orders[0].lines[0].sku", "no SKU P-9"),
        (change(*ORDER, "lines", 0, "quantity", to=0), "$.orders[0].lines[0].quantity", "at least 1"),
        (change(*ORDER, "total", to="160.00"), "$.orders[0].total", "must be 164.90"),
        (change(*ORDER, "total", to=math.nan), "$.orders[0].total", "must be 164.90"),
        (
            change(*ORDER, "duties", to="1.00"),
            "$.orders[0].total",
            "must be 165.90: the sum of the lines, the shipping",
        ),
        (
            change(*ORDER, "lines", 0, "discount", to="1.00"),
            "$.orders[0].total",
            "must be 163.90: the sum of the lines",
        ),
        (change(*ORDER, "lines", 0, "discount", to="160.01"), "$.orders[0].lines[0].discount", "not be more than"),
        (change(*ORDER, "lines", 0, "tax", to="160.01"), "$.orders[0].lines[0].tax", "not be more than"),
        (change(*ORDER, "lines", 0, "tax", to="1.001"), "$.orders[0].lines[0].tax", "decimals"),
        (change(*ORDER, "lines", 0, "discount", to=math.nan), "$.orders[0].lines[0].discount", "decimals"),
        (change(*ORDER, "shipping_fee", to="4.901"), "$.orders[0].shipping_fee", "decimals"),
        (change(*ORDER, "number", to="7731-0043"), "$.orders[1].number", "twice"),
        (change(*ORDER, "number", to="# - #"), "$.orders[0].number", "letters and digits"),
        (change(*ORDER, "address", "country", to="Germany"), "$.orders[0].address.country", "ISO 3166"),
        (drop(*ORDER, "address", "postcode"), "$.orders[0].address.postcode", "is missing"),
        (drop(*ORDER, "shipments"), "$.orders[0].shipments", "needs a parcel"),
        (change(*ORDER, "state", to="paid"), "$.orders[0].shipments[0].state", "no parcel under way"),
        (change(*PARCEL, "state", to="in_transit"), "$.orders[0].shipments[0].state", "must be delivered"),
        (drop(*PARCEL, "delivered_at"), "$.orders[0].shipments[0].delivered_at", "is missing"),
        (
            change("orders", 1, "shipments", 0, "delivered_at", to="2025-04-01T00:00:00Z"),
            "$.orders[1].shipments[0].delivered_at",
            "left out",
        ),
        (
            change(*PARCEL, "delivered_at", to="2025-03-02T11:00:00Z"),
            "$.orders[0].shipments[0].delivered_at",
            "before shipped_at",
        ),
        (
            change(*PARCEL, "shipped_at", to="2025-02-20T11:00:00Z"),
            "$.orders[0].shipments[0].shipped_at",
            "before placed_at",
        ),
        (
            change(*PARCEL, "events", 1, "at", to="2024-03-02T12:00:00Z"),
            "$.orders[0].shipments[0].events[1].at",
            "before placed_at",
        ),
    ],
)
def test_error_is_reported_at_its_path(spoil: Callable[[dict[str, Any]], None], path: str, message: str) -> None:
    data = right()
    spoil(data)
    problems = problems_of(data)
    assert message in problems[path]


def test_every_error_of_one_order_is_reported_at_once() -> None:
    data = right()
    for spoil in (
        change(*ORDER, "placed_at", to="yesterday"),
        change(*ORDER, "customer", to="C-9"),
        change(*ORDER, "lines", 0, "sku", to="P-9"),
        change(*ORDER, "total", to="1.00"),
        change(*PARCEL, "state", to="flying"),
        drop(*PARCEL, "carrier"),
        drop(*PARCEL, "tracking_number"),
        change("customers", 0, "email", to="nobody"),
    ):
        spoil(data)
    assert list(problems_of(data)) == [
        "$.customers[0].email",
        "$.orders[0].customer",
        "$.orders[0].lines[0].sku",
        "$.orders[0].placed_at",
        "$.orders[0].shipments[0].carrier",
        "$.orders[0].shipments[0].state",
        "$.orders[0].shipments[0].tracking_number",
        "$.orders[0].total",
    ]


def test_error_says_its_problem_once_and_not_the_value() -> None:
    data = right()
    data["customers"][0] = {"id": "C-1", "email": "secret person@example.org"}
    with pytest.raises(ImportRejectedError) as caught:
        load(data)
    assert [path for path, _ in caught.value.problems] == [
        "$.customers[0].country",
        "$.customers[0].email",
        "$.customers[0].language",
        "$.customers[0].name",
    ]
    assert not any("secret" in message for _, message in caught.value.problems)


@pytest.mark.parametrize("nonsense", [None, [], 3, "shop", {"orders": [None, 3, []]}, {"products": [{"id": []}]}])
def test_nonsense_is_refused_like_any_error(nonsense: Any) -> None:
    assert problems_of(nonsense)
