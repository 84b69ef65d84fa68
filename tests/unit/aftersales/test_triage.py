"""The first judgement: danger before money, money before the rest."""

from __future__ import annotations

import pytest

from bot.aftersales.labels import FAULTS, WHOLE_ORDER, WITHDRAWALS, IssueType, Priority
from bot.aftersales.triage import priority_of


def test_danger_is_urgent_whatever_else_is_open() -> None:
    assert priority_of(IssueType.SAFETY_HAZARD, earlier_cases=0) is Priority.URGENT
    assert priority_of(IssueType.SAFETY_HAZARD, earlier_cases=3) is Priority.URGENT


@pytest.mark.parametrize(
    "issue",
    [
        IssueType.OVERCHARGED,
        IssueType.REFUND_MISSING,
        IssueType.LOST_PARCEL,
        IssueType.DELIVERED_NOT_RECEIVED,
    ],
)
def test_money_already_lost_is_high(issue: IssueType) -> None:
    assert priority_of(issue, earlier_cases=0) is Priority.HIGH


@pytest.mark.parametrize("issue", [i for i in IssueType if i is not IssueType.SAFETY_HAZARD])
def test_a_second_contact_is_high(issue: IssueType) -> None:
    assert priority_of(issue, earlier_cases=1) is Priority.HIGH


def test_mere_dissatisfaction_is_low() -> None:
    assert priority_of(IssueType.POOR_SERVICE, earlier_cases=0) is Priority.LOW


def test_the_rest_is_normal() -> None:
    assert priority_of(IssueType.WRONG_SIZE, earlier_cases=0) is Priority.NORMAL
    assert priority_of(IssueType.DEFECTIVE, earlier_cases=0) is Priority.NORMAL


def test_priorities_rank_from_urgent_to_low() -> None:
    assert [priority.rank for priority in Priority] == [0, 1, 2, 3]
    assert min(Priority.LOW, Priority.HIGH, key=lambda priority: priority.rank) is Priority.HIGH


def test_every_issue_is_of_exactly_one_kind() -> None:
    assert set(IssueType) == FAULTS | WITHDRAWALS | WHOLE_ORDER
    assert len(FAULTS) + len(WITHDRAWALS) + len(WHOLE_ORDER) == len(IssueType)


def test_labels_print_as_their_value() -> None:
    assert f"{IssueType.WRONG_SIZE}" == "wrong_size"


@pytest.mark.parametrize("issue", [IssueType.POOR_SERVICE, IssueType.WRONG_SIZE, IssueType.OVERCHARGED])
def test_a_threat_is_urgent_and_anger_is_high(issue: IssueType) -> None:
    assert priority_of(issue, earlier_cases=0, is_threatening=True) is Priority.URGENT
    assert priority_of(issue, earlier_cases=0, is_angry=True) is Priority.HIGH
    assert priority_of(issue, earlier_cases=2, is_threatening=True, is_angry=True) is Priority.URGENT


def test_anger_does_not_make_danger_less_urgent() -> None:
    assert priority_of(IssueType.SAFETY_HAZARD, earlier_cases=0, is_angry=True) is Priority.URGENT
