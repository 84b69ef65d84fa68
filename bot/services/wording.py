"""Values for responses: machine-readable, so that the generator of responses can write them in any language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from bot.aftersales.labels import Payer
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer


def money(amount: Money) -> dict[str, Any]:
    """Return an amount for a response."""
    return {"type": "money", "amount": str(amount.amount), "currency": amount.currency}


def day(when: date | datetime) -> dict[str, Any]:
    """Return a day for a response."""
    return {"type": "date", "date": (when.date() if isinstance(when, datetime) else when).isoformat()}


def moment(when: datetime) -> dict[str, Any]:
    """Return a day and time for a response, told in the moment's own zone, or where that is UTC in the customer's.

    The customer's is that of the team which serves the language of the response.
    """
    return {"type": "datetime", "datetime": when.isoformat(), "zone": str(when.tzinfo)}


def label(name: str, **values: Any) -> dict[str, Any]:
    """Return the text of another response for a response."""
    return {"type": "label", "name": name, "values": values}


def lines(*parts: dict[str, Any]) -> dict[str, Any]:
    """Return several labels, each on its own line."""
    return {"type": "lines", "lines": list(parts)}


def way_back(payer: Payer) -> dict[str, Any]:
    """Return who pays for the way back, for a response."""
    return label(f"label_shipping_{'own' if payer is Payer.CUSTOMER else 'free'}")


def offered(offer: Offer) -> dict[str, Any]:
    """Return why something is offered, and what, for a response."""
    what = label(
        f"label_offer_{offer.remedy}",
        amount=money(offer.amount) if offer.amount else "",
        percent=offer.terms.get("percent", ""),
        months=offer.terms.get("months", ""),
    )
    return lines(*(label(f"label_reason_{reason}") for reason in offer.reasons), what)


def choice(title: str | dict[str, Any], payload: str) -> dict[str, Any]:
    """Return a button; a plain title is shown as it is."""
    return {"title": title, "payload": payload}
