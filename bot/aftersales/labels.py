"""Labels that training data, database, desk, statistics and tests share."""

from __future__ import annotations

from enum import Enum


class Label(str, Enum):
    """A string enum that prints as its value."""

    def __str__(self) -> str:
        return str(self.value)


class IssueType(Label):
    """Why the customer is unhappy."""

    DEFECTIVE = "defective"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING_ITEM = "missing_item"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_SIZE = "wrong_size"
    COUNTERFEIT = "counterfeit"
    SAFETY_HAZARD = "safety_hazard"
    CHANGED_MIND = "changed_mind"
    LATE_DELIVERY = "late_delivery"
    LOST_PARCEL = "lost_parcel"
    DELIVERED_NOT_RECEIVED = "delivered_not_received"
    CUSTOMS_HOLD = "customs_hold"
    CUSTOMS_CHARGES = "customs_charges"
    OVERCHARGED = "overcharged"
    REFUND_MISSING = "refund_missing"
    POOR_SERVICE = "poor_service"
    OTHER = "other"


FAULTS = frozenset(
    {
        IssueType.DEFECTIVE,
        IssueType.DAMAGED,
        IssueType.WRONG_ITEM,
        IssueType.MISSING_ITEM,
        IssueType.NOT_AS_DESCRIBED,
        IssueType.COUNTERFEIT,
        IssueType.SAFETY_HAZARD,
    }
)
"""Issues in which the goods are not what was sold: the legal guarantee applies."""

WITHDRAWALS = frozenset({IssueType.CHANGED_MIND, IssueType.WRONG_SIZE})
"""Issues in which nothing is wrong with the goods: the right of withdrawal applies."""

WHOLE_ORDER = frozenset(
    {
        IssueType.LATE_DELIVERY,
        IssueType.LOST_PARCEL,
        IssueType.DELIVERED_NOT_RECEIVED,
        IssueType.CUSTOMS_HOLD,
        IssueType.CUSTOMS_CHARGES,
        IssueType.OVERCHARGED,
        IssueType.REFUND_MISSING,
        IssueType.POOR_SERVICE,
        IssueType.OTHER,
    }
)
"""Issues that concern a parcel, a payment or a service rather than single lines of the order."""

PARCEL = frozenset(
    {
        IssueType.LATE_DELIVERY,
        IssueType.LOST_PARCEL,
        IssueType.DELIVERED_NOT_RECEIVED,
        IssueType.CUSTOMS_HOLD,
    }
)
"""Those about whatever of the order is still to come, or should have come."""


class Remedy(Label):
    """What can be done for the customer."""

    REFUND_FULL = "refund_full"
    REFUND_PARTIAL = "refund_partial"
    RETURN_REFUND = "return_refund"
    EXCHANGE = "exchange"
    RESHIP = "reship"
    REPAIR = "repair"
    COUPON = "coupon"
    WARRANTY_EXTENSION = "warranty_extension"
    APOLOGY = "apology"


class Liability(Label):
    """Who answers for what went wrong."""

    SELLER = "seller"
    SUPPLIER = "supplier"
    CARRIER = "carrier"
    CUSTOMER = "customer"
    FORCE_MAJEURE = "force_majeure"
    UNDETERMINED = "undetermined"


class Priority(Label):
    """How soon a person must look at it."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Return 0 for the most pressing, 3 for the least."""
        return list(Priority).index(self)

    @property
    def raised(self) -> Priority:
        """Return what is one step more pressing; nothing is more so than the first."""
        return list(Priority)[max(0, self.rank - 1)]


class Payer(Label):
    """Who bears a cost."""

    SHOP = "shop"
    CUSTOMER = "customer"
