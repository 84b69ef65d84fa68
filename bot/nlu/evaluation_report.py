"""The figures of an evaluation and how they are shown; pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

_WORST = 5


@dataclass(frozen=True)
class Outcome:
    """What was expected of one message, what was understood, and how long that took.

    `guessed_intent` is what the bot acts on, or where it asks back (`is_fallback`) its best guess.
    """

    text: str
    intent: str
    guessed_intent: str | None
    issue: str | None
    guessed_issue: str | None
    language_is_right: bool
    order_number_is_right: bool
    elapsed_ms: float
    is_fallback: bool = False


@dataclass(frozen=True)
class LanguageReport:
    """The figures of one language; accuracies and rates are shares of 1, None where no line carries the label."""

    language: str
    lines: int
    intent_accuracy: float | None
    fallback_rate: float | None
    issue_accuracy: float | None
    language_accuracy: float | None
    order_number_accuracy: float | None
    p50_ms: float
    p95_ms: float
    worst_confusions: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        return {name: value for name, value in vars(self).items() if name != "language"}


def report_of(language: str, outcomes: Sequence[Outcome]) -> LanguageReport:
    """Return the figures of these outcomes; issue accuracy is over the lines that carry an issue."""
    with_issue = [outcome for outcome in outcomes if outcome.issue]
    times = sorted(outcome.elapsed_ms for outcome in outcomes)
    confusions = Counter(
        ("intent", outcome.intent, outcome.guessed_intent)
        for outcome in outcomes
        if outcome.intent != outcome.guessed_intent
    ) + Counter(
        ("issue", outcome.issue, outcome.guessed_issue)
        for outcome in with_issue
        if outcome.issue != outcome.guessed_issue
    )
    return LanguageReport(
        language=language,
        lines=len(outcomes),
        intent_accuracy=_share([outcome.intent == outcome.guessed_intent for outcome in outcomes]),
        fallback_rate=_share([outcome.is_fallback for outcome in outcomes]),
        issue_accuracy=_share([outcome.issue == outcome.guessed_issue for outcome in with_issue]),
        language_accuracy=_share([outcome.language_is_right for outcome in outcomes]),
        order_number_accuracy=_share([outcome.order_number_is_right for outcome in outcomes]),
        p50_ms=_percentile(times, 0.50),
        p95_ms=_percentile(times, 0.95),
        worst_confusions=[
            {"of": kind, "expected": expected, "understood": guessed, "lines": count}
            for (kind, expected, guessed), count in confusions.most_common(_WORST)
        ],
    )


def render(reports: Sequence[LanguageReport], output: TextIO) -> None:
    """Write the reports as a table, with the worst confusions below."""
    console = Console(file=output, width=110, highlight=False)
    table = Table("language", "lines", "intent", "fallback", "issue", "language id", "order number", "p50 ms", "p95 ms")
    for report in reports:
        table.add_row(
            report.language,
            str(report.lines),
            _shown(report.intent_accuracy),
            _shown(report.fallback_rate),
            _shown(report.issue_accuracy),
            _shown(report.language_accuracy),
            _shown(report.order_number_accuracy),
            f"{report.p50_ms:.1f}",
            f"{report.p95_ms:.1f}",
        )
    console.print(table)
    for report in reports:
        for confusion in report.worst_confusions:
            console.print(
                f"{report.language}: {confusion['expected']} understood as {confusion['understood']}"
                f" ({confusion['of']}, {confusion['lines']})"
            )


def _share(right: Sequence[bool]) -> float | None:
    return round(sum(right) / len(right), 4) if right else None


def _percentile(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)], 2)


def _shown(accuracy: float | None) -> str:
    return "-" if accuracy is None else f"{accuracy:.3f}"
