"""Export, erasure and retention, on either database."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.aftersales.audit import AuditEvent
from bot.errors import ErasureRefusedError, NotFoundError
from bot.services import identification, pattern_alerts, privacy
from bot.services.personal_document import export_customer
from bot.services.privacy import Retention
from bot.store.tables import metadata
from tests.integration.conftest import UowFactory
from tests.integration.privacy.marked import (
    CONVERSATION,
    EMAIL,
    MARKS,
    NAME,
    ORDER,
    PHONE,
    TEXT,
    a_marked_customer,
    everything,
    finish,
)
from tests.integration.store.things import NOW

LATER = NOW + timedelta(days=10)
SAID = 77


def marks_in(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text.casefold()]


async def words_about_cases(uow_factory: UowFactory) -> str:
    """Return the names of the tables about cases in which something that people wrote is left."""
    about = [table for table in metadata.sorted_tables if "case_number" in table.c] + [metadata.tables["cases"]]
    async with uow_factory() as uow:
        session = await uow._transaction.orm()
        rows = {table.name: (await session.execute(select(table))).all() for table in about}
    return " ".join(name for name, found in rows.items() if marks_in(repr(found).replace(CONVERSATION, "")))


async def say_what_waits(uow_factory: UowFactory, number: str) -> None:
    """Let all announcements about a case have been made."""
    async with uow_factory() as uow:
        for waiting in await uow.notifications.of_case(number):
            await uow.notifications.claim(waiting, SAID, NOW)
        await uow.commit()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_after_erasure_nothing_says_who_the_customer_was(uow_factory: UowFactory, tmp_path: Path) -> None:
    case, files = await a_marked_customer(uow_factory, tmp_path / "evidence")
    await finish(uow_factory, case.number)
    before = await everything(uow_factory)
    assert marks_in(before) == list(MARKS)
    assert files_in(tmp_path / "evidence")

    async with uow_factory() as uow:
        assert await privacy.customer_ids(uow, f" {EMAIL.upper()} ") == ["c1"]
    done = await privacy.erase_customer(uow_factory, files, "c1", LATER)

    after = await everything(uow_factory)
    assert marks_in(after) == []
    assert files_in(tmp_path / "evidence") == []
    assert (done.orders, done.cases, done.conversations, done.evidence) == (1, 1, 1, 1)
    assert "other@example.org" in after


async def test_orders_cases_and_money_outlive_their_customer(uow_factory: UowFactory, tmp_path: Path) -> None:
    case, files = await a_marked_customer(uow_factory, tmp_path / "evidence")
    await finish(uow_factory, case.number)
    async with uow_factory() as uow:
        totals = await uow.ledger.totals()
    await privacy.erase_customer(uow_factory, files, "c1", LATER)
    async with uow_factory() as uow:
        order = await uow.orders.get(ORDER)
        kept = await uow.cases.get(case.number)
        assert order is not None and kept is not None
        assert (order.address.country, order.address.postcode, order.address.street) == ("DE", "10", "")
        assert (kept.issue_type, kept.story) == (case.issue_type, "")
        assert kept.conversation_id.startswith("erased-")
        assert [refund.amount.amount for refund in await uow.refunds.of_order(ORDER)] == [5]
        assert await uow.ledger.totals() == totals
        assert order.customer.phone is None


async def test_nobody_can_prove_the_order_of_an_erased_customer(uow_factory: UowFactory, tmp_path: Path) -> None:
    case, files = await a_marked_customer(uow_factory, tmp_path / "evidence")
    await finish(uow_factory, case.number)
    await privacy.erase_customer(uow_factory, files, "c1", LATER)
    for factor in (EMAIL, PHONE, "10115", "10", ""):
        async with uow_factory() as uow:
            assert not await identification.prove(uow, f"new:{factor[:2]}", ORDER, factor, LATER)


async def test_erasing_twice_changes_and_records_nothing_more(uow_factory: UowFactory, tmp_path: Path) -> None:
    case, files = await a_marked_customer(uow_factory, tmp_path / "evidence")
    await finish(uow_factory, case.number)
    await privacy.erase_customer(uow_factory, files, "c1", LATER)
    once = await everything(uow_factory)
    await privacy.erase_customer(uow_factory, files, "c1", LATER)
    assert await everything(uow_factory) == once
    async with uow_factory() as uow:
        (event,) = await uow.audit.of_subject("customer:c1")
    assert (event.action, event.data) == ("customer.erased", {"orders": 1, "cases": 1, "conversations": 1})


async def test_open_cases_and_refunds_keep_a_customer_unless_forced(uow_factory: UowFactory, tmp_path: Path) -> None:
    case, files = await a_marked_customer(uow_factory, tmp_path / "evidence")
    with pytest.raises(ErasureRefusedError) as refused:
        await privacy.erase_customer(uow_factory, files, "c1", LATER)
    assert case.number in refused.value.unfinished
    assert any(number.startswith("F") for number in refused.value.unfinished)
    assert marks_in(str(refused.value)) == []
    await privacy.erase_customer(uow_factory, files, "c1", LATER, force=True)
    assert marks_in(await everything(uow_factory)) == []


async def test_a_pattern_that_was_found_on_an_erased_case_is_still_shown(
    uow_factory: UowFactory, tmp_path: Path
) -> None:
    case, files = await a_marked_customer(uow_factory, tmp_path / "evidence")
    await finish(uow_factory, case.number)
    data = {
        "case": case.number, "task": "pattern:product:kettle:defective:2026-03-23", "by": "product", "key": "kettle",
        "issue": "defective", "complaints": 9, "orders": 60, "rate_before": 0.02, "rate_of_peers": 0.03,
    }  # fmt: skip
    async with uow_factory() as uow:
        uow.audit.add(AuditEvent(LATER, "system", "pattern.found", f"case:{case.number}", data=data))
        await uow.commit()
    await privacy.erase_customer(uow_factory, files, "c1", LATER)
    async with uow_factory() as uow:
        (found,) = await pattern_alerts.lately(uow, LATER, {})
    assert (found.key, found.complaints, found.orders) == ("kettle", 9, 60)


async def test_an_export_holds_everything_about_the_customer(uow_factory: UowFactory, tmp_path: Path) -> None:
    case, _ = await a_marked_customer(uow_factory, tmp_path)
    async with uow_factory() as uow:
        document = json.loads(json.dumps(await export_customer(uow, "c1", LATER)))
        await uow.commit()
    assert (document["customer"]["name"], document["customer"]["phone"]) == (NAME, PHONE)
    assert [order["number"] for order in document["orders"]] == [ORDER]
    assert [found["number"] for found in document["cases"]] == [case.number]
    assert document["cases"][0]["story"] == TEXT
    (conversation,) = document["conversations"]
    assert conversation["id"] == CONVERSATION
    assert [message["author"] for message in conversation["messages"]].count("customer") == 1
    assert TEXT in [message["text"] for message in conversation["messages"]]
    assert len(document["evidence"]) == 1
    assert "other@example.org" not in json.dumps(document)
    async with uow_factory() as uow:
        assert [event.action for event in await uow.audit.of_subject("customer:c1")] == ["customer.exported"]


async def test_nobody_is_found_by_an_address_that_no_customer_has(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        with pytest.raises(NotFoundError) as error:
            await privacy.customer_ids(uow, EMAIL)
    assert marks_in(str(error.value)) == []


async def test_retention_forgets_what_is_old_and_nothing_that_is_open(uow_factory: UowFactory, tmp_path: Path) -> None:
    case, files = await a_marked_customer(uow_factory, tmp_path / "evidence")
    await say_what_waits(uow_factory, case.number)
    limits, years_later = Retention(transcript_days=30, evidence_days=60), NOW + timedelta(days=800)
    assert await privacy.retention(uow_factory, files, limits, years_later) == 0
    await finish(uow_factory, case.number)
    assert {"tasks", "ratings", "claims"} <= set((await words_about_cases(uow_factory)).split())
    assert await privacy.retention(uow_factory, files, Retention(0, 0), years_later) == 0
    assert await privacy.retention(uow_factory, files, limits, NOW + timedelta(days=29)) == 0
    assert await privacy.retention(uow_factory, files, limits, NOW + timedelta(days=31)) == 1
    async with uow_factory() as uow:
        assert await uow.messages.of(CONVERSATION) == []
        assert await uow.dialogue.load(CONVERSATION) == []
        assert len(await uow.evidence.of_case(case.number)) == 1
        said = [(one.response, one.values, one.message_id) for one in await uow.notifications.of_case(case.number)]
        assert ("utter_notify_return_approved", {}, SAID) in said
        assert {bool(task.note) for task in await uow.tasks.of_case(case.number) if not task.is_open} == {False}
        assert [task.note for task in await uow.tasks.of_case(case.number) if task.note] == [TEXT]
    # What is yet to be done keeps its words.
    assert await words_about_cases(uow_factory) == "tasks"
    assert await privacy.retention(uow_factory, files, limits, NOW + timedelta(days=61)) == 1
    assert files_in(tmp_path / "evidence") == []
    assert await privacy.retention(uow_factory, files, limits, years_later) == 0
    async with uow_factory() as uow:
        assert await uow.conversations.get(CONVERSATION) is None
        events: list[AuditEvent] = await uow.audit.of_subject("retention")
    assert [event.action for event in events] == ["transcripts.forgotten", "evidence.expired"]
