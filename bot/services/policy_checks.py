"""What files of ``data/policy`` must not say together: gaps, ladders that go down, grants below the law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.aftersales.labels import IssueType, Label, Payer, Remedy
from bot.aftersales.policy_terms import (
    BUILT_IN,
    Approval,
    Caps,
    DestinationPolicy,
    Evidence,
    Part,
    Row,
    Terms,
    section_of,
)
from bot.services.policy_section import Problem

_SECTIONS = ("change_of_mind", "faulty", "service")
_SENT_ON_WORD = frozenset({Remedy.RESHIP, Remedy.REFUND_FULL})


def contradictions(destinations: Iterable[DestinationPolicy], caps: Caps) -> Iterator[Problem]:
    """Yield everything that sound files say against each other or against the law's floor."""
    for destination in destinations:
        for name in _SECTIONS:
            yield from _section(name, destination.section(name))
        for issue, row in destination.issues.items():
            yield from _row(issue, row, caps)
            yield from _row_at(destination, issue, row)


def _section(name: str, terms: Terms) -> Iterator[Problem]:
    floor = terms.floor
    if terms.exchanges_in_advance and Remedy.EXCHANGE not in terms.remedies:
        yield _at(terms, name, "exchanges_in_advance", "is for nothing: remedies holds no exchange")
    if floor.return_shipping is Payer.SHOP and terms.return_shipping is Payer.CUSTOMER:
        yield _at(terms, name, "return_shipping", "must be shop (legal_return_shipping), not customer")
    if Part.OUTBOUND_SHIPPING in floor.refunds and not terms.refunds_outbound_shipping:
        yield _at(terms, name, "refunds_outbound_shipping", "must be true (legal_refunds), not false")
    if floor.remedies and not set(floor.remedies) & set(terms.remedies):
        yield _at(terms, name, "remedies", f"must hold one of {_listed(floor.remedies)} (legal_remedies)")
    if missing := floor.remedies_within.keys() - set(terms.remedies):
        yield _at(terms, name, "remedies", f"must hold {_listed(missing)} (legal_remedies_within)")
    for remedy, days in floor.remedies_within.items():
        if days is not None and terms.days is not None and terms.days < days:
            message = f"must be at least {days} (legal_remedies_within.{remedy}), not {terms.days}"
            yield _at(terms, name, "days", message)


def _row(issue: IssueType, row: Row, caps: Caps) -> Iterator[Problem]:
    """Yield what is wrong with a row wherever it applies."""
    path = f"issues.{issue.value}"
    yield from _ladder(path, row, caps)
    if row.wait_days is not None and not _SENT_ON_WORD & set(row.remedies):
        yield _at(row, path, "wait_days", f"is for nothing: remedies holds none of {_listed(_SENT_ON_WORD)}")
    if row.keep_below is not None and Remedy.RETURN_REFUND not in row.remedies:
        message = "spares a return, but remedies holds no return_refund"
        yield _at(row, path, "refund_without_return_below", message)
    if row.keep_below is not None and caps.per_customer is not None and row.keep_below > caps.per_customer:
        message = f"is above caps.per_customer_in_365_days ({caps.per_customer}), which ends it before"
        yield _at(row, path, "refund_without_return_below", message)
    on_word = row.approval is Approval.AUTOMATIC and row.evidence is Evidence.NONE
    if on_word and Remedy.REFUND_FULL in row.remedies and row.wait_days is None:
        message = (
            "refund_full would go out on the customer's word alone: set approval to review, ask for evidence, "
            "or let the carrier search first (wait_days)"
        )
        yield _at(row, path, "remedies", message)
    if on_word and row.keep_below is not None:
        message = "money for goods that stay would go out on the customer's word alone: ask for evidence"
        yield _at(row, path, "refund_without_return_below", message)


def _ladder(path: str, row: Row, caps: Caps) -> Iterator[Problem]:
    for before, rung in zip((None, *row.ladder), row.ladder, strict=False):
        if rung.remedy not in row.remedies:
            yield _at(row, path, "ladder", f"{rung.remedy} is not among the remedies of this issue")
        if before is not None and (rung.worth < before.worth or rung.worth == before.worth > 0):
            yield _at(row, path, "ladder", f"goes down: {rung.remedy} is worth no more than {before.remedy} before it")
        if rung.percent is not None and rung.percent > caps.percent_of_order:
            message = (
                f"{rung.remedy} of {rung.percent} percent is above caps.percent_of_order ({caps.percent_of_order})"
            )
            yield _at(row, path, "ladder", message)


def _row_at(destination: DestinationPolicy, issue: IssueType, row: Row) -> Iterator[Problem]:
    """Yield what is wrong with a row at one destination."""
    path, name = f"issues.{issue.value}", section_of(issue)
    terms = destination.section(name)
    there = f"{destination.name}.{name}"
    # A row of the default may hold more than another destination allows; a row of its own may not.
    is_own = row.places.get("remedies", BUILT_IN).file == terms.places.get("remedies", BUILT_IN).file
    for remedy in row.remedies:
        if is_own and remedy not in terms.remedies:
            yield _at(row, path, "remedies", f"{remedy} is not among the remedies of {there}")
    open_ = [remedy for remedy in row.remedies if remedy in terms.remedies]
    if not open_:
        yield _at(row, path, "remedies", f"none of them is among the remedies of {there}")
    elif terms.floor.remedies and not set(terms.floor.remedies) & set(open_):
        message = f"must hold one of {_listed(terms.floor.remedies)} (legal_remedies of {there})"
        yield _at(row, path, "remedies", message)
    if missing := terms.floor.remedies_within.keys() - set(row.remedies):
        yield _at(row, path, "remedies", f"must hold {_listed(missing)} (legal_remedies_within of {there})")
    if kept := terms.floor.refunds - row.refunds:
        yield _at(row, path, "refunds", f"must hold {_listed(kept)} (legal_refunds of {there})")
    if row.keep_below is not None and terms.review_above is not None and row.keep_below > terms.review_above:
        message = f"is above review_above of {there} ({terms.review_above})"
        yield _at(row, path, "refund_without_return_below", message)


def _at(said: Terms | Row, path: str, key: str, message: str) -> Problem:
    place = said.places.get(key, BUILT_IN)
    return Problem(place.file, place.line, f"{path}.{key}", message)


def _listed(labels: Iterable[Label]) -> str:
    return ", ".join(sorted(label.value for label in labels))
