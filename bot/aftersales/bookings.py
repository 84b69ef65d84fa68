"""What refunds and coupons mean for the ledger."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.grant import Coupon
from bot.aftersales.ledger import Account, JournalEntry, entry
from bot.aftersales.money import Money
from bot.aftersales.refund import Refund, RefundPart


def subject_of(refund: Refund) -> str:
    """Return how the ledger and the audit log name a refund."""
    return f"refund:{refund.number}"


def refund_agreed(refund: Refund) -> JournalEntry:
    """Book that the customer is owed the refund, by what it consists of."""
    parts = refund.breakdown
    return entry(
        f"{subject_of(refund)}:agreed",
        refund.agreed_at,
        subject_of(refund),
        "refund.agreed",
        debit=[
            (Account.GOODS_REFUNDED, parts.goods),
            (Account.SHIPPING_REFUNDED, parts.shipping),
            (Account.DUTIES_REFUNDED, parts.duties),
            (Account.GOODWILL, parts.goodwill),
            (Account.OVERPAYMENTS_RETURNED, parts.overpaid),
        ],
        credit=[(Account.OWED_TO_CUSTOMER, parts.total), (Account.DEDUCTIONS_KEPT, parts.deducted)],
    )


def refund_canceled(refund: Refund, now: datetime) -> JournalEntry:
    """Undo what was booked when the refund was agreed."""
    return refund_agreed(refund).reversed(f"{subject_of(refund)}:canceled", now, "refund.canceled")


def part_paid(refund: Refund, part: RefundPart, at: datetime) -> JournalEntry:
    """Book that a part of a refund left the shop."""
    return entry(
        f"{subject_of(refund)}:paid:{refund.key_of(part)}",
        at,
        subject_of(refund),
        "refund.paid",
        debit=[(Account.OWED_TO_CUSTOMER, part.amount)],
        credit=[(Account.PAID_OUT, part.amount)],
    )


def part_bounced(refund: Refund, part: RefundPart, at: datetime) -> JournalEntry:
    """Undo the payment of a part that came back; call it before the refund itself records that."""
    return part_paid(refund, part, at).reversed(
        f"{subject_of(refund)}:bounced:{refund.key_of(part)}", at, "refund.bounced"
    )


def coupon_granted(coupon: Coupon, worth: Money, at: datetime) -> JournalEntry:
    """Book that the shop owes goods for a coupon's worth."""
    return entry(
        f"coupon:{coupon.number}:granted",
        at,
        f"coupon:{coupon.number}",
        "coupon.granted",
        debit=[(Account.COUPONS_GRANTED, worth)],
        credit=[(Account.COUPON_LIABILITY, worth)],
    )


def coupon_redeemed(coupon: Coupon, worth: Money, at: datetime) -> JournalEntry:
    """Book that the customer has bought with a coupon."""
    return entry(
        f"coupon:{coupon.number}:redeemed",
        at,
        f"coupon:{coupon.number}",
        "coupon.redeemed",
        debit=[(Account.COUPON_LIABILITY, worth)],
        credit=[(Account.COUPONS_REDEEMED, worth)],
    )


def coupon_expired(coupon: Coupon, worth: Money, at: datetime) -> JournalEntry:
    """Undo the granting of a coupon that nobody used in time."""
    return coupon_granted(coupon, worth, at).reversed(f"coupon:{coupon.number}:expired", at, "coupon.expired")
