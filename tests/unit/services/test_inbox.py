"""Tags and snoozes of conversations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.conversations.model import Author, Conversation, Message
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services import inbox
from tests.fakes import FakeDatabase, FakeUnitOfWork, fake_unit_of_work_factory

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture
def uow(database: FakeDatabase) -> Callable[[], FakeUnitOfWork]:
    return fake_unit_of_work_factory(database)


async def handed_over(uow: Callable[[], FakeUnitOfWork], agent_id: str | None = None) -> None:
    async with uow() as work:
        work.conversations.add(Conversation("c", "web", NOW, NOW, "de"))
        handoff = Escalation("c", EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, NOW, "de")
        if agent_id:
            handoff.assign(agent_id, NOW)
        work.escalations.add(handoff)
        await work.messages.add(Message("c", Author.CUSTOMER, "hello", NOW))
        await work.commit()


def actions(database: FakeDatabase) -> list[tuple[str, str]]:
    return [(event.actor, event.action) for event in database.all(AuditEvent)]


async def test_a_tag_is_given_once_and_recorded(database: FakeDatabase, uow: Callable[[], FakeUnitOfWork]) -> None:
    await handed_over(uow)
    async with uow() as work:
        assert await inbox.tag(work, "c", "vip", "ana", NOW)
        assert not await inbox.tag(work, "c", "vip", "ana", NOW)
        assert await inbox.untag(work, "c", "vip", "ana", NOW)
    assert actions(database) == [("agent:ana", "conversation.tagged"), ("agent:ana", "conversation.untagged")]


async def test_only_the_tags_of_the_desk_are_given(uow: Callable[[], FakeUnitOfWork]) -> None:
    async with uow() as work:
        with pytest.raises(InvalidInputError):
            await inbox.tag(work, "c", "made-up", "ana", NOW)


@pytest.mark.parametrize("length", [timedelta(0), -HOUR, timedelta(days=91)])
async def test_a_snooze_ends_within_90_days(uow: Callable[[], FakeUnitOfWork], length: timedelta) -> None:
    await handed_over(uow)
    async with uow() as work:
        with pytest.raises(InvalidInputError):
            await inbox.snooze(work, "c", NOW + length, "ana", NOW)


async def test_what_the_bot_has_is_not_snoozed(uow: Callable[[], FakeUnitOfWork]) -> None:
    async with uow() as work:
        with pytest.raises(NotFoundError):
            await inbox.snooze(work, "c", NOW + HOUR, "ana", NOW)


async def test_what_a_colleague_has_only_supervisors_snooze(uow: Callable[[], FakeUnitOfWork]) -> None:
    await handed_over(uow, "ben")
    async with uow() as work:
        with pytest.raises(ConflictError):
            await inbox.snooze(work, "c", NOW + HOUR, "ana", NOW)
        await inbox.snooze(work, "c", NOW + HOUR, "ana", NOW, for_others=True)
        assert await work.snoozes.until("c", NOW) == NOW + HOUR


async def test_a_snooze_ends_when_its_time_comes(database: FakeDatabase, uow: Callable[[], FakeUnitOfWork]) -> None:
    await handed_over(uow)
    async with uow() as work:
        await inbox.snooze(work, "c", NOW + HOUR, "ana", NOW)
    told: list[str] = []
    assert await inbox.wake_due(uow, NOW + HOUR / 2, told.append) == 0
    assert await inbox.wake_due(uow, NOW + HOUR, told.append) == 1
    assert told == ["c"]
    assert actions(database)[-1] == ("system", "conversation.woken")


async def test_a_customer_who_writes_ends_the_snooze_at_once(uow: Callable[[], FakeUnitOfWork]) -> None:
    await handed_over(uow)
    async with uow() as work:
        await inbox.snooze(work, "c", NOW + HOUR, "ana", NOW)
        await work.messages.add(Message("c", Author.NOTE, "a note wakes nobody", NOW, agent_id="ana"))
        await work.commit()
        assert await work.snoozes.until("c", NOW) is not None
        await work.messages.add(Message("c", Author.CUSTOMER, "hello?", NOW))
        await work.commit()
        assert await work.snoozes.until("c", NOW) is None
    assert await inbox.wake_due(uow, NOW) == 1


async def test_a_snooze_can_be_set_anew(uow: Callable[[], FakeUnitOfWork]) -> None:
    await handed_over(uow)
    async with uow() as work:
        await inbox.snooze(work, "c", NOW + HOUR, "ana", NOW)
        await inbox.snooze(work, "c", NOW + 2 * HOUR, "ana", NOW)
        assert await work.snoozes.until("c", NOW + HOUR) == NOW + 2 * HOUR
        assert await inbox.wake(work, "c", "ana", NOW)
        assert not await inbox.wake(work, "c", "ana", NOW)
