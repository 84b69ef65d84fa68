"""The trail of a decision: every rule that had a say in it, where it stands, and what it said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from bot.aftersales.labels import FAULTS, IssueType
from bot.aftersales.money import Money
from bot.aftersales.policy_terms import BUILT_IN, Approval, Caps, DestinationPolicy, Evidence, Place, section_of
from bot.aftersales.search import Search
from bot.aftersales.verdict import FiredRule

_SHOP = "Shop policy"
_REFUSED_BY = {
    "order_canceled": ("order.state", _SHOP, "the order was canceled: there is nothing to return or send again"),
    "not_delivered_yet": ("order.delivery", _SHOP, "no parcel of the order has arrived"),
    "already_returned": ("order.pieces", _SHOP, "other returns or refunds bind these pieces already"),
    "decided_by_a_person": ("order.open", _SHOP, "no remedy of the row is open here: a person decides"),
}
_NEVER_BACK = "Directive 2011/83/EU art. 16; the same rule everywhere as shipped"


def fired(
    destination: DestinationPolicy,
    issue: IssueType,
    caps: Caps,
    reasons: tuple[str, ...],
    closes: date | None,
    search: Search | None,
    *,
    stays: bool,
    is_much: bool,
    is_prepaid: bool,
    is_missing_again: bool,
    is_unclear: bool,
    is_overrun: bool,
    cap: Money,
    owed: Money | None,
) -> tuple[FiredRule, ...]:
    """Return the rules behind a verdict, those that refuse first."""
    trail = _Trail(destination, issue)
    found = [*_refusals(trail, reasons)]
    found += _section(trail, closes, reasons, is_much=is_much)
    found += _row(trail, search, stays=stays)
    if trail.row.ladder:
        found.append(trail.rule(caps.places, "caps", "percent_of_order", _SHOP, f"goodwill left: {cap}"))
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

    def __init__(self, destination: DestinationPolicy, issue: IssueType) -> None:
        self.destination = destination
        self.issue = issue
        self.name = section_of(issue)
        self.terms = destination.section(self.name)
        self.row = destination.issues[issue]

    def rule(self, places: Mapping[str, Place], path: str, key: str, source: str, text: str) -> FiredRule:
        place = places.get(key, BUILT_IN)
        return FiredRule(f"{_stem(place, self.destination.name)}.{path}.{key}", place.file, place.line, source, text)

    def of_section(self, key: str, text: str) -> FiredRule:
        return self.rule(self.terms.places, self.name, key, self.terms.source, text)

    def of_row(self, key: str, text: str) -> FiredRule:
        return self.rule(self.row.places, f"issues.{self.issue.value}", key, _SHOP, text)


def _refusals(trail: _Trail, reasons: tuple[str, ...]) -> Iterator[FiredRule]:
    for reason in reasons:
        if reason in _REFUSED_BY:
            yield _built_in(*_REFUSED_BY[reason])
        elif reason.endswith(("_goods", "_measure", "_media", "_content")) and reason != "faulty_goods":
            yield _built_in(
                f"law.{reason}", _NEVER_BACK, "goods of this kind are not taken back after a change of mind"
            )
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
        yield trail.of_section("review_above", f"above {terms.review_above} EUR a person decides")


def _row(trail: _Trail, search: Search | None, *, stays: bool) -> Iterator[FiredRule]:
    row = trail.row
    yield trail.of_row("remedies", "offered in this order: " + ", ".join(row.remedies))
    if row.evidence is not Evidence.NONE:
        yield trail.of_row("evidence", f"photos are {row.evidence}")
    if row.approval is Approval.REVIEW:
        yield trail.of_row("approval", "a person decides")
    yield trail.of_row("refunds", "money back in full is made of: " + ", ".join(sorted(row.refunds)))
    yield trail.of_row("duties", f"import duties are borne by the {row.duties}")
    if row.ladder:
        yield trail.of_row("ladder", f"{len(row.ladder)} steps to negotiate by")
    if stays:
        yield trail.of_row("refund_without_return_below", f"worth at most {row.keep_below} EUR: the goods stay")
    if search is not None:
        until = f"until {search.until}" if search.until else ("over" if search.is_over else "nothing to go by yet")
        yield trail.of_row("wait_days", f"the carrier's search of {row.wait_days} days: {until}")


def _built_in(name: str, source: str, text: str) -> FiredRule:
    return FiredRule(name, BUILT_IN.file, BUILT_IN.line, source, text)


def _stem(place: Place, default: str) -> str:
    return place.file.rsplit(".", 1)[0] if place.file else default
