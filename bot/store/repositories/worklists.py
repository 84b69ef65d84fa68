"""Inbox and outbox."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from bot.conversations.model import InboundMessage, OutboundMessage, OutboxState
from bot.errors import ConflictError
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import conversations
from bot.store.transaction import Transaction

_INBOUND = tuple(field.name for field in fields(InboundMessage))
_OUTBOUND = tuple(field.name for field in fields(OutboundMessage))
_inbox = Rows(conversations.inbox, _INBOUND, InboundMessage)
_outbox = Rows(conversations.outbox, _OUTBOUND, OutboundMessage)


class SqlInbox(Repository):
    """Messages received, in the order of arrival."""

    _columns = tuple(name for name in _INBOUND if name != "position")
    _changing = ("state", "attempts", "processed_at")
    _insert = _inbox.insert(_columns, once=True, returning="position")
    _update = _inbox.update(_changing, f"id = ? AND {conversations.WAITING}")
    _by_id = f"{_inbox.select} WHERE id = ?"
    _by_platform_id = f"{_inbox.select} WHERE channel = ? AND platform_message_id = ?"
    _waiting = f"{_inbox.select} WHERE conversation_id = ? AND {conversations.WAITING} ORDER BY position"
    _conversations = (
        f"SELECT conversation_id FROM inbox WHERE {conversations.WAITING} "
        "GROUP BY conversation_id ORDER BY min(position)"
    )

    async def add(self, message: InboundMessage) -> bool:
        """Keep a new message and give it its position; return False where it was delivered before."""
        await self._transaction.lock_conversation(message.conversation_id)
        row = _inbox.values(message, self._columns, self._transaction.dialect)
        added = (await self._transaction.write(self._insert, *row)).rows
        if not added:
            return False
        ((message.position,),) = added
        return True

    async def get(self, inbound_id: str) -> InboundMessage | None:
        """Return an inbound message, or None."""
        return next(iter(await self._read(self._by_id, inbound_id)), None)

    async def by_platform_id(self, channel: str, platform_message_id: str) -> InboundMessage | None:
        """Return the message a channel delivered under an id, or None."""
        return next(iter(await self._read(self._by_platform_id, channel, platform_message_id)), None)

    async def update(self, message: InboundMessage) -> None:
        """Write a message's state, attempts and end of processing.

        Raises ConflictError where it is no longer waiting: another process has answered it, and what this one
        was about to write must not be added to that.
        """
        row = _inbox.values(message, self._changing, self._transaction.dialect)
        if (await self._transaction.write(self._update, *row, message.id)).changed != 1:
            raise ConflictError(what="inbox")

    async def waiting(self, conversation_id: str) -> list[InboundMessage]:
        """Return a conversation's unprocessed messages, oldest first."""
        return await self._read(self._waiting, conversation_id)

    async def conversations_waiting(self) -> list[str]:
        """Return the conversations that have unprocessed messages, longest waiting first."""
        return [conversation_id for (conversation_id,) in await self._transaction.read(self._conversations)]

    async def _read(self, sql: str, *values: Any) -> list[InboundMessage]:
        return [_inbox.load(row, self._transaction.dialect) for row in await self._transaction.read(sql, *values)]


class SqlOutbox(Repository):
    """Messages to be delivered."""

    _insert = _outbox.insert(_OUTBOUND)
    _pending = f"{_outbox.select} WHERE conversation_id = ? AND {conversations.PENDING} ORDER BY message_id"

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._added: list[OutboundMessage] = []
        transaction.before_commit.append(self._save)

    def add(self, message: OutboundMessage) -> None:
        """Queue a transcript message for delivery."""
        self._added.append(message)

    async def pending(self, conversation_id: str) -> list[OutboundMessage]:
        """Return a conversation's undelivered messages, oldest first."""
        await self._save()
        rows = await self._transaction.read(self._pending, conversation_id)
        return [_outbox.load(row, self._transaction.dialect) for row in rows]

    async def mark_sent(self, message_ids: list[int], now: datetime) -> None:
        """Record that messages reached the customer."""
        if not message_ids:
            return
        await self._save()
        numbers = ", ".join("?" for _ in message_ids)
        sql = _outbox.update(("state", "sent_at"), f"message_id IN ({numbers})")
        sent_at = _outbox.value("sent_at", now, self._transaction.dialect)
        await self._transaction.write(sql, OutboxState.SENT.value, sent_at, *message_ids)

    async def _save(self) -> None:
        added, self._added = self._added, []
        if added:
            dialect = self._transaction.dialect
            rows = [_outbox.values(message, _OUTBOUND, dialect) for message in added]
            await self._transaction.write_all(self._insert, rows)
