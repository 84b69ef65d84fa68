"""The conversation ports in memory."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.conversations.model import (
    Author,
    Conversation,
    Correspondent,
    DeadGroup,
    InboundMessage,
    InboxState,
    Message,
    OutboundMessage,
    OutboxDepth,
    OutboxState,
)
from bot.errors import ConflictError
from tests.fake_tables import HasDatabase, Table


class FakeConversations(Table[Conversation]):
    def add(self, thing: Conversation) -> None:
        if self.one(id=thing.id) is None:
            super().add(thing)

    async def get(self, conversation_id: str) -> Conversation | None:
        return self.one(id=conversation_id)

    async def recent(self, limit: int = 50) -> list[Conversation]:
        return sorted(self.rows, key=lambda found: found.last_message_at, reverse=True)[:limit]


class FakeMessages(Table[Message]):
    async def add(self, message: Message) -> None:  # type: ignore[override]
        self.number(message)
        super().add(message)

    async def of(
        self,
        conversation_id: str,
        *,
        after: int = 0,
        before: int | None = None,
        with_notes: bool = False,
        limit: int = 500,
    ) -> list[Message]:
        found = [
            message
            for message in self.find(conversation_id=conversation_id)
            if after < (message.id or 0) < (before or 2**63) and (with_notes or message.author is not Author.NOTE)
        ]
        return found[-limit:]

    async def newest_in(self, conversation_ids: Collection[str]) -> dict[str, Message]:
        return {
            message.conversation_id: message
            for message in self.rows
            if message.conversation_id in conversation_ids and message.author is not Author.NOTE
        }

    async def last_heard(self, conversation_ids: Collection[str]) -> str | None:
        heard = [m for m in self.rows if m.conversation_id in conversation_ids and m.author is Author.CUSTOMER]
        return heard[-1].conversation_id if heard else None

    async def get(self, message_id: int, *, to_change: bool = False) -> Message | None:
        return self.one(id=message_id)

    async def some(self, conversation_id: str, message_ids: Collection[int]) -> list[Message]:
        return [message for message in self.find(conversation_id=conversation_id) if message.id in message_ids]

    async def change(self, message: Message) -> None:
        kept = self.one(id=message.id)
        assert kept is not None
        kept.text, kept.image, kept.custom = message.text, message.image, message.custom

    async def keep_language(self, conversation_id: str, language: str, *, until: datetime) -> None:
        for message in self.find(conversation_id=conversation_id, author=Author.CUSTOMER):
            if message.language is None and message.at <= until:
                message.language = language

    async def replies_to(self, inbound_id: str) -> list[Message]:
        return self.find(reply_to=inbound_id)


class FakeInbox(Table[InboundMessage]):
    async def add(self, message: InboundMessage) -> bool:  # type: ignore[override]
        if await self.by_platform_id(message.channel, message.platform_message_id) is not None:
            return False
        self.uow.database.given += 1
        message.position = self.uow.database.given
        super().add(message)
        return True

    async def get(self, inbound_id: str) -> InboundMessage | None:
        return self.one(id=inbound_id)

    async def by_platform_id(self, channel: str, platform_message_id: str) -> InboundMessage | None:
        return self.one(channel=channel, platform_message_id=platform_message_id)

    async def update(self, message: InboundMessage) -> None:
        kept = self.one(id=message.id)
        if kept is None:
            raise ConflictError(what="inbox")
        kept.state, kept.attempts, kept.processed_at = message.state, message.attempts, message.processed_at

    async def waiting(self, conversation_id: str) -> list[InboundMessage]:
        return self.find(conversation_id=conversation_id, state=InboxState.RECEIVED)

    async def conversations_waiting(self, before: datetime | None = None) -> list[str]:
        waiting = [m for m in self.find(state=InboxState.RECEIVED) if before is None or m.received_at <= before]
        return list(dict.fromkeys(found.conversation_id for found in waiting))

    async def put_off(self, limit: int) -> list[InboundMessage]:
        found = self.find(state=InboxState.PUT_OFF)
        return [replace(message) for message in sorted(found, key=lambda message: str(message.processed_at))[:limit]]

    async def claim_put_off(self, message: InboundMessage, now: datetime) -> bool:
        kept = self.one(id=message.id, state=InboxState.PUT_OFF, processed_at=message.processed_at)
        if kept is not None:
            kept.processed_at = now
        return kept is not None

    async def take_up(self, inbound_id: str) -> bool:
        kept = self.one(id=inbound_id, state=InboxState.PUT_OFF)
        if kept is not None:
            kept.state = InboxState.RECEIVED
        return kept is not None

    async def depth(self) -> tuple[int, datetime | None]:
        waiting = self.find(state=InboxState.RECEIVED)
        return len(waiting), min((found.received_at for found in waiting), default=None)


class FakeOutbox(Table[OutboundMessage]):
    async def pending(self, conversation_id: str) -> list[OutboundMessage]:
        return self.find(conversation_id=conversation_id, state=OutboxState.PENDING)

    async def mark_sent(self, message_ids: list[int], now: datetime) -> None:
        for message in self.rows:
            if message.message_id in message_ids:
                message.state, message.sent_at = OutboxState.SENT, now

    async def due(self, channels: Collection[str], now: datetime, limit: int = 200) -> list[str]:
        oldest: dict[str, OutboundMessage] = {}
        for message in self.find(state=OutboxState.PENDING):
            oldest.setdefault(message.conversation_id, message)
        found = [first for first in oldest.values() if first.channel in channels and first.next_attempt_at <= now]
        return [first.conversation_id for first in sorted(found, key=lambda first: first.next_attempt_at)][:limit]

    async def claim(self, conversation_id: str, now: datetime, until: datetime) -> OutboundMessage | None:
        oldest = next(iter(await self.pending(conversation_id)), None)
        if oldest is None or oldest.next_attempt_at > now:
            return None
        oldest.next_attempt_at = until
        oldest.attempts += 1
        return replace(oldest)

    async def settle(self, message: OutboundMessage, *, is_claimed: bool = False) -> None:
        kept = self.one(message_id=message.message_id)
        assert kept is not None
        if is_claimed and kept.state is not OutboxState.PENDING:
            return
        for name in ("state", "attempts", "next_attempt_at", "sent_at", "platform_message_id", "error"):
            setattr(kept, name, getattr(message, name))

    async def get(self, message_id: int, *, to_change: bool = False) -> OutboundMessage | None:
        return self.one(message_id=message_id)

    async def some(self, message_ids: Collection[int]) -> list[OutboundMessage]:
        return [entry for entry in self.rows if entry.message_id in message_ids]

    async def mark_delivered(self, message_ids: Collection[int], at: datetime) -> int:
        news = [entry for entry in await self.some(message_ids) if entry.delivered_at is None]
        for entry in news:
            entry.delivered_at = at
        return len(news)

    async def last_delivered_in(self, conversation_id: str) -> tuple[int, datetime] | None:
        alive = [one for one in self.find(conversation_id=conversation_id) if one.state is not OutboxState.FAILED]
        found = [(one.message_id, one.delivered_at) for one in alive if one.delivered_at is not None]
        return max(found, default=None)

    async def by_platform_id(self, channel: str, platform_message_id: str) -> list[OutboundMessage]:
        return self.find(channel=channel, platform_message_id=platform_message_id)

    async def dead(self, limit: int = 200, before: int | None = None) -> list[OutboundMessage]:
        found = [entry for entry in self.find(state=OutboxState.FAILED) if before is None or entry.message_id < before]
        return found[::-1][:limit]

    async def dead_groups(self) -> list[DeadGroup]:
        counts = Counter((entry.channel, entry.error or "") for entry in self.find(state=OutboxState.FAILED))
        return [DeadGroup(channel, reason, count) for (channel, reason), count in counts.most_common()]

    async def revive(self, channel: str, reason: str, now: datetime, limit: int) -> list[OutboundMessage]:
        found = [entry for entry in self.find(state=OutboxState.FAILED, channel=channel) if entry.error == reason]
        for entry in found[:limit]:
            entry.state, entry.attempts, entry.next_attempt_at, entry.error = OutboxState.PENDING, 0, now, None
        return found[:limit]

    async def depths(self) -> list[OutboxDepth]:
        kept: dict[tuple[str, OutboxState], list[datetime]] = {}
        for found in self.rows:
            if found.state is not OutboxState.SENT:
                kept.setdefault((found.channel, found.state), []).append(found.next_attempt_at)
        return [OutboxDepth(channel, state, len(due), min(due)) for (channel, state), due in kept.items()]

    async def failed_in(self, conversation_id: str) -> dict[int, str]:
        dead = self.find(conversation_id=conversation_id, state=OutboxState.FAILED)
        return {message.message_id: message.error or "" for message in dead}


class FakeCorrespondents(Table[Correspondent]):
    async def get(self, conversation_id: str) -> Correspondent | None:
        return self.one(conversation_id=conversation_id)

    async def at(self, channel: str, address: str, limit: int = 50) -> list[Correspondent]:
        found = self.find(channel=channel, address=address)
        return sorted(found, key=lambda one: one.heard_at, reverse=True)[:limit]

    async def answers_to(self, channel: str, address: str, since: datetime) -> int:
        local, _, domain = (re.escape(part) for part in address.rpartition("@"))
        theirs = re.compile(rf"{local}(\+.*)?@{domain}")
        writers = self.find(channel=channel)
        people = {writer.conversation_id for writer in writers if theirs.fullmatch(writer.address)}
        sent = [entry for entry in self.uow.outbox.find(state=OutboxState.SENT) if entry.conversation_id in people]
        said = {message.id for message in self.uow.messages.rows if message.author is not Author.AGENT}
        recent = [entry for entry in sent if entry.sent_at and entry.sent_at > since and entry.message_id in said]
        return len({entry.platform_message_id for entry in recent} - {None})

    async def keep(self, correspondent: Correspondent) -> None:
        known = self.one(conversation_id=correspondent.conversation_id)
        if known is None:
            self.add(correspondent)
        else:
            known.address, known.facts, known.heard_at = (
                correspondent.address, correspondent.facts, correspondent.heard_at
            )  # fmt: skip


class FakeDialogueLog:
    def __init__(self, uow: HasDatabase) -> None:
        self.uow = uow

    async def append(self, conversation_id: str, events: list[dict[str, Any]]) -> None:
        turns = self.uow.database.dialogue.setdefault(conversation_id, [])
        turns.append(list(events))
        self.uow.undo.append(turns.pop)

    async def load(self, conversation_id: str) -> list[dict[str, Any]]:
        return [event for turn in self.uow.database.dialogue.get(conversation_id, []) for event in turn]
