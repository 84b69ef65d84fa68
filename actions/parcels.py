"""What customers tell about their own parcels: the number under which goods travel to us."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.context import context
from actions.turn import Turn
from bot.services import incoming_repairs, incoming_returns, repairs, returns


async def note_tracking(dispatcher: CollectingDispatcher, turn: Turn) -> bool:
    """Keep a tracking number with the return or repair that this conversation has yet to send; tell whether one was."""
    number = turn.value("tracking_number")
    if not number:
        return False
    known = context()
    async with known.uow() as uow:
        return_ = await incoming_returns.awaited_in(uow, turn.conversation_id, known.clock())
        repair = await incoming_repairs.awaited_in(uow, turn.conversation_id)
        # What has expired is meant only where nothing is in time.
        if return_ is not None and (return_.is_open or repair is None or not repair.is_open):
            await returns.register_tracking(uow, return_.rma, "", str(number), known.clock())
            told: dict[str, Any] = {"response": "utter_return_tracking_noted", "rma": return_.rma}
            told |= {"tracking_number": return_.tracking_number, "facts": {"return": facts.return_fact(return_)}}
        elif repair is not None:
            await repairs.register_tracking(uow, repair.number, "", str(number), known.clock())
            fact = {"number": repair.number, "state": repair.state.value}
            told = {"response": "utter_repair_tracking_noted", "repair": repair.number}
            told |= {"tracking_number": repair.tracking_number, "facts": {"repair": fact}}
        else:
            return False
        await uow.commit()
    dispatcher.utter_message(**told)
    return True
