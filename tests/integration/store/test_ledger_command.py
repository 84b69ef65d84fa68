"""``parley ledger instructions`` as finance types it, and the provider that is plugged in instead."""

from __future__ import annotations

import asyncio
import csv
import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import bootstrap
from bot.aftersales.money import Money
from bot.aftersales.payment import Instruction
from bot.commands.ledger import app
from bot.errors import SettingsError, StartupError
from bot.payments.recorded import RecordedPayments
from bot.settings import Settings
from tests.integration.store.things import NOW

AMOUNT = Money(Decimal("9.90"), "EUR")


@pytest.fixture
def runner(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A database in which the embedded provider recorded three instructions, an hour apart."""
    shutil.copy(migrated_sqlite, tmp_path / "parley.db")
    monkeypatch.setenv("PARLEY_VAR", str(tmp_path))
    monkeypatch.delenv("PARLEY_DATABASE_URL", raising=False)

    async def record() -> None:
        store = await bootstrap.open_store(Settings.from_environment())
        for hours in (2, 0, 1):
            provider = RecordedPayments(store.uow, lambda at=NOW + timedelta(hours=hours): at)  # type: ignore[misc]
            payment = "=p1" if hours == 1 else None
            await provider.refund(Instruction(f"F{hours}-1-0", "10480001", f"F{hours}", "card", AMOUNT, payment))
        await store.close()

    asyncio.run(record())
    return CliRunner()


def keys(output: str) -> list[str]:
    return [line.split()[1] for line in output.splitlines()]


def test_what_is_to_be_paid_back_is_listed_oldest_first(runner: CliRunner) -> None:
    listed = runner.invoke(app, ["instructions"])
    assert (listed.exit_code, keys(listed.stdout), listed.stderr) == (0, ["F0-1-0", "F1-1-0", "F2-1-0"], "")
    assert listed.stdout.splitlines()[0].split()[2:] == [
        "F0", "10480001", "-", "card", "9.90", "EUR", "recorded-F0-1-0",
    ]  # fmt: skip
    since = (NOW + timedelta(hours=1)).replace(tzinfo=None).isoformat()
    assert keys(runner.invoke(app, ["instructions", "--since", since]).stdout) == ["F1-1-0", "F2-1-0"]


def test_a_list_that_is_cut_off_says_how_to_go_on(runner: CliRunner) -> None:
    first = runner.invoke(app, ["instructions", "--limit", "2"])
    assert keys(first.stdout) == ["F0-1-0", "F1-1-0"]
    rest = runner.invoke(app, ["instructions", *first.stderr.split()[-2:]])
    assert keys(rest.stdout) == ["F2-1-0"]


def test_the_list_is_written_for_spreadsheets(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "instructions.csv"
    assert runner.invoke(app, ["instructions", "--csv", str(file)]).stdout == ""
    rows = list(csv.DictReader(file.open(encoding="utf-8", newline="")))
    assert [row["key"] for row in rows] == ["F0-1-0", "F1-1-0", "F2-1-0"]
    assert (rows[1]["payment"], rows[1]["amount"], rows[1]["currency"]) == ("'=p1", "9.90", "EUR")
    unwritable = runner.invoke(app, ["instructions", "--csv", str(tmp_path / "nowhere" / "file.csv")])
    assert isinstance(unwritable.exception, StartupError)


PLUGGED = """
class Provider:
    async def refund(self, instruction):
        raise NotImplementedError
"""


def test_another_provider_is_plugged_in_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_money.py").write_text(PLUGGED)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert bootstrap.payment_provider(Settings.from_environment({})) is None
    provider = bootstrap.payment_provider(Settings.from_environment({"PARLEY_PAYMENTS": "shop_money:Provider"}))
    assert type(provider).__name__ == "Provider"


@pytest.mark.parametrize("given", ["shop_money", "shop money:Provider", "shop_nowhere:Provider", "csv:Provider"])
def test_a_provider_that_is_not_there_ends_the_start(given: str) -> None:
    with pytest.raises(SettingsError) as raised:
        bootstrap.payment_provider(Settings.from_environment({"PARLEY_PAYMENTS": given}))
    assert given in str(raised.value)
