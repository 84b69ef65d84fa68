"""A refund's breakdown as one JSON object: amounts as decimal text, their currency once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.types import TypeDecorator

from bot.aftersales.money import Money
from bot.aftersales.refund import Deduction, RefundBreakdown, RefundLine
from bot.store.types import Json


class BreakdownJson(TypeDecorator[RefundBreakdown]):
    """The column type of a breakdown, which is never changed."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: RefundBreakdown | None, dialect: Any) -> dict[str, Any] | None:
        return None if value is None else _written(value)

    def process_result_value(self, value: dict[str, Any] | None, dialect: Any) -> RefundBreakdown | None:
        return None if value is None else _read(value)


def _written(breakdown: RefundBreakdown) -> dict[str, Any]:
    return {
        "currency": breakdown.currency,
        "lines": [
            {
                "position": line.position,
                "quantity": line.quantity,
                "goods": str(line.goods.amount),
                "tax": str(line.tax.amount),
                "share": str(line.share),
            }
            for line in breakdown.lines
        ],
        "shipping": str(breakdown.shipping.amount),
        "duties": str(breakdown.duties.amount),
        "goodwill": str(breakdown.goodwill.amount),
        "overpaid": str(breakdown.overpaid.amount),
        "deductions": [{"reason": kept.reason, "amount": str(kept.amount.amount)} for kept in breakdown.deductions],
    }


def _read(value: dict[str, Any]) -> RefundBreakdown:
    def money(text: str) -> Money:
        return Money(Decimal(text), value["currency"])

    return RefundBreakdown(
        lines=tuple(
            RefundLine(
                line["position"], line["quantity"], money(line["goods"]), money(line["tax"]), Decimal(line["share"])
            )
            for line in value["lines"]
        ),
        shipping=money(value["shipping"]),
        duties=money(value["duties"]),
        goodwill=money(value["goodwill"]),
        overpaid=money(value["overpaid"]),
        deductions=tuple(Deduction(kept["reason"], money(kept["amount"])) for kept in value["deductions"]),
    )
