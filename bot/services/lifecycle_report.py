"""Repairs, reshipments and customs matters of an order's cases, for people and for outside tools."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from bot.aftersales.customs import CustomsMatter
from bot.aftersales.money import Money
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment
from bot.services.ports import UnitOfWork


async def lifecycles(uow: UnitOfWork, order_number: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return by case number what is repaired, sent again and held by customs, newest first, ready for JSON."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for case in await uow.cases.of_order(order_number):
        found[case.number] = {"repairs": [], "reshipments": [], "customs": []}
    for repair in await uow.repairs.of_order(order_number):
        found[repair.case_number]["repairs"].append(_repair(repair))
    for reshipment in await uow.reshipments.of_order(order_number):
        found[reshipment.case_number]["reshipments"].append(_reshipment(reshipment))
    for matter in await uow.customs.of_order(order_number):
        found[matter.case_number]["customs"].append(_matter(matter))
    return found


def when(moment: datetime | date | None) -> str | None:
    """Return a moment or a day in ISO 8601, or None."""
    return moment.isoformat() if moment else None


def _repair(repair: Repair) -> dict[str, Any]:
    return {
        "number": repair.number,
        "state": repair.state.value,
        "line": repair.position,
        "quantity": repair.quantity,
        "in_warranty": repair.in_warranty,
        "deadline": when(repair.deadline),
        "quote": _money(repair.quote),
        "quote_until": when(repair.quote_until),
        "carrier": repair.carrier,
        "tracking_number": repair.tracking_number,
        "repaired": repair.is_repaired,
        "decline_reason": repair.decline_reason.value if repair.decline_reason else None,
    }


def _reshipment(reshipment: Reshipment) -> dict[str, Any]:
    return {
        "number": reshipment.number,
        "state": reshipment.state.value,
        "lines": [{"line": line, "quantity": quantity} for line, quantity in reshipment.lines.items()],
        "search_until": when(reshipment.search_until),
        "lost_tracking_number": reshipment.lost_tracking_number,
        "carrier": reshipment.carrier,
        "tracking_number": reshipment.tracking_number,
    }


def _matter(matter: CustomsMatter) -> dict[str, Any]:
    return {
        "number": matter.number,
        "state": matter.state.value,
        "authority": matter.authority,
        "reference": matter.reference,
        "tracking_number": matter.tracking_number,
        "papers": [paper.value for paper in matter.papers],
        "due_on": when(matter.due_on),
        "payer": matter.payer.value,
        "charges": _money(matter.charges),
        "reason": matter.reason,
    }


def _money(amount: Money | None) -> dict[str, str] | None:
    return {"amount": str(amount.amount), "currency": amount.currency} if amount else None
