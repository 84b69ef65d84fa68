"""Verdicts of cases: kept as they were told to the customer, and made anew when a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.money import Money
from bot.aftersales.verdict import Verdict


def as_kept(verdict: Verdict, now: datetime) -> dict[str, Any]:
    """Return a verdict in plain JSON, as it is kept with its case; the rules are kept beside it."""
    return {
        "decided_at": now.isoformat(),
        "remedies": [remedy.value for remedy in verdict.remedies],
        "reasons": list(verdict.reasons),
        "window_closes": verdict.window_closes.isoformat() if verdict.window_closes else None,
        "send_by": verdict.send_by.isoformat(),
        "return_shipping": verdict.return_shipping.value,
        "duties": verdict.duties.value,
        "refund": _money(verdict.refund),
        "needs_review": verdict.needs_review,
        "reviewed": sorted(remedy.value for remedy in verdict.reviewed),
        "days_to_refund": verdict.days_to_refund,
        "source": verdict.source,
        "evidence": verdict.evidence.value,
        "goods_stay": verdict.goods_stay,
        "cap": _money(verdict.cap),
        "owed": _money(verdict.owed),
        "ladder": [
            {
                "remedy": step.remedy.value,
                "percent": f"{step.percent.normalize():f}" if step.percent is not None else None,
                "amount": _money(step.amount),
                "months": step.months,
            }
            for step in verdict.ladder
        ],
    }


def pay_by(case: Case, since: datetime) -> date | None:
    """Return the last day on which money owed since a moment may leave, or None where no verdict promised one."""
    days = (case.verdict or {}).get("days_to_refund")
    return None if days is None else since.date() + timedelta(days=days)


def by_person(verdict: Verdict, case: Case, now: datetime) -> Verdict:
    """Return a verdict of the day a case was opened as it is carried out now, after a person has decided.

    The customer came in time, however long the decision took; deadlines count from now, and nothing waits for a
    person again.
    """
    send_by = now.date() + (verdict.send_by - case.opened_at.date())
    return replace(verdict, send_by=send_by, needs_review=False, reviewed=frozenset())


def _money(amount: Money | None) -> dict[str, str] | None:
    return {"amount": str(amount.amount), "currency": amount.currency} if amount is not None else None
