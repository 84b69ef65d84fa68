"""The questions after a case is done: whether it is solved, how it was, and why."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.escalation import queue
from actions.forms import Form, ended
from actions.intake import Intake, forget_answers
from actions.ratings import rating_in
from actions.turn import NOT_UNDERSTOOD, Turn
from bot.aftersales.escalation import EscalationReason
from bot.errors import ParleyError
from bot.services import desk_settings, follow_up

_SKIPPED = "-"
_LONGEST_COMMENT = 1000
_ASKED_AGAIN = frozenset({NOT_UNDERSTOOD, "inform", "affirm", "deny", "change_language", "choose_language"})
"""What is not about something else: the answer was not understood, or the question could not be read."""


class ValidateFeedbackForm(Form):
    """Each answer is kept as soon as it is given; who talks about something else, or says no, is not asked again."""

    form = "feedback_form"
    questions = ("solved", "rating", "rating_comment")

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        if turn.was_rejected_by(self.form) and turn.intent not in _ASKED_AGAIN:
            return [*forget_answers(), *ended("ended")]
        return await super().run(dispatcher, tracker, domain)

    async def read_own(self, dispatcher: CollectingDispatcher, intake: Intake, asked: str | None) -> None:
        turn = intake.turn
        if turn.case_number and turn.intent in ("solved", "rate"):
            intake.set("feedback_case", turn.case_number)
        solved = turn.value("solved")
        if solved in ("yes", "no"):
            intake.set("solved", solved)
        elif asked in (None, "solved") and (turn.agrees or turn.intent in ("deny", "thank")):
            intake.set("solved", "no" if turn.intent == "deny" else "yes")
        declines = turn.intent == "deny" and not turn.is_story
        if (asked == "rating" or turn.intent == "rate") and (rating := rating_in(turn)):
            intake.set("rating", str(rating))
        elif asked == "rating" and declines:
            # Who does not want to rate is not asked why.
            intake.set("rating_comment", _SKIPPED)
        elif asked == "rating_comment":
            intake.set("rating_comment", _SKIPPED if declines or turn.is_payload else turn.text[:_LONGEST_COMMENT])

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        if slot == "solved" and intake["rating"]:
            return False
        if slot == "rating" and intake[slot] is None:
            async with intake.context.uow() as uow:
                return (await desk_settings.read(uow)).survey.is_on
        if slot == "rating_comment" and intake["rating"] is None:
            # Without a survey there is no rating to explain.
            return False
        return intake[slot] is None

    async def on_answers(self, dispatcher: CollectingDispatcher, intake: Intake) -> list[EventType] | None:
        """Keep what was answered just now; return what ends the form, or None to go on."""
        if "rating_comment" in intake.updates and intake["rating"] is None:
            dispatcher.utter_message(response="utter_all_right")
            return [*forget_answers(), *ended("ended")]
        number, turn = await _case_of(intake), intake.turn
        now = intake.context.clock()
        async with intake.context.uow() as uow:
            try:
                if "solved" in intake.updates:
                    is_solved = intake["solved"] == "yes"
                    await follow_up.answer_solved(uow, turn.conversation_id, number, is_solved, now)
                if "rating" in intake.updates or (intake["rating"] and "rating_comment" in intake.updates):
                    comment = intake["rating_comment"]
                    said = comment if comment and comment != _SKIPPED else None
                    await follow_up.rate(uow, turn.conversation_id, number, int(intake["rating"]), said, now)
            except ParleyError:
                # The case is not this conversation's, or has moved on since it was asked about.
                return [*forget_answers(), *ended("ended")]
        if intake.updates.get("solved") == "no":
            dispatcher.utter_message(response="utter_not_solved", case=number, facts={"case": {"number": number}})
            events = await queue(dispatcher, turn, EscalationReason.NOT_SOLVED, case_number=number)
            return [*forget_answers(), *ended("ended"), *events]
        if intake.updates.get("solved") == "yes":
            dispatcher.utter_message(response="utter_solved")
        return None


async def _case_of(intake: Intake) -> str:
    """Return the number of the case that the answers are about, or "" where there is none.

    The buttons of a rating name none, and stay where something else came up and the survey was forgotten: they are
    about the newest case that is done.
    """
    if intake["feedback_case"] is None:
        async with intake.context.uow() as uow:
            intake.set("feedback_case", await follow_up.newest_done(uow, intake.turn.conversation_id))
    return str(intake["feedback_case"] or "")
