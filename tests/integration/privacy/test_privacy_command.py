"""``parley export`` and ``parley erase``: what they write, say, refuse and leave of a shop's customer."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import typer
from typer.testing import CliRunner

from bot import bootstrap
from bot.aftersales.audit import AuditEvent
from bot.aftersales.order import Customer
from bot.commands import privacy
from bot.errors import ErasureRefusedError, NotFoundError, StartupError
from bot.settings import Settings
from tests.integration.conftest import UowFactory
from tests.integration.privacy.marked import EMAIL, MARKS, NAME, ORDER, TEXT, a_marked_customer, everything, finish
from tests.integration.store.things import a_product, an_order

RUNNER = CliRunner()
APP = typer.Typer()
APP.command("export")(privacy.export)
APP.command("erase")(privacy.erase)

Answer = TypeVar("Answer")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated_sqlite: Path) -> str:
    """The number of the open case of a customer, in a database in a temporary folder."""
    (tmp_path / "var").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "var" / "parley.db")
    monkeypatch.setenv("PARLEY_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("PARLEY_DATABASE_URL", raising=False)
    found, _ = in_shop(lambda uow_factory: a_marked_customer(uow_factory, tmp_path / "var" / "evidence"))
    return found.number


@pytest.fixture
def closed(case: str) -> str:
    """The same case with nothing open any more: no handoff, no refund."""
    in_shop(lambda uow_factory: finish(uow_factory, case))
    return case


@pytest.fixture
def open_handed() -> Iterator[None]:
    """A shell that lets everybody read and write new files unless a program asks for less."""
    before = os.umask(0)
    yield
    os.umask(before)


def in_shop(work: Callable[[UowFactory], Awaitable[Answer]]) -> Answer:
    """Return what some work on the shop's database comes to."""

    async def run() -> Answer:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            return await work(store.uow)
        finally:
            await store.close()

    return asyncio.run(run())


def parley(*words: str) -> str:
    """Return what a command that succeeds says; errors are raised."""
    done = RUNNER.invoke(APP, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def export(who: str, out: Path) -> Any:
    """Return the document that an export writes."""
    assert parley("export", who, "--out", str(out)) == f"written to {out}\n"
    return json.loads(out.read_text("utf-8"))


def marks() -> list[str]:
    """Return what still says who the customer was."""
    text = in_shop(everything).casefold()
    return [mark for mark in MARKS if mark in text]


def evidence_in(folder: Path) -> list[Path]:
    return [path for path in (folder / "var" / "evidence").rglob("*") if path.is_file()]


def recorded() -> list[tuple[str, str]]:
    """Return who did what to the customer's data, by the audit log."""

    async def read(uow_factory: UowFactory) -> list[AuditEvent]:
        async with uow_factory() as uow:
            return await uow.audit.of_subject("customer:c1")

    return [(event.actor, event.action) for event in in_shop(read)]


def test_an_export_is_a_file_that_only_its_writer_can_read(case: str, open_handed: None, tmp_path: Path) -> None:
    out = tmp_path / "copy.json"
    document = export("c1", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert document["customer"]["name"] == NAME
    assert [order["number"] for order in document["orders"]] == [ORDER]
    assert [(found["number"], found["story"]) for found in document["cases"]] == [(case, TEXT)]
    # Names are legible to whoever opens the file, not only to programs.
    assert NAME in out.read_text("utf-8")
    assert recorded() == [("operator", "customer.exported")]


def test_a_customer_is_exported_by_address_too(case: str, tmp_path: Path) -> None:
    assert export(f" {EMAIL.upper()} ", tmp_path / "copy.json")["customer"]["id"] == "c1"


def test_customers_who_share_an_address_are_exported_one_by_one(case: str, tmp_path: Path) -> None:
    async def add(uow_factory: UowFactory) -> None:
        async with uow_factory() as uow:
            order = an_order(a_product(), "10480003", Customer("c3", "Someone else", EMAIL, "DE", "de"))
            order.lines, order.shipments = [], []
            uow.orders.add(order)
            await uow.commit()

    in_shop(add)
    document = export(EMAIL, tmp_path / "copy.json")
    assert list(document) == ["customers"]
    assert sorted(found["customer"]["id"] for found in document["customers"]) == ["c1", "c3"]


def test_a_file_that_exists_is_not_written_over(case: str, tmp_path: Path) -> None:
    out = tmp_path / "copy.json"
    out.write_text("kept", "utf-8")
    out.chmod(0o644)
    with pytest.raises(StartupError, match=r"^cannot write .*copy\.json: File exists$"):
        parley("export", "c1", "--out", str(out))
    assert (out.read_text("utf-8"), stat.S_IMODE(out.stat().st_mode)) == ("kept", 0o644)
    assert recorded() == []


def test_a_link_is_not_followed_to_a_file_elsewhere(case: str, tmp_path: Path) -> None:
    (tmp_path / "copy.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(StartupError):
        parley("export", "c1", "--out", str(tmp_path / "copy.json"))
    assert not (tmp_path / "elsewhere.json").exists()


def test_a_folder_that_does_not_exist_is_an_error_in_one_line(case: str, tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="No such file or directory"):
        parley("export", "c1", "--out", str(tmp_path / "nowhere" / "copy.json"))


def test_nobody_is_neither_exported_nor_erased(case: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        parley("export", "nobody@example.org", "--out", str(tmp_path / "copy.json"))
    assert not (tmp_path / "copy.json").exists()
    with pytest.raises(NotFoundError):
        parley("erase", "nobody@example.org", "--force")
    assert marks() == list(MARKS)


def test_an_export_needs_a_file_to_write(case: str) -> None:
    assert RUNNER.invoke(APP, ["export", "c1"]).exit_code == 2


def test_a_customer_with_something_open_is_not_erased_unless_forced(case: str, tmp_path: Path) -> None:
    with pytest.raises(ErasureRefusedError) as refused:
        parley("erase", "c1")
    assert case in refused.value.unfinished
    assert marks() == list(MARKS)
    assert evidence_in(tmp_path)
    assert recorded() == []

    assert parley("erase", "c1", "--force").startswith("erased: 1 conversations and 1 pieces of evidence deleted")
    assert marks() == []
    assert evidence_in(tmp_path) == []


def test_an_erasure_says_what_is_gone_and_what_stays(closed: str, tmp_path: Path) -> None:
    assert parley("erase", EMAIL) == (
        "erased: 1 conversations and 1 pieces of evidence deleted, 1 orders and 1 cases kept without names\n"
    )
    assert marks() == []
    assert evidence_in(tmp_path) == []
    assert recorded() == [("operator", "customer.erased")]


def test_an_erased_customer_is_known_by_id_alone_and_their_copy_says_nothing(closed: str, tmp_path: Path) -> None:
    parley("erase", "c1")
    with pytest.raises(NotFoundError):
        parley("erase", EMAIL)
    assert parley("erase", "c1").startswith("erased: 0 conversations and 0 pieces of evidence deleted, 1 orders")
    export("c1", tmp_path / "copy.json")
    text = (tmp_path / "copy.json").read_text("utf-8").casefold()
    assert [mark for mark in MARKS if mark in text] == []
