"""How many letters one address gets of the bot: the last thing that ends a loop of two machines."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.conversations.ports import UnitOfWork

ANSWERS = 20
WITHIN = timedelta(hours=1)


async def may_answer(uow: UnitOfWork, channel: str, address: str, now: datetime) -> bool:
    """Tell whether one more letter that no person wrote may go to an address now, whoever has sent the others."""
    return await uow.correspondents.answers_to(channel, untagged(address), now - WITHIN) < ANSWERS


def untagged(address: str) -> str:
    """Return whose mailbox an address leads to: what stands behind a ``+`` is up to whoever writes it."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"
