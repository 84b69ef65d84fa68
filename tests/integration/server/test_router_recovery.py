"""What a process leaves unfinished, the next one takes up; nothing is lost and nothing is doubled."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bot.aftersales.escalation import EscalationReason
from bot.conversations.model import InboxState
from bot.services import escalations
from tests.channels.platform_server import until
from tests.integration.server.parts import Server, a_server, now


async def _left_behind(server: Server, text: str = "hello") -> str:
    """Store a message as a process does that dies before answering; return its inbox id."""
    server.bot.may_answer.clear()
    received = await server.router.receive("customer-00000-1", "rest", text, message_id="m-1")
    await until(lambda: server.bot.heard)
    tasks = [work.task for work in server.router._work.values() if work.task]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    server.bot.may_answer.set()
    return received


async def test_the_next_process_answers_what_was_received(
    server: Server, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    await _left_behind(server)
    assert [message["author"] for message in await server.transcript()] == ["customer"]
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as successor:
        assert [message["text"] for message in await successor.say("more")] == ["heard more"]
        assert successor.bot.heard == ["hello", "more"]
        authors = [message["author"] for message in await successor.transcript()]
        assert authors == ["customer", "bot", "customer", "bot"] or authors == ["customer", "customer", "bot", "bot"]


async def test_a_message_delivered_again_after_a_crash_gets_its_answer(
    server: Server, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    await _left_behind(server)
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as successor:
        (message,) = await successor.say("hello", message_id="m-1")
        assert message["text"] == "heard hello"
        assert successor.bot.heard == ["hello"]


async def test_who_was_queued_by_a_message_that_was_never_answered_is_told_after_all(server: Server) -> None:
    inbound_id = await _left_behind(server, "a person please")
    async with server.parley.uow() as uow:
        await escalations.hand_over(
            uow, "customer-00000-1", EscalationReason.ASKED_FOR_HUMAN, "en", now(), facts={"message": inbound_id}
        )
    (answer,) = await server.say("a person please", message_id="m-1")
    assert answer["text"] == "heard a person please"
    assert await server.say("hello?") == []


async def test_every_inbound_message_ends_processed(server: Server) -> None:
    await server.say("one", message_id="m-1")
    await server.router.handling.take_over("customer-00000-1", "agent-1", "Ana")
    await server.say("two", message_id="m-2")
    async with server.parley.uow() as uow:
        for number in ("m-1", "m-2"):
            inbound = await uow.inbox.by_platform_id("rest", f"customer-00000-1:{number}")
            assert inbound is not None
            assert inbound.state is InboxState.PROCESSED
            assert inbound.processed_at is not None
        assert await uow.inbox.conversations_waiting() == []
