"""What customers tell about their own parcels: the number under which a return travels."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.context import context
from actions.turn import Turn
from bot.aftersales.return_ import Return, ReturnState
from bot.services import returns
from bot.services.ports import UnitOfWork

_TO_BE_SENT = frozenset({ReturnState.APPROVED, ReturnState.LABEL_ISSUED})


async def note_return_tracking(dispatcher: CollectingDispatcher, turn: Turn) -> bool:
    """Keep a tracking number with the return that this conversation has yet to send; tell whether there was one."""
    number = turn.value("tracking_number")
    if not number:
        return False
    known = context()
    async with known.uow() as uow:
        return_ = await _awaited(uow, turn.conversation_id)
        if return_ is None:
            return False
        await returns.register_tracking(uow, return_.rma, "", str(number), known.clock())
        await uow.commit()
    dispatcher.utter_message(
        response="utter_return_tracking_noted",
        rma=return_.rma,
        tracking_number=return_.tracking_number,
        facts={"return": facts.return_fact(return_)},
    )
    return True


async def _awaited(uow: UnitOfWork, conversation_id: str) -> Return | None:
    for case in await uow.cases.of_conversation(conversation_id):
        for return_ in await uow.returns.of_order(case.order_number):
            if return_.case_number == case.number and return_.state in _TO_BE_SENT:
                return return_
    return None
