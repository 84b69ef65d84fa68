"""What the files of ``data/policy`` say, as values: terms of destinations, a row for each issue, ladders, caps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import FAULTS, WITHDRAWALS, IssueType, Label, Payer, Remedy

EXCEPTIONS = frozenset(ReturnClass) - {ReturnClass.STANDARD}
"""Goods that a destination may except from a change of mind, and does unless its file says otherwise."""


class Evidence(Label):
    """Whether photos are wanted before anything is promised."""

    NONE = "none"
    ASKED = "asked"
    REQUIRED = "required"


class Approval(Label):
    """Whether the bot may carry out what policy allows, or a person decides first."""

    AUTOMATIC = "automatic"
    REVIEW = "review"


class Part(Label):
    """What a refund in full is made of."""

    ITEM = "item"
    OUTBOUND_SHIPPING = "outbound_shipping"
    DUTIES = "duties"


class RefundStart(Label):
    """What the days to refund count from where the customer withdraws from goods.

    ``withdrawal`` is the day of saying so, and the money need not leave before the goods, or the proof that they were
    sent, are here. ``goods`` is the day on which the first of them are.
    """

    WITHDRAWAL = "withdrawal"
    GOODS = "goods"


@dataclass(frozen=True)
class Place:
    """A line of a policy file; line 0 of no file is a rule that no file can change."""

    file: str
    line: int


BUILT_IN = Place("", 0)


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: ``percent`` of the price of the pieces, ``months`` of warranty, or a remedy as it is."""

    remedy: Remedy
    percent: Decimal | None = None
    months: int | None = None

    @property
    def worth(self) -> Decimal:
        """Return what the step costs the shop, in percent of the price."""
        if self.percent is not None:
            return self.percent
        return Decimal(0) if self.remedy in (Remedy.APOLOGY, Remedy.WARRANTY_EXTENSION) else Decimal(100)


@dataclass(frozen=True)
class Floor:
    """What the law demands of a section; a field that is None or empty: nothing.

    ``remedies`` holds remedies of which one at least must be open for every issue of the section.
    ``remedies_within`` holds remedies each of which must be open for every issue of it, for so many days from receipt;
    None is always, which means as long as anything of the section is. ``refunds`` holds what money back in full must be
    made of.
    """

    days: int | None = None
    remedies: tuple[Remedy, ...] = ()
    remedies_within: Mapping[Remedy, int | None] = field(default_factory=dict)
    return_shipping: Payer | None = None
    refunds: frozenset[Part] = frozenset()


@dataclass(frozen=True)
class Terms:
    """What applies to one kind of reason at one destination.

    ``days`` counts from receipt; None means that time alone never closes the window. ``remedies`` are all that may
    be done there; which of them fit an issue, and in which order, its row says. ``review_above`` is the refund, in
    the currency whose exchange rate is 1, above which a person decides. Where ``exchanges_in_advance``, a replacement
    leaves before the goods are back. ``exceptions`` are goods that do not come back after a change of mind.
    Within ``days_to_remedy`` of the complaint it has to be settled. ``source`` names the law or the shop's own rule.
    ``places`` tells where the keys stand.
    """

    days: int | None
    remedies: tuple[Remedy, ...]
    return_shipping: Payer
    refunds_outbound_shipping: bool
    source: str
    review_above: Decimal | None = None
    exchanges_in_advance: bool = False
    exceptions: frozenset[ReturnClass] = EXCEPTIONS
    days_to_remedy: int | None = None
    floor: Floor = Floor()
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """What is done about one issue: a row of the decision table.

    ``remedies`` come in the order in which to offer them. ``refunds`` is what money back in full is made of;
    ``duties`` names who bears import duties. ``ladder`` is what may be offered one after the other.
    ``keep_below`` is the price, in the currency whose exchange rate is 1, up to which the goods are refunded and
    stay with the customer. ``wait_days`` is how long the carrier may search, counted from its last scan.
    """

    remedies: tuple[Remedy, ...]
    evidence: Evidence = Evidence.NONE
    approval: Approval = Approval.AUTOMATIC
    refunds: frozenset[Part] = frozenset({Part.ITEM, Part.OUTBOUND_SHIPPING})
    duties: Payer = Payer.CUSTOMER
    ladder: tuple[Rung, ...] = ()
    keep_below: Decimal | None = None
    wait_days: int | None = None
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class DestinationPolicy:
    """The terms of one destination: ``change_of_mind`` for withdrawals, ``faulty`` for bad goods, ``service`` else.

    ``issues`` holds a row for every issue type; ``source`` names the law behind the days to send and to refund.
    """

    name: str
    countries: frozenset[str]
    change_of_mind: Terms
    faulty: Terms
    service: Terms
    days_to_send: int
    days_to_refund: int
    issues: Mapping[IssueType, Row]
    source: str = "Shop policy"
    refund_counts_from: RefundStart = RefundStart.GOODS
    places: Mapping[str, Place] = field(default_factory=dict)

    def terms(self, issue: IssueType) -> Terms:
        """Return the section that an issue falls under."""
        return self.section(section_of(issue))

    def section(self, name: str) -> Terms:
        """Return the section of a name."""
        return {"change_of_mind": self.change_of_mind, "faulty": self.faulty, "service": self.service}[name]


def section_of(issue: IssueType) -> str:
    """Return the name of the section that an issue falls under."""
    if issue in WITHDRAWALS:
        return "change_of_mind"
    return "faulty" if issue in FAULTS else "service"


@dataclass(frozen=True)
class Caps:
    """How much goodwill there is: percent of what was paid for an order, and money for a customer in 365 days.

    The money is in the currency whose exchange rate is 1; None means that there is no such cap.
    """

    percent_of_order: Decimal = Decimal(100)
    per_customer: Decimal | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
