"""What has to be done with a message from a platform before anybody answers it: choices, files, and what is neither."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot import metrics
from bot.aftersales.evidence import MAX_BYTES, EvidenceRefusal
from bot.conversations import choices
from bot.conversations.bot import Bot, Turn
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Conversation, InboundMessage, InboxState, Message
from bot.conversations.platform import Platform
from bot.conversations.ports import UnitOfWork
from bot.errors import DeliveryError, EvidenceRefusedError
from bot.services import customs
from bot.services import evidence as pieces
from bot.services.evidence_ports import CleanCopy, EvidenceStore
from bot.services.ports import Clock

log = structlog.get_logger()

UPLOADED = "/evidence_uploaded"
"""The payload that tells the bot of a file, with its id as ``evidence``."""
MEDIA = "media"
"""In an inbound message's metadata: what the platform says of a file, to fetch it with."""
UNREADABLE = "unreadable"
"""In an inbound message's metadata: the kind of a message that we cannot read, such as ``voice``."""

FILE_LOST = "utter_channel_file_lost"
CANNOT_READ = "utter_channel_unreadable"

PAUSES_SECONDS = (1.0, 3.0, 9.0)
"""How long to wait between tries at a file that a platform does not give, before the conversation goes on without."""
PATIENCE = timedelta(days=1)
"""How long after it was sent a file may come; see ``late_files``."""

_FRESH = timedelta(minutes=1)

Refused = Callable[[EvidenceRefusal, str], str]
"""Returns why a file is not taken, as its sender reads it in a language."""


class Arrivals:
    """Makes ready what came from platforms, in the order in which it came, whoever will answer it.

    A button, number or title becomes the payload it stands for. A file is fetched, cleaned and kept under the id of
    its message, so that a crash in between leads to no second copy. Of what nobody can use the customer is told. Where
    a platform is away its message is put off, and the conversation goes on until ``LateFiles`` has got the file.
    """

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        platforms: Mapping[str, Platform],
        files: EvidenceStore,
        bot: Bot,
        feed: Feed,
        clock: Clock,
        refused: Refused,
    ) -> None:
        self._uow = uow
        self._platforms = platforms
        self._files = files
        self._bot = bot
        self._feed = feed
        self._clock = clock
        self._refused = refused

    async def prepare(self, conversation: Conversation, inbound: InboundMessage) -> Turn | None:
        """Change the message into what the bot shall read; return a turn where there is nothing left to answer."""
        platform = self._platforms.get(inbound.channel)
        if platform is None:
            return None
        if UNREADABLE in inbound.metadata:
            return self._turn(conversation, self._bot.say(CANNOT_READ, _language(conversation)))
        if MEDIA in inbound.metadata:
            return await self._fetch(platform, conversation, inbound)
        async with self._uow() as uow:
            await choices.resolve(uow, inbound, platform.shape)
        return None

    async def _fetch(self, platform: Platform, conversation: Conversation, inbound: InboundMessage) -> Turn | None:
        inbound.text = f"{UPLOADED}{json.dumps({'evidence': inbound.id})}"
        language, now = _language(conversation), self._clock()
        try:
            async with self._uow() as uow:
                if await uow.evidence.get(inbound.id) is not None:
                    # Kept already, by a process that ended before the answer was durable.
                    return None
                await pieces.check_room(uow, conversation.id, now)
            copy = await self._kept(platform, inbound, is_late=now - inbound.received_at > _FRESH)
            async with self._uow() as uow:
                shown = await attach(uow, inbound, copy, now)
                await uow.commit()
        except EvidenceRefusedError as error:
            async with self._uow() as uow:
                if await uow.evidence.get(inbound.id) is not None:
                    # Another process has kept it under the same id meanwhile.
                    return None
            await self._files.remove(inbound.id)
            message = self._bot.say(FILE_LOST, language)
            message.text = self._refused(EvidenceRefusal(error.reason), language)
            return self._turn(conversation, message)
        except DeliveryError as error:
            metrics.channel_error(inbound.channel, error.reason)
            if not error.is_permanent and now < inbound.received_at + PATIENCE:
                log.warning("arrivals.put_off", channel=inbound.channel, reason=error.reason)
                inbound.state = InboxState.PUT_OFF
                return Turn([], [], None)
            log.warning("arrivals.file_lost", channel=inbound.channel, reason=error.reason)
            return self._turn(conversation, self._bot.say(FILE_LOST, language))
        if shown is not None:
            self._feed.publish(conversation.id, {"type": "change", "message": shown.as_json()})
        return None

    async def _kept(self, platform: Platform, inbound: InboundMessage, *, is_late: bool) -> CleanCopy:
        """Fetch and keep a file; one that was just sent gets some time, the customer meanwhile no answer."""
        for pause in (*(() if is_late else PAUSES_SECONDS), None):
            try:
                return await fetched(platform, self._files, inbound)
            except DeliveryError as error:
                if error.is_permanent or pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _turn(self, conversation: Conversation, message: Message) -> Turn:
        message.conversation_id, message.at = conversation.id, self._clock()
        return Turn([message], [], None)


async def fetched(platform: Platform, files: EvidenceStore, inbound: InboundMessage) -> CleanCopy:
    """Fetch a message's file and keep it under the message's id; raises DeliveryError or EvidenceRefusedError."""
    with files.receive() as file:
        await platform.fetch(inbound.metadata[MEDIA], file, MAX_BYTES)
        return await files.keep(inbound.id, file)


async def attach(uow: UnitOfWork, inbound: InboundMessage, copy: CleanCopy, now: datetime) -> Message | None:
    """Make a kept file evidence and show it with its message, which is returned; commits nothing.

    Raises EvidenceRefusedError where the conversation has sent too many.
    """
    await pieces.add(uow, inbound.id, inbound.conversation_id, copy, now)
    shown = await _shown(uow, inbound)
    if shown is not None:
        shown.custom = {**shown.custom, "attachment": {"id": inbound.id, "kind": copy.kind.value}}
        await uow.messages.change(shown)
    return shown


async def count_papers(uow_factory: Callable[[], UnitOfWork], inbound: InboundMessage, now: datetime) -> bool:
    """Take a file that no bot is there to take for papers that customs waits for; tell whether the message is one."""
    if not inbound.text.startswith(UPLOADED):
        return False
    async with uow_factory() as uow:
        for case in await uow.cases.of_conversation(inbound.conversation_id):
            await customs.count_files(uow, case.number, now)
        await uow.commit()
    return True


async def _shown(uow: UnitOfWork, inbound: InboundMessage) -> Message | None:
    """Return the transcript's entry of an inbound message."""
    told = await uow.messages.of(inbound.conversation_id)
    return next((m for m in reversed(told) if m.author is Author.CUSTOMER and _id_of(m, inbound)), None)


def _id_of(message: Message, inbound: InboundMessage) -> bool:
    own = message.custom.get("client_message_id")
    return own is not None and inbound.platform_message_id == f"{inbound.conversation_id}:{own}"


def _language(conversation: Conversation) -> str:
    return conversation.language or conversation.locale or "en"
