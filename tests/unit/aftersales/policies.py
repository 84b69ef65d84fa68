"""A policy to decide by, independent of the one that ships."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.policy import DestinationPolicy, Policy, Terms
from bot.aftersales.policy_terms import Approval, Evidence, Floor, RefundStart, Row, Rung

_R = Remedy
_REVIEW = Approval.REVIEW
ROWS = {
    IssueType.DEFECTIVE: Row((_R.EXCHANGE, _R.RETURN_REFUND, _R.REPAIR, _R.REFUND_PARTIAL), Evidence.ASKED),
    IssueType.DAMAGED: Row((_R.EXCHANGE, _R.RETURN_REFUND, _R.REPAIR, _R.REFUND_PARTIAL), Evidence.ASKED),
    IssueType.WRONG_ITEM: Row((_R.EXCHANGE, _R.RETURN_REFUND, _R.REFUND_PARTIAL), Evidence.ASKED),
    IssueType.MISSING_ITEM: Row((_R.RESHIP, _R.EXCHANGE, _R.RETURN_REFUND, _R.REFUND_PARTIAL), Evidence.ASKED),
    IssueType.NOT_AS_DESCRIBED: Row(
        (_R.EXCHANGE, _R.RETURN_REFUND, _R.REFUND_PARTIAL),
        Evidence.ASKED,
        ladder=(
            Rung(_R.REFUND_PARTIAL, Decimal(15)),
            Rung(_R.REFUND_PARTIAL, Decimal(30)),
            Rung(_R.RETURN_REFUND),
        ),
        keep_below=Decimal(15),
    ),
    IssueType.WRONG_SIZE: Row((_R.RETURN_REFUND, _R.EXCHANGE)),
    IssueType.COUNTERFEIT: Row((_R.RETURN_REFUND, _R.EXCHANGE), Evidence.REQUIRED, _REVIEW),
    IssueType.SAFETY_HAZARD: Row((_R.RETURN_REFUND, _R.EXCHANGE), approval=_REVIEW),
    IssueType.CHANGED_MIND: Row((_R.RETURN_REFUND, _R.EXCHANGE)),
    IssueType.LATE_DELIVERY: Row(
        (_R.REFUND_FULL, _R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY),
        approval=_REVIEW,
        ladder=(Rung(_R.APOLOGY), Rung(_R.COUPON, Decimal(10)), Rung(_R.REFUND_PARTIAL, Decimal(15))),
    ),
    IssueType.LOST_PARCEL: Row(
        (_R.RESHIP, _R.REFUND_FULL, _R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY, _R.RETURN_REFUND, _R.EXCHANGE),
        wait_days=14,
    ),
    IssueType.DELIVERED_NOT_RECEIVED: Row(
        (_R.RESHIP, _R.REFUND_FULL, _R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY), approval=_REVIEW
    ),
    IssueType.CUSTOMS_HOLD: Row((_R.REFUND_FULL, _R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY), approval=_REVIEW),
    IssueType.CUSTOMS_CHARGES: Row((_R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY), approval=_REVIEW),
    IssueType.OVERCHARGED: Row((_R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY), approval=_REVIEW),
    IssueType.REFUND_MISSING: Row((_R.REFUND_FULL, _R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY), approval=_REVIEW),
    IssueType.POOR_SERVICE: Row((_R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY), approval=_REVIEW),
    IssueType.OTHER: Row((_R.REFUND_PARTIAL, _R.COUPON, _R.APOLOGY), approval=_REVIEW),
}

EU = DestinationPolicy(
    name="eu",
    countries=frozenset({"DE", "AT"}),
    change_of_mind=Terms(
        days=30,
        remedies=(Remedy.RETURN_REFUND, Remedy.EXCHANGE),
        return_shipping=Payer.CUSTOMER,
        refunds_outbound_shipping=True,
        source="law of change_of_mind",
        review_above=Decimal(500),
    ),
    faulty=Terms(
        days=730,
        remedies=(
            Remedy.RESHIP,
            Remedy.EXCHANGE,
            Remedy.RETURN_REFUND,
            Remedy.REPAIR,
            Remedy.REFUND_PARTIAL,
        ),
        return_shipping=Payer.SHOP,
        refunds_outbound_shipping=True,
        source="law of faulty",
        review_above=Decimal(500),
    ),
    service=Terms(
        days=None,
        remedies=(
            Remedy.RESHIP,
            Remedy.REFUND_FULL,
            Remedy.REFUND_PARTIAL,
            Remedy.COUPON,
            Remedy.APOLOGY,
        ),
        return_shipping=Payer.SHOP,
        refunds_outbound_shipping=True,
        source="law of service",
        review_above=Decimal(250),
    ),
    days_to_send=14,
    days_to_refund=14,
    issues=ROWS,
    refund_counts_from=RefundStart.WITHDRAWAL,
)
SHOP = DestinationPolicy(
    name="shop",
    countries=frozenset(),
    change_of_mind=EU.change_of_mind,
    faulty=EU.faulty,
    service=EU.service,
    days_to_send=10,
    days_to_refund=7,
    issues=ROWS,
)
A_POLICY = Policy(
    destinations=(EU,),
    default=SHOP,
    version="v1",
    exchange_rates={"EUR": Decimal(1), "JPY": Decimal(165)},
)

_EU_IN_ADVANCE = replace(
    EU,
    change_of_mind=replace(EU.change_of_mind, exchanges_in_advance=True),
    faulty=replace(EU.faulty, exchanges_in_advance=True),
)
IN_ADVANCE = replace(A_POLICY, destinations=(_EU_IN_ADVANCE,))
"""The same policy, but a replacement leaves before the goods are back."""

LAWFUL = replace(
    A_POLICY,
    destinations=(replace(EU, change_of_mind=replace(EU.change_of_mind, floor=Floor(days=14))),),
)
"""The same policy, where the law lets customers withdraw."""
