"""Announcements that do not arrive: a person is told at once, and they go out when their customer writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.notification import ASK_SOLVED, Notification
from bot.aftersales.task import REACH_CUSTOMER, Task
from bot.conversations import undelivered
from bot.conversations.model import Author, Message, OutboundMessage, OutboxState
from bot.conversations.ports import UnitOfWork
from bot.services import wording
from bot.services.notifications import leave_to_person, notify
from tests.unit.aftersales.builders import NOW
from tests.unit.services.lifecycles import open_tasks
from tests.unit.services.world import World

WHATSAPP = "whatsapp~1"
LATER = NOW + timedelta(days=2)
NEWS = "utter_notify_return_received"


def transaction(world: World) -> UnitOfWork:
    return cast(UnitOfWork, world.uow())


async def say(world: World, author: Author = Author.BOT) -> OutboundMessage:
    """Say something on a platform; return its letter."""
    async with transaction(world) as uow:
        message = Message(WHATSAPP, author, "words", NOW)
        await uow.messages.add(message)
        assert message.id is not None
        letter = OutboundMessage(message.id, WHATSAPP, "whatsapp", NOW)
        uow.outbox.add(letter)
        await uow.commit()
    return letter


async def announce(world: World, case: Case, response: str = NEWS, **values: Any) -> OutboundMessage:
    """Announce something to a customer of a platform; return its letter."""
    letter = await say(world)
    async with transaction(world) as uow:
        key = f"{response}:{letter.message_id}"
        await notify(uow, case, response, key, NOW, **values)
        notification = await uow.notifications.by_key(key)
        assert notification is not None
        notification.mark_sent(letter.message_id, NOW)
        await uow.commit()
    return letter


async def lose(world: World, *letters: OutboundMessage, reason: str = "window_closed") -> None:
    async with transaction(world) as uow:
        await undelivered.give_up(uow, [replace(letter) for letter in letters], reason, NOW)
        await uow.commit()


async def customer_writes(world: World, at: datetime = LATER) -> None:
    async with transaction(world) as uow:
        await undelivered.tell_late(uow, WHATSAPP, at)
        await uow.commit()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def case(world: World) -> Case:
    return world.add_case()


async def test_an_announcement_that_dies_opens_one_task_on_its_case(world: World, case: Case) -> None:
    letters = [await announce(world, case) for _ in range(2)]
    await lose(world, letters[0], reason="blocked")
    await lose(world, letters[1], reason="blocked")
    assert {letter.state for letter in letters} == {OutboxState.FAILED}
    assert [(task.case_number, task.what) for task in world.database.all(Task)] == [(case.number, REACH_CUSTOMER)]


async def test_the_next_one_that_dies_after_somebody_has_seen_to_it_opens_another(world: World, case: Case) -> None:
    await lose(world, await announce(world, case))
    world.database.all(Task)[0].finish("called her", NOW)
    await lose(world, await announce(world, case))
    assert open_tasks(world) == [REACH_CUSTOMER]
    assert len({task.key for task in world.database.all(Task)}) == 2


async def test_words_of_a_turn_or_of_a_person_and_questions_afterwards_open_none(world: World, case: Case) -> None:
    await lose(world, await say(world), await say(world, Author.AGENT), await announce(world, case, ASK_SOLVED))
    assert open_tasks(world) == []


async def test_when_the_customer_writes_news_that_came_too_late_go_out_in_order_and_the_task_ends(
    world: World, case: Case
) -> None:
    letters = [await announce(world, case) for _ in range(2)]
    await lose(world, *letters)
    await customer_writes(world)
    assert [(letter.state, letter.next_attempt_at, letter.error) for letter in letters] == [
        (OutboxState.PENDING, LATER, None)
    ] * 2
    async with transaction(world) as uow:
        assert await uow.outbox.pending(WHATSAPP) == letters
    assert open_tasks(world) == []


async def test_they_go_out_once(world: World, case: Case) -> None:
    letter = await announce(world, case)
    for _ in range(2):
        await lose(world, letter)
        await customer_writes(world)
    assert letter.state is OutboxState.FAILED
    assert open_tasks(world) == [REACH_CUSTOMER]


@pytest.mark.parametrize("reason", ["blocked", "invalid_request"])
async def test_what_was_refused_for_another_reason_stays_dead(world: World, case: Case, reason: str) -> None:
    letter = await announce(world, case)
    await lose(world, letter, reason=reason)
    await customer_writes(world)
    assert letter.state is OutboxState.FAILED
    assert open_tasks(world) == [REACH_CUSTOMER]


async def test_what_a_person_wrote_is_theirs_to_send_again(world: World) -> None:
    letter = await say(world, Author.AGENT)
    await lose(world, letter)
    await customer_writes(world)
    assert letter.state is OutboxState.FAILED


@pytest.mark.parametrize(
    ("values", "is_told"),
    [
        ({"until": wording.moment(LATER + timedelta(minutes=1))}, True),
        ({"until": wording.moment(LATER - timedelta(minutes=1))}, False),
        ({"deadline": wording.day(LATER)}, True),
        ({"deadline": wording.day(LATER - timedelta(days=1))}, False),
        ({"arrived": wording.day(NOW)}, True),
    ],
)
async def test_what_names_a_time_that_is_over_is_not_told_any_more(
    world: World, case: Case, values: dict[str, Any], is_told: bool
) -> None:
    letter = await announce(world, case, **values)
    await lose(world, letter)
    await customer_writes(world)
    assert (letter.state is OutboxState.PENDING) == is_told


@pytest.mark.parametrize(("state", "is_asked"), [(CaseState.RESOLVED, True), (CaseState.CLOSED, False)])
async def test_whether_it_is_solved_is_asked_while_that_is_open(
    world: World, case: Case, state: CaseState, is_asked: bool
) -> None:
    letter = await announce(world, case, ASK_SOLVED)
    await lose(world, letter)
    case.state = state
    await customer_writes(world)
    assert (letter.state is OutboxState.PENDING) == is_asked


async def set_aside(world: World, case: Case) -> None:
    """Announce something that cannot be put into words."""
    async with transaction(world) as uow:
        await notify(uow, case, NEWS, "set aside", NOW)
        lost = await uow.notifications.by_key("set aside")
        assert lost is not None
        lost.mark_sent(None, NOW)
        await leave_to_person(uow, lost, NOW)
        await uow.commit()


async def resend(world: World, letter: OutboundMessage) -> None:
    async with transaction(world) as uow:
        await undelivered.resend(uow, letter.message_id, "mia", LATER)
        await uow.commit()


async def test_the_task_stays_while_another_announcement_is_lost(world: World, case: Case) -> None:
    first, second = [await announce(world, case) for _ in range(2)]
    await lose(world, first, second, reason="blocked")
    await resend(world, first)
    assert open_tasks(world) == [REACH_CUSTOMER]
    await resend(world, second)
    assert open_tasks(world) == []


async def test_the_task_stays_for_what_could_not_be_written(world: World, case: Case) -> None:
    await set_aside(world, case)
    letter = await announce(world, case)
    await lose(world, letter)
    await customer_writes(world)
    assert (letter.state, open_tasks(world)) == (OutboxState.PENDING, [REACH_CUSTOMER])


async def test_a_question_afterwards_that_goes_out_again_ends_no_task_and_a_lost_one_keeps_none(
    world: World, case: Case
) -> None:
    news, question = await announce(world, case), await announce(world, case, ASK_SOLVED)
    await lose(world, news, question, reason="blocked")
    await resend(world, question)
    assert open_tasks(world) == [REACH_CUSTOMER]
    await lose(world, question, reason="blocked")
    await resend(world, news)
    assert open_tasks(world) == []


async def test_what_a_person_has_told_goes_out_no_more_and_keeps_no_later_task(world: World, case: Case) -> None:
    told, question = await announce(world, case), await announce(world, case, ASK_SOLVED)
    await lose(world, told, question)
    case.state = CaseState.RESOLVED
    world.database.all(Task)[0].finish("called her", NOW + timedelta(hours=1))
    untold = await announce(world, case)
    async with transaction(world) as uow:
        await undelivered.give_up(uow, [replace(untold)], "window_closed", NOW + timedelta(hours=2))
        await uow.commit()
    assert open_tasks(world) == [REACH_CUSTOMER]
    await customer_writes(world)
    # Whether it is solved is nothing that anybody had to tell.
    assert [letter.state for letter in (told, question, untold)] == [
        OutboxState.FAILED,
        OutboxState.PENDING,
        OutboxState.PENDING,
    ]
    assert open_tasks(world) == []


async def test_an_agent_who_sends_it_again_ends_the_task(world: World, case: Case) -> None:
    letter = await announce(world, case)
    await lose(world, letter, reason="blocked")
    await resend(world, letter)
    assert letter.state is OutboxState.PENDING
    assert open_tasks(world) == []
    assert len(world.database.all(Notification)) == 1
