"""Promised times that pass in silence: a new promise, then a person, then a supervisor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.notification import Notification
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.return_ import ReturnState
from bot.aftersales.sla import ALWAYS_OPEN
from bot.aftersales.task import Department, Task
from bot.conversations.model import Author, Message, OutboundMessage, OutboxState
from bot.services import promises, reshipments, tasks, wording
from bot.services.notifications import notify
from tests.unit.aftersales.builders import NOW, an_order
from tests.unit.services.lifecycles import LATER, a_world_with_case, exchanged, returned
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import World


def promised_case() -> tuple[World, Case]:
    world = World()
    case = world.add_case()
    case.investigate()
    return world, case


async def detect(world: World, now: datetime) -> int:
    return await promises.detect_delays(world.uow, ALWAYS_OPEN, now)


def responses(world: World) -> list[str]:
    return [found.response for found in world.database.all(Notification)]


async def test_nothing_happens_before_the_promised_time() -> None:
    world, case = promised_case()
    assert await detect(world, case.next_contact_by - timedelta(seconds=1)) == 0
    assert responses(world) == []


async def test_a_broken_promise_is_told_with_a_new_one_and_makes_the_case_more_pressing() -> None:
    world, case = promised_case()
    now = case.next_contact_by
    assert await detect(world, now) == 1
    assert await detect(world, now + timedelta(minutes=1)) == 0
    (told,) = world.database.all(Notification)
    assert told.response == "utter_notify_delay"
    assert case.priority is Priority.HIGH
    assert case.next_contact_by == now + timedelta(hours=24)
    assert told.values["until"] == wording.moment(case.next_contact_by)
    assert case.state is CaseState.INVESTIGATING


async def test_the_second_time_a_person_takes_over_and_the_third_time_a_supervisor_hears_of_it() -> None:
    world, case = promised_case()
    await detect(world, case.next_contact_by)
    await detect(world, case.next_contact_by)
    (handoff,) = world.database.all(Escalation)
    assert (handoff.reason, handoff.case_number) == (EscalationReason.PROMISE_BROKEN, case.number)
    assert handoff.priority is Priority.URGENT
    assert case.state is CaseState.ESCALATED
    assert world.database.all(Notification)[-1].values["facts"] == {"handoff": {"state": "queued"}}
    assert world.database.all(Task) == []
    await detect(world, case.next_contact_by)
    assert responses(world) == ["utter_notify_delay", "utter_notify_delay_handed_over", "utter_notify_delay"]
    assert [task.department for task in world.database.all(Task)] == [Department.SUPERVISOR]
    assert len(world.database.all(Escalation)) == 1


async def test_an_announcement_keeps_the_promise_and_a_new_one_counts_from_it() -> None:
    world, case = promised_case()
    told_at = NOW + timedelta(hours=40)
    async with world.uow() as uow:
        await notify(uow, case, "utter_notify_return_received", "return:R1:received", told_at)
        await uow.commit()
    (told,) = world.database.all(Notification)
    told.mark_sent(7, told_at)
    assert await detect(world, case.next_contact_by) == 1
    assert responses(world) == ["utter_notify_return_received"]
    assert case.next_contact_by == told_at + timedelta(hours=48)
    assert case.priority is Priority.NORMAL
    await detect(world, case.next_contact_by)
    assert responses(world)[1:] == ["utter_notify_delay"]


async def test_an_announcement_that_nobody_has_seen_yet_keeps_no_promise() -> None:
    world, case = promised_case()
    async with world.uow() as uow:
        await notify(uow, case, "utter_notify_return_received", "return:R1:received", NOW)
        await uow.commit()
    await detect(world, case.next_contact_by)
    assert responses(world)[1:] == ["utter_notify_delay"]


async def test_a_contact_in_between_begins_the_count_anew() -> None:
    world, case = promised_case()
    await detect(world, case.next_contact_by)
    async with world.uow() as uow:
        promises.renew(uow, ALWAYS_OPEN, case, case.next_contact_by)
        await uow.commit()
    await detect(world, case.next_contact_by)
    assert responses(world) == ["utter_notify_delay", "utter_notify_delay"]
    assert world.database.all(Escalation) == []


async def test_who_has_to_answer_or_to_send_something_is_owed_nothing() -> None:
    for state in (CaseState.WAITING_CUSTOMER, CaseState.OFFERED, CaseState.RESOLVED):
        world, case = promised_case()
        case.state = state
        assert await detect(world, case.next_contact_by + timedelta(days=9)) == 0


async def test_who_says_that_it_is_not_solved_gets_a_new_promise() -> None:
    world, case = promised_case()
    reopened_at = case.next_contact_by + timedelta(days=3)
    async with world.uow() as uow:
        uow.audit.add(AuditEvent(reopened_at, "customer", "case.reopened", f"case:{case.number}"))
        await uow.commit()
    case.resolve(NOW)
    case.reopen()
    await detect(world, reopened_at + timedelta(minutes=1))
    assert responses(world) == []
    assert case.next_contact_by == reopened_at + timedelta(hours=24)


def say(world: World, conversation_id: str, author: Author, at: datetime, state: OutboxState | None = None) -> int:
    """Add a message, and its letter where that is to be in a state; return its id."""
    message = Message(conversation_id, author, "words", at)
    message.id = 100 + len(world.database.all(Message))
    world.database.all(Message).append(message)
    if state is not None:
        letter = OutboundMessage(message.id, conversation_id, "whatsapp", at, state)
        world.database.all(OutboundMessage).append(letter)
    return message.id


async def test_an_agent_who_writes_without_being_asked_keeps_the_promise() -> None:
    world, case = promised_case()
    wrote_at = case.next_contact_by - timedelta(hours=1)
    say(world, case.conversation_id, Author.AGENT, NOW + timedelta(minutes=30))
    say(world, case.conversation_id, Author.AGENT, wrote_at, OutboxState.SENT)
    await detect(world, case.next_contact_by)
    assert responses(world) == []
    assert case.next_contact_by == wrote_at + timedelta(hours=48)
    assert case.priority is Priority.NORMAL


async def test_an_agent_keeps_it_from_the_conversation_in_which_the_case_was_handed_over() -> None:
    world, case = promised_case()
    handoff = Escalation("telegram~1", EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, NOW, "de")
    handoff.case_number = case.number
    world.database.all(Escalation).append(handoff)
    say(world, "telegram~1", Author.AGENT, case.next_contact_by - timedelta(hours=1))
    await detect(world, case.next_contact_by)
    assert responses(world) == []


@pytest.mark.parametrize("author", [Author.BOT, Author.CUSTOMER, Author.NOTE])
async def test_nobody_else_s_words_keep_it(author: Author) -> None:
    world, case = promised_case()
    say(world, case.conversation_id, author, case.next_contact_by - timedelta(hours=1))
    await detect(world, case.next_contact_by)
    assert responses(world) == ["utter_notify_delay"]


@pytest.mark.parametrize(
    ("state", "delays"), [(OutboxState.FAILED, 1), (OutboxState.PENDING, 0), (OutboxState.SENT, 0)]
)
async def test_what_was_given_up_on_its_way_keeps_no_promise(state: OutboxState, delays: int) -> None:
    for author in (Author.BOT, Author.AGENT):
        world, case = promised_case()
        at = case.next_contact_by - timedelta(hours=1)
        message_id = say(world, case.conversation_id, author, at, state)
        if author is Author.BOT:
            async with world.uow() as uow:
                await notify(uow, case, "utter_notify_return_received", "return:R1:received", at)
                await uow.commit()
            world.database.all(Notification)[0].mark_sent(message_id, at)
        await detect(world, case.next_contact_by)
        assert responses(world).count("utter_notify_delay") == delays


REPAIR: dict[str, Any] = {"position": 1, "quantity": 1, "in_warranty": True}


def repair(case: Case, state: RepairState) -> Repair:
    return Repair("P1", case.number, case.order_number, requested_at=NOW, deadline=NOW.date(), state=state, **REPAIR)


def reshipment(case: Case, state: ReshipState) -> Reshipment:
    return Reshipment("S1", case.number, case.order_number, NOW, {1: 1}, state)


@pytest.mark.parametrize("state", [RepairState.RECEIVED, RepairState.REPAIRING, RepairState.QUOTE_DECLINED])
async def test_a_repair_that_nobody_goes_on_with_is_told_as_late(state: RepairState) -> None:
    world, case = await a_world_with_case()
    world.database.all(Repair).append(repair(case, state))
    assert await detect(world, case.next_contact_by) == 1
    assert responses(world) == ["utter_notify_delay"]
    assert (case.state, case.priority) == (CaseState.EXECUTING, Priority.HIGH)
    await detect(world, case.next_contact_by)
    assert len(world.database.all(Escalation)) == 1


@pytest.mark.parametrize("state", [RepairState.APPROVED, RepairState.SHIPPED, RepairState.QUOTED])
async def test_a_repair_that_waits_for_others_is_not_late(state: RepairState) -> None:
    world, case = await a_world_with_case()
    world.database.all(Repair).append(repair(case, state))
    assert await detect(world, case.next_contact_by + timedelta(days=90)) == 0


@pytest.mark.parametrize(
    ("state", "delays"), [(ReshipState.RESERVED, 1), (ReshipState.SEARCHING, 0), (ReshipState.SHIPPED, 0)]
)
async def test_goods_that_are_not_sent_again_are_late(state: ReshipState, delays: int) -> None:
    world, case = await a_world_with_case()
    world.database.all(Reshipment).append(reshipment(case, state))
    assert await detect(world, case.next_contact_by + timedelta(days=90)) == delays


async def test_what_a_department_has_in_hand_is_not_late_before_its_time_is_over() -> None:
    world, case = await a_world_with_case()
    world.database.all(Repair).append(repair(case, RepairState.REPAIRING))
    began_at = case.next_contact_by
    async with world.uow() as uow:
        await tasks.open_task(uow, case.number, Department.QUALITY, "repair", "repair:P1:work", began_at)
        # What people do besides says nothing about it.
        await tasks.open_task(uow, case.number, Department.SUPERVISOR, "decide", "case:C1:decide", began_at)
        await uow.commit()
    over_at = began_at + tasks.DUE_IN[Department.QUALITY]
    assert await detect(world, over_at - timedelta(seconds=1)) == 0
    assert await detect(world, over_at) == 1


async def test_a_parcel_that_the_customer_has_to_hand_over_or_that_is_under_way_is_waited_for() -> None:
    for state in (ReturnState.APPROVED, ReturnState.LABEL_ISSUED, ReturnState.SHIPPED):
        world, case, return_ = await returned()
        return_.state = state
        async with world.uow() as uow:
            await tasks.open_task(uow, case.number, Department.WAREHOUSE, "look", f"{return_.subject}:look", NOW)
            await uow.commit()
        assert case.state is CaseState.EXECUTING
        assert await detect(world, case.next_contact_by + timedelta(days=9)) == 0


async def lost_return() -> tuple[World, Case]:
    world, case, _ = await returned()
    await Shop(world).scan("KP99", "lost")
    return world, case


async def lost_replacement() -> tuple[World, Case]:
    world, case, return_, exchange = await exchanged()
    return_.state, return_.tracking_number = ReturnState.COMPLETED, None
    exchange.state, exchange.tracking_number = ExchangeState.REPLACEMENT_SHIPPED, "KP7"
    await Shop(world).scan("KP7", "lost")
    return world, case


async def lost_with(thing: type[Repair] | type[Reshipment], state: Any, number: str = "KP7") -> tuple[World, Case]:
    """Lose a parcel while a repair or a second parcel waits for somebody else."""
    world, case = await a_world_with_case(an_order(delivered_days_ago=None))
    waiting = repair(case, state) if thing is Repair else reshipment(case, state)
    waiting.tracking_number = "KP7"
    world.database.all(thing).append(waiting)
    await Shop(world).scan(number, "lost")
    return world, case


@pytest.mark.parametrize(
    ("lose", "task"),
    [
        (lost_return, "trace_return"),
        (lost_replacement, "trace_parcel"),
        (partial(lost_with, Repair, RepairState.SHIPPED), "trace_return"),
        (partial(lost_with, Repair, RepairState.SHIPPED_BACK), "trace_parcel"),
        (partial(lost_with, Reshipment, ReshipState.SHIPPED), "trace_parcel"),
        (partial(lost_with, Repair, RepairState.QUOTED, "KP0042"), "search_parcel"),
    ],
)
async def test_what_is_promised_about_a_lost_parcel_has_to_be_kept(
    lose: Callable[[], Awaitable[tuple[World, Case]]], task: str
) -> None:
    world, case = await lose()
    assert [found.what for found in world.database.all(Task) if found.is_open] == [task]
    promised = case.next_contact_by
    assert promised == LATER + tasks.DUE_IN[Department.LOGISTICS]
    assert await detect(world, promised - timedelta(seconds=1)) == 0
    assert await detect(world, promised) == 1
    assert responses(world)[-2:] == ["utter_notify_parcel_lost", "utter_notify_delay"]
    await detect(world, case.next_contact_by)
    assert responses(world)[-1] == "utter_notify_delay_handed_over"


@pytest.mark.parametrize("state", ["lost", "returned_to_sender"])
async def test_the_announcement_that_makes_a_promise_does_not_keep_it(state: str) -> None:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None))
    case.state = CaseState.INVESTIGATING
    await Shop(world).scan("KP0042", state)
    (told,) = world.database.all(Notification)
    said_at = case.next_contact_by - timedelta(seconds=1)
    # However soon after the promise it is said, and however long the next one would be.
    told.mark_sent(7, said_at)
    assert await detect(world, case.next_contact_by) == 1
    assert responses(world)[1:] == ["utter_notify_delay"]


async def test_while_a_search_goes_on_whose_end_the_customer_knows_nothing_is_late() -> None:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    until = NOW + timedelta(days=14)
    async with world.uow() as uow:
        await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=until)
        await uow.commit()
    assert await detect(world, until) == 0
    await reshipments.end_searches(world.uow, until)
    assert await detect(world, until + tasks.DUE_IN[Department.WAREHOUSE]) == 1
