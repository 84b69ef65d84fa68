"""Everything about an order's cases, for people and for outside tools."""

from __future__ import annotations

from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.claim import Claim
from bot.aftersales.evidence import Evidence
from bot.aftersales.exchange import Exchange
from bot.aftersales.grant import Coupon, WarrantyExtension
from bot.aftersales.liability import LiabilityFinding
from bot.aftersales.money import Money
from bot.aftersales.refund import Refund
from bot.aftersales.return_ import Return
from bot.services.lifecycle_report import lifecycles, when
from bot.services.ports import UnitOfWork


async def report(uow: UnitOfWork, order_number: str) -> dict[str, Any]:
    """Return an order's cases, newest first, with returns, exchanges and offers, ready for JSON."""
    others = await lifecycles(uow, order_number)
    returns = await uow.returns.of_order(order_number)
    exchanges = await uow.exchanges.of_order(order_number)
    refunds = await uow.refunds.of_order(order_number)
    extensions = await uow.warranty_extensions.of_order(order_number)
    return {
        "order": order_number,
        "cases": [
            {
                **_case(case),
                "liability_history": [_finding(found) for found in await uow.liability.of_case(case.number)],
                "returns": [_return(found) for found in returns if found.case_number == case.number],
                "exchanges": [_exchange(found) for found in exchanges if found.case_number == case.number],
                **others[case.number],
                "refunds": [_refund(found) for found in refunds if found.case_number == case.number],
                "coupons": [_coupon(found) for found in await uow.coupons.of_case(case.number)],
                "warranty_extensions": [_extension(found) for found in extensions if found.case_number == case.number],
                "claims": [_claim(found) for found in await uow.claims.of_case(case.number)],
                "evidence": [_evidence(piece) for piece in await uow.evidence.of_case(case.number)],
            }
            for case in await uow.cases.of_order(order_number)
        ],
    }


def _finding(found: LiabilityFinding) -> dict[str, Any]:
    return {
        "at": found.at.isoformat(),
        "by": found.actor,
        "liable": found.liable.value,
        "rule": found.rule,
        "confidence": str(found.confidence),
        "facts": found.facts,
        "reason": found.reason,
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "issue_type": case.issue_type.value,
        "state": case.state.value,
        "priority": case.priority.value,
        "liability": case.liability.value,
        "wish": case.wish.value if case.wish else None,
        "lines": [{"line": line, "quantity": quantity} for line, quantity in case.lines.items()],
        "story": case.story,
        "language": case.language,
        "channel": case.channel,
        "opened_at": case.opened_at.isoformat(),
        "next_contact_by": case.next_contact_by.isoformat(),
        "policy": case.policy_name,
        "policy_version": case.policy_version,
        "policy_rules": list(case.policy_rules),
        "offers": [
            {
                "remedy": offer.remedy.value,
                "state": offer.state.value,
                "proposed_by": offer.proposed_by.value,
                "reasons": offer.reasons,
                **_money(offer.amount),
            }
            for offer in case.offers
        ],
    }


def _evidence(piece: Evidence) -> dict[str, Any]:
    return {
        "id": piece.id,
        "kind": piece.kind.value,
        "media_type": piece.media_type,
        "bytes": piece.size_bytes,
        "width": piece.width,
        "height": piece.height,
        "received_at": piece.received_at.isoformat(),
    }


def _return(found: Return) -> dict[str, Any]:
    return {
        "rma": found.rma,
        "state": found.state.value,
        "method": found.method.value,
        "deadline": found.deadline.isoformat(),
        "warehouse": found.warehouse,
        "carrier": found.carrier,
        "tracking_number": found.tracking_number,
        "shipped_at": when(found.shipped_at),
        "received_at": when(found.received_at),
        "inspected_at": when(found.inspected_at),
        "ended_at": when(found.ended_at),
        "decline_reason": found.decline_reason.value if found.decline_reason else None,
        "return_shipping": found.return_shipping.value,
        "refund": _money(found.refund),
        "lines": [
            {
                "line": line.position,
                "quantity": line.quantity,
                "reason": line.reason.value,
                "received": line.received,
                "damaged": line.damaged,
                "as_described": line.as_described,
                "damaged_by_customer": line.damaged_by_customer,
                "wrong_item": line.wrong_item,
            }
            for line in found.lines
        ],
    }


def _exchange(found: Exchange) -> dict[str, Any]:
    return {
        "rma": found.rma,
        "sku": found.sku,
        "quantity": found.quantity,
        "state": found.state.value,
        "price_difference": _money(found.price_difference),
        "reserved_until": found.reserved_until.isoformat(),
        "in_advance": found.in_advance,
        "difference_settled": found.difference_settled,
        "carrier": found.carrier,
        "tracking_number": found.tracking_number,
    }


def _refund(found: Refund) -> dict[str, Any]:
    parts = found.breakdown
    return {
        "number": found.number,
        "state": found.state.value,
        "reason": found.reason,
        "agreed_at": found.agreed_at.isoformat(),
        "sent_at": found.sent_at.isoformat() if found.sent_at else None,
        "settled_at": found.settled_at.isoformat() if found.settled_at else None,
        **_money(found.amount),
        "breakdown": {
            "lines": [
                {
                    "line": line.position,
                    "quantity": line.quantity,
                    "share": str(line.share),
                    "goods": str(line.goods.amount),
                    "tax": str(line.tax.amount),
                }
                for line in parts.lines
            ],
            "shipping": str(parts.shipping.amount),
            "duties": str(parts.duties.amount),
            "goodwill": str(parts.goodwill.amount),
            "overpaid": str(parts.overpaid.amount),
            "deductions": [{"reason": kept.reason, "amount": str(kept.amount.amount)} for kept in parts.deductions],
        },
        "payments": [
            {"payment": part.payment_id, "method": part.method, "amount": str(part.amount.amount)}
            for part in found.parts
        ],
    }


def _coupon(found: Coupon) -> dict[str, Any]:
    return {
        "number": found.number,
        "state": found.state.value,
        "percent": f"{found.percent.normalize():f}" if found.percent is not None else None,
        **_money(found.amount),
        "expires_at": found.expires_at.isoformat(),
        "redeemed_at": found.redeemed_at.isoformat() if found.redeemed_at else None,
    }


def _extension(found: WarrantyExtension) -> dict[str, Any]:
    return {"line": found.position, "months": found.months, "until": found.until.isoformat()}


def _claim(found: Claim) -> dict[str, Any]:
    return {
        "number": found.number,
        "against": found.against.value,
        "party": found.party,
        "state": found.state.value,
        "reason": found.reason,
        "reference": found.reference,
        **_money(found.amount),
        "accepted": _money(found.accepted),
        "paid": _money(found.paid),
    }


def _money(amount: Money | None) -> dict[str, str | None]:
    return {"amount": str(amount.amount) if amount else None, "currency": amount.currency if amount else None}
