"""Clocks of waits follow the transcripts: found by the database, and nobody else waits for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.sla import ALWAYS_OPEN, WAIT_KEY, Metric, ServiceClock
from bot.conversations import response_clocks
from bot.conversations.model import Author, Conversation, Message
from bot.services import sla
from bot.store.repositories.conversations import SqlMessages
from bot.store.unit_of_work import SqlUnitOfWork
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_shop, an_escalation


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


async def says(uow_factory: UowFactory, conversation_id: str, author: Author, at: float, **more: Any) -> None:
    async with uow_factory() as uow:
        await uow.messages.add(Message(conversation_id, author, "words", minutes(at), **more))
        await uow.commit()


async def hands_over(uow_factory: UowFactory, *ids: str, reason: EscalationReason | None = None) -> None:
    for conversation_id in ids:
        async with uow_factory() as uow:
            uow.conversations.add(Conversation(conversation_id, "web", NOW, NOW))
            handoff = an_escalation(conversation_id)
            handoff.reason = reason or handoff.reason
            uow.escalations.add(handoff)
            await uow.commit()


async def change(uow_factory: UowFactory, conversation_id: str, do: Callable[[Escalation], None]) -> None:
    async with uow_factory() as uow:
        handoff = await uow.escalations.open_of(conversation_id)
        assert handoff
        do(handoff)
        await uow.commit()


async def follow(uow_factory: UowFactory, at: float, told: list[str] | None = None) -> int:
    tell = (told if told is not None else []).append
    return await response_clocks.follow(uow_factory, ALWAYS_OPEN, minutes(at), tell)


async def the_waits(uow_factory: UowFactory, conversation_id: str) -> list[tuple[float, float | None]]:
    """Return the waits that have a clock, in minutes."""

    def minute(moment: datetime | None) -> float | None:
        return None if moment is None else (moment - NOW) / timedelta(minutes=1)

    async with uow_factory() as uow:
        handoff = await uow.escalations.latest_of(conversation_id)
        assert handoff
        said = await uow.messages.of(conversation_id)
        found = []
        for wait in response_clocks.waits(handoff, said):
            clock = await uow.service_clocks.by_key(f"{WAIT_KEY}:{handoff.id}:{wait.since.isoformat()}")
            if clock is not None:
                found.append((minute(clock.started_at) or 0.0, minute(clock.stopped_at)))
    return found


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The conversations whose transcripts were read."""
    read: list[str] = []
    of = SqlMessages.of

    async def noted(self: SqlMessages, conversation_id: str, **more: Any) -> list[Message]:
        read.append(conversation_id)
        return await of(self, conversation_id, **more)

    monkeypatch.setattr(SqlMessages, "of", noted)
    return read


async def test_every_wait_has_its_clock_and_nothing_is_read_where_nothing_happened(
    uow_factory: UowFactory, reads: list[str]
) -> None:
    await hands_over(uow_factory, "a", "b")
    told: list[str] = []

    async def step(at: float, changes: int, *waits: tuple[float, float | None]) -> None:
        reads.clear()
        told.clear()
        assert await follow(uow_factory, at, told) == changes
        assert set(told) == set(reads)
        reads.clear()
        assert await follow(uow_factory, at) == 0
        assert reads == [], "nobody has written since"
        assert await the_waits(uow_factory, "a") == list(waits)

    await step(1, 2, (0, None))
    assert await the_waits(uow_factory, "b") == [(0, None)]
    await says(uow_factory, "a", Author.CUSTOMER, 2)
    await says(uow_factory, "a", Author.SYSTEM, 2)
    await step(3, 0, (0, None))
    await change(uow_factory, "a", lambda handoff: handoff.assign("ana", minutes(3)))
    await says(uow_factory, "a", Author.AGENT, 4)
    await step(5, 1, (0, 4))
    await says(uow_factory, "a", Author.AGENT, 5)
    await step(6, 0, (0, 4))
    await says(uow_factory, "a", Author.CUSTOMER, 7)
    await step(8, 1, (0, 4), (7, None))
    # All of it between two looks: an answer, and two more questions of which one is answered.
    for at, author in ((9, Author.AGENT), (10, Author.CUSTOMER), (11, Author.AGENT), (12, Author.CUSTOMER)):
        await says(uow_factory, "a", author, at)
    await step(13, 3, (0, 4), (7, 9), (10, 11), (12, None))
    await says(uow_factory, "a", Author.AGENT, 14)
    await says(uow_factory, "a", Author.CUSTOMER, 15)
    await says(uow_factory, "a", Author.AGENT, 16)
    await step(17, 2, (0, 4), (7, 9), (10, 11), (12, 14), (15, 16))


async def test_a_message_that_crossed_an_answer_begins_a_wait(uow_factory: UowFactory) -> None:
    await hands_over(uow_factory, "a")
    await change(uow_factory, "a", lambda handoff: handoff.assign("ana", minutes(1)))
    await says(uow_factory, "a", Author.AGENT, 3)
    await follow(uow_factory, 4)
    # Received before the answer, written down after it.
    await says(uow_factory, "a", Author.CUSTOMER, 2)
    assert await follow(uow_factory, 5) == 1
    assert await the_waits(uow_factory, "a") == [(0, 3), (2, None)]


async def test_who_was_taken_over_has_a_clock_only_after_writing(uow_factory: UowFactory, reads: list[str]) -> None:
    await hands_over(uow_factory, "a", reason=EscalationReason.AGENT_TOOK_OVER)
    await says(uow_factory, "a", Author.CUSTOMER, -1)
    assert await follow(uow_factory, 1) == 0
    assert reads == []
    await says(uow_factory, "a", Author.CUSTOMER, 2)
    assert await follow(uow_factory, 3) == 1
    assert await the_waits(uow_factory, "a") == [(2, None)]


async def test_a_clock_ends_with_its_handoff_even_where_the_next_one_has_begun(uow_factory: UowFactory) -> None:
    await hands_over(uow_factory, "a")
    await follow(uow_factory, 1)
    await change(uow_factory, "a", lambda handoff: handoff.assign("ana", minutes(2)))
    await change(uow_factory, "a", lambda handoff: handoff.return_to_bot(minutes(3)))
    async with uow_factory() as uow:
        uow.escalations.add(an_escalation("a", at=minutes(4)))
        await uow.commit()
    assert await follow(uow_factory, 5) == 2
    assert await the_waits(uow_factory, "a") == [(4, None)]
    async with uow_factory() as uow:
        (running,) = await uow.service_clocks.running_in("a")
        assert running.started_at == minutes(4)
    assert await follow(uow_factory, 6) == 0


async def test_first_responses_are_those_of_the_bot_or_else_of_a_person(
    uow_factory: UowFactory, reads: list[str]
) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.conversations.add(Conversation("conversation", "web", NOW, NOW))
        case = a_case()
        uow.cases.add(case)
        sla.start(uow, ALWAYS_OPEN, case)
        await uow.commit()
    assert await follow(uow_factory, 1) == 0
    assert reads == []
    await says(uow_factory, "conversation", Author.BOT, 2, reply_to=case.source_message_id)
    told: list[str] = []
    assert await follow(uow_factory, 3, told) == 1
    assert told == ["conversation"]
    async with uow_factory() as uow:
        (clock,) = [one for one in await uow.service_clocks.of_case("C1") if one.metric is Metric.FIRST_RESPONSE]
    assert clock.stopped_at == minutes(2)


async def test_others_write_while_the_clocks_of_many_are_followed(
    uow_factory: UowFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each conversation is a transaction of its own: what one of them changed is there before the next one begins."""
    ids = [f"c{number}" for number in range(5)]
    await hands_over(uow_factory, *ids)
    seen: list[int] = []
    follow_handoff: Callable[..., Awaitable[list[ServiceClock]]] = response_clocks._follow_handoff

    async def noted(uow: SqlUnitOfWork, **more: Any) -> list[ServiceClock]:
        async with uow_factory() as other:
            # It waits for ten seconds, and fails, where the turn to write is kept from one conversation to the next.
            other.conversations.add(Conversation(f"other {len(seen)}", "web", NOW, NOW))
            await other.commit()
            seen.append(sum([len(await other.service_clocks.running_in(one)) for one in ids]))
        return await follow_handoff(uow, **more)

    monkeypatch.setattr(response_clocks, "_follow_handoff", noted)
    assert await follow(uow_factory, 1) == 5
    assert seen == [0, 1, 2, 3, 4]
