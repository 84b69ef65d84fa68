"""What the address of the inbox asks for, where its rows stand, and what they show."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest

from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import IssueType, Priority
from bot.conversations.model import Author, Conversation, HandledBy, Message
from bot.desk import queue
from bot.desk.inbox_address import Asked, asked
from bot.services.account import Account, Role
from bot.services.inbox_ports import Filters, Place, Sort, View
from tests.fakes import FakeUnitOfWork

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
ANA = Account("ana", "ana", "Ana Lima", "", Role.AGENT, NOW)


def test_an_address_says_all_that_was_asked() -> None:
    wish = Asked(View.MINE, Sort.WAITING, Filters("de", "web", IssueType.DAMAGED, "DE", "ana", "vip"), "退货 red")
    assert asked(dict(parse_qsl(wish.address))) == wish


def test_what_makes_no_sense_in_an_address_is_left_out() -> None:
    assert asked({"view": "nonsense", "sort": "'", "issue_type": "x", "language": "x" * 99, "q": "  "}) == Asked()


@pytest.mark.parametrize("wish", [Asked(), Asked(sort=Sort.NEWEST), Asked(view=View.CLOSED)])
def test_a_key_leads_back_to_its_place(wish: Asked) -> None:
    place = Place(1, 2, NOW + timedelta(microseconds=7), "web/42?x#y")
    assert wish.place(wish.key(place)) == place


@pytest.mark.parametrize("key", ["", "x", "9" * 20, "-1" * 10, "١" * 20, "0" * 500])
def test_a_key_of_somebody_else_leads_nowhere_or_somewhere_harmless(key: str) -> None:
    place = Asked().place(key)
    assert place is None or place.moment.year > 0


def test_keys_are_in_the_order_of_the_rows() -> None:
    late, urgent, old, young = (
        Place(0, 3, NOW, "d"),
        Place(1, 0, NOW, "c"),
        Place(1, 1, NOW - timedelta(days=1), "b"),
        Place(1, 1, NOW, "a"),
    )
    keys = [Asked().key(place) for place in (late, urgent, old, young)]
    assert keys == sorted(keys)
    newest_first = Asked(sort=Sort.NEWEST)
    assert newest_first.key(Place(0, 0, NOW, "a")) < newest_first.key(Place(0, 0, NOW - timedelta(days=1), "a"))


async def a_queue(view: View, *handoffs: Escalation, messages: tuple[Message, ...] = ()) -> queue.Queue:
    uow = FakeUnitOfWork()
    for handoff in handoffs:
        uow.escalations.add(handoff)
    for message in messages:
        await uow.messages.add(message)
    for name in sorted({handoff.conversation_id for handoff in handoffs} | {"with-bot"}):
        uow.conversations.add(Conversation(name, "web", NOW, NOW, "de"))
    return await queue.load(uow, ANA, Asked(view), NOW)


def waiting(conversation_id: str, minutes: int) -> Escalation:
    began = NOW - timedelta(minutes=minutes)
    return Escalation(conversation_id, EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, began, "en")


async def test_the_bots_view_leaves_out_what_people_handle() -> None:
    shown = await a_queue(View.BOT, waiting("new", 1))
    assert [(row.conversation_id, row.handled_by) for row in shown.rows] == [("with-bot", HandledBy.BOT)]


async def test_a_page_that_is_full_leads_to_the_next_one() -> None:
    shown = await a_queue(View.ALL, *(waiting(f"c{n:03d}", 900 - n) for n in range(queue.PAGE + 1)))
    assert len(shown.rows) == queue.PAGE
    assert shown.next_key == shown.rows[-1].key
    assert shown.counts[View.UNASSIGNED] == queue.PAGE + 1


async def test_a_note_is_no_preview() -> None:
    messages = (
        Message("c", Author.CUSTOMER, "hi", NOW),
        Message("c", Author.NOTE, "secret", NOW),
    )
    shown = await a_queue(View.ALL, waiting("c", 3), messages=messages)
    assert shown.rows[0].preview == "hi"
