"""Inbox and outbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime, timezone
from typing import Any

from bot.conversations.model import (
    DeadGroup,
    InboundMessage,
    InboxState,
    OutboundMessage,
    OutboxDepth,
    OutboxState,
)
from bot.errors import ConflictError
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import conversations
from bot.store.transaction import Transaction

_NEWEST = 2**63 - 1
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=timezone.utc)
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
        f"SELECT conversation_id FROM inbox WHERE {conversations.WAITING} AND received_at <= ? "
        "GROUP BY conversation_id ORDER BY min(position)"
    )
    _put_off = f"{_inbox.select} WHERE {conversations.PUT_OFF} ORDER BY processed_at, position LIMIT ?"
    _claim_put_off = _inbox.update(("processed_at",), f"id = ? AND {conversations.PUT_OFF} AND processed_at = ?")
    _take_up = _inbox.update(("state",), f"id = ? AND {conversations.PUT_OFF}")
    _depth = f"SELECT count(*), min(received_at) FROM inbox WHERE {conversations.WAITING}"

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

    async def conversations_waiting(self, before: datetime | None = None) -> list[str]:
        """Return the conversations that have unprocessed messages, or such from before a moment; oldest first."""
        moment = _inbox.value("received_at", before or _END_OF_TIME, self._transaction.dialect)
        return [conversation_id for (conversation_id,) in await self._transaction.read(self._conversations, moment)]

    async def put_off(self, limit: int) -> list[InboundMessage]:
        """Return messages whose files are not to be had yet, those first that were tried the longest ago."""
        return await self._read(self._put_off, limit)

    async def claim_put_off(self, message: InboundMessage, now: datetime) -> bool:
        """Note that a message that was put off is tried now; False where somebody else tried it or took it up."""
        dialect = self._transaction.dialect
        tried_at, before = (_inbox.value("processed_at", value, dialect) for value in (now, message.processed_at))
        return (await self._transaction.write(self._claim_put_off, tried_at, message.id, before)).changed == 1

    async def take_up(self, inbound_id: str) -> bool:
        """Let a message that was put off wait for its answer again; False where it is not put off any more."""
        return (await self._transaction.write(self._take_up, InboxState.RECEIVED.value, inbound_id)).changed == 1

    async def depth(self) -> tuple[int, datetime | None]:
        """Return how many messages are unprocessed, and when the oldest of them was received."""
        ((count, oldest),) = await self._transaction.read(self._depth)
        return count, _inbox.loaded("received_at", oldest, self._transaction.dialect)

    async def _read(self, sql: str, *values: Any) -> list[InboundMessage]:
        return [_inbox.load(row, self._transaction.dialect) for row in await self._transaction.read(sql, *values)]


class SqlOutbox(Repository):
    """Messages to be delivered."""

    _insert = _outbox.insert(_OUTBOUND)
    _settling = ("state", "attempts", "next_attempt_at", "sent_at", "platform_message_id", "error")
    _pending = f"{_outbox.select} WHERE conversation_id = ? AND {conversations.PENDING} ORDER BY message_id"
    # Only the oldest may be taken: what waits behind it must not overtake it.
    _claim = (
        "UPDATE outbox SET next_attempt_at = ?, attempts = attempts + 1 WHERE next_attempt_at <= ? AND message_id = "
        f"(SELECT min(message_id) FROM outbox WHERE conversation_id = ? AND {conversations.PENDING}) "
        f"AND {conversations.PENDING} RETURNING {', '.join(_OUTBOUND)}"
    )
    _settle = _outbox.update(_settling, "message_id = ?")
    _settle_claimed = _outbox.update(_settling, f"message_id = ? AND {conversations.PENDING}")
    _one = f"{_outbox.select} WHERE message_id = ?"
    _by_platform_id = f"{_outbox.select} WHERE channel = ? AND platform_message_id = ? ORDER BY message_id"
    # What is dead in the end arrived in part at most.
    _last_delivered_in = (
        f"SELECT message_id, delivered_at FROM outbox WHERE conversation_id = ? AND {conversations.DELIVERED} "
        f"AND NOT ({conversations.DEAD}) ORDER BY message_id DESC LIMIT 1"
    )
    _dead = f"{_outbox.select} WHERE {conversations.DEAD} AND message_id < ? ORDER BY message_id DESC LIMIT ?"
    _dead_groups = (
        f"SELECT channel, coalesce(error, ''), count(*) FROM outbox WHERE {conversations.DEAD} "
        "GROUP BY channel, coalesce(error, '') ORDER BY count(*) DESC, channel, coalesce(error, '')"
    )
    # Whether it is dead is asked twice, for whoever else sends the same again meanwhile.
    _revive = (
        "UPDATE outbox SET state = 'pending', attempts = 0, next_attempt_at = ?, error = NULL WHERE message_id IN "
        f"(SELECT message_id FROM outbox WHERE {conversations.DEAD} AND channel = ? AND coalesce(error, '') = ? "
        f"ORDER BY message_id LIMIT ?) AND {conversations.DEAD} RETURNING {', '.join(_OUTBOUND)}"
    )
    # Two questions, each answered by the partial index of its state alone.
    _depths = " UNION ALL ".join(
        f"SELECT channel, '{state.value}', count(*), min(next_attempt_at) FROM outbox WHERE {where} GROUP BY channel"
        for state, where in ((OutboxState.PENDING, conversations.PENDING), (OutboxState.FAILED, conversations.DEAD))
    )
    _failed_in = f"SELECT message_id, error FROM outbox WHERE conversation_id = ? AND {conversations.DEAD}"

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

    async def due(self, channels: Collection[str], now: datetime, limit: int = 200) -> list[str]:
        """Return conversations of some channels whose oldest undelivered message is due, longest due first."""
        if not channels:
            return []
        await self._save()
        marks = ", ".join("?" for _ in channels)
        # An older message that waits for its next attempt holds back what was written after it.
        sql = (
            f"SELECT conversation_id, min(next_attempt_at) AS due_at FROM outbox AS mine WHERE channel IN ({marks}) "
            f"AND {conversations.PENDING} AND next_attempt_at <= ? AND NOT EXISTS (SELECT 1 FROM outbox AS older "
            "WHERE older.conversation_id = mine.conversation_id AND older.state = 'pending' "
            "AND older.message_id < mine.message_id AND older.next_attempt_at > ?) "
            "GROUP BY conversation_id ORDER BY due_at LIMIT ?"
        )
        moment = self._value("next_attempt_at", now)
        rows = await self._transaction.read(sql, *channels, moment, moment, limit)
        return [conversation_id for conversation_id, _ in rows]

    async def claim(self, conversation_id: str, now: datetime, until: datetime) -> OutboundMessage | None:
        """Take a conversation's oldest undelivered message until a moment, where it is due, and count the attempt."""
        values = self._value("next_attempt_at", until), self._value("next_attempt_at", now), conversation_id
        rows = (await self._transaction.write(self._claim, *values)).rows
        return next((_outbox.load(row, self._transaction.dialect) for row in rows), None)

    async def settle(self, message: OutboundMessage, *, is_claimed: bool = False) -> None:
        """Write a message's state, attempts, next attempt, end, platform id and error.

        What was claimed is settled only where nobody else has settled it since.
        """
        row = _outbox.values(message, self._settling, self._transaction.dialect)
        sql = self._settle_claimed if is_claimed else self._settle
        await self._transaction.write(sql, *row, message.message_id)

    async def get(self, message_id: int, *, to_change: bool = False) -> OutboundMessage | None:
        """Return the outbox entry of a message, or None; ``to_change`` keeps others from claiming it meanwhile."""
        lock = await self._transaction.lock_rows() if to_change else ""
        return next(iter(await self._read(self._one + lock, message_id)), None)

    async def some(self, message_ids: Collection[int]) -> list[OutboundMessage]:
        """Return the outbox entries of some messages, oldest first; not all messages have one."""
        if not message_ids:
            return []
        sql = f"{_outbox.select} WHERE message_id IN ({', '.join('?' for _ in message_ids)}) ORDER BY message_id"
        return await self._read(sql, *message_ids)

    async def mark_delivered(self, message_ids: Collection[int], at: datetime) -> int:
        """Record when messages reached their customer, and return of how many that was not known; the first stays."""
        if not message_ids:
            return 0
        await self._save()
        numbers = ", ".join("?" for _ in message_ids)
        sql = _outbox.update(("delivered_at",), f"message_id IN ({numbers}) AND delivered_at IS NULL")
        return (await self._transaction.write(sql, self._value("delivered_at", at), *message_ids)).changed

    async def last_delivered_in(self, conversation_id: str) -> tuple[int, datetime] | None:
        """Return the newest of a conversation's messages that reached its customer, and when, where one is known to."""
        await self._save()
        rows = await self._transaction.read(self._last_delivered_in, conversation_id)
        dialect = self._transaction.dialect
        return next(((message_id, _outbox.loaded("delivered_at", at, dialect)) for message_id, at in rows), None)

    async def by_platform_id(self, channel: str, platform_message_id: str) -> list[OutboundMessage]:
        """Return the messages that a platform knows by an id, oldest first."""
        return await self._read(self._by_platform_id, channel, platform_message_id)

    async def dead(self, limit: int = 200, before: int | None = None) -> list[OutboundMessage]:
        """Return what was given up, newest first; only what was said before a message, where one is given."""
        return await self._read(self._dead, _NEWEST if before is None else before, limit)

    async def dead_groups(self) -> list[DeadGroup]:
        """Return how much was given up on each channel for each reason, the most first."""
        await self._save()
        return [DeadGroup(*row) for row in await self._transaction.read(self._dead_groups)]

    async def revive(self, channel: str, reason: str, now: datetime, limit: int) -> list[OutboundMessage]:
        """Let what a channel gave up for a reason be tried again from now on; return it, oldest first."""
        await self._save()
        values = self._value("next_attempt_at", now), channel, reason, limit
        rows = (await self._transaction.write(self._revive, *values)).rows
        found = [_outbox.load(row, self._transaction.dialect) for row in rows]
        return sorted(found, key=lambda entry: entry.message_id)

    async def depths(self) -> list[OutboxDepth]:
        """Return, by channel and state, how much is undelivered or was given up."""
        await self._save()
        return [
            OutboxDepth(
                channel,
                OutboxState(state),
                count,
                _outbox.loaded("next_attempt_at", first, self._transaction.dialect),
            )
            for channel, state, count, first in await self._transaction.read(self._depths)
        ]

    async def failed_in(self, conversation_id: str) -> dict[int, str]:
        """Return the error codes of a conversation's messages that were given up, by message id."""
        rows = await self._transaction.read(self._failed_in, conversation_id)
        return {message_id: error or "" for message_id, error in rows}

    def _value(self, column: str, value: Any) -> Any:
        return _outbox.value(column, value, self._transaction.dialect)

    async def _read(self, sql: str, *values: Any) -> list[OutboundMessage]:
        await self._save()
        return [_outbox.load(row, self._transaction.dialect) for row in await self._transaction.read(sql, *values)]

    async def _save(self) -> None:
        added, self._added = self._added, []
        if added:
            dialect = self._transaction.dialect
            rows = [_outbox.values(message, _OUTBOUND, dialect) for message in added]
            await self._transaction.write_all(self._insert, rows)
