"""Turns that can be followed: under whose request they run, how long they take, what became of them."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Coroutine
from contextvars import Context, copy_context
from typing import Any

import structlog

from bot import metrics
from bot.conversations.model import InboundMessage, Message

log = structlog.get_logger()

Answering = Coroutine[Any, Any, "list[Message] | None"]

_MOST_CAUSES = 10_000


class ObservedTurns:
    """Runs each turn in the context of the request that brought its message.

    One worker answers all messages of a conversation, and would otherwise log and trace every one of them under the
    request that happened to wake it.
    """

    def __init__(self) -> None:
        self._causes: OrderedDict[str, Context] = OrderedDict()

    def note(self, inbound_id: str) -> None:
        """Remember the present request as the one that brought a message."""
        self._causes[inbound_id] = copy_context()
        # Another replica may answer what was received here.
        while len(self._causes) > _MOST_CAUSES:
            self._causes.popitem(last=False)

    async def run(self, inbound: InboundMessage, turn: Answering) -> list[Message] | None:
        """Return what a turn returns, measured, with its ids in every line that it logs; None means failed."""
        # What an earlier process received has no request any more; the worker's own would be another's.
        cause = self._causes.pop(inbound.id, None) or Context()
        return await cause.run(asyncio.ensure_future, self._run(inbound, turn))

    async def _run(self, inbound: InboundMessage, turn: Answering) -> list[Message] | None:
        with (
            structlog.contextvars.bound_contextvars(
                turn_id=inbound.id, conversation_id=inbound.conversation_id, channel=inbound.channel
            ),
            metrics.turn(),
        ):
            result, started = "failed", time.monotonic()
            try:
                messages = await turn
                if messages is not None:
                    result = "answered"
                return messages
            finally:
                metrics.TURNS.labels(inbound.channel, result).inc()
                log.info(f"router.turn_{result}", seconds=round(time.monotonic() - started, 3))
