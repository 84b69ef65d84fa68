"""What keeps a promise, and whose turn it is, is found on either database as the fakes find it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.aftersales.case import Case
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.sla import ALWAYS_OPEN
from bot.aftersales.task import Department
from bot.conversations import undelivered
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Conversation, Message, OutboundMessage, OutboxState
from bot.conversations.notifier import Notifier
from bot.services import lifecycle, promises, tasks
from bot.services.document_links import DocumentLinks
from bot.services.escalations import hand_over
from bot.services.notifications import notify
from bot.store.unit_of_work import SqlUnitOfWork
from tests.integration.conftest import UowFactory
from tests.integration.follow_up.things import Announcer
from tests.integration.store.things import NOW, a_case, a_return, a_shop, euro

HOUR = timedelta(hours=1)
NEWS = "utter_notify_return_received"


@pytest.fixture
async def uow(uow_factory: UowFactory) -> UowFactory:
    """A database with one case that waits for us, of a customer who writes by WhatsApp."""
    await a_shop(uow_factory)
    async with uow_factory() as work:
        case = a_case()
        case.investigate()
        work.cases.add(case)
        for conversation in ("conversation", "another"):
            work.conversations.add(Conversation(conversation, "whatsapp", NOW, NOW, language="de"))
        await work.commit()
    return uow_factory


async def the_case(work: SqlUnitOfWork) -> Case:
    case = await work.cases.get("C1")
    assert case is not None
    return case


async def told_since(uow: UowFactory, moment: datetime = NOW) -> datetime | None:
    async with uow() as work:
        return await work.cases.told_since(await the_case(work), moment, ("utter_notify_delay",))


async def say(uow: UowFactory, author: Author, at: datetime, conversation: str = "conversation") -> OutboundMessage:
    async with uow() as work:
        message = Message(conversation, author, "words", at)
        await work.messages.add(message)
        assert message.id is not None
        letter = OutboundMessage(message.id, conversation, "whatsapp", at)
        work.outbox.add(letter)
        await work.commit()
    return letter


async def announce(uow: UowFactory, response: str, at: datetime) -> OutboundMessage:
    async with uow() as work:
        await notify(work, await the_case(work), response, response, at)
        await work.commit()
    notifier = Notifier(uow, Announcer(), Feed(), lambda: at, DocumentLinks(b"a key for tests"))
    # The announcer writes its messages as of NOW.
    assert await notifier.deliver() == 1
    async with uow() as work:
        return (await work.outbox.pending("conversation"))[-1]


async def test_an_agent_s_words_count_wherever_the_case_was_handed_over_and_nobody_else_s(uow: UowFactory) -> None:
    await say(uow, Author.BOT, NOW + HOUR)
    await say(uow, Author.CUSTOMER, NOW + HOUR)
    await say(uow, Author.AGENT, NOW + HOUR, "another")
    assert await told_since(uow) is None
    await say(uow, Author.AGENT, NOW + 2 * HOUR)
    assert await told_since(uow) == NOW + 2 * HOUR
    async with uow() as work:
        await hand_over(work, "another", EscalationReason.ASKED_FOR_HUMAN, "de", NOW, case_number="C1")
    await say(uow, Author.AGENT, NOW + 3 * HOUR, "another")
    assert await told_since(uow) == NOW + 3 * HOUR
    assert await told_since(uow, NOW + 3 * HOUR) is None


async def test_what_was_given_up_does_not_count_opens_a_task_and_goes_out_when_the_customer_writes(
    uow: UowFactory,
) -> None:
    before = NOW - HOUR
    delay = await announce(uow, "utter_notify_delay", NOW)
    assert await told_since(uow, before) is None
    letter = await announce(uow, NEWS, NOW)
    words = await say(uow, Author.AGENT, NOW)
    assert await told_since(uow, before) == NOW
    async with uow() as work:
        await undelivered.give_up(work, [delay, letter, words], "window_closed", NOW)
        await work.commit()
    assert await told_since(uow, before) is None
    async with uow() as work:
        assert [(task.what, task.is_open) for task in await work.tasks.of_case("C1")] == [("reach_customer", True)]
        await undelivered.tell_late(work, "conversation", NOW + HOUR)
        await work.commit()
    async with uow() as work:
        pending = await work.outbox.pending("conversation")
        assert [entry.message_id for entry in pending] == [delay.message_id, letter.message_id]
        assert [task.is_open for task in await work.tasks.of_case("C1")] == [False]
        await undelivered.give_up(work, pending, "window_closed", NOW)
        await undelivered.tell_late(work, "conversation", NOW + 2 * HOUR)
        await work.commit()
    async with uow() as work:
        assert await work.outbox.pending("conversation") == []
        assert (await work.outbox.get(letter.message_id) or letter).state is OutboxState.FAILED


async def test_words_are_looked_for_in_conversations_known_by_then(uow: UowFactory) -> None:
    """A query within the condition would let PostgreSQL read all messages."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await told_since(uow)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    (of_messages,) = [statement for statement in asked if "FROM messages" in statement]
    assert "escalations" not in of_messages


async def test_what_a_person_has_told_does_not_go_out_when_the_customer_writes(uow: UowFactory) -> None:
    told = await announce(uow, NEWS, NOW)
    async with uow() as work:
        await undelivered.give_up(work, [told], "window_closed", NOW)
        await work.commit()
    async with uow() as work:
        (task,) = await work.tasks.of_case("C1")
        assert task.id is not None
        await tasks.finish(work, task.id, "mia", "called her", NOW + HOUR)
    late = await announce(uow, "utter_notify_delay", NOW)
    async with uow() as work:
        await undelivered.give_up(work, [late], "window_closed", NOW + 2 * HOUR)
        await work.commit()
    async with uow() as work:
        await undelivered.tell_late(work, "conversation", NOW + 3 * HOUR)
        await work.commit()
    async with uow() as work:
        assert [entry.message_id for entry in await work.outbox.pending("conversation")] == [late.message_id]
        assert [task.is_open for task in await work.tasks.of_case("C1")] == [False, False]


async def test_an_agent_s_words_keep_the_promise(uow: UowFactory) -> None:
    async with uow() as work:
        due = (await the_case(work)).next_contact_by
    await say(uow, Author.AGENT, due - HOUR)
    await promises.detect_delays(uow, ALWAYS_OPEN, due)
    async with uow() as work:
        assert await work.notifications.of_case("C1") == []
        assert (await the_case(work)).next_contact_by == due - HOUR + timedelta(hours=48)


def a_repair(state: RepairState) -> Repair:
    return Repair("P1", "C1", "10480001", 1, 1, True, NOW, NOW.date(), state=state)


def a_reshipment(state: ReshipState) -> Reshipment:
    return Reshipment("S1", "C1", "10480001", NOW, {1: 1}, state)


@pytest.mark.parametrize(
    ("state", "is_ours"),
    [
        (None, True),
        (RepairState.REPAIRING, True),
        (RepairState.APPROVED, False),
        (RepairState.SHIPPED, False),
        (RepairState.SHIPPED_BACK, False),
        (ReshipState.RESERVED, True),
        (ReshipState.SHIPPED, False),
    ],
)
async def test_what_is_carried_out_is_late_where_the_next_step_is_ours(
    uow: UowFactory, state: RepairState | ReshipState | None, is_ours: bool
) -> None:
    late = NOW + timedelta(days=90)
    async with uow() as work:
        lifecycle.begin(await the_case(work))
        if isinstance(state, RepairState):
            work.repairs.add(a_repair(state))
        elif state is not None:
            work.reshipments.add(a_reshipment(state))
        await work.commit()
    async with uow() as work:
        assert await work.cases.waits_for_us("C1", late) == is_ours
    assert await promises.detect_delays(uow, ALWAYS_OPEN, late) == is_ours


async def test_goods_that_are_here_wait_for_us_unless_money_for_them_has_its_own_day(uow: UowFactory) -> None:
    for refund, pay_by, is_ours in ((0, None, True), (9, NOW.date(), False), (9, None, True)):
        async with uow() as work:
            case, return_ = await the_case(work), await work.returns.get("R1")
            lifecycle.begin(case)
            if return_ is None:
                return_ = a_return()
                return_.approve()
                work.returns.add(return_)
                assert not await work.cases.waits_for_us("C1", NOW)
                return_.receive({1: (1, 0)}, NOW)
            return_.refund, return_.pay_by = euro(str(refund)), pay_by
            await work.commit()
        async with uow() as work:
            assert await work.cases.waits_for_us("C1", NOW) == is_ours


async def test_a_step_that_a_department_has_in_hand_is_not_late_yet(uow: UowFactory) -> None:
    async with uow() as work:
        lifecycle.begin(await the_case(work))
        await tasks.open_task(work, "C1", Department.SUPERVISOR, "decide", "case:C1:decide", NOW + 9 * HOUR)
        task = await tasks.open_task(work, "C1", Department.QUALITY, "repair", "repair:P1:work", NOW)
        await work.commit()
    async with uow() as work:
        assert not await work.cases.waits_for_us("C1", task.due_at - HOUR)
        assert await work.cases.waits_for_us("C1", task.due_at)


@pytest.mark.parametrize(
    ("what", "key", "is_ours"),
    [
        ("trace_return", "repair:P1:trace:KP7", True),
        ("trace_parcel", "reshipment:S1:lost:KP7", True),
        ("search_parcel", "shipment:1:lost:C1", True),
        ("search_parcel", "reshipment:S1:search", False),
        ("repair", "repair:P1:work", False),
    ],
)
async def test_a_lost_parcel_is_waited_for_until_the_time_to_trace_it_is_over(
    uow: UowFactory, what: str, key: str, is_ours: bool
) -> None:
    async with uow() as work:
        lifecycle.begin(await the_case(work))
        work.reshipments.add(a_reshipment(ReshipState.SHIPPED))
        task = await tasks.open_task(work, "C1", Department.LOGISTICS, what, key, NOW)
        await work.commit()
    async with uow() as work:
        assert not await work.cases.waits_for_us("C1", task.due_at - HOUR)
        assert await work.cases.waits_for_us("C1", task.due_at) == is_ours
        found = await work.cases.promised_until(task.due_at)
        assert [case.number for case in found] == (["C1"] if is_ours else [])
        await tasks.cancel_by_key(work, key, NOW)
        await work.commit()
    async with uow() as work:
        assert not await work.cases.waits_for_us("C1", task.due_at)
