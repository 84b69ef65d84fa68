"""From a platform's webhook into the inbox: stored before anything else, so that the platform gets its 200 at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import web

from bot.channels import limits
from bot.channels.brakes import RETRY_AFTER
from bot.channels.keys import BRAKES, CLOCK, ROUTER, UOW
from bot.conversations import undelivered
from bot.conversations.arrivals import MEDIA, UNREADABLE, UPLOADED
from bot.conversations.choices import CHOICE
from bot.conversations.model import Author, Correspondent
from bot.conversations.platform import SEPARATOR
from bot.conversations.ports import UnitOfWork
from bot.l10n import languages

log = structlog.get_logger()

MAX_SHOWN = 20_000
"""How much of a long text people get to see; the bot reads the beginning of it."""

GREETING = "/greet"
"""The payload of whoever opens a conversation without a word of their own."""

EDIT_OF = "edit_of"
"""The fact of a message that corrects an earlier one: that one's id, or True where it is not known any more."""

# However long a platform takes news after its customer's last word, it is longer than this.
_ALWAYS_OPEN = timedelta(hours=12)

_UNFIT_FOR_ID = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True)
class Incoming:
    """One message as a platform delivered it.

    ``address`` is whom to answer, ``message_id`` the platform's id, unique within the conversation. ``choice`` is the
    reference of a pressed button, whose title then is the ``text``. ``media`` holds one entry a file: whatever the
    platform's own ``fetch`` needs. ``unreadable`` names the kind of what cannot be read (``voice``). ``language`` is
    the profile's, in any spelling. ``facts`` are kept with the address. ``thread`` tells conversations of one address
    apart. People see ``shown`` in the place of a ``text`` that is a payload, such as GREETING. ``at`` is when it was
    written, where the platform says so and it matters. ``edit_of`` is the platform's number of the message that this
    one corrects: the beginning, before a colon, of the ids of all that was stored of it.
    """

    address: str
    message_id: str
    text: str = ""
    choice: str | None = None
    media: Sequence[dict[str, Any]] = ()
    unreadable: str | None = None
    language: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    thread: str = ""
    shown: str | None = None
    at: datetime | None = None
    edit_of: str | None = None


def conversation_id(channel: str, address: str, thread: str = "") -> str:
    """Return the id of a conversation on a platform.

    It names nobody, since ids stand in logs and addresses do not, and no client of the open channels may choose it.
    """
    digest = hashlib.sha256(f"{channel}\n{address}\n{thread}".encode()).hexdigest()
    return f"{channel}{SEPARATOR}{digest[:32]}"


async def take(app: web.Application, channel: str, incoming: Incoming) -> str:
    """Store what a platform delivered, once, and have it answered; return the conversation's id.

    Raises HTTPTooManyRequests where its sender writes faster than anybody can: the platform keeps the message and
    brings it again.
    """
    own = conversation_id(channel, incoming.address, incoming.thread)
    if not (app[BRAKES].platforms.allows(own) and app[BRAKES].channels.allows(channel)):
        log.warning("channels.rate_limited", channel=channel, conversation_id=own)
        raise web.HTTPTooManyRequests(headers=RETRY_AFTER)
    now = app[CLOCK]()
    correspondent = Correspondent(own, channel, incoming.address, min(incoming.at or now, now), dict(incoming.facts))

    async def remember(uow: UnitOfWork) -> None:
        known = await uow.correspondents.get(own)
        # What was written earlier may come later.
        heard_at = max(known.heard_at, correspondent.heard_at) if known else correspondent.heard_at
        await uow.correspondents.keep(replace(correspondent, heard_at=heard_at))
        if known is not None and heard_at - known.heard_at > _ALWAYS_OPEN:
            await undelivered.tell_late(uow, own, now)

    facts = {} if incoming.edit_of is None else {EDIT_OF: await _corrected(app[UOW], own, incoming.edit_of)}
    for part, text, shown, metadata in _parts(incoming):
        await app[ROUTER].receive(
            own,
            channel,
            text,
            message_id=_message_id(incoming.message_id, part),
            title=shown,
            metadata={"language": languages.resolve(limits.language(incoming.language)), **metadata},
            custom=facts,
            within=remember,
        )
    return own


async def _corrected(uow: Callable[[], UnitOfWork], own: str, number: str) -> int | bool:
    """Return our id of the message that is corrected, or True where it is not among the newest."""
    async with uow() as work:
        for message in await work.messages.of(own):
            platform_id = str(message.custom.get("client_message_id") or "")
            if message.author is Author.CUSTOMER and platform_id.partition(":")[0] == number and message.id:
                return message.id
    return True


Step = Callable[[], Awaitable[None]]
"""What a call brought that is no message, to be done in its place among them."""


async def take_all(app: web.Application, channel: str, batch: Iterable[Incoming | Step]) -> None:
    """Store what a platform delivered in one call; who writes too fast takes nobody else's place.

    Raises HTTPTooManyRequests at the end where somebody did.
    """
    refused: web.HTTPTooManyRequests | None = None
    for incoming in batch:
        try:
            if isinstance(incoming, Incoming):
                await take(app, channel, incoming)
            else:
                await incoming()
        except web.HTTPTooManyRequests as error:
            refused = error
    if refused is not None:
        raise refused


def _parts(incoming: Incoming) -> list[tuple[str, str, str | None, dict[str, Any]]]:
    """Return what becomes messages of their own: the words first, since they say what the pictures show."""
    parts: list[tuple[str, str, str | None, dict[str, Any]]] = []
    text = limits.storable(incoming.text)
    if text:
        people = limits.storable(incoming.shown or text)
        is_other = len(text) > limits.MAX_TEXT or people != text
        chosen = {CHOICE: incoming.choice} if incoming.choice else {}
        parts.append(("", text[: limits.MAX_TEXT], people[:MAX_SHOWN] if is_other else None, chosen))
    parts += [
        (f"/{number}" if text or number else "", UPLOADED, "", {MEDIA: media})
        for number, media in enumerate(incoming.media)
    ]
    if not parts and incoming.unreadable:
        parts.append(("", f"[{incoming.unreadable}]", None, {UNREADABLE: incoming.unreadable}))
    return parts


async def was_taken(uow: UnitOfWork, correspondent: Correspondent, message_id: str) -> bool:
    """Tell whether a platform's message is stored already in a conversation."""
    own = correspondent.conversation_id
    found = await uow.inbox.by_platform_id(correspondent.channel, f"{own}:{_message_id(message_id, '')}")
    return found is not None


def _message_id(platform_id: str, part: str) -> str:
    """Return an id that fits the contract of messages, whatever the platform's looks like."""
    whole = f"{platform_id}{part}"
    if len(whole) <= 128 and not _UNFIT_FOR_ID.search(whole):
        return whole
    return hashlib.sha256(whole.encode()).hexdigest()
