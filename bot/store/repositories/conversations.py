"""Conversations, their transcripts and their dialogue events."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any

from bot.conversations.model import Author, Conversation, Message
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import conversations
from bot.store.transaction import Transaction

_CONVERSATION = tuple(field.name for field in fields(Conversation))
_CHANGING = ("channel", "last_message_at", "language", "locale")
_MESSAGE = tuple(field.name for field in fields(Message))
_WRITTEN = ("language", "conversation_id", "author", "at")
_conversations = Rows(conversations.conversations, _CONVERSATION, Conversation)
_messages = Rows(conversations.messages, _MESSAGE, Message)


@dataclass
class _Turn:
    conversation_id: str
    events: list[dict[str, Any]]
    at: datetime


_TURN = tuple(field.name for field in fields(_Turn))
_turns = Rows(conversations.dialogue_turns, _TURN, _Turn)


class SqlConversations(Repository):
    """All conversations."""

    _insert = _conversations.insert(_CONVERSATION, once=True)
    _one = f"{_conversations.select} WHERE id = ?"
    _recent = f"{_conversations.select} ORDER BY last_message_at DESC LIMIT ?"

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._known: dict[str, Conversation] = {}
        self._saved: dict[str, tuple[Any, ...]] = {}
        transaction.before_commit.append(self._save)

    def add(self, conversation: Conversation) -> None:
        """Keep a new conversation; of two that begin at once under one id, the first stays."""
        self._known[conversation.id] = conversation

    async def get(self, conversation_id: str) -> Conversation | None:
        """Return a conversation, or None."""
        if conversation_id not in self._known:
            self._watch(await self._transaction.read(self._one, conversation_id))
        return self._known.get(conversation_id)

    async def recent(self, limit: int = 50) -> list[Conversation]:
        """Return the conversations with the newest messages, newest first."""
        await self._save()
        return self._watch(await self._transaction.read(self._recent, limit))

    def _watch(self, rows: Any) -> list[Conversation]:
        dialect = self._transaction.dialect
        found = []
        for conversation in (_conversations.load(row, dialect) for row in rows):
            if conversation.id not in self._known:
                self._known[conversation.id] = conversation
                self._saved[conversation.id] = _conversations.values(conversation, _CHANGING, dialect)
            found.append(self._known[conversation.id])
        return found

    async def _save(self) -> None:
        dialect = self._transaction.dialect
        for conversation in self._known.values():
            saved, now = (
                self._saved.get(conversation.id),
                _conversations.values(conversation, _CHANGING, dialect),
            )
            if saved is None:
                row = _conversations.values(conversation, _CONVERSATION, dialect)
                await self._transaction.write(self._insert, *row)
            elif saved != now:
                # Only what changed here: the language may change elsewhere at the same moment.
                changed = [place for place, value in enumerate(now) if value != saved[place]]
                sql = _conversations.update([_CHANGING[place] for place in changed], "id = ?")
                await self._transaction.write(sql, *(now[place] for place in changed), conversation.id)
            self._saved[conversation.id] = now


class SqlMessages(Repository):
    """All transcripts."""

    _columns = tuple(name for name in _MESSAGE if name != "id")
    _insert = _messages.insert(_columns, returning="id")
    _visible = f"author <> '{Author.NOTE}'"
    _replies = f"{_messages.select} WHERE reply_to = ? ORDER BY id"
    _one = f"{_messages.select} WHERE id = ?"
    _changing = ("text", "image", "custom")
    _keep_language = (
        "UPDATE messages SET language = ? WHERE conversation_id = ? AND author = ? AND at <= ? AND language IS NULL"
    )
    _update = _messages.update(_changing, "id = ?")

    async def add(self, message: Message) -> None:
        """Append a message and give it its id; ids grow within a conversation."""
        await self._transaction.lock_conversation(message.conversation_id)
        row = _messages.values(message, self._columns, self._transaction.dialect)
        ((message.id,),) = (await self._transaction.write(self._insert, *row)).rows

    async def of(
        self,
        conversation_id: str,
        *,
        after: int = 0,
        before: int | None = None,
        with_notes: bool = False,
        limit: int = 500,
    ) -> list[Message]:
        """Return a conversation's messages with ids between two, oldest first; the newest ``limit`` of them."""
        visible = "" if with_notes else f" AND {self._visible}"
        bound, bounds = (" AND id < ?", (before,)) if before is not None else ("", ())
        sql = f"{_messages.select} WHERE conversation_id = ? AND id > ?{bound}{visible} ORDER BY id DESC LIMIT ?"
        return (await self._read(sql, conversation_id, after, *bounds, limit))[::-1]

    async def newest_in(self, conversation_ids: Collection[str]) -> dict[str, Message]:
        """Return, by conversation, the newest message that the customer can see."""
        if not conversation_ids:
            return {}
        marks = ", ".join("?" for _ in conversation_ids)
        newest = (
            f"SELECT max(id) FROM messages WHERE conversation_id IN ({marks}) "
            f"AND {self._visible} GROUP BY conversation_id"
        )
        found = await self._read(f"{_messages.select} WHERE id IN ({newest})", *conversation_ids)
        return {message.conversation_id: message for message in found}

    async def last_heard(self, conversation_ids: Collection[str]) -> str | None:
        """Return the conversation in which a customer wrote last, or None where none has written."""
        if not conversation_ids:
            return None
        marks = ", ".join("?" for _ in conversation_ids)
        sql = (
            f"SELECT conversation_id FROM messages WHERE conversation_id IN ({marks}) "
            f"AND author = '{Author.CUSTOMER}' ORDER BY id DESC LIMIT 1"
        )
        rows = await self._transaction.read(sql, *conversation_ids)
        return next((conversation_id for (conversation_id,) in rows), None)

    async def get(self, message_id: int, *, to_change: bool = False) -> Message | None:
        """Return a message, or None; ``to_change`` keeps others from changing it meanwhile, so ask that first."""
        lock = await self._transaction.lock_rows() if to_change else ""
        return next(iter(await self._read(self._one + lock, message_id)), None)

    async def some(self, conversation_id: str, message_ids: Collection[int]) -> list[Message]:
        """Return those of a conversation's messages that have one of some ids, oldest first, notes included."""
        if not message_ids:
            return []
        marks = ", ".join("?" for _ in message_ids)
        sql = f"{_messages.select} WHERE conversation_id = ? AND id IN ({marks}) ORDER BY id"
        return await self._read(sql, conversation_id, *message_ids)

    async def change(self, message: Message) -> None:
        """Write a message's text, image and custom facts anew."""
        await self._transaction.lock_conversation(message.conversation_id)
        row = _messages.values(message, self._changing, self._transaction.dialect)
        await self._transaction.write(self._update, *row, message.id)

    async def keep_language(self, conversation_id: str, language: str, *, until: datetime) -> None:
        """Note the language of what a customer wrote until a moment, where none is noted yet."""
        await self._transaction.lock_conversation(conversation_id)
        values = _messages.values(
            Message(conversation_id, Author.CUSTOMER, "", until, language=language), _WRITTEN, self._transaction.dialect
        )
        await self._transaction.write(self._keep_language, *values)

    async def replies_to(self, inbound_id: str) -> list[Message]:
        """Return what was answered to an inbound message, oldest first."""
        return await self._read(self._replies, inbound_id)

    async def _read(self, sql: str, *values: Any) -> list[Message]:
        return [_messages.load(row, self._transaction.dialect) for row in await self._transaction.read(sql, *values)]


class SqlDialogueLog(Repository):
    """The dialogue events of each conversation, one row a turn."""

    _insert = _turns.insert(_TURN)
    _of = f"{_turns.select} WHERE conversation_id = ? ORDER BY id"

    async def append(self, conversation_id: str, events: list[dict[str, Any]]) -> None:
        """Keep the events of a turn."""
        turn = _Turn(conversation_id, events, datetime.now(timezone.utc))
        await self._transaction.lock_conversation(conversation_id)
        await self._transaction.write(self._insert, *_turns.values(turn, _TURN, self._transaction.dialect))

    async def load(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return all events of a conversation, oldest first."""
        rows = await self._transaction.read(self._of, conversation_id)
        return [event for row in rows for event in _turns.load(row, self._transaction.dialect).events]
