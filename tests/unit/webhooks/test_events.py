"""The public types of events."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bot.aftersales.case import CaseState
from bot.errors import InvalidInputError
from bot.services.webhook_events import EVENTS, TYPES, checked_patterns, is_wanted, types_of_change
from bot.settings import ROOT

_TABLE = ROOT / "bot" / "services" / "webhook_events.py"


def _strings(file: Path) -> tuple[set[str], set[str]]:
    """Return the strings of a file, and the beginnings of those that are put together."""
    tree = ast.parse(file.read_text("utf-8"))
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    begun = {str(first.value) for text in texts if isinstance(first := text.values[0], ast.Constant)}
    return {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }, begun


def _recorded() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "bot").rglob("*.py"):
        if file == _TABLE or "migrations" in file.parts:
            continue
        texts, begun = _strings(file)
        found |= texts | {f"{start}{text}" for start in begun if start.endswith(".") for text in texts}
    return found


def test_every_action_that_is_told_outside_is_recorded_somewhere() -> None:
    assert sorted(set(EVENTS) - _recorded()) == []


def test_types_are_named_by_a_group_and_what_happened() -> None:
    assert all(len(name.split(".")) == 2 and name == name.lower() for name in TYPES)


def test_a_subscription_may_ask_for_types_groups_or_everything() -> None:
    assert checked_patterns([" case.opened", "refund.*", "case.opened", ""]) == ("case.opened", "refund.*")
    assert is_wanted("refund.sent", ("case.opened", "refund.*"))
    assert is_wanted("refund.sent", ("*",))
    assert not is_wanted("refund.sent", ("refund.agreed", "case.*"))


@pytest.mark.parametrize("given", [[], [""], ["case.exploded"], ["cases.*"], ["case."], ["webhook.test"]])
def test_a_subscription_to_nothing_that_happens_is_refused(given: list[str]) -> None:
    with pytest.raises(InvalidInputError):
        checked_patterns(given)


@pytest.mark.parametrize(
    ("before", "after", "types"),
    [
        (CaseState.TRIAGED, CaseState.OFFERED, ["case.state_changed"]),
        (CaseState.EXECUTING, CaseState.RESOLVED, ["case.state_changed", "case.resolved"]),
        (CaseState.RESOLVED, CaseState.EXECUTING, ["case.state_changed", "case.reopened"]),
        (CaseState.CLOSED, CaseState.ESCALATED, ["case.state_changed", "case.reopened", "case.escalated"]),
        (CaseState.RESOLVED, CaseState.CLOSED, ["case.state_changed", "case.closed"]),
        (CaseState.TRIAGED, CaseState.WITHDRAWN, ["case.state_changed", "case.withdrawn"]),
    ],
)
def test_what_a_change_of_state_is_called(before: CaseState, after: CaseState, types: list[str]) -> None:
    assert types_of_change(before, after) == types


def test_every_type_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "webhooks.md").read_text("utf-8")
    table = page.partition("## Types")[2].partition("## ")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    named = {name for cell in cells for name in re.findall(r"`([a-z]+\.[a-z_]+)`", cell)}
    assert named == set(TYPES)
