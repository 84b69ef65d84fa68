"""Values for responses: machine-readable, so that the generator of responses can write them in any language."""

from __future__ import annotations

from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.exchange import Exchange
from bot.aftersales.order import OrderLine
from bot.aftersales.refund import Refund
from bot.aftersales.return_ import Return
from bot.services.wording import choice, day, label, lines, moment, money

__all__ = [
    "case_fact",
    "choice",
    "day",
    "exchange_fact",
    "intent_choice",
    "item_fact",
    "label",
    "lines",
    "moment",
    "money",
    "person_choice",
    "pieces",
    "refund_fact",
    "return_fact",
    "variant",
]


def person_choice() -> dict[str, Any]:
    """Return the button that brings in a person."""
    return choice(label("label_choice_human"), "/ask_human")


def intent_choice(intent: str) -> dict[str, Any]:
    """Return the button that says an intent, named as customers would say it."""
    return choice(label(f"label_intent_{intent}"), f"/{intent}")


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


def refund_fact(refund: Refund) -> dict[str, Any]:
    """Return a refund as clients see it in ``custom.refund``."""
    return {
        "number": refund.number,
        "state": refund.state.value,
        "amount": str(refund.amount.amount),
        "currency": refund.amount.currency,
    }
