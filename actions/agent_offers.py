"""Answering in words what an agent offered, after the conversation came back to the bot."""

from __future__ import annotations

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.context import context
from actions.escalation import hand_over
from actions.progress import say_status
from actions.turn import SURE, Turn
from bot.aftersales.case import Case
from bot.aftersales.escalation import EscalationReason
from bot.conversations.suggestions import going_on_in
from bot.errors import ConflictError, ParleyError
from bot.services import agent_offers
from bot.services.progress import progress_of


async def answer_offer_in_words(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType] | None:
    """Answer an agent's offer that waits by the customer's yes or no; return None where none waits.

    The answer costs money or goods, so a message that may mean either gets the question again. A no leads to a person,
    who may offer something else.
    """
    known, case = context(), await _waiting(turn)
    if case is None:
        return None
    is_accepted = turn.agrees
    if not is_accepted and (turn.intent != "deny" or turn.confidence < SURE):
        _ask(dispatcher, case)
        return []
    try:
        async with known.uow() as uow:
            await agent_offers.answer(
                uow, known.policy, turn.conversation_id, case.number, len(case.offers), is_accepted, known.clock()
            )
    except ConflictError:
        # Something else happened to the case at this moment; the turn is tried again.
        raise
    except ParleyError:
        async with known.uow() as uow:
            progress = await progress_of(uow, await going_on_in(uow, case.number))
        say_status(dispatcher, progress)
        return await hand_over(dispatcher, turn, EscalationReason.REVIEW_NEEDED, case_number=case.number)
    dispatcher.utter_message(response="utter_all_right")
    if is_accepted:
        # What was started is announced with its numbers in the transaction that started it.
        return []
    return await hand_over(dispatcher, turn, EscalationReason.REVIEW_NEEDED, case_number=case.number)


async def ask_offer_again(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    """Repeat the question whether the customer accepts an agent's offer, where one waits."""
    case = await _waiting(turn)
    if case is not None:
        _ask(dispatcher, case)


async def _waiting(turn: Turn) -> Case | None:
    known = context()
    async with known.uow() as uow:
        return await agent_offers.waiting_in(uow, turn.conversation_id, known.clock())


def _ask(dispatcher: CollectingDispatcher, case: Case) -> None:
    dispatcher.utter_message(response="utter_ask_offer", **agent_offers.question(case))
