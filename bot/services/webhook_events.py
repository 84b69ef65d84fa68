"""What subscribers can hear of: the public types of events, version 1, and what each of them is made of."""

from __future__ import annotations

from collections.abc import Iterable

from bot.aftersales.case import OPEN, CaseState
from bot.errors import InvalidInputError

VERSION = 1
"""Counted up when a type or a field changes its meaning or goes; new types and new fields may come at any time."""

PING = "webhook.test"
"""What ``parley webhooks test`` sends; nobody subscribes to it."""

EVENTS: dict[str, str] = {
    "case.registered": "case.opened",
    "case.approved": "case.approved",
    "case.declined": "case.declined",
    "case.delayed": "case.delayed",
    "case.merged": "case.merged",
    "case.prioritised": "case.prioritised",
    "case.rated": "case.rated",
    "offer.made": "offer.made",
    "offer.accepted": "offer.accepted",
    "offer.declined": "offer.declined",
    "offer.expired": "offer.expired",
    "order.canceled": "order.canceled",
    "order.address_changed": "order.address_changed",
    "order.items_changed": "order.items_changed",
    "return.opened": "return.opened",
    "return.approved": "return.approved",
    "return.declined": "return.declined",
    "return.label_issued": "return.label_issued",
    "return.shipped": "return.shipped",
    "return.received": "return.received",
    "return.inspected": "return.inspected",
    "return.settled": "return.settled",
    "return.completed": "return.completed",
    "return.expired": "return.expired",
    "exchange.opened": "exchange.opened",
    "exchange.difference_paid": "exchange.difference_paid",
    "exchange.replacement_shipped": "exchange.replacement_shipped",
    "exchange.replacement_delivered": "exchange.replacement_delivered",
    "exchange.replacement_unavailable": "exchange.replacement_unavailable",
    "repair.opened": "repair.opened",
    "repair.approved": "repair.approved",
    "repair.declined": "repair.declined",
    "repair.shipped": "repair.shipped",
    "repair.received": "repair.received",
    "repair.quoted": "repair.quoted",
    "repair.quote_accepted": "repair.quote_accepted",
    "repair.quote_declined": "repair.quote_declined",
    "repair.shipped_back": "repair.shipped_back",
    "repair.completed": "repair.completed",
    "repair.expired": "repair.expired",
    "reshipment.opened": "reshipment.opened",
    "reshipment.reserved": "reshipment.reserved",
    "reshipment.unavailable": "reshipment.unavailable",
    "reshipment.shipped": "reshipment.shipped",
    "reshipment.delivered": "reshipment.delivered",
    "reshipment.found_meanwhile": "reshipment.found_meanwhile",
    "reshipment.canceled": "reshipment.canceled",
    "customs.reported": "customs.reported",
    "customs.papers_requested": "customs.papers_requested",
    "customs.papers_received": "customs.papers_received",
    "customs.submitted": "customs.submitted",
    "customs.released": "customs.released",
    "customs.refused": "customs.refused",
    "customs.abandoned": "customs.abandoned",
    "customs.closed": "customs.closed",
    "refund.agreed": "refund.agreed",
    "refund.sent": "refund.sent",
    "refund.settled": "refund.settled",
    "refund.failed": "refund.failed",
    "refund.canceled": "refund.canceled",
    "coupon.issued": "coupon.issued",
    "coupon.redeemed": "coupon.redeemed",
    "coupon.expired": "coupon.expired",
    "warranty.extended": "warranty.extended",
    "conversation.handed_over": "handoff.queued",
    "conversation.taken_over": "handoff.assigned",
    "conversation.assigned": "handoff.assigned",
    "conversation.requeued": "handoff.requeued",
    "conversation.returned_to_bot": "handoff.returned_to_bot",
    "conversation.resolved": "handoff.resolved",
    "sla.warned": "sla.warned",
    "sla.breached": "sla.breached",
    "pattern.found": "pattern.found",
}
"""The public type of each action in the audit log that is told outside; all others stay inside."""

STATE_CHANGED = "case.state_changed"
_BY_STATE = {
    CaseState.RESOLVED: "case.resolved",
    CaseState.CLOSED: "case.closed",
    CaseState.WITHDRAWN: "case.withdrawn",
    CaseState.ESCALATED: "case.escalated",
}
_REOPENED = "case.reopened"

TYPES = tuple(sorted({*EVENTS.values(), STATE_CHANGED, *_BY_STATE.values(), _REOPENED}))
"""All public types."""


def types_of_change(before: CaseState, after: CaseState) -> list[str]:
    """Return the types of events that a case's change of state is."""
    found = [STATE_CHANGED]
    # Whatever led there, and however many states were passed on the way: what counts is between which two it went.
    if before not in OPEN and after in OPEN:
        found.append(_REOPENED)
    if after in _BY_STATE:
        found.append(_BY_STATE[after])
    return found


def checked_patterns(given: Iterable[str]) -> tuple[str, ...]:
    """Return what a subscription asks for: types, groups such as ``case.*``, or ``*`` for all of them.

    Raises InvalidInputError for one that means no type, and for none at all.
    """
    patterns = tuple(dict.fromkeys(filter(None, (pattern.strip() for pattern in given))))
    if not patterns:
        raise InvalidInputError("events", "missing")
    for pattern in patterns:
        if not any(is_wanted(event_type, (pattern,)) for event_type in TYPES):
            raise InvalidInputError("events", f"unknown: {pattern}")
    return patterns


def is_wanted(event_type: str, patterns: Iterable[str]) -> bool:
    """Tell whether one of the patterns means a type."""
    group = event_type.partition(".")[0]
    return any(pattern in (event_type, f"{group}.*", "*") for pattern in patterns)
