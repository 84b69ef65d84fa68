"""``parley webhooks`` as somebody types it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands.webhooks import app
from bot.errors import InvalidInputError, NotFoundError

ADDRESS = "https://shop.example.com/parley"


@pytest.fixture
def runner(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    shutil.copy(migrated_sqlite, tmp_path / "parley.db")
    monkeypatch.setenv("PARLEY_VAR", str(tmp_path))
    monkeypatch.delenv("PARLEY_DATABASE_URL", raising=False)
    monkeypatch.delenv("PARLEY_SLACK_WEBHOOK_URL", raising=False)
    return CliRunner()


def test_a_subscription_is_made_shown_and_ended(runner: CliRunner) -> None:
    assert "nobody has subscribed" in runner.invoke(app, ["list"]).output
    added = runner.invoke(app, ["add", ADDRESS, "--events", "case.opened,refund.*"])
    assert added.exit_code == 0
    subscription, secret = added.output.split()[0], added.output.split()[-1]
    assert secret.startswith("whsec_") and len(secret) > 40
    listed = runner.invoke(app, ["list"]).output
    assert listed.split() == [subscription, ADDRESS, "case.opened,refund.*", "ok,", "0", "waiting"]
    assert secret not in listed
    assert "nothing was given up" in runner.invoke(app, ["failures"]).output
    assert runner.invoke(app, ["enable", subscription]).exit_code == 0
    assert runner.invoke(app, ["remove", subscription]).exit_code == 0
    assert "nobody has subscribed" in runner.invoke(app, ["list"]).output


def test_mistakes_are_told_apart(runner: CliRunner) -> None:
    for arguments, error in (
        (["add", "http://shop.example.com/"], InvalidInputError),
        (["add", ADDRESS, "--events", "case.exploded"], InvalidInputError),
        (["remove", "wh0"], NotFoundError),
        (["test", "wh0"], NotFoundError),
        (["resend", "7"], NotFoundError),
    ):
        assert isinstance(runner.invoke(app, arguments).exception, error)
    assert runner.invoke(app, ["resend"]).exit_code == 2
    without_slack = runner.invoke(app, ["test", "slack"])
    assert without_slack.exit_code == 1 and "PARLEY_SLACK_WEBHOOK_URL" in without_slack.output


def test_a_test_tells_what_the_receiver_said(runner: CliRunner) -> None:
    added = runner.invoke(app, ["add", "http://127.0.0.1:9/"]).output.split()[0]
    tried = runner.invoke(app, ["test", added])
    assert (tried.exit_code, tried.output.strip()) == (1, "answer: no_connection")


def test_all_types_are_listed(runner: CliRunner) -> None:
    listed = runner.invoke(app, ["types"]).output.split()
    assert {"case.opened", "case.resolved", "refund.sent", "handoff.queued"} <= set(listed)
