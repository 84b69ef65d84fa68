"""Verdicts of cases: kept as they were told to the customer, and made anew when a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.labels import Payer
from bot.aftersales.money import Money
from bot.aftersales.policy_terms import RefundStart
from bot.aftersales.verdict import FiredRule, Verdict


def keep(case: Case, verdict: Verdict, now: datetime) -> None:
    """Let a case rest on a verdict: what it says, its rules, and the policy that it comes from.

    What an earlier one promised the customer stays promised: how soon the money leaves, counted from when, and that
    the way to the shop is paid.
    """
    # However long a decision took, the days for handing goods over count from it.
    decided = by_person(verdict, case, now)
    kept = as_kept(replace(verdict, send_by=decided.send_by, return_shipping=decided.return_shipping), now)
    before = case.verdict or {}
    if before.get("days_to_refund") is not None:
        kept["days_to_refund"] = min(kept["days_to_refund"], before["days_to_refund"])
        if counts_from_withdrawal(case):
            kept["refund_counts_from"] = RefundStart.WITHDRAWAL.value
    case.policy_name, case.policy_version = verdict.policy, verdict.policy_version
    case.policy_rules = [_rule(rule) for rule in verdict.rules]
    case.verdict = kept


def trace(verdict: Verdict) -> dict[str, Any]:
    """Return what the record of a decision tells of the policy behind it: its name, its version, the rules' ids."""
    return _traced(verdict.policy, verdict.policy_version, [rule.id for rule in verdict.rules])


def trace_kept(case: Case) -> dict[str, Any]:
    """Return the same of the verdict that a case rests on; nothing where it rests on none."""
    if case.policy_version is None:
        return {}
    return _traced(case.policy_name, case.policy_version, [rule["id"] for rule in case.policy_rules])


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
        "sealed": verdict.sealed,
        "reviewed": sorted(remedy.value for remedy in verdict.reviewed),
        "days_to_refund": verdict.days_to_refund,
        "refund_counts_from": verdict.refund_counts_from.value,
        "days_to_remedy": verdict.days_to_remedy,
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
    """Return the last day on which money owed since a moment may leave, or None where no verdict promised one.

    Where a fault has to be settled within days of the complaint, it is no later than that, or at once after it.
    """
    kept = case.verdict or {}
    days, to_remedy = kept.get("days_to_refund"), kept.get("days_to_remedy")
    if days is None:
        return None
    last = since.date() + timedelta(days=days)
    if to_remedy is None:
        return last
    return min(last, max(since.date(), case.opened_at.date() + timedelta(days=to_remedy)))


def counts_from_withdrawal(case: Case) -> bool:
    """Tell whether the time for the money runs from when the customer withdrew, as it does where no verdict said."""
    kept = case.verdict or {}
    return bool(kept.get("refund_counts_from", RefundStart.WITHDRAWAL) == RefundStart.WITHDRAWAL)


def sealed(case: Case) -> bool | None:
    """Return what the customer said of the seal of the goods, or None where they were not asked."""
    told: bool | None = (case.verdict or {}).get("sealed")
    return told


def return_shipping(case: Case) -> Payer:
    """Return who pays for the way to the shop, as the customer was told; the shop where no verdict said."""
    return Payer((case.verdict or {}).get("return_shipping", Payer.SHOP))


def by_person(verdict: Verdict, case: Case, now: datetime) -> Verdict:
    """Return a verdict of the day a case was opened as it is carried out now, after a person has decided.

    The customer came in time, however long the decision took; deadlines count from now, and nothing waits for a
    person again. Where they were told that the way to the shop is paid, it stays so.
    """
    send_by = now.date() + (verdict.send_by - case.opened_at.date())
    is_paid = (case.verdict or {}).get("return_shipping") == Payer.SHOP.value
    payer = Payer.SHOP if is_paid else verdict.return_shipping
    return replace(verdict, send_by=send_by, return_shipping=payer, needs_review=False, reviewed=frozenset())


def _traced(policy: str | None, version: str, rules: list[str]) -> dict[str, Any]:
    return {"policy": policy or "", "policy_version": version, "rules": rules}


def _rule(rule: FiredRule) -> dict[str, str | int]:
    return {"id": rule.id, "file": rule.file, "line": rule.line, "text": rule.text}


def _money(amount: Money | None) -> dict[str, str] | None:
    return {"amount": str(amount.amount), "currency": amount.currency} if amount is not None else None
