"""Each turn runs under the request that brought its message, whoever woke the worker."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from bot.conversations.model import InboundMessage, Message
from bot.conversations.observed import ObservedTurns


def inbound(number: int) -> InboundMessage:
    now = datetime.now(timezone.utc)
    return InboundMessage(f"i{number}", "c-1", "rest", f"p{number}", "hello", now)


async def bound() -> Any:
    bound_now.update(structlog.contextvars.get_contextvars())
    return []


bound_now: dict[str, Any] = {}


def counted(result: str) -> float:
    return REGISTRY.get_sample_value("parley_turns_total", {"channel": "rest", "result": result}) or 0.0


async def test_a_turn_has_the_ids_of_its_own_request() -> None:
    turns = ObservedTurns()
    for number in (1, 2):
        with structlog.contextvars.bound_contextvars(request_id=f"r{number}"):
            turns.note(f"i{number}")
    seen = []
    with structlog.contextvars.bound_contextvars(request_id="of whoever woke the worker"):
        for number in (2, 1, 3):
            bound_now.clear()
            await turns.run(inbound(number), bound())
            seen.append((bound_now.get("request_id"), bound_now["turn_id"], bound_now["conversation_id"]))
    assert seen == [("r2", "i2", "c-1"), ("r1", "i1", "c-1"), (None, "i3", "c-1")]


async def test_turns_are_counted_by_what_came_of_them() -> None:
    async def fails() -> list[Message] | None:
        raise RuntimeError

    async def waits() -> list[Message] | None:
        return None

    before = counted("answered"), counted("failed")
    turns = ObservedTurns()
    await turns.run(inbound(1), bound())
    assert await turns.run(inbound(2), waits()) is None
    with pytest.raises(RuntimeError):
        await turns.run(inbound(3), fails())
    assert (counted("answered"), counted("failed")) == (before[0] + 1, before[1] + 2)


async def test_two_conversations_may_be_answered_at_once() -> None:
    turns, gate = ObservedTurns(), asyncio.Event()

    async def held() -> list[Message] | None:
        await gate.wait()
        return []

    first = asyncio.ensure_future(turns.run(inbound(1), held()))
    await turns.run(inbound(2), bound())
    gate.set()
    assert await first == []
