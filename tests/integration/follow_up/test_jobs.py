"""All jobs of the process, on an empty database and over a case's whole life."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.aftersales.case import CaseState
from bot.aftersales.sla import ALWAYS_OPEN, Metric
from bot.conversations import response_clocks
from bot.conversations.feed import EVERYTHING, Feed
from bot.conversations.model import Conversation
from bot.conversations.notifier import Notifier
from bot.errors import ConflictError
from bot.evidence.files import EvidenceFiles
from bot.jobs import jobs
from bot.payments.recorded import RecordedPayments
from bot.scheduler.scheduler import Scheduler
from bot.services import follow_up, sla
from bot.services.document_links import DocumentLinks
from bot.services.privacy import Retention
from tests.integration.conftest import UowFactory
from tests.integration.follow_up.things import Announcer
from tests.integration.store.things import NOW, a_case, a_shop


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def all_jobs(uow: UowFactory, time: Time, folder: Path, feed: Feed | None = None) -> Any:
    keep = Retention(730, 365)
    return jobs(uow, ALWAYS_OPEN, RecordedPayments(uow, time), EvidenceFiles(folder), keep, feed or Feed())


async def test_every_job_has_a_name_of_its_own_and_goes_well_where_there_is_nothing_to_do(
    uow_factory: UowFactory, tmp_path: Path
) -> None:
    time = Time()
    declared = all_jobs(uow_factory, time, tmp_path)
    names = [job.name for job in declared]
    assert len(names) == len(set(names))
    assert await Scheduler(uow_factory, declared, time).run_due() == names
    async with uow_factory() as uow:
        assert [(await uow.job_leases.get(name)).last_error for name in names] == [""] * len(names)


async def test_a_forgotten_case_finds_its_way_to_a_person_and_a_solved_one_to_its_end(
    uow_factory: UowFactory, tmp_path: Path
) -> None:
    time = Time()
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        case = a_case()
        case.investigate()
        uow.cases.add(case)
        sla.start(uow, ALWAYS_OPEN, case)
        uow.conversations.add(Conversation("conversation", "web", NOW, NOW, language="de"))
        await uow.commit()
    declared = all_jobs(uow_factory, time, tmp_path)

    async def pass_hours(hours: int, step: int) -> None:
        for _ in range(0, hours, step):
            time.now += timedelta(hours=step)
            # A process that was started anew each time.
            await Scheduler(uow_factory, declared, time).run_due()
            await Notifier(uow_factory, Announcer(), Feed(), time, DocumentLinks(b"a key for tests")).deliver()

    async def said() -> list[str | None]:
        async with uow_factory() as uow:
            return [message.response for message in await uow.messages.of("conversation")]

    await pass_hours(48, step=4)
    assert await said() == ["utter_notify_delay", "utter_notify_delay_handed_over"]
    async with uow_factory() as uow:
        case_now = await uow.cases.get("C1")
        assert case_now is not None
        assert case_now.state is CaseState.ESCALATED
        case_now.resolve(time.now)
        await uow.commit()
    await pass_hours(2, step=1)
    assert (await said())[2:] == ["utter_ask_solved"]
    async with uow_factory() as uow:
        await follow_up.answer_solved(uow, "conversation", "C1", False, time.now)
        again = await uow.cases.get("C1")
        assert again is not None
        again.resolve(time.now)
        await uow.commit()
    # The process was away for longer than a customer has time to answer, and nobody has ended the handoff so far.
    await pass_hours(8 * 24, step=8 * 24)
    assert (await said())[3:] == ["utter_ask_solved"]
    await pass_hours(8 * 24, step=24)
    assert (await said())[4:] == []
    async with uow_factory() as uow:
        handoff = await uow.escalations.open_of("conversation")
        assert handoff is not None
        handoff.assign("ana", time.now)
        handoff.resolve(time.now)
        await uow.commit()
    await pass_hours(8 * 24, step=24)
    assert (await said())[4:] == ["utter_notify_case_closed"]
    async with uow_factory() as uow:
        closed = await uow.cases.get("C1")
        clocks = await uow.service_clocks.of_case("C1")
    assert closed is not None
    assert closed.state is CaseState.CLOSED
    assert not any(clock.is_running for clock in clocks if clock.metric.value == "resolution")


async def test_open_inboxes_hear_of_a_clock_that_follows_its_case(uow_factory: UowFactory, tmp_path: Path) -> None:
    time, feed = Time(), Feed()
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        case = a_case()
        case.investigate()
        uow.cases.add(case)
        sla.start(uow, ALWAYS_OPEN, case)
        await uow.commit()
    (follow,) = (job for job in all_jobs(uow_factory, time, tmp_path, feed) if job.name == "service_levels")
    with feed.listen(EVERYTHING) as news:
        await follow.run(NOW)
        assert news.empty()
        async with uow_factory() as uow:
            waiting = await uow.cases.get("C1")
            assert waiting is not None
            waiting.wait_for_customer()
            await uow.commit()
        await follow.run(NOW + timedelta(minutes=1))
        assert news.get_nowait() == {"type": "marks", "conversation_id": "conversation"}
        assert news.empty()


async def test_what_cannot_be_followed_keeps_no_clock_from_being_noticed_late(
    uow_factory: UowFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        for number in ("C1", "C2"):
            case = a_case(number, message=number)
            case.investigate()
            uow.cases.add(case)
            sla.start(uow, ALWAYS_OPEN, case)
        await uow.commit()
    async with uow_factory() as uow:
        for number in ("C1", "C2"):
            found = await uow.cases.get(number)
            assert found is not None
            found.wait_for_customer()
        await uow.commit()

    async def breaks(*_: Any, **__: Any) -> None:
        raise ValueError("a transcript that nobody can read")

    follow_case = sla._follow_case

    async def conflicts(uow: Any, number: str, *rest: Any) -> Any:
        if number == "C1":
            raise ConflictError(case=number)
        return await follow_case(uow, number, *rest)

    monkeypatch.setattr(response_clocks, "follow", breaks)
    monkeypatch.setattr(sla, "_follow_case", conflicts)
    (follow,) = (job for job in all_jobs(uow_factory, Time(), tmp_path) if job.name == "service_levels")
    with pytest.raises(ValueError):
        await follow.run(NOW + timedelta(days=90))
    async with uow_factory() as uow:
        noted = {}
        for number in ("C1", "C2"):
            found_clocks = {clock.metric: clock for clock in await uow.service_clocks.of_case(number)}
            resolution = found_clocks[Metric.RESOLUTION]
            noted[number] = (resolution.paused_at is not None, resolution.breached_at is not None)
    assert noted == {"C1": (False, True), "C2": (True, False)}
