"""Canned responses, mentions, revisions of messages, and read states."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from bot.services.words_model import CannedResponse, Mention, ReadState, Revision
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import words

_REVISION = tuple(field.name for field in fields(Revision))
_NEW_REVISION = tuple(name for name in _REVISION if name != "id")
_revisions = Rows(words.message_revisions, _REVISION, Revision)
_READ_STATE = tuple(field.name for field in fields(ReadState))
_read_states = Rows(words.read_states, _READ_STATE, ReadState)
_mentions = Rows(words.mentions, tuple(field.name for field in fields(Mention)), Mention)


class SqlCannedResponses(Repository):
    """All canned responses."""

    _table = words.canned_responses

    def add(self, response: CannedResponse) -> None:
        """Keep a new canned response."""
        self._keep(response)

    async def get(self, response_id: int) -> CannedResponse | None:
        """Return a canned response, or None."""
        return await self._first(CannedResponse, self._table.c.id == response_id)

    async def by_shortcut(self, shortcut: str) -> CannedResponse | None:
        """Return the canned response of a shortcut (case-folded), or None."""
        return await self._first(CannedResponse, self._table.c.shortcut == shortcut)

    async def all(self) -> list[CannedResponse]:
        """Return every canned response, by shortcut."""
        return await self._find(CannedResponse, order_by=(self._table.c.shortcut,))

    async def remove(self, response: CannedResponse) -> None:
        """Forget a canned response."""
        await (await self._transaction.orm()).delete(response)


class SqlMentions(Repository):
    """All mentions of people in internal notes."""

    _table = words.mentions
    _unseen = "SELECT count(*) FROM mentions WHERE account_id = ? AND seen_at IS NULL"
    _see = "UPDATE mentions SET seen_at = ? WHERE account_id = ? AND conversation_id = ? AND seen_at IS NULL"
    _forget = "DELETE FROM mentions WHERE message_id = ?"
    _anything_to_see = "SELECT 1 FROM mentions WHERE account_id = ? AND conversation_id = ? AND seen_at IS NULL LIMIT 1"

    def add(self, mention: Mention) -> None:
        """Keep a new mention."""
        self._keep(mention)

    async def unseen_of(self, account_id: str) -> int:
        """Return how many mentions somebody has not seen."""
        ((count,),) = await self._transaction.read(self._unseen, account_id)
        return int(count)

    async def of_account(self, account_id: str, limit: int = 50) -> list[Mention]:
        """Return somebody's mentions: those not seen first, then the newest."""
        t = self._table.c
        # False sorts before true on both databases.
        order = (t.seen_at.is_not(None), t.id.desc())
        return await self._find(Mention, t.account_id == account_id, order_by=order, limit=limit)

    async def forget(self, message_id: int) -> None:
        """Forget whom a note mentioned."""
        await self._transaction.write(self._forget, message_id)

    async def mark_seen(self, account_id: str, conversation_id: str, now: datetime) -> int:
        """Record that somebody saw their mentions in a conversation, and return how many were new."""
        # Asked with every look at a conversation; mostly there is nothing, and then nobody's turn to write is taken.
        if not await self._transaction.read(self._anything_to_see, account_id, conversation_id):
            return 0
        moment = _mentions.value("seen_at", now, self._transaction.dialect)
        return (await self._transaction.write(self._see, moment, account_id, conversation_id)).changed


class SqlRevisions(Repository):
    """What changed messages were before."""

    _insert = _revisions.insert(_NEW_REVISION, returning="id")
    _of_conversation = f"{_revisions.select} WHERE conversation_id = ? AND id > ? ORDER BY id"
    _of_message = f"{_revisions.select} WHERE message_id = ? ORDER BY id"

    async def add(self, revision: Revision) -> None:
        """Keep what a message was, and give the revision its id."""
        await self._transaction.lock_conversation(revision.conversation_id)
        row = _revisions.values(revision, _NEW_REVISION, self._transaction.dialect)
        ((revision.id,),) = (await self._transaction.write(self._insert, *row)).rows

    async def of_conversation(self, conversation_id: str, after: int = 0) -> list[Revision]:
        """Return a conversation's revisions with a larger id, oldest first."""
        rows = await self._transaction.read(self._of_conversation, conversation_id, after)
        return [_revisions.load(row, self._transaction.dialect) for row in rows]

    async def of_message(self, message_id: int) -> list[Revision]:
        """Return what a message was before, oldest first."""
        rows = await self._transaction.read(self._of_message, message_id)
        return [_revisions.load(row, self._transaction.dialect) for row in rows]


class SqlReadStates(Repository):
    """Who has read how far."""

    _known = "SELECT message_id FROM read_states WHERE conversation_id = ? AND reader = ?"
    _advance = (
        "INSERT INTO read_states (conversation_id, reader, message_id, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (conversation_id, reader) DO UPDATE SET message_id = excluded.message_id, at = excluded.at "
        "WHERE excluded.message_id > read_states.message_id"
    )
    _of = f"{_read_states.select} WHERE conversation_id = ? ORDER BY reader"

    async def advance(self, conversation_id: str, reader: str, message_id: int, now: datetime) -> bool:
        """Record that a reader has seen everything up to a message; return False where that was known."""
        # Pages tell it again and again; only news are worth a turn to write.
        known = await self._transaction.read(self._known, conversation_id, reader)
        if known and known[0][0] >= message_id:
            return False
        moment = _read_states.value("at", now, self._transaction.dialect)
        return (await self._transaction.write(self._advance, conversation_id, reader, message_id, moment)).changed > 0

    async def of_conversation(self, conversation_id: str) -> list[ReadState]:
        """Return how far each reader of a conversation has come."""
        rows = await self._transaction.read(self._of, conversation_id)
        return [_read_states.load(row, self._transaction.dialect) for row in rows]
