"""``parley api-tokens``: a token is shown once, listed without itself, and revoked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands.api_tokens import app
from bot.errors import InvalidInputError, NotFoundError


@pytest.fixture
def parley(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    shutil.copy(migrated_sqlite, tmp_path / "parley.db")
    monkeypatch.setenv("PARLEY_VAR", str(tmp_path))
    monkeypatch.delenv("PARLEY_DATABASE_URL", raising=False)
    return CliRunner()


def test_a_token_is_made_listed_and_revoked(parley: CliRunner) -> None:
    made = parley.invoke(app, ["create", "erp", "--scopes", "orders:write, cases:read", "--days", "30"])
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip().splitlines()[-1]
    assert secret.startswith("parley_")
    listed = parley.invoke(app, ["list"]).stdout
    assert "erp  good  orders:write,cases:read" in listed
    assert "last used never" in listed
    assert secret not in listed
    assert parley.invoke(app, ["revoke", "erp"]).exit_code == 0
    assert "erp  revoked" in parley.invoke(app, ["list"]).stdout


def test_what_cannot_be_is_refused(parley: CliRunner) -> None:
    wrong = parley.invoke(app, ["create", "erp", "--scopes", "orders:delete"])
    assert wrong.exit_code == 2
    assert isinstance(parley.invoke(app, ["create", "a b", "--scopes", "cases:read"]).exception, InvalidInputError)
    assert isinstance(parley.invoke(app, ["revoke", "nobody"]).exception, NotFoundError)
