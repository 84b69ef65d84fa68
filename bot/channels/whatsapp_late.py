"""Letters that WhatsApp takes as text and then reports as too late: each goes once more, as the template."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import structlog
from aiohttp import web

from bot.channels import receipts
from bot.channels.graph import ANSWER_WINDOW
from bot.channels.keys import CLOCK, UOW
from bot.conversations import undelivered
from bot.conversations.model import OutboundMessage, OutboxState
from bot.conversations.ports import UnitOfWork

log = structlog.get_logger()

_US = "system"


async def send_again(
    app: web.Application, channel: str, platform_message_id: str, reference: receipts.Reference
) -> Collection[int] | None:
    """Let a letter that came too late be sent once more, and return its messages' ids; None where it is dead.

    A report on an earlier try, or on what is on its way again already, changes nothing: no ids are returned.
    """
    async with app[UOW]() as uow:
        letters = await receipts.letters_of(uow, channel, platform_message_id, reference)
    if len(letters) != 1:
        return None
    async with app[UOW]() as uow:
        message = await uow.messages.get(letters[0].message_id, to_change=True)
        letter = await uow.outbox.get(letters[0].message_id)
        if message is None or letter is None:
            return None
        if letter.state is OutboxState.PENDING:
            return ()
        was_again = await undelivered.was_resent_by(uow, letter, _US)
        if was_again and letter.platform_message_id != platform_message_id:
            return ()
        # A file cannot go with a template.
        if was_again or message.custom.get("attachment") or letter.state is not OutboxState.SENT:
            return None
        now = app[CLOCK]()
        await _close_window(uow, letter)
        again = replace(letter, state=OutboxState.PENDING, attempts=0, next_attempt_at=now, sent_at=None, error=None)
        await uow.outbox.settle(again)
        undelivered.note_resent(uow, letter, _US, now)
        await uow.commit()
    log.info("whatsapp.sent_again", conversation_id=letter.conversation_id)
    return [letter.message_id]


async def _close_window(uow: UnitOfWork, letter: OutboundMessage) -> None:
    """Note that the customer had not written within the window when a letter was sent, whatever we had thought."""
    to = await uow.correspondents.get(letter.conversation_id)
    if to is not None and letter.sent_at is not None and to.heard_at <= letter.sent_at:
        heard_at = min(to.heard_at, letter.sent_at - ANSWER_WINDOW)
        await uow.correspondents.keep(replace(to, heard_at=heard_at))
