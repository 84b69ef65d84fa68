"""``parley policy``: the decision about an order of the database, told to people and to tools."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import bootstrap
from bot.commands.policy import app
from bot.errors import NotFoundError, SettingsError
from bot.settings import Settings
from tests.integration.store.things import a_shop

RUNNER = CliRunner()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database in a temporary folder, with one order delivered to Germany in March 2026."""
    monkeypatch.setenv("PARLEY_VAR", str(tmp_path))
    monkeypatch.delenv("PARLEY_DATABASE_URL", raising=False)

    async def fill() -> None:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            await a_shop(store.uow)
        finally:
            await store.close()

    asyncio.run(fill())


def explain(*options: str) -> str:
    found = RUNNER.invoke(app, ["explain", "--order", "1048 0001", *options], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_a_decision_is_explained_with_every_rule_and_its_place(shop: None) -> None:
    text = explain("--issue", "not_as_described", "--line", "1", "--at", "2026-04-02")
    assert "decision   open, carried out at once (faulty_goods)" in text
    assert "step 1     coupon 10 % = 5.99 EUR" in text
    assert "eu.faulty.days  (eu.yml:" in text
    assert "shop.issues.not_as_described.ladder  (shop.yml:" in text
    assert "source: Directive (EU) 2019/771" in text


def test_the_day_decides(shop: None) -> None:
    refused = json.loads(explain("--issue", "changed_mind", "--at", "2026-09-01", "--json"))
    open_ = json.loads(explain("--issue", "changed_mind", "--at", "2026-04-02", "--json"))
    assert refused["reasons"] == ["window_closed"]
    assert open_["remedies"] == ["return_refund", "exchange"]
    assert open_["refund"] == {"amount": "64.80", "currency": "EUR"}
    assert "refused; a person may look at it" in explain("--issue", "changed_mind", "--at", "2026-09-01")


@pytest.mark.parametrize(
    ("options", "decision"),
    [
        ([], "open, carried out at once"),
        (["--evidence", "given"], "open, carried out at once"),
        (["--evidence", "declined"], "open, a person decides"),
    ],
)
def test_photos_decide(shop: None, options: list[str], decision: str) -> None:
    told = explain("--issue", "damaged", "--line", "1", "--at", "2026-04-02", *options)
    assert f"decision   {decision} (" in told


def test_photos_are_given_or_declined(shop: None) -> None:
    found = RUNNER.invoke(app, ["explain", "--order", "10480001", "--issue", "damaged", "--evidence", "later"])
    assert found.exit_code == 2


def test_the_days_of_the_file_and_its_caps_are_among_the_rules(shop: None) -> None:
    found = json.loads(explain("--issue", "not_as_described", "--line", "1", "--at", "2026-04-02", "--json"))
    rules = {rule["id"]: rule for rule in found["rules"]}
    assert "Directive 2011/83/EU art. 14(1)" in rules["eu.days_to_send"]["source"]
    assert {"eu.days_to_refund", "shop.caps.percent_of_order", "shop.caps.per_customer_in_365_days"} <= rules.keys()
    assert rules["shop.issues.not_as_described.approval"]["file"] == "shop.yml"
    assert found["days_to_remedy"] is None


def test_a_day_that_is_none_is_refused(shop: None) -> None:
    found = RUNNER.invoke(app, ["explain", "--order", "10480001", "--issue", "other", "--at", "soon"])
    assert found.exit_code == 2


def test_an_order_that_does_not_exist_is_an_error(shop: None) -> None:
    with pytest.raises(NotFoundError):
        RUNNER.invoke(app, ["explain", "--order", "99", "--issue", "other"], catch_exceptions=False)


def test_the_files_that_ship_are_sound(shop: None) -> None:
    assert "sound: version" in RUNNER.invoke(app, ["check"], catch_exceptions=False).output


def test_files_that_are_not_sound_are_an_error(shop: None, tmp_path: Path) -> None:
    (tmp_path / "xx.yml").write_text("countries: [XX]\n", "utf-8")
    with pytest.raises(SettingsError):
        RUNNER.invoke(app, ["check", str(tmp_path)], catch_exceptions=False)


def test_exchanges_in_advance_are_explained_with_the_rule(
    shop: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "the replacement leaves before the goods are back"
    assert said not in explain("--issue", "changed_mind", "--at", "2026-04-02")
    folder = shutil.copytree(Settings.from_environment().policy, tmp_path / "policy")
    text = (folder / "eu.yml").read_text("utf-8")
    allowed = text.replace("  review_above: 500\n", "  review_above: 500\n  exchanges_in_advance: true\n", 1)
    (folder / "eu.yml").write_text(allowed, "utf-8")
    monkeypatch.setenv("PARLEY_POLICY", str(folder))
    told = explain("--issue", "changed_mind", "--at", "2026-04-02")
    assert f"exchange   {said}" in told
    line = allowed[: allowed.index("  exchanges_in_advance")].count("\n") + 1
    assert f"eu.change_of_mind.exchanges_in_advance  (eu.yml:{line})" in told
    assert said not in explain("--issue", "changed_mind", "--at", "2026-09-01")
