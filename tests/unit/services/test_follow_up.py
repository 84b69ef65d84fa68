"""After a case is resolved: the question, the answers, closing and the survey."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.identification import Identification
from bot.aftersales.labels import Priority
from bot.aftersales.notification import ASK_SOLVED, Notification
from bot.aftersales.rating import Rating
from bot.aftersales.task import Task
from bot.conversations.model import Author, Message
from bot.errors import InvalidInputError, NotFoundError
from bot.services import escalations, follow_up
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import CONVERSATION, World, proved_world

LATER = NOW + timedelta(days=8)
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
ELSEWHERE = "by mail"


def resolved_case(world: World | None = None) -> tuple[World, Case]:
    world = world or World()
    case = world.add_case()
    case.resolve(NOW)
    return world, case


def told(world: World) -> list[str]:
    return [found.response for found in world.database.all(Notification)]


async def asked_case(*, sent_at: datetime = NOW) -> tuple[World, Case]:
    """Return a case whose customer was asked whether it is solved; the order is proved in another conversation too."""
    world, case = resolved_case(await proved_world())
    world.database.all(Identification).append(Identification(ELSEWHERE, case.order_number, proved_at=NOW))
    await follow_up.ask_solved(world.uow, NOW)
    world.database.all(Notification)[0].mark_sent(1, sent_at)
    return world, case


async def closes(world: World, at: datetime) -> bool:
    return await follow_up.close_silent(world.uow, at) == 1


def writes(world: World, at: datetime, conversation: str = CONVERSATION, author: Author = Author.CUSTOMER) -> None:
    world.database.all(Message).append(Message(conversation, author, "words", at))


async def is_handed_over(world: World, at: datetime, conversation: str = CONVERSATION) -> Escalation:
    async with world.uow() as uow:
        await escalations.hand_over(uow, conversation, EscalationReason.ASKED_FOR_HUMAN, "de", at)
    return world.database.all(Escalation)[-1]


async def answer(world: World, solved: bool, conversation: str = CONVERSATION) -> Case:
    async with world.uow() as uow:
        return await follow_up.answer_solved(uow, conversation, "C1000001", solved, NOW)


async def rate(world: World, rating: int, comment: str | None = None, conversation: str = CONVERSATION) -> Rating:
    async with world.uow() as uow:
        return await follow_up.rate(uow, conversation, "C1000001", rating, comment, NOW)


async def test_whether_it_is_solved_is_asked_once_after_each_resolution() -> None:
    world, case = resolved_case()
    assert await follow_up.ask_solved(world.uow, NOW) == 1
    assert await follow_up.ask_solved(world.uow, LATER) == 0
    (question,) = world.database.all(Notification)
    payloads = [choice["payload"] for choice in question.values["choices"]]
    assert payloads == [
        '/solved{"case": "C1000001", "solved": "yes"}',
        '/solved{"case": "C1000001", "solved": "no"}',
    ]
    case.reopen()
    case.resolve(LATER)
    assert await follow_up.ask_solved(world.uow, LATER) == 1


async def test_a_conversation_knows_what_it_was_asked_about_until_it_has_answered() -> None:
    world, case = resolved_case()
    await follow_up.ask_solved(world.uow, NOW)
    async with world.uow() as uow:
        assert await follow_up.asked_about(uow, CONVERSATION) is None
        world.database.all(Notification)[0].mark_sent(1, NOW)
        assert await follow_up.asked_about(uow, CONVERSATION) is case
        assert await follow_up.asked_about(uow, "elsewhere") is None
    await answer(world, True)
    async with world.uow() as uow:
        assert await follow_up.asked_about(uow, CONVERSATION) is None


async def test_yes_closes_the_case_and_twice_does_nothing_more() -> None:
    world, _ = resolved_case()
    assert (await answer(world, True)).state is CaseState.CLOSED
    await answer(world, True)
    assert world.actions() == ["case.closed"]


async def test_no_takes_the_case_up_again_more_pressing_also_after_it_was_closed() -> None:
    world, case = resolved_case()
    await answer(world, False)
    await answer(world, False)
    assert (case.state, case.priority) == (CaseState.REOPENED, Priority.HIGH)
    assert world.actions() == ["case.reopened"]
    case.resolve(NOW)
    case.close()
    assert (await answer(world, False)).priority is Priority.URGENT


async def test_who_says_nothing_for_a_week_finds_the_case_closed_and_is_sent_the_survey() -> None:
    world, case = await asked_case()
    assert not await closes(world, NOW + WEEK - HOUR)
    assert await closes(world, NOW + WEEK)
    assert not await closes(world, NOW + WEEK)
    assert case.state is CaseState.CLOSED
    _, survey = world.database.all(Notification)
    assert survey.response == "utter_notify_case_closed"
    assert [choice["title"] for choice in survey.values["choices"]] == ["1", "2", "3", "4", "5"]
    assert survey.values["choices"][4]["payload"] == '/rate{"case": "C1000001", "rating": "5"}'


async def test_nothing_is_closed_of_which_nobody_was_asked_or_heard_the_question_for_less_than_a_week() -> None:
    world, case = resolved_case()
    assert not await closes(world, LATER)
    await follow_up.ask_solved(world.uow, LATER)
    assert not await closes(world, LATER + 2 * WEEK)
    world.database.all(Notification)[0].mark_sent(1, LATER)
    assert not await closes(world, LATER + WEEK - HOUR)
    assert await closes(world, LATER + WEEK)
    case.reopen()
    case.resolve(LATER + 2 * WEEK)
    assert not await closes(world, LATER + 4 * WEEK), "the question was about the resolution before"


@pytest.mark.parametrize("conversation", [CONVERSATION, ELSEWHERE])
async def test_silence_begins_anew_with_whatever_the_customer_writes(conversation: str) -> None:
    world, _ = await asked_case()
    day_six = NOW + timedelta(days=6)
    writes(world, day_six, conversation)
    assert not await closes(world, day_six + WEEK - HOUR)
    assert await closes(world, day_six + WEEK)


async def test_what_we_say_ourselves_and_what_strangers_say_breaks_no_silence() -> None:
    world, _ = await asked_case()
    writes(world, NOW + HOUR, "a stranger's")
    writes(world, NOW + HOUR, author=Author.BOT)
    assert await closes(world, NOW + WEEK)


@pytest.mark.parametrize("conversation", [CONVERSATION, ELSEWHERE])
async def test_nothing_is_closed_under_the_hands_of_a_person(conversation: str) -> None:
    world, _ = await asked_case()
    handoff = await is_handed_over(world, NOW + HOUR, conversation)
    assert not await closes(world, NOW + 4 * WEEK)
    handoff.assign("ana", NOW + HOUR)
    handoff.resolve(NOW + 4 * WEEK)
    assert not await closes(world, NOW + 5 * WEEK - HOUR)
    assert await closes(world, NOW + 5 * WEEK)


async def test_who_has_rated_already_is_not_asked_again() -> None:
    world, _ = await asked_case()
    await rate(world, 4)
    assert await closes(world, LATER)
    assert told(world) == [ASK_SOLVED]


async def test_a_rating_is_kept_once_and_the_newest_counts_with_the_comment() -> None:
    world, _ = resolved_case()
    await rate(world, 3)
    await rate(world, 5, "  Thanks!  ")
    await rate(world, 4)
    (kept,) = world.database.all(Rating)
    assert (kept.rating, kept.comment, kept.customer_id) == (4, "Thanks!", "customer-1")
    assert world.database.all(Task) == []


async def test_a_low_rating_reaches_a_supervisor_once() -> None:
    world, _ = resolved_case()
    await rate(world, 2)
    await rate(world, 1, "Never again.")
    assert [(task.what, task.case_number) for task in world.database.all(Task)] == [("low_rating", "C1000001")]


@pytest.mark.parametrize("rating", [0, 6, -1])
async def test_a_rating_is_between_one_and_five(rating: int) -> None:
    world, _ = resolved_case()
    with pytest.raises(InvalidInputError):
        await rate(world, rating)


async def test_a_comment_is_not_a_novel() -> None:
    world, _ = resolved_case()
    with pytest.raises(InvalidInputError):
        await rate(world, 3, "x" * 2001)


async def test_only_the_case_s_own_conversation_or_one_that_proved_the_order_may_answer() -> None:
    world, case = resolved_case(await proved_world())
    with pytest.raises(NotFoundError):
        await answer(world, True, "a stranger's")
    with pytest.raises(NotFoundError):
        await rate(world, 5, None, "a stranger's")
    case.conversation_id = "an older one"
    assert (await answer(world, True)).state is CaseState.CLOSED
    assert (await rate(world, 5)).rating == 5


async def test_without_a_survey_a_silent_case_is_closed_without_a_word() -> None:
    world, case = await asked_case()
    async with world.uow() as uow:
        await uow.desk_settings.put("survey", {"is_on": False, "questions": {}}, 0)
        await uow.commit()
    assert await closes(world, LATER)
    assert case.state is CaseState.CLOSED
    assert told(world) == [ASK_SOLVED]


async def test_the_survey_asks_in_the_words_of_the_shop() -> None:
    world, _ = await asked_case()
    async with world.uow() as uow:
        await uow.desk_settings.put("survey", {"is_on": True, "questions": {"de": "Wie war es?"}}, 0)
        await uow.commit()
    assert await closes(world, LATER)
    _, asked = world.database.all(Notification)
    assert asked.values["words"] == {"de": "Wie war es?"}
