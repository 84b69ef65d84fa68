"""Who answers for what went wrong: a table of rules over the facts of an order, the first that holds decides.

Where the risk of a parcel lies follows Directive 2011/83/EU art. 20 (with the shop until receipt); between shop and
carrier it follows what the scans say. Damage counts as the carrier's if it is reported within seven days of delivery
(CMR art. 30(1): reservations about damage that was not apparent).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.aftersales.labels import IssueType, Liability
from bot.aftersales.liability_facts import Facts
from bot.aftersales.order import Order, ShipmentState
from bot.aftersales.selection import Selection

SCAN_GAP_DAYS = 7
"""A parcel under way that was not scanned for longer than this is in the carrier's hands, and missing."""

REPORTED_IN_TIME_DAYS = 7
"""Damage reported later than this after delivery may have happened at the customer's."""


@dataclass(frozen=True)
class Finding:
    """A verdict on liability: the ``rule`` that led there, the ``facts`` it used, and a confidence from 0 to 1."""

    liable: Liability
    rule: str
    facts: dict[str, str]
    confidence: Decimal


@dataclass(eq=False)
class LiabilityFinding:
    """One entry of a case's history of findings; ``actor`` is ``bot`` or ``agent:<id>``, who gives a ``reason``."""

    case_number: str
    at: datetime
    actor: str
    liable: Liability
    rule: str
    confidence: Decimal
    facts: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    id: int | None = None

    @property
    def is_by_agent(self) -> bool:
        """Tell whether a person found so."""
        return self.actor.startswith("agent:")


@dataclass(frozen=True)
class Rule:
    """One row of the table: for these issues, where the condition holds, this party is liable."""

    name: str
    issues: frozenset[IssueType]
    liable: Liability
    confidence: str
    facts: tuple[str, ...] = ()
    holds: Callable[[Facts], bool] = lambda facts: True


def _rule(
    name: str,
    issues: IssueType | tuple[IssueType, ...],
    liable: Liability,
    confidence: str,
    facts: tuple[str, ...] = (),
    holds: Callable[[Facts], bool] = lambda facts: True,
) -> Rule:
    found = issues if isinstance(issues, tuple) else (issues,)
    return Rule(name, frozenset(found), liable, confidence, facts, holds)


_I, _L, _S = IssueType, Liability, ShipmentState
_NOT_THERE = (_I.LATE_DELIVERY, _I.LOST_PARCEL, _I.DELIVERED_NOT_RECEIVED)
_MADE_BADLY = (_I.DEFECTIVE, _I.SAFETY_HAZARD, _I.COUNTERFEIT)

RULES: tuple[Rule, ...] = (
    _rule("carrier_reports_loss", _NOT_THERE, _L.CARRIER, "0.95", ("parcels",), lambda f: f.any_is(_S.LOST)),
    _rule(
        "handed_over_too_late",
        _I.LATE_DELIVERY,
        _L.SELLER,
        "0.90",
        ("promised_by", "handed_over_at"),
        lambda f: f.was_handed_over_late(),
    ),
    _rule("held_in_customs", _NOT_THERE, _L.FORCE_MAJEURE, "0.80", ("parcels",), lambda f: f.any_is(_S.IN_CUSTOMS)),
    _rule(
        "returned_for_the_address",
        _NOT_THERE,
        _L.CUSTOMER,
        "0.60",
        ("parcels",),
        lambda f: f.any_is(_S.RETURNED_TO_SENDER),
    ),
    _rule(
        "never_handed_over",
        (_I.LATE_DELIVERY, _I.LOST_PARCEL),
        _L.SELLER,
        "0.70",
        ("parcels", "handed_over_at", "promised_by", "placed_at"),
        lambda f: not f.was_handed_over() and f.should_be_there(),
    ),
    _rule(
        "late_with_the_carrier",
        _I.LATE_DELIVERY,
        _L.CARRIER,
        "0.85",
        ("promised_by", "handed_over_at", "delivered_at"),
        lambda f: f.is_late(),
    ),
    _rule("not_late_yet", _I.LATE_DELIVERY, _L.UNDETERMINED, "0.50", ("promised_by", "delivered_at")),
    _rule(
        "scan_gap",
        _I.LOST_PARCEL,
        _L.CARRIER,
        "0.80",
        ("parcels", "days_without_scan"),
        lambda f: (f.days_without_scan() or 0) > SCAN_GAP_DAYS,
    ),
    _rule(
        "delivered_elsewhere",
        (_I.LOST_PARCEL, _I.DELIVERED_NOT_RECEIVED),
        _L.CARRIER,
        "0.60",
        ("delivered_at", "delivered_elsewhere"),
        lambda f: f.was_delivered_elsewhere(),
    ),
    _rule(
        "delivery_is_denied",
        (_I.LOST_PARCEL, _I.DELIVERED_NOT_RECEIVED),
        _L.UNDETERMINED,
        "0.50",
        ("delivered_at", "delivered_elsewhere"),
        lambda f: f.any_is(_S.DELIVERED),
    ),
    _rule(
        "still_moving",
        (_I.LOST_PARCEL, _I.DELIVERED_NOT_RECEIVED),
        _L.UNDETERMINED,
        "0.50",
        ("parcels", "days_without_scan"),
    ),
    _rule("picked_wrong", _I.WRONG_ITEM, _L.SELLER, "0.85", ("skus",)),
    _rule("packed_incomplete", _I.MISSING_ITEM, _L.SELLER, "0.80", ("skus",)),
    _rule("described_wrong", _I.NOT_AS_DESCRIBED, _L.SELLER, "0.80", ("skus", "product_page")),
    _rule(
        "shop_extended_warranty",
        _I.DEFECTIVE,
        _L.SELLER,
        "0.85",
        ("days_since_delivery", "warranty_months", "guaranteed_until"),
        lambda f: f.is_extended() and not f.is_in_guarantee(),
    ),
    _rule(
        "defect_after_guarantee",
        _I.DEFECTIVE,
        _L.UNDETERMINED,
        "0.60",
        ("days_since_delivery", "warranty_months", "guaranteed_until"),
        lambda f: not f.is_in_guarantee(),
    ),
    _rule(
        "made_badly",
        _MADE_BADLY,
        _L.SUPPLIER,
        "0.85",
        ("supplier", "days_since_delivery", "warranty_months"),
        lambda f: f.supplier() is not None,
    ),
    _rule("made_badly_by_nobody_known", _MADE_BADLY, _L.SELLER, "0.60", ("days_since_delivery", "warranty_months")),
    _rule(
        "damage_reported_in_time",
        _I.DAMAGED,
        _L.CARRIER,
        "0.80",
        ("days_since_delivery",),
        lambda f: (f.days_since_delivery() or 0) <= REPORTED_IN_TIME_DAYS,
    ),
    _rule("damage_reported_late", _I.DAMAGED, _L.UNDETERMINED, "0.60", ("days_since_delivery",)),
    _rule(
        "duties_paid_before",
        _I.CUSTOMS_CHARGES,
        _L.SELLER,
        "0.75",
        ("duties_at_checkout",),
        lambda f: bool(f.order.duties),
    ),
    _rule("customs_authority", (_I.CUSTOMS_HOLD, _I.CUSTOMS_CHARGES), _L.FORCE_MAJEURE, "0.80", ("parcels",)),
    _rule(
        "payments_differ",
        _I.OVERCHARGED,
        _L.SELLER,
        "0.95",
        ("paid", "total"),
        lambda f: f.order.total < f.paid(),
    ),
    _rule("payments_agree", _I.OVERCHARGED, _L.UNDETERMINED, "0.70", ("paid", "total")),
    _rule("refund_is_due", _I.REFUND_MISSING, _L.SELLER, "0.60"),
    _rule("own_service", _I.POOR_SERVICE, _L.SELLER, "0.90"),
    _rule("own_choice", (_I.CHANGED_MIND, _I.WRONG_SIZE), _L.CUSTOMER, "0.95"),
    _rule("nothing_fits", _I.OTHER, _L.UNDETERMINED, "0.50"),
)
"""The table; for every issue the last of its rules always holds."""


def assess(
    order: Order,
    issue: IssueType,
    now: datetime,
    selections: Sequence[Selection] = (),
    *,
    guarantee_days: int | None = 0,
    extended: Mapping[int, date] | None = None,
) -> Finding:
    """Return who is liable by the first rule that holds; without ``selections`` the whole order counts.

    ``guarantee_days`` are the policy's for faulty goods, None without end; ``extended`` maps positions of lines with
    a longer warranty to its last day.
    """
    facts = Facts(order, now, selections, guarantee_days, extended)
    rule = next(rule for rule in RULES if issue in rule.issues and rule.holds(facts))
    return Finding(rule.liable, rule.name, {name: facts.named(name) for name in rule.facts}, Decimal(rule.confidence))
