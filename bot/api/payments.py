"""What is to be paid back, as the embedded payment provider recorded it for people or another system to carry out."""

from __future__ import annotations

from typing import Any

from bot.aftersales.payment import RecordedInstruction
from bot.api import cursor
from bot.api.operation import Answer, Call
from bot.services.api_ports import Place
from bot.services.lifecycle_report import when

DEFAULT_LIMIT = 50


async def index(call: Call) -> Answer:
    """Answer a page of instructions, oldest first."""
    limit = call.values["limit"] or DEFAULT_LIMIT
    async with call.uow() as uow:
        found = await uow.payment_instructions.page(call.values["updated_since"], call.values["cursor"], limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    following = cursor.write(Place(last.recorded_at, last.key)) if last else None
    return Answer(200, {"instructions": [_instruction(one) for one in found[:limit]], "next": following})


def _instruction(found: RecordedInstruction) -> dict[str, Any]:
    return {
        "key": found.key,
        "refund": found.refund_number,
        "order": found.order_number,
        "payment": found.payment_id,
        "method": found.method,
        "amount": str(found.amount.amount),
        "currency": found.amount.currency,
        "reference": found.reference,
        "recorded_at": when(found.recorded_at),
    }
