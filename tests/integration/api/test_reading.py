"""Orders, cases and conversations as the shop reads them; every answer is of the form that the document tells."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bot.aftersales.money import Money
from bot.aftersales.payment import Instruction
from bot.conversations.model import Author, Conversation, Message
from bot.payments.recorded import RecordedPayments
from bot.services.api_ports import Scope
from tests.integration.api.parts import ORDER, Shop, a_token
from tests.integration.store.things import NOW, a_case, a_return, an_exchange


def valid(document: dict[str, Any], name: str, body: Any) -> bool:
    # What we use of 2020-12 means the same in draft 7.
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    problems = [error.message for error in Draft7Validator(schema).iter_errors(body)]
    assert not problems
    return True


@pytest.fixture
async def document(shop: Shop) -> dict[str, Any]:
    return (await shop.get("/openapi.json"))[1]


async def test_an_order_is_read_as_it_was_written(shop: Shop, document: dict[str, Any]) -> None:
    await shop.stock_up()
    status, order = await shop.get("/orders/77310042")
    assert status == 200
    assert valid(document, "Order", order)
    for name in ("state", "currency", "address", "shipping_fee", "total", "customer"):
        assert order[name] == ORDER[name]
    assert order["lines"][0]["title"] == "Walking shoes"
    assert order["shipments"][0]["events"][0]["location"] == "Leipzig, DE"
    status, problem = await shop.get("/orders/77310099")
    assert (status, problem["code"]) == (404, "not_found")


async def test_orders_are_paged_by_when_they_changed(shop: Shop) -> None:
    await shop.stock_up()
    for number in range(77310043, 77310047):
        shipments = [{**ORDER["shipments"][0], "tracking_number": f"LX{number}"}]
        await shop.put(f"/orders/{number}", {**ORDER, "shipments": shipments})
    await shop.put("/orders/77310043", {**ORDER, "shipments": [], "state": "returned"})
    seen: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(3):
        _, page = await shop.get(f"/orders?limit=2{cursor}")
        seen += page["orders"]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert [order["number"] for order in seen] == ["77310042", "77310044", "77310045", "77310046", "77310043"]
    since = seen[-1]["updated_at"].replace("+", "%2B")
    _, page = await shop.get(f"/orders?updated_since={since}")
    assert [order["number"] for order in page["orders"]] == ["77310043"]


async def test_a_case_is_read_with_all_that_belongs_to_it(shop: Shop, document: dict[str, Any]) -> None:
    await shop.stock_up()
    async with shop.uow() as uow:
        case = a_case(order="77310042")
        case.customer_id = "C-7"
        uow.cases.add(case)
        uow.returns.add(a_return(order="77310042"))
        exchange = an_exchange()
        exchange.order_number, exchange.sku = "77310042", "P-100-43"
        uow.exchanges.add(exchange)
        await uow.commit()
    status, found = await shop.get("/cases/c1")
    assert status == 200
    assert valid(document, "Case", found)
    assert (found["order"], found["returns"][0]["rma"], found["exchanges"][0]["sku"]) == ("77310042", "R1", "P-100-43")
    assert (await shop.get("/orders/77310042"))[1]["cases"] == ["C1"]
    for query, expected in (
        ("", ["C1"]),
        ("?state=offered&state=agreed", ["C1"]),
        ("?state=closed", []),
        ("?order=77310042", ["C1"]),
        ("?order=77310043", []),
        ("?updated_since=2199-01-01T00:00:00Z", []),
    ):
        _, page = await shop.get(f"/cases{query}")
        assert [entry["number"] for entry in page["cases"]] == expected, query
        assert all(valid(document, "CaseSummary", entry) for entry in page["cases"])
    assert (await shop.get("/cases/C2"))[0] == 404


async def test_what_is_to_be_paid_back_is_listed_once_oldest_first(shop: Shop, document: dict[str, Any]) -> None:
    for hours in range(3):
        provider = RecordedPayments(shop.uow, lambda at=NOW + timedelta(hours=hours): at)  # type: ignore[misc]
        amount = Money(Decimal("9.90"), "EUR")
        payment = "77310042-p1" if hours else None
        await provider.refund(Instruction(f"F{hours}-1-0", "77310042", f"F{hours}", "card", amount, payment))
    _, page = await shop.get("/payment-instructions?limit=2")
    assert [found["key"] for found in page["instructions"]] == ["F0-1-0", "F1-1-0"]
    assert all(valid(document, "PaymentInstruction", found) for found in page["instructions"])
    told = page["instructions"][1]
    assert (told["payment"], told["method"], told["amount"]) == ("77310042-p1", "card", "9.90")
    _, page = await shop.get(f"/payment-instructions?limit=2&cursor={page['next']}")
    assert ([found["key"] for found in page["instructions"]], page["next"]) == (["F2-1-0"], None)
    since = (NOW + timedelta(hours=1)).isoformat().replace("+", "%2B")
    _, page = await shop.get(f"/payment-instructions?updated_since={since}")
    assert [found["key"] for found in page["instructions"]] == ["F1-1-0", "F2-1-0"]
    shop.token = await a_token(shop.uow, [Scope.ORDERS_READ], "reader")
    assert (await shop.get("/payment-instructions"))[0] == 403


async def test_conversations_are_taken_along_without_notes(shop: Shop, document: dict[str, Any]) -> None:
    async with shop.uow() as uow:
        for number in range(3):
            uow.conversations.add(Conversation(f"c:{number}", "web", NOW, NOW + timedelta(hours=number), "de"))
        await uow.commit()
        for author in (Author.CUSTOMER, Author.BOT, Author.NOTE, Author.AGENT):
            await uow.messages.add(Message("c:1", author, f"from {author.value}", NOW, custom={"a": 1}))
        await uow.commit()
    _, page = await shop.get("/conversations?limit=2")
    assert [found["id"] for found in page["conversations"]] == ["c:0", "c:1"]
    assert all(valid(document, "Conversation", found) for found in page["conversations"])
    _, page = await shop.get(f"/conversations?cursor={page['next']}")
    assert ([found["id"] for found in page["conversations"]], page["next"]) == (["c:2"], None)
    _, first = await shop.get("/conversations/c:1/messages?limit=2")
    _, rest = await shop.get(f"/conversations/c:1/messages?after={first['next']}")
    told = [*first["messages"], *rest["messages"]]
    assert [found["text"] for found in told] == ["from customer", "from bot", "from agent"]
    assert all(valid(document, "Message", found) for found in told)
    assert rest["next"] is None
    assert (await shop.get("/conversations/c:9/messages"))[0] == 404
