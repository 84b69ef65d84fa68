"""What platforms report of letters they took: delivered, read, or not delivered after all."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from bot.channels.intake import conversation_id
from bot.channels.keys import CLOCK, ROUTER, UOW
from bot.conversations import undelivered
from bot.conversations.courier import LEASE
from bot.conversations.model import Author, OutboundMessage
from bot.conversations.ports import UnitOfWork
from bot.services.words_model import CUSTOMER

log = structlog.get_logger()

_LOOKS_BACK = 100
# We note that a letter is sent when the platform's answer is here; to the platform that was somewhat earlier.
_ANSWERS_WITHIN = timedelta(seconds=5)
_LETTER_ID = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Reference:
    """What we sent along with each piece of a letter, as a report gives it back: we keep only the last piece's own id.

    ``to`` are the addresses that the report names, ``at`` is when it happened. Others who send from the shop's account
    choose references of their own, so one counts only where the letter was for one of these addresses.
    """

    letter_id: str
    to: Collection[str]
    at: datetime | None = None


async def read(
    app: web.Application, channel: str, platform_message_id: str, reference: Reference | None = None
) -> None:
    """Note that the customer has read everything up to a letter; one that is not ours is ignored."""
    async with app[UOW]() as uow:
        letters = await letters_of(uow, channel, platform_message_id, reference)
    # Whoever has the conversation open reads at once, and some platforms then say no more than that.
    await _note_delivered(app, letters, reference.at if reference else None)
    if letters:
        await app[ROUTER].words.read(letters[-1].conversation_id, CUSTOMER, letters[-1].message_id)


async def delivered(
    app: web.Application, channel: str, platform_message_id: str, reference: Reference | None = None
) -> None:
    """Note that a letter has reached the customer; one that is not ours is ignored."""
    async with app[UOW]() as uow:
        letters = await letters_of(uow, channel, platform_message_id, reference)
    # Its last piece counts, whose id we know once all of it is sent.
    letters = [letter for letter in letters if letter.platform_message_id in (None, platform_message_id)]
    await _note_delivered(app, letters, reference.at if reference else None)


async def delivered_until(
    app: web.Application, conversation_id: str, moment: datetime, platform_message_ids: Collection[str] = ()
) -> None:
    """Note that what was sent before a moment has reached the customer, as have letters of the conversation by id."""
    await _reached(app, conversation_id, moment, platform_message_ids)


async def read_until(app: web.Application, conversation_id: str, moment: datetime) -> None:
    """Note that the customer has read everything sent before a moment, which is all that some platforms tell."""
    letters = await _reached(app, conversation_id, moment)
    if letters:
        await app[ROUTER].words.read(conversation_id, CUSTOMER, letters[-1].message_id)


async def failed(
    app: web.Application, channel: str, platform_message_id: str, reason: str, reference: Reference | None = None
) -> Collection[int]:
    """Note that a letter which the platform had taken did not arrive as a whole: it is dead, and people see it.

    Returns the ids of its messages.
    """
    async with app[UOW]() as uow:
        letters = await letters_of(uow, channel, platform_message_id, reference)
        if reference is not None and reference.at is not None:
            letters = [one for one in letters if not _was_sent_again(one, platform_message_id, reference.at)]
        await undelivered.give_up(uow, letters, reason, app[CLOCK]())
        await uow.commit()
    for letter in letters[:1]:
        log.warning("channels.not_delivered", channel=channel, conversation_id=letter.conversation_id, reason=reason)
        app[ROUTER].feed.publish(letter.conversation_id, {"type": "note"})
    return [letter.message_id for letter in letters]


async def letters_of(
    uow: UnitOfWork, channel: str, platform_message_id: str, reference: Reference | None
) -> list[OutboundMessage]:
    """Return the letters of ours that a report is on, oldest first; none where it is on somebody else's."""
    letters = await uow.outbox.by_platform_id(channel, platform_message_id)
    if letters or reference is None or not _LETTER_ID.fullmatch(reference.letter_id):
        return letters
    letter = await uow.outbox.get(int(reference.letter_id))
    theirs = {conversation_id(channel, address) for address in reference.to}
    return [letter] if letter and letter.channel == channel and letter.conversation_id in theirs else []


async def _reached(
    app: web.Application, conversation_id: str, moment: datetime, platform_message_ids: Collection[str] = ()
) -> list[OutboundMessage]:
    """Note what has reached the customer by a moment or by its ids; return what was sent before it, oldest first."""
    async with app[UOW]() as uow:
        said = await uow.messages.of(conversation_id, limit=_LOOKS_BACK)
        written = {message.id: message.at for message in said if message.id and message.author is not Author.CUSTOMER}
        letters = await uow.outbox.some(written)
    known = [letter for letter in letters if letter.platform_message_id in platform_message_ids]
    early = [letter for letter in letters if _was_sent_before(letter, written[letter.message_id], moment)]
    await _note_delivered(app, [*known, *early], moment)
    return early


async def _note_delivered(app: web.Application, letters: Collection[OutboundMessage], at: datetime | None) -> None:
    if all(letter.delivered_at for letter in letters):
        return
    async with app[UOW]() as uow:
        news = await uow.outbox.mark_delivered({letter.message_id for letter in letters}, at or app[CLOCK]())
        await uow.commit()
    for conversation in {letter.conversation_id for letter in letters} if news else ():
        app[ROUTER].feed.publish(conversation, {"type": "delivered"})


def _was_sent_before(letter: OutboundMessage, written_at: datetime, moment: datetime) -> bool:
    """Tell whether a letter was sent before a moment; what was written before may have been sent later."""
    return written_at <= moment and letter.sent_at is not None and letter.sent_at <= moment + _ANSWERS_WITHIN


def _was_sent_again(letter: OutboundMessage, platform_message_id: str, at: datetime) -> bool:
    """Tell whether a letter was sent after what a report is on, which may come late and more than once."""
    if letter.sent_at is None or letter.platform_message_id == platform_message_id:
        return False
    # It is noted as sent when all of it is, and no try takes longer.
    return letter.sent_at - LEASE > at
