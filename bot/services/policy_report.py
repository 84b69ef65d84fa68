"""A verdict for operators and for outside tools, ready for JSON."""

from __future__ import annotations

from typing import Any

from bot.aftersales.money import Money
from bot.aftersales.verdict import Verdict


def report(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict with everything in it, the rules that fired last; days are ISO 8601, amounts are texts."""
    full = verdict.breakdown
    return {
        "policy": verdict.policy,
        "policy_version": verdict.policy_version,
        "source": verdict.source,
        "remedies": [remedy.value for remedy in verdict.remedies],
        "reasons": list(verdict.reasons),
        "needs_review": verdict.needs_review,
        "reviewed": sorted(remedy.value for remedy in verdict.reviewed),
        "evidence": verdict.evidence.value,
        "window_closes": verdict.window_closes.isoformat() if verdict.window_closes else None,
        "searched_until": verdict.searched_until.isoformat() if verdict.searched_until else None,
        "send_by": verdict.send_by.isoformat(),
        "days_to_refund": verdict.days_to_refund,
        "refund_counts_from": verdict.refund_counts_from.value,
        "days_to_remedy": verdict.days_to_remedy,
        "return_shipping": verdict.return_shipping.value,
        "duties": verdict.duties.value,
        "goods_stay": verdict.goods_stay,
        "exchanges_in_advance": verdict.exchanges_in_advance,
        "refund": _money(verdict.refund),
        "breakdown": {
            "lines": [
                {
                    "line": line.position,
                    "quantity": line.quantity,
                    "goods": str(line.goods.amount),
                    "tax": str(line.tax.amount),
                }
                for line in full.lines
            ],
            "goods": str(full.goods.amount),
            "shipping": str(full.shipping.amount),
            "duties": str(full.duties.amount),
            "deducted": str(full.deducted.amount),
        },
        "cap": _money(verdict.cap),
        "owed": _money(verdict.owed),
        "ladder_approved": verdict.ladder_approved,
        "ladder": [
            {
                "remedy": step.remedy.value,
                "percent": str(step.percent) if step.percent is not None else None,
                "months": step.months,
                **(_money(step.amount) or {"amount": None, "currency": None}),
            }
            for step in verdict.ladder
        ],
        "rules": [
            {"id": rule.id, "file": rule.file, "line": rule.line, "source": rule.source, "text": rule.text}
            for rule in verdict.rules
        ],
    }


def _money(amount: Money | None) -> dict[str, Any] | None:
    return None if amount is None else {"amount": str(amount.amount), "currency": amount.currency}
