"""An import writes everything or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import ConflictError, ImportRejectedError
from bot.services import shop_document
from bot.services.shop_file import import_shop, read_file
from tests.unit.shop.documents import right
from tests.unit.shop.fake_store import FakeShop


async def test_import_writes_everything() -> None:
    shop = FakeShop()
    counts = await import_shop(shop, right())
    products, customers, orders = shop.contents
    assert (len(products), len(customers), len(orders)) == (2, 2, 2)
    assert counts["shipments"] == 2


async def test_import_with_one_error_writes_nothing() -> None:
    shop, data = FakeShop(), right()
    data["orders"][1]["total"] = "1.00"
    with pytest.raises(ImportRejectedError) as caught:
        await import_shop(shop, data)
    assert [path for path, _ in caught.value.problems] == ["$.orders[1].total"]
    assert shop.contents == ([], [], [])


async def test_second_import_of_the_same_file_is_refused_with_every_path() -> None:
    shop = FakeShop()
    await import_shop(shop, right())
    with pytest.raises(ImportRejectedError) as caught:
        await import_shop(shop, right())
    assert caught.value.problems == [
        ("$.products[0].id", "P-1 exists already"),
        ("$.products[0].variants[0].sku", "P-1-42 exists already"),
        ("$.products[0].variants[1].sku", "P-1-43 exists already"),
        ("$.products[1].id", "P-2 exists already"),
        ("$.products[1].variants[0].sku", "P-2 exists already"),
        ("$.customers[0].id", "C-1 exists already"),
        ("$.customers[1].id", "C-2 exists already"),
        ("$.orders[0].number", "PL77310042 exists already"),
        ("$.orders[1].number", "77310043 exists already"),
    ]


async def test_later_file_may_add_orders_of_products_and_customers_in_the_shop() -> None:
    shop, data = FakeShop(), right()
    await import_shop(shop, data)
    order = {**data["orders"][0], "number": "77310099"}
    await import_shop(shop, {"format": "parley-shop/1", "orders": [order]})
    added = shop.orders.rows["77310099"]
    assert added.customer is shop.customers.rows["C-1"]
    assert added.lines[0].product is shop.products.rows["P-1"]


async def test_import_that_meets_another_writer_is_a_conflict() -> None:
    shop = FakeShop()
    shop.lose_the_race = True
    with pytest.raises(ConflictError):
        await import_shop(shop, right())
    assert shop.contents == ([], [], [])


def refusal_of(path: Path) -> str:
    with pytest.raises(ImportRejectedError) as caught:
        read_file(path)
    ((where, message),) = caught.value.problems
    assert where == "$"
    return message


def test_file_is_read_with_or_without_byte_order_mark(tmp_path: Path) -> None:
    for name, encoding in (("plain.json", "utf-8"), ("marked.json", "utf-8-sig")):
        (tmp_path / name).write_text(json.dumps(right(), ensure_ascii=False), encoding=encoding)
        assert read_file(tmp_path / name) == right()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"format": "parley-shop/1",\n "orders": [}', "line 2"),
        (b'{"format": "\xff"}', "UTF-8 (byte 12)"),
        (b'{"total": NaN}', "NaN"),
        (b'{"sku": 1, "sku": 2}', '"sku" twice'),
        (b"[" * 200_000, "nested too deeply"),
        (b"", "not JSON"),
    ],
)
def test_file_that_is_no_json_is_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "shop.json"
    path.write_bytes(content)
    assert message in refusal_of(path)


def test_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    with path.open("wb") as file:
        file.truncate(shop_document.MAX_FILE_BYTES + 1)
    assert "50 MB" in refusal_of(path)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal_of(tmp_path / "absent.json")
