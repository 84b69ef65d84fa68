"""What law and shop policy allow for an order, some of its lines and a reason: a verdict with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import FAULTS, WITHDRAWALS, IssueType, Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine, OrderState, ShipmentState


@dataclass(frozen=True)
class Selection:
    """Some pieces of one order line."""

    line: OrderLine
    quantity: int

    @property
    def price(self) -> Money:
        """Return what the customer paid for these pieces."""
        return self.line.unit_price * self.quantity


@dataclass(frozen=True)
class Terms:
    """What applies to one kind of reason at one destination.

    ``days`` counts from receipt; None means that time alone never closes the window. ``review_above`` is the
    refund, in the currency whose exchange rate is 1, above which a person decides. ``source`` names the law or
    the shop's own rule.
    """

    days: int | None
    remedies: tuple[Remedy, ...]
    return_shipping: Payer
    refunds_outbound_shipping: bool
    source: str
    review_above: Decimal | None = None


@dataclass(frozen=True)
class DestinationPolicy:
    """The terms of one destination: ``change_of_mind`` for withdrawals, ``faulty`` for bad goods, ``service`` else."""

    name: str
    countries: frozenset[str]
    change_of_mind: Terms
    faulty: Terms
    service: Terms
    days_to_send: int
    days_to_refund: int


@dataclass(frozen=True)
class Verdict:
    """What may be done, and why.

    ``remedies`` come in the order in which to offer them; ``reasons`` are codes a customer is told in plain words.
    ``window_closes`` is the last day of the right, ``send_by`` the last day to hand the parcel over.
    """

    remedies: tuple[Remedy, ...]
    reasons: tuple[str, ...]
    window_closes: date | None
    send_by: date
    return_shipping: Payer
    refund: Money
    needs_review: bool
    days_to_refund: int
    policy: str
    policy_version: str
    source: str

    def allows(self, remedy: Remedy) -> bool:
        """Tell whether a remedy is open."""
        return remedy in self.remedies


NEVER_RETURNED = {
    ReturnClass.HYGIENE: "hygiene_goods",
    ReturnClass.MADE_TO_MEASURE: "made_to_measure",
    ReturnClass.PERISHABLE: "perishable_goods",
    ReturnClass.SEALED_MEDIA: "unsealed_media",
    ReturnClass.DIGITAL: "digital_content",
}
"""Goods without a right of withdrawal (Directive 2011/83/EU art. 16), with the code of the refusal."""

_NEEDS_GOODS = frozenset({Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REPAIR})

_NOTHING_LACKS = frozenset({IssueType.CUSTOMS_CHARGES, IssueType.OVERCHARGED, IssueType.POOR_SERVICE, IssueType.OTHER})
_ONLY_FOR = {
    Remedy.RESHIP: frozenset({IssueType.MISSING_ITEM, IssueType.LOST_PARCEL, IssueType.DELIVERED_NOT_RECEIVED}),
    Remedy.REPAIR: frozenset({IssueType.DEFECTIVE, IssueType.DAMAGED}),
    Remedy.REFUND_FULL: frozenset(IssueType) - _NOTHING_LACKS,
}
"""Remedies that make no sense for every issue, whatever the policy says: what arrived is not sent again, and a
rude answer or a fee is not made good by the price of goods the customer keeps."""

_OUTLIVES_THE_ORDER = frozenset(_NOTHING_LACKS | {IssueType.REFUND_MISSING})
"""Complaints that a canceled order or returned goods do not settle, and often cause."""


@dataclass(frozen=True)
class Policy:
    """All destinations beside the shop's default; ``version`` is a digest of the files.

    ``exchange_rates`` maps ISO 4217 codes to what one unit of the currency of ``Terms.review_above`` buys.
    """

    destinations: tuple[DestinationPolicy, ...]
    default: DestinationPolicy
    version: str
    exchange_rates: Mapping[str, Decimal]

    def for_country(self, country: str) -> DestinationPolicy:
        """Return the terms of a destination, or the shop's default."""
        return next((found for found in self.destinations if country in found.countries), self.default)

    def decide(
        self,
        order: Order,
        selections: list[Selection],
        issue: IssueType,
        now: datetime,
        taken: dict[int, int],
    ) -> Verdict:
        """Return what is open for these pieces; ``taken`` counts pieces per line that other returns already bind."""
        destination = self.for_country(order.address.country)
        terms = _terms(destination, issue)
        closes = _closing_day(terms, order.delivered_at)
        reasons = _refusals(order, selections, issue, closes, now, taken)
        remedies = () if reasons else tuple(remedy for remedy in terms.remedies if _fits(remedy, issue))
        if order.delivered_at is None:
            # Goods that never arrived cannot be sent back.
            remedies = tuple(remedy for remedy in remedies if remedy not in _NEEDS_GOODS)
        refund = _refund(order, selections, terms)
        return Verdict(
            remedies=remedies,
            reasons=reasons or (_grant(issue),),
            window_closes=closes,
            send_by=now.date() + timedelta(days=destination.days_to_send),
            return_shipping=terms.return_shipping,
            refund=refund,
            needs_review=not _is_borne_out(order, issue) or self._is_much(refund, terms),
            days_to_refund=destination.days_to_refund,
            policy=destination.name,
            policy_version=self.version,
            source=terms.source,
        )

    def _is_much(self, refund: Money, terms: Terms) -> bool:
        if terms.review_above is None:
            return False
        rate = self.exchange_rates.get(refund.currency)
        return rate is None or refund.amount > terms.review_above * rate


def _terms(destination: DestinationPolicy, issue: IssueType) -> Terms:
    if issue in WITHDRAWALS:
        return destination.change_of_mind
    if issue in FAULTS:
        return destination.faulty
    return destination.service


def _fits(remedy: Remedy, issue: IssueType) -> bool:
    return issue in _ONLY_FOR.get(remedy, frozenset(IssueType))


def _is_borne_out(order: Order, issue: IssueType) -> bool:
    """Tell whether more than the customer's word speaks for a complaint before money or goods leave the shop.

    Goods that come back are looked at; of parcels, the carrier itself has to say that one is lost.
    """
    if issue is IssueType.LOST_PARCEL:
        return any(shipment.state is ShipmentState.LOST for shipment in order.shipments)
    return issue in WITHDRAWALS | FAULTS


def _grant(issue: IssueType) -> str:
    if issue in WITHDRAWALS:
        return "within_return_window"
    if issue in FAULTS:
        return "faulty_goods"
    return "service_failure"


def _closing_day(terms: Terms, delivered_at: datetime | None) -> date | None:
    if terms.days is None or delivered_at is None:
        return None
    return delivered_at.date() + timedelta(days=terms.days)


def _refusals(
    order: Order,
    selections: list[Selection],
    issue: IssueType,
    closes: date | None,
    now: datetime,
    taken: dict[int, int],
) -> tuple[str, ...]:
    reasons = []
    if order.state is OrderState.CANCELED and issue not in _OUTLIVES_THE_ORDER:
        reasons.append("order_canceled")
    if issue in WITHDRAWALS | FAULTS and order.delivered_at is None:
        reasons.append("not_delivered_yet")
    if closes is not None and now.date() > closes:
        reasons.append("window_closed")
    if issue in WITHDRAWALS:
        reasons += sorted(
            {
                NEVER_RETURNED[selection.line.product.return_class]
                for selection in selections
                if selection.line.product.return_class in NEVER_RETURNED
            }
        )
    if issue not in _OUTLIVES_THE_ORDER and any(
        selection.quantity > selection.line.quantity - taken.get(selection.line.position, 0) for selection in selections
    ):
        reasons.append("already_returned")
    return tuple(reasons)


def _refund(order: Order, selections: list[Selection], terms: Terms) -> Money:
    """Return what the customer gets back for these pieces.

    The outbound standard fee comes back only when everything does (Directive 2011/83/EU art. 13(1); CJEU C-511/08
    Heine obliges for full withdrawal, Commission guidance 2021/C 525/01 leaves part deliveries to the trader).
    """
    total = Money.zero(order.currency)
    for selection in selections:
        total += selection.price
    everything = {(s.line.position, s.quantity) for s in selections} == {
        (line.position, line.quantity) for line in order.lines
    }
    if terms.refunds_outbound_shipping and everything:
        total += order.shipping_fee
    return min(total, order.total)
