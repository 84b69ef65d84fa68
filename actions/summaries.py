"""What a form is about to do, in words for the customer and in facts for clients."""

from __future__ import annotations

from typing import Any

from actions import facts
from actions.change_form import line_change
from actions.intake import Intake
from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.order import Order
from bot.aftersales.withdrawal import parcel_back
from bot.services import exchanges, order_changes
from bot.services.cases import selections

Summary = tuple[dict[str, Any], dict[str, Any]]

_KIND = {
    "return_form": "return",
    "exchange_form": "exchange",
    "complaint_form": "complaint",
    "withdraw_form": "withdrawal",
    "change_form": "change",
}


async def summary_of(intake: Intake) -> Summary:
    """Return the summary of the active form: localisable lines, and ``custom.summary``."""
    kind = _KIND[intake.turn.tracker.active_loop["name"]]
    if kind == "change":
        return await _change(intake)
    if kind == "withdrawal":
        number = intake["case_choice"]
        return (
            facts.lines(facts.label("label_summary_withdrawal", case=number)),
            {"kind": kind, "order_number": intake["order_number"], "case_number": number},
        )
    remedy = {"return": Remedy.RETURN_REFUND, "exchange": Remedy.EXCHANGE}.get(kind) or Remedy(intake["remedy"])
    order = await intake.load_order()
    verdict = await intake.verdict()
    assert order is not None and intake.issue is not None
    chosen = selections(order, intake.lines) if intake.lines else []
    lines = [
        facts.label(f"label_summary_{kind}", order_number=order.number),
        *(
            facts.label("label_summary_item", item=facts.pieces(piece.line, piece.quantity, intake.turn.language))
            for piece in chosen
        ),
        facts.label("label_summary_reason", reason=facts.label(f"label_issue_{intake.issue}")),
    ]
    summary: dict[str, Any] = {
        "kind": kind,
        "order_number": order.number,
        "lines": [{"line": piece.line.position, "quantity": piece.quantity} for piece in chosen],
        "reason": intake.issue.value,
        "remedy": remedy.value,
    }
    if kind == "complaint":
        lines.append(facts.label("label_summary_remedy", remedy=facts.label(f"label_remedy_{remedy}")))
    if remedy is Remedy.EXCHANGE:
        line = chosen[0].line
        variant = next(found for found in line.product.variants if found.sku == intake["variant"])
        difference = exchanges.price_difference(order, line, variant, chosen[0].quantity)
        lines.append(facts.label("label_summary_variant", variant=facts.variant(variant.size, variant.color)))
        if difference.amount > 0:
            lines.append(facts.label("label_summary_to_pay", amount=facts.money(difference)))
        elif difference:
            lines.append(facts.label("label_summary_paid_back", amount=facts.money(difference * -1)))
        if verdict.exchanges_in_advance and difference.amount <= 0 and not verdict.needs_review_for(remedy):
            lines.append(facts.label("label_exchange_in_advance"))
        summary |= {"sku": variant.sku, "price_difference": str(difference.amount), "currency": order.currency}
    if verdict.goods_stay and remedy is Remedy.RETURN_REFUND and verdict.allows(Remedy.REFUND_FULL):
        remedy = Remedy.REFUND_FULL
        summary["remedy"] = remedy.value
    if verdict.goods_stay and remedy is Remedy.REFUND_FULL:
        lines.append(facts.label("label_summary_keep"))
    if remedy in (Remedy.RETURN_REFUND, Remedy.REFUND_FULL):
        lines.append(facts.label("label_summary_refund", amount=facts.money(verdict.refund)))
        summary |= {"refund": str(verdict.refund.amount), "currency": order.currency}
    if remedy is Remedy.REFUND_PARTIAL and verdict.owed is not None:
        lines.append(facts.label("label_summary_refund", amount=facts.money(verdict.owed)))
        summary |= {"refund": str(verdict.owed.amount), "currency": order.currency}
    if remedy in (Remedy.RETURN_REFUND, Remedy.EXCHANGE) and parcel_back(order) is None:
        payer = verdict.return_shipping
        lines.append(facts.label("label_summary_shipping_" + ("free" if payer is Payer.SHOP else "own")))
        lines.append(facts.label("label_summary_send_by", day=facts.day(verdict.send_by)))
        if not verdict.is_delivered:
            lines.append(facts.label("label_refuse_parcel"))
        summary |= {"return_shipping": payer.value, "send_by": verdict.send_by.isoformat()}
    return facts.lines(*lines), summary


async def _change(intake: Intake) -> Summary:
    order = await intake.load_order()
    assert order is not None
    request = intake["request"]
    known: dict[str, Any] = {"kind": request, "order_number": order.number}
    if request == "change_address":
        address = intake["address"]
        text = f"{address['street']}, {address['postcode']} {address['city']}"
        label = facts.label("label_summary_address", order_number=order.number, address=text)
        return facts.lines(label), {**known, "address": address}
    if request == "change_items":
        change = line_change(intake)
        label = facts.label("label_summary_change", order_number=order.number, change=change_text(intake, order))
        return facts.lines(label), {
            **known,
            "line": change.position,
            "sku": change.sku,
            "quantity": 0 if change.removes else change.quantity,
        }
    lines = [facts.label("label_summary_cancel", order_number=order.number)]
    async with intake.context.uow() as uow:
        due = (await order_changes.due_on_cancel(uow, order)).total
    if due:
        lines.append(facts.label("label_summary_refund", amount=facts.money(due)))
    return facts.lines(*lines), {**known, "refund": str(due.amount), "currency": order.currency}


def change_text(intake: Intake, order: Order) -> dict[str, Any]:
    """Return what becomes of a line, for a response."""
    change = line_change(intake)
    line = order.line(change.position)
    assert line is not None
    item = facts.pieces(line, line.quantity, intake.turn.language)
    if change.removes:
        return facts.label("label_change_removed", item=item)
    if change.sku is not None:
        variant = next(found for found in line.product.variants if found.sku == change.sku)
        item = facts.pieces(line, change.quantity or line.quantity, intake.turn.language)
        return facts.label("label_change_variant_to", item=item, variant=facts.variant(variant.size, variant.color))
    return facts.label(
        "label_change_quantity_to", item=facts.pieces(line, 1, intake.turn.language), count=change.quantity
    )
