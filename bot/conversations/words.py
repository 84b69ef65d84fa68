"""What people of the desk write: to customers, to each other, and changed again while there is time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.sender import Sender
from bot.conversations.sent_changes import SentChanges
from bot.conversations.turns import Turns
from bot.errors import MessageFixedError, NotFoundError
from bot.services import escalations
from bot.services.account import Account
from bot.services.ports import Clock
from bot.services.words_model import CUSTOMER, Mention, Revision, RevisionKind

CHANGEABLE_FOR = timedelta(seconds=60)
"""How long a message that was sent may be edited and retracted."""

_CHANGED_BY_FEED = frozenset({"web"})
"""The channels whose clients hear of changes and make them themselves."""

_MENTION = re.compile(r"(?<![\w@])@([\w.-]*\w)")


@dataclass(frozen=True)
class Original:
    """What an agent wrote before it was translated, and by which engine; ``is_edited`` where the agent improved it."""

    text: str
    language: str
    engine: str
    is_edited: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept with its message."""
        return {"text": self.text, "language": self.language, "engine": self.engine, "edited": self.is_edited}


class Words:
    """Takes what people write, keeps and audits it in one transaction, and tells whoever looks on."""

    def __init__(self, uow: Callable[[], UnitOfWork], sender: Sender, feed: Feed, turns: Turns, clock: Clock) -> None:
        self._uow = uow
        self._sender = sender
        self._feed = feed
        self._turns = turns
        self._clock = clock
        self._under_change: set[int] = set()
        self.sent: SentChanges | None = None
        """What changes messages on platforms; where there is none, what went out there stays."""

    @property
    def changing_channels(self) -> frozenset[str]:
        """Return the channels on which what was sent can be changed."""
        return _CHANGED_BY_FEED | (self.sent.channels if self.sent else frozenset())

    async def say(
        self,
        conversation_id: str,
        agent_id: str,
        text: str,
        *,
        original: Original | None = None,
        attachment: dict[str, str] | None = None,
        within: Callable[[UnitOfWork], Awaitable[Any]] | None = None,
    ) -> Message:
        """Send an agent's words, a file, or both to the customer.

        ``text`` is what the customer reads, ``original`` what it was translated from; ``within`` writes what belongs
        to it in the same transaction. Raises ConflictError where a colleague holds the conversation and NotFoundError
        where nobody does.
        """
        now = self._clock()
        custom: dict[str, Any] = {"original": original.as_json()} if original else {}
        if attachment:
            custom["attachment"] = attachment
        # Else the conversation could go back to the bot in between, and both would talk.
        async with self._turns.of(conversation_id), self._uow() as uow:
            handoff = await escalations.held_by(uow, conversation_id, agent_id)
            conversation = await self._sender.conversation(uow, conversation_id)
            # Without a translation nobody knows which language it is; it is meant to be the customer's.
            language = conversation.language or handoff.language
            message = Message(
                conversation_id, Author.AGENT, text, now, language=language, custom=custom, agent_id=agent_id
            )
            await self._sender.keep(uow, conversation, [message])
            if within is not None:
                await within(uow)
            kind = {"kind": attachment["kind"]} if attachment else {}
            _record(uow, message, "message.sent", now, {"translated": original is not None, **kind})
            await uow.commit()
        self._sender.publish([message])
        return message

    async def note(self, conversation_id: str, agent_id: str, text: str) -> Message:
        """Keep an internal note, which never leaves the desk, and tell those whom it mentions."""
        now = self._clock()
        message = Message(conversation_id, Author.NOTE, text, now, agent_id=agent_id)
        async with self._uow() as uow:
            found = mentioned(text, await uow.accounts.all())
            if found:
                message.custom["mentions"] = [account.name for account in found]
            await uow.messages.add(message)
            await _mention(uow, message, found, now)
            _record(uow, message, "note.added", now)
            await uow.commit()
        self._feed.publish(conversation_id, {"type": "note"})
        return message

    async def edit(self, message_id: int, agent_id: str, text: str, *, original: Original | None = None) -> Message:
        """Replace one's own words; raises NotFoundError for anybody else's, MessageFixedError when too late."""
        now = self._clock()
        async with self._changing(message_id, agent_id, now, text=text) as (uow, message):
            await uow.revisions.add(_revision(message, RevisionKind.EDITED, agent_id, now))
            kept = {key: value for key, value in message.custom.items() if key not in ("original", "translation")}
            message.text = text
            message.custom = {**kept, "edited": now.isoformat()}
            if original is not None:
                message.custom["original"] = original.as_json()
            if message.author is Author.NOTE and "whisper" not in message.custom:
                found = mentioned(text, await uow.accounts.all())
                message.custom["mentions"] = [account.name for account in found]
                await uow.mentions.forget(message_id)
                await _mention(uow, message, found, now)
            await uow.messages.change(message)
            _record(uow, message, "message.edited", now)
            await uow.commit()
        self._publish_change(message)
        return message

    async def retract(self, message_id: int, agent_id: str) -> str | None:
        """Take one's own words back and return the id of a file that went with them, which is to be deleted.

        Raises NotFoundError for anybody else's words and MessageFixedError when it is too late.
        """
        now = self._clock()
        async with self._changing(message_id, agent_id, now, text="", image=None, custom={}) as (uow, message):
            await uow.revisions.add(_revision(message, RevisionKind.RETRACTED, agent_id, now))
            attachment = message.custom.get("attachment")
            file = str(attachment["id"]) if attachment else None
            if file is not None:
                await uow.evidence.remove(file)
            kept = {key: value for key, value in message.custom.items() if key == "whisper"}
            message.text, message.image, message.custom = "", None, {**kept, "retracted": now.isoformat()}
            await uow.mentions.forget(message_id)
            await uow.messages.change(message)
            _record(uow, message, "message.retracted", now)
            await uow.commit()
        self._publish_change(message)
        return file

    async def read(self, conversation_id: str, reader: str, message_id: int) -> None:
        """Record that the customer (``CUSTOMER``) or an account has read everything up to a message."""
        async with self._uow() as uow:
            message = await uow.messages.get(message_id)
            if message is None or message.conversation_id != conversation_id:
                return
            is_news = await uow.read_states.advance(conversation_id, reader, message_id, self._clock())
            if reader != CUSTOMER:
                is_news = await uow.mentions.mark_seen(reader, conversation_id, self._clock()) > 0 or is_news
            if is_news:
                await uow.commit()
        if is_news and reader == CUSTOMER:
            self._feed.publish(conversation_id, {"type": "read", "author": CUSTOMER})

    @asynccontextmanager
    async def _changing(
        self, message_id: int, agent_id: str, now: datetime, **changed: Any
    ) -> AsyncIterator[tuple[UnitOfWork, Message]]:
        """Change one's own message where it was sent to, and give it with the transaction that stores the change.

        The platform comes first: what it does not take must not look changed on the desk.
        """
        if message_id in self._under_change:
            raise MessageFixedError("under_way")
        self._under_change.add(message_id)
        try:
            async with self._uow() as uow:
                message = await self._own(uow, message_id, agent_id, now)
            standing = await self.sent.show(replace(message, **changed)) if self.sent else None
            async with self._uow() as uow:
                message = await self._own(uow, message_id, agent_id, now, to_change=True)
                await SentChanges.confirm(uow, message_id, standing)
                yield uow, message
        finally:
            self._under_change.discard(message_id)

    async def _own(
        self, uow: UnitOfWork, message_id: int, agent_id: str, now: datetime, *, to_change: bool = False
    ) -> Message:
        message = await uow.messages.get(message_id, to_change=to_change)
        if message is None or message.agent_id != agent_id or message.author not in (Author.AGENT, Author.NOTE):
            raise NotFoundError("own message", str(message_id))
        if "retracted" in message.custom:
            raise MessageFixedError("retracted")
        if now - message.at > CHANGEABLE_FOR:
            raise MessageFixedError("too_late")
        if message.author is Author.AGENT:
            conversation = await uow.conversations.get(message.conversation_id)
            if conversation is None or conversation.channel not in self.changing_channels:
                raise MessageFixedError("channel")
        return message

    def _publish_change(self, message: Message) -> None:
        if message.author is Author.NOTE:
            self._feed.publish(message.conversation_id, {"type": "note"})
        else:
            self._feed.publish(message.conversation_id, {"type": "change", "message": message.as_json()})


def mentioned(text: str, accounts: Iterable[Account]) -> list[Account]:
    """Return the active accounts whose login names stand after an @ in a text."""
    names = {name.casefold() for name in _MENTION.findall(text)}
    return [account for account in accounts if account.is_active and account.name in names]


async def _mention(uow: UnitOfWork, message: Message, accounts: Iterable[Account], now: datetime) -> None:
    assert message.id is not None and message.agent_id is not None
    for account in accounts:
        if account.id != message.agent_id:
            uow.mentions.add(Mention(message.conversation_id, message.id, account.id, message.agent_id, now))


def _revision(message: Message, kind: RevisionKind, agent_id: str, now: datetime) -> Revision:
    assert message.id is not None
    return Revision(message.conversation_id, message.id, kind, now, agent_id, message.text, message.custom)


def _record(uow: UnitOfWork, message: Message, action: str, now: datetime, data: dict[str, Any] | None = None) -> None:
    subject, actor = f"message:{message.id}", f"agent:{message.agent_id}"
    uow.audit.add(AuditEvent(now, actor, action, subject, message.conversation_id, data or {}))
