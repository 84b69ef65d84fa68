"""Photos and papers: asked for once, and never insisted on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.context import Context, context
from actions.intake import Intake
from actions.turn import Turn
from bot.aftersales import matching
from bot.aftersales.policy_terms import Evidence
from bot.errors import NotFoundError
from bot.services import cases, customs, evidence
from bot.services.ports import UnitOfWork

ASK_PHOTO = "utter_ask_evidence"
TELL_HOW = "utter_evidence_how"
GIVEN = "given"
DECLINED = "declined"
WAITING = "waiting"
"""Values of the slot ``evidence``; ``waiting`` means that the customer said they would send something."""


async def evidence_needed(intake: Intake) -> bool:
    """Tell whether to ask for photos: policy wants them, and none has come in this conversation."""
    if intake["evidence"] in (GIVEN, DECLINED):
        return False
    if (await intake.verdict()).evidence is Evidence.NONE:
        return False
    await _note_what_was_sent(intake)
    return bool(intake["evidence"] != GIVEN)


async def still_asked(intake: Intake, *, is_resumed: bool) -> bool:
    """Tell whether the question for photos stands, even where policy would not ask for any: an agent may have."""
    if is_resumed and intake["evidence"] in (None, WAITING):
        await _note_what_was_sent(intake)
        return bool(intake["evidence"] != GIVEN)
    return intake.updates.get("evidence") == WAITING


async def _note_what_was_sent(intake: Intake) -> None:
    async with intake.context.uow() as uow:
        sent = await evidence.of_conversation(uow, intake.turn.conversation_id)
    if any(piece.case_number is None for piece in sent):
        intake.set("evidence", GIVEN)


async def is_sent(context: Context, turn: Turn) -> bool:
    """Tell whether this very conversation has sent the file that a message speaks of; anybody can write a payload."""
    async with context.uow() as uow:
        try:
            await evidence.owned(uow, turn.conversation_id, str(turn.value("evidence") or ""))
        except NotFoundError:
            return False
    return True


class ActionTakeEvidence(Action):
    """Add a file that nothing asked for to the newest open case that the conversation is about."""

    def name(self) -> str:
        return "action_take_evidence"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, known = Turn(tracker), context()
        if not await is_sent(known, turn):
            return []
        response = "utter_evidence_received"
        if not tracker.active_loop.get("name"):
            async with known.uow() as uow:
                if await _attach(uow, turn, tracker.get_slot("order_number"), known.clock()):
                    response = "utter_papers_received"
        dispatcher.utter_message(response=response)
        return []


async def _attach(uow: UnitOfWork, turn: Turn, order_number: str | None, now: datetime) -> bool:
    """Add what was sent to the newest open case, and tell whether that is all that customs waited for."""
    case = await cases.at_hand(uow, turn.conversation_id, order_number)
    if case is None:
        return False
    await evidence.attach_to_case(uow, turn.conversation_id, case.number, now)
    is_together = await customs.count_files(uow, case.number, now)
    await uow.commit()
    return is_together


async def read_evidence(dispatcher: CollectingDispatcher, intake: Intake, asked: bool) -> None:
    """Note that a file came, or that the customer has none to send; whatever else is said goes on without.

    Who only names the goods, or agrees, is told how to send one, once.
    """
    turn = intake.turn
    if turn.intent == "evidence_uploaded" and await is_sent(intake.context, turn):
        dispatcher.utter_message(response="utter_evidence_received")
        intake.set("evidence", GIVEN)
    elif asked:
        agrees = turn.intent == "affirm" or (turn.intent != "deny" and await _names_goods(intake))
        if agrees and intake["evidence"] is None:
            intake.set("evidence", WAITING)
        elif "order_number" not in intake.updates:
            intake.set("evidence", DECLINED)


async def _names_goods(intake: Intake) -> bool:
    turn, order = intake.turn, await intake.load_order()
    if order is None or turn.is_payload:
        return False
    return bool(matching.lines_meant(order, turn.text, language=turn.language, ordinals=[], colors=[], sizes=[]))
