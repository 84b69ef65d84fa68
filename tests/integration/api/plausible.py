"""Making generated requests obey what no JSON Schema says, so that all that the document allows must be accepted.

Only what docs/your-own-shop.md and docs/shop-events.md tell beyond the schema is changed: sums, dates that follow each
other, things that exist, currencies of ISO 4217, printable texts.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any

from bot.services.shop_document import parse_moment

CUSTOMER, SKU = "C-7", "P-100-42"
_FIRST, _LAST = "1970-01-01T00:00:00+23:59", "2199-12-31T23:59:59-23:59"


def plausible(operation: str, body: Any, path: dict[str, Any]) -> None:
    """Change a body, and what is in the path, where rules beyond the schema want it."""
    if operation == "putCustomer" and "phone" in body:
        body["phone"] = "+493023125001"
    elif operation == "putProduct":
        _product(body)
    elif operation == "putOrder":
        if not any(symbol.isdigit() for symbol in path["number"]):
            path["number"] = path["number"][:31] + "0"
        _order(body)


def printable(value: Any) -> Any:
    """Return the same value with nothing in its texts that cannot be printed."""
    if isinstance(value, str):
        return "".join(symbol if symbol.isprintable() else "x" for symbol in value)
    if isinstance(value, list):
        return [printable(entry) for entry in value]
    return {key: printable(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _product(body: dict[str, Any]) -> None:
    if body.get("descriptions"):
        body.setdefault("description", "As it is on the page.")
    body["currency"] = "EUR"
    once = {variant["sku"]: variant for variant in body["variants"]}
    body["variants"] = list(once.values())
    for variant in body["variants"]:
        variant["price"] = _amount(variant["price"])


def _order(body: dict[str, Any]) -> None:
    body.update(currency="EUR", customer=CUSTOMER, placed_at=_FIRST, shipping_fee=_amount(body["shipping_fee"]))
    total = Decimal(body["shipping_fee"])
    if "duties" in body:
        body["duties"] = _amount(body["duties"])
        total += Decimal(body["duties"])
    for line in body["lines"]:
        line.update(sku=SKU, unit_price=_amount(line["unit_price"]))
        left = Decimal(line["unit_price"]) * int(line["quantity"])
        for part in ("discount", "tax"):
            if part in line:
                line[part] = str(min(Decimal(_amount(line[part])), left))
                left -= Decimal(line[part])
        total += Decimal(line["unit_price"]) * int(line["quantity"]) - Decimal(line.get("discount", 0))
    body["total"] = str(total)
    for payment in body.get("payments", ()):
        payment["amount"] = _amount(payment["amount"])
    for parcel in body.get("shipments", ()):
        _parcel(parcel)
    states = {parcel["state"] for parcel in body.get("shipments", ())}
    if not states and body["state"] in ("shipped", "delivered"):
        body["state"] = "paid"
    elif states - {"label_created"} and body["state"] in ("pending", "paid"):
        body["state"] = "shipped"
    if states - {"delivered"} and body["state"] == "delivered":
        body["state"] = "shipped"


def _parcel(parcel: dict[str, Any]) -> None:
    if parcel["state"] != "delivered":
        parcel.pop("delivered_at", None)
        return
    arrived = parcel.setdefault("delivered_at", _LAST)
    if parse_moment(parcel.get("shipped_at", _FIRST)) > parse_moment(arrived):
        del parcel["shipped_at"]


def _amount(given: str | float) -> str:
    return str((Decimal(str(given)) % 1000).quantize(Decimal("0.01"), ROUND_DOWN))
