"""First judgement of a case: how pressing it is."""

from __future__ import annotations

from bot.aftersales.labels import IssueType, Priority

_MONEY_LOST = frozenset(
    {IssueType.OVERCHARGED, IssueType.REFUND_MISSING, IssueType.LOST_PARCEL, IssueType.DELIVERED_NOT_RECEIVED}
)


def priority_of(
    issue: IssueType, *, earlier_cases: int, is_threatening: bool = False, is_angry: bool = False
) -> Priority:
    """Return a case's first priority: danger and threats, then money lost, repeated contact and anger, then the rest.

    ``earlier_cases`` of the order are those that are open or were resolved lately.
    """
    if issue is IssueType.SAFETY_HAZARD or is_threatening:
        return Priority.URGENT
    if issue in _MONEY_LOST or earlier_cases or is_angry:
        return Priority.HIGH
    if issue is IssueType.POOR_SERVICE:
        return Priority.LOW
    return Priority.NORMAL
