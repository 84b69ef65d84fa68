"""The conversation ports in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.conversations.model import (
    Author,
    Conversation,
    InboundMessage,
    InboxState,
    Message,
    OutboundMessage,
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
        self, conversation_id: str, *, after: int = 0, with_notes: bool = False, limit: int = 500
    ) -> list[Message]:
        found = [
            message
            for message in self.find(conversation_id=conversation_id)
            if (message.id or 0) > after and (with_notes or message.author is not Author.NOTE)
        ]
        return found[-limit:]

    async def newest_in(self, conversation_ids: Collection[str]) -> dict[str, Message]:
        return {
            message.conversation_id: message
            for message in self.rows
            if message.conversation_id in conversation_ids and message.author is not Author.NOTE
        }

    async def get(self, message_id: int, *, to_change: bool = False) -> Message | None:
        return self.one(id=message_id)

    async def some(self, conversation_id: str, message_ids: Collection[int]) -> list[Message]:
        return [message for message in self.find(conversation_id=conversation_id) if message.id in message_ids]

    async def change(self, message: Message) -> None:
        kept = self.one(id=message.id)
        assert kept is not None
        kept.text, kept.image, kept.custom = message.text, message.image, message.custom

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

    async def conversations_waiting(self) -> list[str]:
        return list(dict.fromkeys(found.conversation_id for found in self.find(state=InboxState.RECEIVED)))


class FakeOutbox(Table[OutboundMessage]):
    async def pending(self, conversation_id: str) -> list[OutboundMessage]:
        return self.find(conversation_id=conversation_id, state=OutboxState.PENDING)

    async def mark_sent(self, message_ids: list[int], now: datetime) -> None:
        for message in self.rows:
            if message.message_id in message_ids:
                message.state, message.sent_at = OutboxState.SENT, now


class FakeDialogueLog:
    def __init__(self, uow: HasDatabase) -> None:
        self.uow = uow

    async def append(self, conversation_id: str, events: list[dict[str, Any]]) -> None:
        turns = self.uow.database.dialogue.setdefault(conversation_id, [])
        turns.append(list(events))
        self.uow.undo.append(turns.pop)

    async def load(self, conversation_id: str) -> list[dict[str, Any]]:
        return [event for turn in self.uow.database.dialogue.get(conversation_id, []) for event in turn]
