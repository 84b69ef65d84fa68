"""Customers, products and orders written by the shop, new and known."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from bot.aftersales.order import OrderState
from tests.integration.api.parts import CUSTOMER, ORDER, PRODUCT, Shop
from tests.integration.store.things import a_case


async def with_case(shop: Shop) -> None:
    async with shop.uow() as uow:
        case = a_case(order="77310042")
        case.customer_id = "C-7"
        uow.cases.add(case)
        await uow.commit()


def changed(entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**deepcopy(entry), **changes}


async def test_what_is_new_is_added_and_what_is_known_is_changed(shop: Shop) -> None:
    await shop.stock_up()
    assert await shop.put("/orders/77310042", ORDER) == (
        200, {"key": "77310042", "result": "unchanged", "changed": []}
    )  # fmt: skip
    status, answer = await shop.put("/customers/C-7", changed(CUSTOMER, name="Mira Berg"))
    assert (status, answer) == (200, {"key": "C-7", "result": "changed", "changed": ["name"]})
    async with shop.uow() as uow:
        customer = await uow.customers.get("C-7")
        events = await uow.audit.of_subject("customer:C-7")
    assert customer is not None
    assert customer.name == "Mira Berg"
    assert [(event.actor, event.action, event.data) for event in events] == [
        ("api:shop", "customer.added", {"what": ""}),
        ("api:shop", "customer.changed", {"what": "name"}),
    ]


async def test_every_error_is_told_at_its_path(shop: Shop) -> None:
    status, answer = await shop.put("/customers/C-7", {"name": "", "email": "mira", "colour": 1})
    assert status == 400
    assert {(error["path"], error["reason"]) for error in answer["errors"]} >= {
        ("$.name", "must have at least 1 characters"),
        ("$.country", "is missing"),
        ("$.colour", "is not known here"),
    }
    await shop.stock_up()
    status, answer = await shop.put("/orders/77310043", changed(ORDER, total="164.91", customer="C-8"))
    assert status == 422
    assert {error["path"] for error in answer["errors"]} == {"$.total", "$.customer"}


async def test_a_product_has_the_variants_it_is_written_with_in_their_order(shop: Shop) -> None:
    await shop.put("/products/P-100", PRODUCT)
    variants = [{"sku": "P-100-41", "price": "75.00", "stock": 1, "size": "41"}, PRODUCT["variants"][1]]
    status, answer = await shop.put("/products/P-100", changed(PRODUCT, variants=variants, title="Boots"))
    assert (status, answer["changed"]) == (200, ["title", "variants"])
    async with shop.uow() as uow:
        product = await uow.products.get("P-100")
    assert product is not None
    assert [(found.sku, found.stock) for found in product.variants] == [("P-100-41", 1), ("P-100-43", 5)]


async def test_a_variant_that_was_ordered_stays(shop: Shop) -> None:
    await shop.stock_up()
    without = changed(PRODUCT, variants=PRODUCT["variants"][1:])
    status, answer = await shop.put("/products/P-100", without)
    assert (status, answer["code"]) == (409, "sku_in_use")
    status, answer = await shop.put("/products/P-200", PRODUCT)
    assert (status, answer["code"]) == (409, "sku_taken")


async def test_an_order_without_cases_is_replaced(shop: Shop) -> None:
    await shop.stock_up()
    lines = [
        {"sku": "P-100-43", "quantity": 1, "unit_price": "80.00"},
        {"sku": "P-100-42", "quantity": 1, "unit_price": "70.00"},
    ]
    payments = [{**ORDER["payments"][0], "amount": "100.00"}, {**ORDER["payments"][0], "amount": "54.90"}]
    status, answer = await shop.put("/orders/77310042", changed(ORDER, lines=lines, payments=payments, total="154.90"))
    assert (status, answer["changed"]) == (200, ["total", "lines", "payments"])
    _, order = await shop.get("/orders/77310042")
    assert [(line["line"], line["sku"], line["unit_price"]) for line in order["lines"]] == [
        (1, "P-100-43", "80.00"), (2, "P-100-42", "70.00"),
    ]  # fmt: skip
    assert sorted(paid["amount"] for paid in order["payments"]) == ["100.00", "54.90"]
    status, answer = await shop.put("/orders/77310042", ORDER)
    assert (status, answer["changed"]) == (200, ["total", "lines", "payments"])
    assert (await shop.put("/orders/77310042", ORDER))[1]["result"] == "unchanged"


async def test_what_a_case_rests_on_stays(shop: Shop) -> None:
    await shop.stock_up()
    await with_case(shop)
    lines = [{"sku": "P-100-42", "quantity": 1, "unit_price": "80.00"}]
    address = {**ORDER["address"], "street": "Lindenallee 3"}
    told = changed(ORDER, lines=lines, total="84.90", address=address, payments=[], state="canceled")
    status, answer = await shop.put("/orders/77310042", told)
    assert (status, answer["code"]) == (409, "order_fixed")
    assert {error["path"] for error in answer["errors"]} == {
        "$.address", "$.total", "$.lines", "$.payments", "$.state",
    }  # fmt: skip
    _, order = await shop.get("/orders/77310042")
    assert (order["total"], order["address"]["street"]) == ("164.90", "Hafenweg 1")


async def test_parcels_and_payments_may_be_added_to_an_order_with_cases(shop: Shop) -> None:
    await shop.stock_up()
    await with_case(shop)
    arrived = {"at": "2025-03-05T11:30:00Z", "state": "delivered", "location": "Berlin"}
    parcel = changed(ORDER["shipments"][0], state="delivered", delivered_at=arrived["at"])
    parcel["events"].append(arrived)
    again = {**ORDER["payments"][0], "paid_at": "2025-03-01T09:02:00+01:00"}
    told = changed(ORDER, state="delivered", shipments=[parcel], payments=[again, *ORDER["payments"]])
    status, answer = await shop.put("/orders/77310042", told)
    assert (status, answer["changed"]) == (200, ["payments", "shipments"])
    async with shop.uow() as uow:
        order = await uow.orders.get("77310042")
    assert order is not None
    assert order.state is OrderState.DELIVERED
    assert [payment.id for payment in order.payments] == ["77310042-p1", "77310042-p2"]


async def test_an_older_state_does_not_take_back_what_parcels_have_shown(shop: Shop) -> None:
    await shop.stock_up()
    status, answer = await shop.put("/orders/77310042", changed(ORDER, state="paid", shipments=[]))
    assert (status, answer["result"]) == (200, "unchanged")
    _, order = await shop.get("/orders/77310042")
    assert (order["state"], len(order["shipments"])) == ("shipped", 1)


async def test_an_order_stays_with_its_customer_and_its_currency(shop: Shop) -> None:
    await shop.stock_up()
    await shop.put("/customers/C-8", CUSTOMER)
    status, answer = await shop.put("/orders/77310042", changed(ORDER, customer="C-8", currency="USD"))
    assert status == 409
    assert [error["path"] for error in answer["errors"]] == ["$.customer", "$.currency"]


async def test_erased_data_does_not_come_back(shop: Shop) -> None:
    await shop.stock_up()
    async with shop.uow() as uow:
        customer = await uow.customers.get("C-7")
        assert customer is not None
        customer.email = "erased-1@erased.invalid"
        await uow.commit()
    for path, body in (("/customers/C-7", CUSTOMER), ("/orders/77310042", ORDER)):
        status, answer = await shop.put(path, body)
        assert (status, answer["code"]) == (409, "erased")
