"""What tests of all platforms do with a running Parley: look into its outbox, let it die, let time pass."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.channels.intake import conversation_id
from bot.conversations.model import Author, Message, OutboundMessage
from tests.integration.server.parts import Server, now


async def transcript(server: Server, channel: str, address: str, thread: str = "") -> list[Message]:
    """Return what was said in a platform's conversation, oldest first."""
    async with server.parley.uow() as uow:
        return await uow.messages.of(conversation_id(channel, address, thread))


async def heard_from(server: Server, channel: str, address: str) -> list[Message]:
    """Return what a customer said."""
    return [m for m in await transcript(server, channel, address) if m.author is Author.CUSTOMER]


async def pending(server: Server, channel: str, address: str) -> list[OutboundMessage]:
    """Return what is still on its way to a customer, oldest first."""
    async with server.parley.uow() as uow:
        return await uow.outbox.pending(conversation_id(channel, address))


async def dead(server: Server) -> list[OutboundMessage]:
    """Return what was given up, newest first."""
    async with server.parley.uow() as uow:
        return await uow.outbox.dead()


async def say_as_agent(server: Server, channel: str, address: str, text: str, **facts: Any) -> None:
    """Send what an agent writes."""
    own = conversation_id(channel, address)
    await server.router.sender.send(Message(own, Author.AGENT, text, now(), language="en", **facts))


async def be_due(server: Server, channel: str, address: str) -> None:
    """Let all pauses and leases of a conversation's messages run out, as if time had passed."""
    async with server.parley.uow() as uow:
        # One statement, so that what is sent at this moment stays sent.
        outbox, moment = uow.outbox, now() - timedelta(seconds=1)
        sql = "UPDATE outbox SET next_attempt_at = ? WHERE conversation_id = ? AND state = 'pending'"
        await outbox._transaction.write(
            sql, outbox._value("next_attempt_at", moment), conversation_id(channel, address)
        )
        await uow.commit()


async def lose_courier() -> None:
    """Let whoever delivers die at once, wherever it is, as with a process that is killed."""
    left = {task for task in asyncio.all_tasks() if task.get_name().startswith("courier")}
    while left:
        for task in left:
            # Again and again: wait_for() forgets a cancellation that comes in the moment in which what it waits for is
            # done (https://github.com/python/cpython/issues/86296).
            task.cancel()
        _, left = await asyncio.wait(left, timeout=0.1)
