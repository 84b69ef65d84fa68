"""Everything that the API can do."""

from __future__ import annotations

from collections.abc import Mapping

from bot.api import cases, conversations, orders, parameters, payments
from bot.api.operation import Answer, Call, EventDoor, Operation, Parameter, Schema
from bot.api.schemas.answers import MESSAGES, page
from bot.api.schemas.kinds import named
from bot.api.writing import Put, writes
from bot.services import shop_upserts
from bot.services.api_ports import Scope

_MOST_BYTES = 1024 * 1024
_WRITE_REFUSALS = {
    409: "What is known may not change in this way (`errors` says what), a request with this key is under way, or "
    "others changed the same thing at this moment.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "The body is of the form but contradicts itself or the shop, or the idempotency key is another request's.",
}
_NONE = {404: "There is nothing of this name."}


def operations(door: EventDoor) -> tuple[Operation, ...]:
    """Return all operations; events are taken by the door."""
    return (
        _put("customer", "/customers/{id}", "ShopCustomer", parameters.CUSTOMER_ID, shop_upserts.put_customer),
        _put("product", "/products/{id}", "ShopProduct", parameters.PRODUCT_ID, shop_upserts.put_product),
        _put("order", "/orders/{number}", "ShopOrder", parameters.NUMBER, shop_upserts.put_order),
        Operation(
            "GET", "/orders/{number}", "getOrder", "Read an order", orders.show, Scope.ORDERS_READ,
            {200: ("The order.", named("Order"))}, parameters=(parameters.NUMBER,), refusals=_NONE,
        ),
        Operation(
            "GET", "/orders", "listOrders", "List orders by when they changed", orders.index, Scope.ORDERS_READ,
            {200: ("A page of orders, the longest unchanged first.", page("orders", named("Order")))},
            parameters=(parameters.UPDATED_SINCE, parameters.CURSOR, parameters.limit(orders.DEFAULT_LIMIT)),
        ),
        Operation(
            "GET", "/cases/{number}", "getCase", "Read a case", cases.show, Scope.CASES_READ,
            {200: ("The case.", named("Case"))}, parameters=(parameters.CASE_NUMBER,), refusals=_NONE,
        ),
        Operation(
            "GET", "/cases", "listCases", "List cases by when they changed", cases.index, Scope.CASES_READ,
            {200: ("A page of cases, the longest unchanged first.", page("cases", named("CaseSummary")))},
            parameters=(
                parameters.STATE, parameters.ORDER, parameters.UPDATED_SINCE, parameters.CURSOR,
                parameters.limit(cases.DEFAULT_LIMIT),
            ),
        ),
        Operation(
            "GET", "/payment-instructions", "listPaymentInstructions", "List what is to be paid back",
            payments.index, Scope.REFUNDS_READ,
            {200: ("A page, oldest first.", page("instructions", named("PaymentInstruction")))},
            description="What the embedded payment provider recorded. A key is one payment, however often it is read.",
            parameters=(parameters.UPDATED_SINCE, parameters.CURSOR, parameters.limit(payments.DEFAULT_LIMIT)),
        ),
        Operation(
            "GET", "/conversations", "listConversations", "List conversations by their newest message",
            conversations.index, Scope.CONVERSATIONS_READ,
            {200: ("A page, the longest silent first.", page("conversations", named("Conversation")))},
            parameters=(parameters.UPDATED_SINCE, parameters.CURSOR, parameters.limit(conversations.DEFAULT_LIMIT)),
        ),
        Operation(
            "GET", "/conversations/{id}/messages", "listMessages", "Read a transcript", conversations.messages,
            Scope.CONVERSATIONS_READ, {200: ("Messages, oldest first; notes of agents are left out.", MESSAGES)},
            parameters=(
                parameters.CONVERSATION_ID, parameters.AFTER, parameters.limit(conversations.DEFAULT_MESSAGES),
            ),
            refusals=_NONE,
        ),
        _events(door),
    )  # fmt: skip


def _put(kind: str, path: str, schema: str, parameter: Parameter, put: Put) -> Operation:
    written: Mapping[int, tuple[str, Schema]] = {
        200: ("It was known.", named("Written")),
        201: ("It is new.", named("Written")),
    }
    return Operation(
        "PUT", path, f"put{kind.title()}", f"Write {'an' if kind == 'order' else 'a'} {kind}, new or known",
        writes(parameter.name, put), Scope(f"{kind}s:write"), written,
        parameters=(parameter,), body=named(schema), max_bytes=_MOST_BYTES, refusals=_WRITE_REFUSALS,
    )  # fmt: skip


def _events(door: EventDoor) -> Operation:
    async def take(call: Call) -> Answer:
        return Answer(200, await door.take(call.raw, call.now))

    return Operation(
        "POST", "/events", "postEvents", "Report what happened", take, Scope.EVENTS_WRITE,
        {200: ("What became of each event.", named("EventsTaken"))},
        description="Instead of a token a request may carry a signature. See docs/shop-events.md for the types.",
        body=named("ShopEvents"), max_bytes=door.max_bytes, door=door,
        refusals={
            404: "Without a token, while the shop has no secret to sign with.",
            409: "Others changed the same things at this moment, or a request with this key is under way.",
            413: "The body is too large.",
            422: "The idempotency key is another request's.",
        },
    )  # fmt: skip
