"""First judgement of a case: how pressing it is and who seems to answer for it."""

from __future__ import annotations

from bot.aftersales.labels import IssueType, Liability, Priority

_MONEY_LOST = frozenset(
    {IssueType.OVERCHARGED, IssueType.REFUND_MISSING, IssueType.LOST_PARCEL, IssueType.DELIVERED_NOT_RECEIVED}
)

_LIABILITY = {
    IssueType.DEFECTIVE: Liability.SUPPLIER,
    IssueType.SAFETY_HAZARD: Liability.SUPPLIER,
    IssueType.COUNTERFEIT: Liability.SUPPLIER,
    IssueType.DAMAGED: Liability.CARRIER,
    IssueType.LATE_DELIVERY: Liability.CARRIER,
    IssueType.LOST_PARCEL: Liability.CARRIER,
    IssueType.DELIVERED_NOT_RECEIVED: Liability.CARRIER,
    IssueType.WRONG_ITEM: Liability.SELLER,
    IssueType.MISSING_ITEM: Liability.SELLER,
    IssueType.NOT_AS_DESCRIBED: Liability.SELLER,
    IssueType.OVERCHARGED: Liability.SELLER,
    IssueType.REFUND_MISSING: Liability.SELLER,
    IssueType.POOR_SERVICE: Liability.SELLER,
    IssueType.CHANGED_MIND: Liability.CUSTOMER,
    IssueType.WRONG_SIZE: Liability.CUSTOMER,
    IssueType.CUSTOMS_HOLD: Liability.FORCE_MAJEURE,
    IssueType.CUSTOMS_CHARGES: Liability.FORCE_MAJEURE,
}


def priority_of(issue: IssueType, *, earlier_open_cases: int) -> Priority:
    """Return a case's first priority: danger first, then money lost and repeated contact, then the rest."""
    if issue is IssueType.SAFETY_HAZARD:
        return Priority.URGENT
    if issue in _MONEY_LOST or earlier_open_cases:
        return Priority.HIGH
    if issue is IssueType.POOR_SERVICE:
        return Priority.LOW
    return Priority.NORMAL


def liability_of(issue: IssueType) -> Liability:
    """Return who usually answers for an issue, until the facts have been looked into."""
    return _LIABILITY.get(issue, Liability.UNDETERMINED)
