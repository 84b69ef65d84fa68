"""The order of the queue."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.conversations.model import Author, Conversation, HandledBy, Message
from bot.desk import queue
from bot.desk.queue import Tab
from tests.fakes import FakeUnitOfWork

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def waiting(conversation_id: str, priority: Priority, minutes: int) -> Escalation:
    return Escalation(conversation_id, EscalationReason.ASKED_FOR_HUMAN, priority, ago(minutes), "en")


def held(conversation_id: str, agent_id: str) -> Escalation:
    escalation = waiting(conversation_id, Priority.URGENT, 60)
    escalation.assign(agent_id, ago(50))
    return escalation


async def a_queue(tab: Tab, *handoffs: Escalation, messages: tuple[Message, ...] = ()) -> queue.Queue:
    uow = FakeUnitOfWork()
    for handoff in handoffs:
        uow.escalations.add(handoff)
    for message in messages:
        await uow.messages.add(message)
    for name in {handoff.conversation_id for handoff in handoffs} | {"with-bot"}:
        uow.conversations.add(Conversation(name, "web", ago(90), ago(1), "de"))
    return await queue.load(uow, "ana", tab)


def ids(shown: queue.Queue) -> list[str]:
    return [row.conversation_id for row in shown.rows]


async def test_the_most_pressing_and_then_the_longest_waiting_come_first() -> None:
    shown = await a_queue(
        Tab.WAITING,
        waiting("young", Priority.NORMAL, 1),
        waiting("old", Priority.NORMAL, 9),
        waiting("urgent", Priority.URGENT, 0),
        waiting("low", Priority.LOW, 99),
    )
    assert ids(shown) == ["urgent", "old", "young", "low"]


async def test_waiting_ones_come_before_mine_and_mine_before_colleagues() -> None:
    shown = await a_queue(
        Tab.OPEN,
        held("bens", "ben"),
        held("mine", "ana"),
        waiting("new", Priority.LOW, 1),
    )
    assert ids(shown) == ["new", "mine", "bens"]
    assert shown.counts == {Tab.WAITING: 1, Tab.MINE: 1, Tab.OPEN: 3}


async def test_of_mine_the_unanswered_customer_comes_first() -> None:
    messages = (
        Message("answered", Author.CUSTOMER, "hi", ago(30)),
        Message("answered", Author.AGENT, "hello", ago(20)),
        Message("unanswered", Author.CUSTOMER, "hello?", ago(2)),
        Message("unanswered", Author.NOTE, "a note answers nobody", ago(1)),
    )
    shown = await a_queue(Tab.MINE, held("answered", "ana"), held("unanswered", "ana"), messages=messages)
    assert ids(shown) == ["unanswered", "answered"]
    assert [row.waiting_since for row in shown.rows] == [ago(2), None]


async def test_the_bots_tab_leaves_out_what_people_handle() -> None:
    shown = await a_queue(Tab.BOT, held("mine", "ana"), waiting("new", Priority.LOW, 1))
    assert ids(shown) == ["with-bot"]
    assert shown.rows[0].handled_by is HandledBy.BOT
    assert shown.rows[0].language == "de"


async def test_a_note_is_no_preview() -> None:
    messages = (
        Message("c", Author.CUSTOMER, "hi", ago(3)),
        Message("c", Author.NOTE, "secret", ago(1)),
    )
    shown = await a_queue(Tab.OPEN, waiting("c", Priority.LOW, 3), messages=messages)
    assert shown.rows[0].preview == "hi"
