"""The trail of a decision: every rule that had a say in it, where it stands, and what it said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from bot.aftersales.labels import FAULTS, WITHDRAWALS, IssueType
from bot.aftersales.ladder import Given, left_of_customer, left_of_order
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.policy_terms import (
    BUILT_IN,
    Approval,
    Caps,
    DestinationPolicy,
    Evidence,
    Place,
    RefundStart,
    section_of,
)
from bot.aftersales.search import Search
from bot.aftersales.verdict import NEEDS_GOODS, FiredRule
from bot.aftersales.withdrawal import REFUSED_FOR

_SHOP = "Shop policy"
_REFUSED_BY = {
    "order_canceled": ("order.state", _SHOP, "the order was canceled: there is nothing to return or send again"),
    "not_delivered_yet": ("order.delivery", _SHOP, "no parcel of the order has arrived"),
    "already_returned": ("order.pieces", _SHOP, "other returns or refunds bind these pieces already"),
    "decided_by_a_person": ("order.open", _SHOP, "no remedy of the row is open here: a person decides"),
}


def fired(
    destination: DestinationPolicy,
    issue: IssueType,
    caps: Caps,
    reasons: tuple[str, ...],
    closes: date | None,
    search: Search | None,
    *,
    order: Order,
    given: Given,
    rates: Mapping[str, Decimal],
    default: DestinationPolicy,
    evidence_given: bool | None,
    stays: bool,
    is_much: bool,
    is_prepaid: bool,
    is_missing_again: bool,
    is_unclear: bool,
    is_overrun: bool,
    is_early: bool,
    owed: Money | None,
) -> tuple[FiredRule, ...]:
    """Return the rules behind a verdict, those that refuse first; ``default`` is where the exchange rates stand."""
    limits = _Limits(order, caps, given, rates, default)
    trail = _Trail(destination, issue, limits.base)
    found = [*_refusals(trail, reasons)]
    if is_early:
        found.append(trail.of_section("legal_days", "the law lets nobody wait for the goods before withdrawing"))
    found += _section(trail, closes, reasons, is_much=is_much and limits.rate is not None)
    found += _days(trail)
    found += _row(trail, search, stays=stays, evidence_given=evidence_given, is_owed=owed is not None)
    found += _goodwill(trail, limits)
    found += _exchange_rate(trail, limits, is_much=is_much)
    if is_prepaid:
        found.append(_built_in("order.duties", _SHOP, "duties were paid at checkout: the shop settles them"))
    if is_missing_again:
        found.append(_built_in("order.sent_again", _SHOP, "sent a second time and missing again: a person decides"))
    if is_unclear:
        found.append(_built_in("order.parcels", _SHOP, "the parcels fare differently: a person decides"))
    if is_overrun:
        text = "the days are over for what has arrived, but not all has: a person decides"
        found.append(_built_in("order.arrival", _SHOP, text))
    if owed is not None:
        found.append(_built_in("order.payments", _SHOP, f"paid {owed} more than the order's total"))
    return tuple(found)


class _Trail:
    """A destination, an issue, and how their rules are named."""

    def __init__(self, destination: DestinationPolicy, issue: IssueType, base: str) -> None:
        self.destination = destination
        self.issue = issue
        self.base = base
        self.name = section_of(issue)
        self.terms = destination.section(self.name)
        self.row = destination.issues[issue]

    def rule(self, places: Mapping[str, Place], path: str, key: str, source: str, text: str) -> FiredRule:
        place = places.get(key, BUILT_IN)
        name = ".".join(part for part in (_stem(place, self.destination.name), path, key) if part)
        return FiredRule(name, place.file, place.line, source, text)

    def of_file(self, key: str, text: str) -> FiredRule:
        return self.rule(self.destination.places, "", key, self.destination.source, text)

    def of_section(self, key: str, text: str) -> FiredRule:
        return self.rule(self.terms.places, self.name, key, self.terms.source, text)

    def of_row(self, key: str, text: str) -> FiredRule:
        return self.rule(self.row.places, f"issues.{self.issue.value}", key, _SHOP, text)


class _Limits:
    """What the limits of all files come to for one order; ``base`` is the currency that they are in."""

    def __init__(
        self, order: Order, caps: Caps, given: Given, rates: Mapping[str, Decimal], default: DestinationPolicy
    ) -> None:
        self.caps = caps
        self.default = default
        self.currency = order.currency
        self.rate = rates.get(order.currency)
        self.base = next((currency for currency, rate in rates.items() if rate == 1), "")
        self.of_order = left_of_order(order, caps, given)
        self.of_customer = left_of_customer(order, caps, given, rates)


def _refusals(trail: _Trail, reasons: tuple[str, ...]) -> Iterator[FiredRule]:
    if excepted := [reason for reason in reasons if reason in REFUSED_FOR.values()]:
        yield trail.of_section("legal_exceptions", "not taken back after a change of mind: " + ", ".join(excepted))
    for reason in reasons:
        if reason in _REFUSED_BY:
            yield _built_in(*_REFUSED_BY[reason])
        elif reason == "within_warranty":
            text = "only a warranty still runs: the product's own, or a longer one given before"
            yield _built_in("order.warranty", "The warranty", text)


def _section(trail: _Trail, closes: date | None, reasons: tuple[str, ...], *, is_much: bool) -> Iterator[FiredRule]:
    terms = trail.terms
    if terms.days is None:
        yield trail.of_section("days", "time alone never closes it")
    elif closes is not None:
        state = "closed" if "window_closed" in reasons else "open"
        yield trail.of_section("days", f"{terms.days} days from receipt: {state}, the last day is {closes}")
    yield trail.of_section("remedies", "open here: " + ", ".join(terms.remedies))
    if trail.issue in FAULTS or trail.name == "change_of_mind":
        yield trail.of_section("return_shipping", f"the way back is paid by the {terms.return_shipping}")
    fee = "comes back with a whole order" if terms.refunds_outbound_shipping else "is kept"
    yield trail.of_section("refunds_outbound_shipping", f"the delivery fee {fee}")
    if terms.exchanges_in_advance:
        yield trail.of_section("exchanges_in_advance", "a replacement leaves before the goods are back")
    if is_much:
        yield trail.of_section("review_above", f"above {terms.review_above} {trail.base} a person decides")
    if terms.days_to_remedy is not None:
        text = f"settled within {terms.days_to_remedy} days of the complaint"
        yield trail.of_section("days_to_remedy", text)


def _days(trail: _Trail) -> Iterator[FiredRule]:
    destination = trail.destination
    if NEEDS_GOODS & set(trail.terms.remedies) & set(trail.row.remedies):
        yield trail.of_file("days_to_send", f"{destination.days_to_send} days to hand goods over")
    yield trail.of_file("days_to_refund", f"money is on its way within {destination.days_to_refund} days")
    if trail.issue in WITHDRAWALS and destination.refund_counts_from is RefundStart.WITHDRAWAL:
        yield trail.of_file("refund_counts_from", "counted from the withdrawal; goods or proof of sending first")


def _row(
    trail: _Trail, search: Search | None, *, stays: bool, evidence_given: bool | None, is_owed: bool
) -> Iterator[FiredRule]:
    row = trail.row
    yield trail.of_row("remedies", "offered in this order: " + ", ".join(row.remedies))
    yield trail.of_row("evidence", _photos(row.evidence, evidence_given))
    if row.approval is Approval.AUTOMATIC:
        yield trail.of_row("approval", "what is open needs no person for its own sake")
    else:
        but = ", but not about what was paid too much" if is_owed else ""
        yield trail.of_row("approval", f"a person decides{but}")
    yield trail.of_row("refunds", "money back in full is made of: " + ", ".join(sorted(row.refunds)))
    yield trail.of_row("duties", f"import duties are borne by the {row.duties}")
    if row.ladder:
        yield trail.of_row("ladder", f"{len(row.ladder)} steps to negotiate by")
    if stays:
        text = f"worth at most {row.keep_below} {trail.base}: the goods stay"
        yield trail.of_row("refund_without_return_below", text)
    if search is not None:
        until = f"until {search.until}" if search.until else ("over" if search.is_over else "nothing to go by yet")
        yield trail.of_row("wait_days", f"the carrier's search of {row.wait_days} days: {until}")


def _photos(evidence: Evidence, given: bool | None) -> str:
    if evidence is Evidence.NONE:
        return "no photos are asked for"
    if given:
        return f"photos are {evidence}, and are there"
    if evidence is Evidence.REQUIRED or given is False:
        return f"photos are {evidence}, and not there: a person decides"
    return f"photos are {evidence}"


def _goodwill(trail: _Trail, limits: _Limits) -> Iterator[FiredRule]:
    """Yield the caps: both are for the ladder, and the customer's is for goods that may stay too."""
    places, caps = limits.caps.places, limits.caps
    if trail.row.ladder:
        text = f"{caps.percent_of_order} percent of the order, less what was given: {limits.of_order} left"
        yield trail.rule(places, "caps", "percent_of_order", _SHOP, text)
    if limits.of_customer is not None and (trail.row.ladder or trail.row.keep_below is not None):
        text = f"{caps.per_customer} {trail.base} a year, less what the customer had: {limits.of_customer} left"
        yield trail.rule(places, "caps", "per_customer_in_365_days", _SHOP, text)


def _exchange_rate(trail: _Trail, limits: _Limits, *, is_much: bool) -> Iterator[FiredRule]:
    places, currency = limits.default.places, limits.currency
    if limits.rate is None:
        text = f"{currency} has none, so no amount can be compared with a limit"
        yield trail.rule(places, "", "exchange_rates", _SHOP, f"{text}: a person decides" if is_much else text)
    elif currency != trail.base:
        text = f"limits are compared at {limits.rate} {currency} for 1 {trail.base}"
        yield trail.rule(places, "", f"exchange_rates.{currency}", _SHOP, text)


def _built_in(name: str, source: str, text: str) -> FiredRule:
    return FiredRule(name, BUILT_IN.file, BUILT_IN.line, source, text)


def _stem(place: Place, default: str) -> str:
    return place.file.rsplit(".", 1)[0] if place.file else default
