"""Values for responses: machine-readable, so that the generator of responses can write them in any language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.exchange import Exchange
from bot.aftersales.money import Money
from bot.aftersales.order import OrderLine
from bot.aftersales.return_ import Return


def money(amount: Money) -> dict[str, Any]:
    """Return an amount for a response."""
    return {"type": "money", "amount": str(amount.amount), "currency": amount.currency}


def day(when: date | datetime) -> dict[str, Any]:
    """Return a day for a response."""
    return {"type": "date", "date": (when.date() if isinstance(when, datetime) else when).isoformat()}


def moment(when: datetime) -> dict[str, Any]:
    """Return a day and time for a response."""
    return {"type": "datetime", "datetime": when.isoformat()}


def label(name: str, **values: Any) -> dict[str, Any]:
    """Return the text of another response for a response."""
    return {"type": "label", "name": name, "values": values}


def lines(*parts: dict[str, Any]) -> dict[str, Any]:
    """Return several labels, each on its own line."""
    return {"type": "lines", "lines": list(parts)}


def pieces(line: OrderLine, quantity: int, language: str) -> dict[str, Any]:
    """Return some pieces of an order line for a response."""
    return {
        "type": "pieces",
        "title": line.product.title_in(language),
        "size": line.size,
        "color": line.color,
        "quantity": quantity,
    }


def variant(size: str | None, color: str | None) -> dict[str, Any]:
    """Return a variant's size and colour for a response."""
    return {"type": "variant", "size": size, "color": color}


def choice(title: str | dict[str, Any], payload: str) -> dict[str, Any]:
    """Return a button; a plain title is shown as it is."""
    return {"title": title, "payload": payload}


def item_fact(line: OrderLine, language: str) -> dict[str, Any]:
    """Return an order line as clients see it in ``custom.items``."""
    return {
        "line": line.position,
        "title": line.product.title_in(language),
        "variant": line.variant_label,
        "quantity": line.quantity,
    }


def case_fact(case: Case) -> dict[str, Any]:
    """Return a case as clients see it in ``custom.case``."""
    return {
        "number": case.number,
        "issue_type": case.issue_type.value,
        "state": case.state.value,
        "priority": case.priority.value,
    }


def return_fact(return_: Return) -> dict[str, Any]:
    """Return a return as clients see it in ``custom.return``."""
    return {"rma": return_.rma, "state": return_.state.value, "deadline": return_.deadline.isoformat()}


def exchange_fact(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as clients see it in ``custom.exchange``."""
    return {
        "rma": exchange.rma,
        "state": exchange.state.value,
        "sku": exchange.sku,
        "quantity": exchange.quantity,
        "price_difference": {
            "amount": str(exchange.price_difference.amount),
            "currency": exchange.price_difference.currency,
        },
    }
