from __future__ import annotations

import io
from dataclasses import replace

from bot.nlu.evaluation_report import Outcome, render, report_of

RIGHT = Outcome("hi", "greet", "greet", None, None, True, True, 4.0)
WRONG = replace(
    RIGHT, intent="complain", guessed_intent="deny", issue="damaged", guessed_issue="defective", elapsed_ms=20.0
)


def test_accuracies_are_shares_of_the_lines_they_concern() -> None:
    report = report_of("en", [RIGHT, RIGHT, RIGHT, WRONG])
    assert report.intent_accuracy == 0.75
    assert report.issue_accuracy == 0.0
    assert report.language_accuracy == 1.0
    assert report.order_number_accuracy == 1.0
    assert (report.p50_ms, report.p95_ms) == (4.0, 20.0)
    assert report.lines == 4


def test_without_issue_lines_there_is_no_issue_accuracy() -> None:
    assert report_of("en", [RIGHT]).issue_accuracy is None


def test_the_plain_data_has_the_agreed_keys() -> None:
    assert set(report_of("en", [RIGHT, WRONG]).as_dict()) == {
        "intent_accuracy", "fallback_rate", "issue_accuracy", "language_accuracy", "order_number_accuracy",
        "p50_ms", "p95_ms", "lines", "worst_confusions",
    }  # fmt: skip


def test_the_table_names_the_worst_confusions() -> None:
    output = io.StringIO()
    render([report_of("en", [RIGHT, WRONG])], output)
    assert "complain understood as deny" in output.getvalue()


def test_the_fallback_rate_is_the_share_of_lines_on_which_the_bot_asks_back() -> None:
    report = report_of("en", [RIGHT, RIGHT, RIGHT, replace(RIGHT, is_fallback=True)])
    assert report.fallback_rate == 0.25
    assert report.intent_accuracy == 1.0
    output = io.StringIO()
    render([report], output)
    assert "fallback" in output.getvalue() and "0.250" in output.getvalue()
