"""Going on with a case that is open already, from whatever conversation."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.intake import Intake
from actions.progress import say_status
from bot.aftersales.case import Case
from bot.services import cases
from bot.services.progress import progress_of


async def join_case(dispatcher: CollectingDispatcher, intake: Intake, case: Case) -> None:
    """Let the conversation go on with an open case, tell where that stands, and offer a person."""
    turn = intake.turn
    async with intake.context.uow() as uow:
        joined = await cases.join(uow, turn.conversation_id, case.number, turn.channel, intake.context.clock())
        progress = await progress_of(uow, joined)
    say_status(dispatcher, progress)
    dispatcher.utter_message(
        response="utter_case_joined",
        case=joined.number,
        facts={"case": facts.case_fact(joined)},
        choices=[facts.person_choice()],
    )
