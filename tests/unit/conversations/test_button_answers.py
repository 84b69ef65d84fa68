"""Buttons of what the shop asked by itself, pressed while a person has the conversation or only people answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.customs import CustomsState, Paper
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.aftersales.labels import Priority
from bot.aftersales.rating import Rating
from bot.aftersales.task import Task
from bot.conversations.bot import Turn
from bot.conversations.button_answers import ButtonAnswers
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.conversations.router import Router
from bot.errors import ConflictError
from bot.services import customs, escalations, follow_up, lifecycle
from tests.fakes import FakeUnitOfWork
from tests.unit.aftersales.builders import NOW, a_case
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import CONVERSATION, World

NUMBER = "C1000001"
NOT_UNDERSTOOD = ["utter_not_understood"]


class Desk(World):
    """A router whose bot only repeats what it hears, and a case that is resolved."""

    def __init__(self) -> None:
        super().__init__()
        self.case = self.add_case(NUMBER)
        self.case.resolve(NOW)
        self.said: list[dict[str, Any]] = []
        self.router = Router(self._uow, self, Feed(), Delivery(self._uow, lambda: NOW), lambda: NOW)
        self.router.buttons = ButtonAnswers(self._uow, A_POLICY, lambda: NOW)

    def _uow(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.database)

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        return Turn([self.say("utter_echo", "en")], [], "en")

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        self.said.append(values)
        return Message(CONVERSATION, Author.BOT, response, NOW, response, language, custom=values.get("facts", {}))

    async def press(self, button: str, **values: str) -> list[str]:
        """Return the names of the responses to a button."""
        written = ", ".join(f'"{name}": "{value}"' for name, value in values.items())
        received = await self.router.receive(CONVERSATION, "web", f"/{button}{{{written}}}")
        answer = await asyncio.wait_for(self.router.answer_to(received, CONVERSATION), 60)
        return [str(message.response) for message in answer]

    async def is_handed_over(self, *, to: str | None = "ana") -> None:
        async with self._uow() as uow:
            await escalations.hand_over(uow, CONVERSATION, EscalationReason.ASKED_FOR_HUMAN, "en", NOW)
        if to is not None:
            self.database.all(Escalation)[-1].assign(to, NOW)

    async def set(self, name: str, value: Any) -> None:
        async with self._uow() as uow:
            await uow.desk_settings.put(name, value, 0)
            await uow.commit()

    def ratings(self) -> list[tuple[str, int]]:
        return [(kept.case_number, kept.rating) for kept in self.database.all(Rating)]


@pytest.mark.parametrize("to", ["ana", None])
async def test_a_file_that_comes_while_a_person_has_the_conversation_counts_for_customs(to: str | None) -> None:
    desk = Desk()
    case = desk.add_case("C1000002")
    async with desk.uow() as uow:
        lifecycle.begin(case)
        matter = await customs.add_matter(uow, case, desk.order, NOW)
        await customs.request_papers(uow, matter.number, (Paper.IDENTITY,), NOW.date(), NOW)
        uow.evidence.add(Evidence("e1", CONVERSATION, EvidenceKind.IMAGE, "image/jpeg", 1, 1, 1, "", NOW))
        await uow.commit()
    await desk.is_handed_over(to=to)
    assert await desk.press("evidence_uploaded", evidence="e1") == []
    assert (matter.state, case.state) == (CustomsState.PAPERS_RECEIVED, CaseState.EXECUTING)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_what_the_bot_asked_is_the_bot_s_own_while_it_has_the_conversation(desk: Desk) -> None:
    assert await desk.press("solved", case=NUMBER, solved="no") == ["utter_echo"]
    assert await desk.press("rate", case=NUMBER, rating="1") == ["utter_echo"]
    assert (desk.case.state, desk.ratings()) == (CaseState.RESOLVED, [])


@pytest.mark.parametrize("agent", ["ana", None])
async def test_no_takes_the_case_up_again_while_a_person_or_the_queue_has_the_conversation(
    desk: Desk, agent: str | None
) -> None:
    await desk.is_handed_over(to=agent)
    assert await desk.press("solved", case=NUMBER, solved="no") == ["utter_not_solved"]
    assert (desk.case.state, desk.case.priority) == (CaseState.REOPENED, Priority.HIGH)
    assert await desk.press("solved", case=NUMBER, solved="no") == ["utter_not_solved"]
    assert desk.case.priority is Priority.HIGH
    assert len(desk.database.all(Escalation)) == 1


async def test_yes_closes_the_case_and_asks_how_it_was(desk: Desk) -> None:
    await desk.is_handed_over()
    assert await desk.press("solved", case=NUMBER, solved="yes") == ["utter_solved", follow_up.SURVEY]
    assert desk.case.state is CaseState.CLOSED
    buttons = [choice["payload"] for values in desk.said for choice in values.get("choices", [])]
    assert buttons[0] == f'/rate{{"case": "{NUMBER}", "rating": "1"}}'
    assert await desk.press("rate", case=NUMBER, rating="4") == ["utter_rating_thanks"]
    assert await desk.press("solved", case=NUMBER, solved="yes") == ["utter_solved"], "and not again after the rating"


async def test_without_a_survey_a_yes_is_all(desk: Desk) -> None:
    await desk.is_handed_over()
    await desk.set("survey", {"is_on": False, "questions": {}})
    assert await desk.press("solved", case=NUMBER, solved="yes") == ["utter_solved"]


async def test_a_rating_is_kept_and_a_low_one_reaches_a_supervisor(desk: Desk) -> None:
    await desk.is_handed_over()
    assert await desk.press("rate", case=NUMBER, rating="1") == ["utter_rating_thanks"]
    assert desk.ratings() == [(NUMBER, 1)]
    assert [task.what for task in desk.database.all(Task)] == ["low_rating"]


async def test_a_rating_of_no_case_is_of_the_newest_that_is_done(desk: Desk) -> None:
    await desk.is_handed_over()
    newer = a_case("C1000002")
    newer.source_message_id = "another"
    desk.database.all(Case).append(newer)
    assert await desk.press("rate", rating="5") == ["utter_rating_thanks"]
    assert desk.ratings() == [(NUMBER, 5)]


@pytest.mark.parametrize(("button", "values"), [
    ("solved", {"case": "C9999999", "solved": "no"}),
    ("solved", {"solved": "yes"}),
    ("solved", {"case": NUMBER, "solved": "perhaps"}),
    ("rate", {"case": "C9999999", "rating": "5"}),
    ("rate", {"case": NUMBER, "rating": "6"}),
    ("rate", {"case": NUMBER, "rating": "²"}),
    ("rate", {"case": NUMBER}),
])  # fmt: skip
async def test_what_no_button_of_ours_says_changes_nothing(desk: Desk, button: str, values: dict[str, str]) -> None:
    await desk.is_handed_over()
    desk.case.close()
    assert await desk.press(button, **values) == NOT_UNDERSTOOD
    assert (desk.case.state, desk.ratings()) == (CaseState.CLOSED, [])


async def test_of_a_case_that_goes_on_in_another_one_the_customer_hears_how_that_is_going(desk: Desk) -> None:
    await desk.is_handed_over()
    survivor = a_case("C1000002")
    survivor.source_message_id = "another"
    desk.database.all(Case).append(survivor)
    desk.case.merge_into(survivor.number)
    (told,) = await desk.press("solved", case=NUMBER, solved="no")
    assert told == "utter_case_status"
    assert desk.case.state is CaseState.RESOLVED


async def test_an_answer_that_something_else_met_at_the_same_moment_is_taken_the_next_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.is_handed_over()
    answer, conflicts = follow_up.answer_solved, iter([True])

    async def meets(*arguments: Any) -> Case:
        if next(conflicts, False):
            raise ConflictError(what="case")
        return await answer(*arguments)

    monkeypatch.setattr(follow_up, "answer_solved", meets)
    assert await desk.press("solved", case=NUMBER, solved="no") == ["utter_not_solved"]


async def test_where_the_bot_is_off_a_no_leads_to_a_person_and_a_yes_to_nobody(desk: Desk) -> None:
    await desk.set("bot_off", ["web"])
    assert await desk.press("solved", case=NUMBER, solved="yes") == ["utter_solved", follow_up.SURVEY]
    assert desk.database.all(Escalation) == []
    assert await desk.press("solved", case=NUMBER, solved="no") == ["utter_not_solved", "utter_handoff_queued"]
    (handoff,) = desk.database.all(Escalation)
    assert (handoff.reason, handoff.case_number) == (EscalationReason.NOT_SOLVED, NUMBER)
    assert desk.case.state is CaseState.ESCALATED
