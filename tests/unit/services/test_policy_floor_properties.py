"""What the law leaves to the customer is open on every day of it, or the files that close it are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.aftersales.labels import FAULTS, WITHDRAWALS, IssueType, Remedy
from bot.aftersales.policy import Selection, Verdict
from bot.aftersales.policy_terms import DestinationPolicy, Floor, Row, section_of
from bot.services.policy_checks import contradictions
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY, EU

PROPERTY = settings(max_examples=400, deadline=None)
ISSUES = st.sampled_from(sorted(FAULTS | WITHDRAWALS))
REMEDIES = st.lists(
    st.sampled_from([Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REPAIR, Remedy.REFUND_PARTIAL, Remedy.REFUND_FULL]),
    min_size=1,
    unique=True,
)
WITHIN = st.dictionaries(
    st.sampled_from([Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REFUND_PARTIAL]),
    st.none() | st.integers(1, 12),
    min_size=1,
    max_size=2,
)
# Few days, so that the last of the law's is often the last of the shop's, or the one after it.
DAYS = st.none() | st.integers(0, 12)


def a_destination(
    issue: IssueType,
    open_here: Sequence[Remedy],
    offered: Sequence[Remedy],
    within: Mapping[Remedy, int | None],
    days: int | None,
) -> DestinationPolicy:
    """Return the European Union with such a section for an issue, and such a row in it."""
    name = section_of(issue)
    floor = Floor(remedies_within=within)
    terms = replace(EU.section(name), days=days, remedies=tuple(open_here), floor=floor)
    issues = {**EU.issues, issue: Row(tuple(offered))}
    if name == "faulty":
        return replace(EU, faulty=terms, issues=issues)
    return replace(EU, change_of_mind=terms, issues=issues)


def complaints(destination: DestinationPolicy, issue: IssueType) -> list[str]:
    """Return what is said at start against the section and the row of an issue about the choice the law leaves."""
    problems = contradictions([destination], A_POLICY.caps)
    fields = (section_of(issue), f"issues.{issue.value}")
    return [p.message for p in problems if p.field.startswith(fields) and "legal_remedies_within" in p.message]


def decided(
    destination: DestinationPolicy, issue: IssueType, day: int, *, price: int = 50, warranty_months: int = 0
) -> Verdict:
    """Return the decision about an order so many days after its receipt."""
    order = an_order(a_line(price=euros(price)), delivered_days_ago=day)
    order.lines[0].product.warranty_months = warranty_months
    policy = replace(A_POLICY, destinations=(destination,))
    return policy.decide(order, [Selection(order.lines[0], 1)], issue, NOW, {})


@PROPERTY
@given(ISSUES, REMEDIES, REMEDIES, WITHIN, DAYS)
def test_files_are_refused_exactly_where_a_decision_would_close_what_the_law_opens(
    issue: IssueType,
    open_here: list[Remedy],
    offered: list[Remedy],
    within: dict[Remedy, int | None],
    days: int | None,
) -> None:
    destination = a_destination(issue, open_here, offered, within, days)
    closed = []
    for remedy, last_day in within.items():
        day = last_day if last_day is not None else days
        if not decided(destination, issue, 900 if day is None else day).allows(remedy):
            closed.append(remedy)
    assert bool(complaints(destination, issue)) is bool(closed)


@PROPERTY
@given(ISSUES, REMEDIES, WITHIN, DAYS, st.integers(0, 15), st.integers(1, 3000), st.sampled_from([0, 12, 24, 36]))
def test_what_the_law_leaves_to_the_customer_is_open_on_every_day_of_it(
    issue: IssueType,
    further: list[Remedy],
    within: dict[Remedy, int | None],
    days: int | None,
    day: int,
    price: int,
    warranty_months: int,
) -> None:
    remedies = list(dict.fromkeys([*further, *within]))
    destination = a_destination(issue, remedies, remedies, within, days)
    assume(not complaints(destination, issue))
    for remedy, last_day in within.items():
        lasts = days if last_day is None else last_day
        # On some day of it, and on the last one.
        for at in {day} if lasts is None else {min(day, lasts), lasts}:
            verdict = decided(destination, issue, at, price=price, warranty_months=warranty_months)
            assert verdict.allows(remedy)
