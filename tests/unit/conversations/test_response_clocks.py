"""How long customers wait for answers, read off the transcripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock
from bot.aftersales.task import Task
from bot.conversations import response_clocks
from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.services import sla
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import CONVERSATION, World


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def said(author: Author, at: float, reply_to: str | None = None) -> Message:
    return Message(CONVERSATION, author, "words", minutes(at), reply_to=reply_to, id=int(at * 10) + 1000)


def a_handoff(reason: EscalationReason = EscalationReason.ASKED_FOR_HUMAN, case: str | None = None) -> Escalation:
    return Escalation(CONVERSATION, reason, Priority.NORMAL, NOW, "de", case_number=case)


def waits(handoff: Escalation, *messages: Message) -> list[tuple[datetime, datetime | None]]:
    return [(wait.since, wait.answered_at) for wait in response_clocks.waits(handoff, list(messages))]


def test_a_handoff_waits_from_its_beginning() -> None:
    assert waits(a_handoff()) == [(NOW, None)]
    assert waits(a_handoff(), said(Author.CUSTOMER, 5)) == [(NOW, None)]


def test_an_agent_s_words_end_the_wait_and_the_oldest_unanswered_message_begins_the_next() -> None:
    messages = [said(Author.AGENT, 3), said(Author.AGENT, 4), said(Author.CUSTOMER, 8), said(Author.CUSTOMER, 9)]
    assert waits(a_handoff(), *messages) == [(NOW, minutes(3)), (minutes(8), None)]
    assert waits(a_handoff(), *messages, said(Author.AGENT, 20))[1] == (minutes(8), minutes(20))


def test_announcements_of_the_bot_answer_nobody() -> None:
    assert waits(a_handoff(), said(Author.BOT, 1), said(Author.SYSTEM, 2)) == [(NOW, None)]


def test_what_was_said_before_the_handoff_does_not_count() -> None:
    assert waits(a_handoff(), said(Author.AGENT, -9), said(Author.CUSTOMER, -8)) == [(NOW, None)]


def test_who_was_taken_over_without_asking_waits_only_after_writing() -> None:
    handoff = a_handoff(EscalationReason.AGENT_TOOK_OVER)
    assert waits(handoff) == []
    assert waits(handoff, said(Author.CUSTOMER, 2)) == [(minutes(2), None)]


async def follow(world: World, now: datetime) -> int:
    return await response_clocks.follow(cast(Callable[[], UnitOfWork], world.uow), ALWAYS_OPEN, now)


def clocks(world: World, metric: Metric) -> list[ServiceClock]:
    return [clock for clock in world.database.all(ServiceClock) if clock.metric is metric]


async def registered(world: World) -> Case:
    case = world.add_case()
    async with world.uow() as uow:
        sla.start(uow, ALWAYS_OPEN, case)
        await uow.commit()
    return case


async def test_the_bot_s_answer_is_the_first_response() -> None:
    world = World()
    case = await registered(world)
    assert await follow(world, minutes(1)) == 0
    world.database.all(Message).append(said(Author.BOT, 0.1, reply_to=case.source_message_id))
    assert await follow(world, minutes(5)) == 1
    (clock,) = clocks(world, Metric.FIRST_RESPONSE)
    assert (clock.stopped_at, clock.breached_at) == (minutes(0.1), None)


async def test_where_the_bot_never_answered_a_person_s_words_are_the_first_response() -> None:
    world = World()
    await registered(world)
    world.database.all(Message).append(said(Author.AGENT, 90))
    await follow(world, minutes(99))
    (clock,) = clocks(world, Metric.FIRST_RESPONSE)
    assert clock.stopped_at == minutes(90)
    assert clock.breached_at == clock.due_at


async def test_a_handoff_has_a_clock_that_the_agent_s_answer_stops_and_the_promise_is_renewed() -> None:
    world = World()
    case = await registered(world)
    handoff = a_handoff(case=case.number)
    handoff.id = 7
    world.database.all(Escalation).append(handoff)
    assert await follow(world, minutes(1)) == 1
    assert await follow(world, minutes(2)) == 0
    (clock,) = clocks(world, Metric.NEXT_RESPONSE)
    assert (clock.started_at, clock.case_number) == (NOW, case.number)
    world.database.all(Message).append(said(Author.AGENT, 30))
    await follow(world, minutes(31))
    assert clock.stopped_at == minutes(30)
    assert case.next_contact_by == minutes(30) + timedelta(hours=48)
    assert await follow(world, minutes(32)) == 0
    world.database.all(Message).append(said(Author.CUSTOMER, 40))
    await follow(world, minutes(41))
    assert [found.started_at for found in clocks(world, Metric.NEXT_RESPONSE)] == [NOW, minutes(40)]


async def test_an_answer_however_late_ends_the_task_to_see_why_it_takes_so_long() -> None:
    world = World()
    await registered(world)
    (clock,) = clocks(world, Metric.FIRST_RESPONSE)
    late = clock.due_at + timedelta(minutes=1)
    await sla.check_due(world.uow, late)
    task = next(task for task in world.database.all(Task) if task.what == "first_response_overdue")
    assert task.is_open
    message = said(Author.AGENT, 0)
    message.at = late
    world.database.all(Message).append(message)
    await follow(world, late)
    assert not task.is_open


async def test_a_clock_ends_with_its_handoff() -> None:
    world = World()
    handoff = a_handoff()
    handoff.id = 7
    world.database.all(Escalation).append(handoff)
    await follow(world, minutes(1))
    handoff.assign("ana", minutes(2))
    handoff.return_to_bot(minutes(3))
    await follow(world, minutes(60))
    (clock,) = clocks(world, Metric.NEXT_RESPONSE)
    assert clock.stopped_at == minutes(3)
