"""What the shop writes: customers, products and orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.api.operation import Answer, Call, Handler
from bot.services.ports import UnitOfWork
from bot.services.shop_upserts import Written

Put = Callable[[UnitOfWork, str, Any, str, datetime], Awaitable[Written]]


def writes(parameter: str, put: Put) -> Handler:
    """Return what writes the thing that a parameter names and answers what became of it: 201 where it is new."""

    async def handle(call: Call) -> Answer:
        async with call.uow() as uow:
            written = await put(uow, call.values[parameter], call.body, call.actor, call.now)
        result = "added" if written.is_new else "changed" if written.changed else "unchanged"
        body = {"key": written.key, "result": result, "changed": list(written.changed)}
        return Answer(201 if written.is_new else 200, body)

    return handle
