"""Answering what a repair would cost."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.context import context
from actions.turn import SURE, Turn
from bot.errors import IllegalStateError, NotFoundError
from bot.services import repairs


class ActionAnswerQuote(Action):
    """Take the customer's yes or no to a quote, from a button or in words."""

    def name(self) -> str:
        return "action_answer_quote"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        await answer_quote(dispatcher, turn, str(turn.value("repair") or ""), turn.value("accepted") == "yes")
        return []


async def answer_quote(dispatcher: CollectingDispatcher, turn: Turn, number: str, is_accepted: bool) -> None:
    """Begin with the repair, or have the goods sent back; a quote that is over is said to be so."""
    known = context()
    try:
        async with known.uow() as uow:
            repair = await repairs.answer_quote(uow, turn.conversation_id, number, is_accepted, known.clock())
    except (NotFoundError, IllegalStateError):
        dispatcher.utter_message(response="utter_quote_over")
        return
    dispatcher.utter_message(
        response="utter_quote_accepted" if is_accepted else "utter_quote_declined",
        repair=repair.number,
        facts={"repair": {"number": repair.number, "state": repair.state.value}},
    )


async def answer_quote_in_words(dispatcher: CollectingDispatcher, turn: Turn) -> bool:
    """Answer a quote that waits for it by the customer's yes or no; return False where none waits.

    The answer costs money or sends the goods back, so a message that may mean either gets the question again.
    """
    async with context().uow() as uow:
        quoted = await repairs.quoted_in(uow, turn.conversation_id)
    if quoted is None:
        return False
    if turn.agrees or (turn.intent == "deny" and turn.confidence >= SURE):
        await answer_quote(dispatcher, turn, quoted.number, turn.agrees)
    else:
        dispatcher.utter_message(response=repairs.ASK_QUOTE, **repairs.question(quoted))
    return True


def may_be_about_quote(turn: Turn) -> bool:
    """Tell whether a wish or complaint is short enough to be about a quote: "don't repair it", "too expensive"."""
    is_other_matter = turn.is_payload or turn.order_number or turn.case_number
    return not is_other_matter and (turn.intent == "repair_item" or not turn.is_story)
