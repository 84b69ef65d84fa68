"""What the shop's API asks for: tokens, kept answers, what changed since, and conversations to take along."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from bot.conversations.model import Author, Conversation, Message
from bot.errors import ConflictError
from bot.services.api_ports import ApiToken, CaseFilter, KeptAnswer, Place
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import api, conversations

_TOKEN = tuple(field.name for field in fields(ApiToken))
_KEPT = tuple(field.name for field in fields(KeptAnswer))
_CONVERSATION = tuple(field.name for field in fields(Conversation))
_MESSAGE = tuple(field.name for field in fields(Message))
_tokens = Rows(api.api_tokens, _TOKEN, ApiToken)
_kept = Rows(api.idempotency_keys, _KEPT, KeptAnswer)
_places = Rows(api.api_changes, ("changed_at", "key"), Place)
_conversations = Rows(conversations.conversations, _CONVERSATION, Conversation)
_messages = Rows(conversations.messages, _MESSAGE, Message)


class SqlApiTokens(Repository):
    """All tokens, revoked ones included."""

    _columns = tuple(name for name in _TOKEN if name != "id")
    _insert = _tokens.insert(_columns, once=True, returning="id")

    async def add(self, token: ApiToken) -> None:
        """Keep a new token and give it its id, or raise ConflictError where its name is in use."""
        row = _tokens.values(token, self._columns, self._transaction.dialect)
        rows = (await self._transaction.write(self._insert, *row)).rows
        if not rows:
            raise ConflictError(what="key")
        ((token.id,),) = rows

    async def by_digest(self, digest: str) -> ApiToken | None:
        """Return the token of a digest, or None."""
        return next(iter(await self._load(f"{_tokens.select} WHERE digest = ?", digest)), None)

    async def all(self) -> list[ApiToken]:
        """Return all tokens in the order in which they were made."""
        return await self._load(f"{_tokens.select} ORDER BY id")

    async def note_use(self, token_id: int, now: datetime) -> None:
        """Record when a token was used last."""
        await self._set("last_used_at", now, token_id)

    async def revoke(self, token_id: int, now: datetime) -> None:
        """Record that a token opens nothing any more."""
        await self._set("revoked_at", now, token_id)

    async def _set(self, column: str, now: datetime, token_id: int) -> None:
        moment = _tokens.value(column, now, self._transaction.dialect)
        await self._transaction.write(_tokens.update((column,), "id = ?"), moment, token_id)

    async def _load(self, sql: str, *values: Any) -> list[ApiToken]:
        return [_tokens.load(row, self._transaction.dialect) for row in await self._transaction.read(sql, *values)]


class SqlIdempotencyKeys(Repository):
    """The answers to writes of the last day."""

    _mine = "token_id = ? AND key = ?"
    _insert = _kept.insert(_KEPT, once=True)
    _forget_stale = f"DELETE FROM idempotency_keys WHERE {_mine} AND status IS NULL AND reserved_at < ?"
    # Of two requests under one key the first may end after the second took its reservation over.
    _reserved = f"{_mine} AND reserved_at = ?"
    _answer = _kept.update(("status", "answer"), _reserved)

    async def reserve(self, wanted: KeptAnswer, stale_before: datetime) -> KeptAnswer | None:
        """Reserve a key and return None, or return what is kept under it."""
        dialect = self._transaction.dialect
        stale = _kept.value("reserved_at", stale_before, dialect)
        await self._transaction.write(self._forget_stale, wanted.token_id, wanted.key, stale)
        if (await self._transaction.write(self._insert, *_kept.values(wanted, _KEPT, dialect))).changed:
            return None
        rows = await self._transaction.read(f"{_kept.select} WHERE {self._mine}", wanted.token_id, wanted.key)
        # Gone again in this moment: whoever had it gave it up, which to us is as good as not done yet.
        return _kept.load(rows[0], dialect) if rows else wanted

    async def answer(self, kept: KeptAnswer) -> None:
        """Keep the answer to a reserved key."""
        row = _kept.values(kept, ("status", "answer"), self._transaction.dialect)
        await self._transaction.write(self._answer, *row, *self._reservation(kept))

    async def release(self, kept: KeptAnswer) -> None:
        """Forget a reservation that got no answer worth keeping."""
        sql = f"DELETE FROM idempotency_keys WHERE {self._reserved} AND status IS NULL"
        await self._transaction.write(sql, *self._reservation(kept))

    def _reservation(self, kept: KeptAnswer) -> tuple[Any, ...]:
        reserved_at = _kept.value("reserved_at", kept.reserved_at, self._transaction.dialect)
        return kept.token_id, kept.key, reserved_at

    async def forget_before(self, moment: datetime) -> int:
        """Forget keys that were reserved before a moment, and return how many."""
        value = _kept.value("reserved_at", moment, self._transaction.dialect)
        return (await self._transaction.write("DELETE FROM idempotency_keys WHERE reserved_at < ?", value)).changed


class SqlChanges(Repository):
    """When orders and cases changed last, and what the shop may not take away."""

    async def orders(self, since: datetime | None, after: Place | None, limit: int) -> list[Place]:
        """Return when orders changed last, the longest unchanged first, from a moment on and behind a place."""
        return await self._page("order", since, after, limit)

    async def cases(self, since: datetime | None, after: Place | None, limit: int, wanted: CaseFilter) -> list[Place]:
        """Return the same of the cases that are wanted."""
        conditions, values = [], list[Any]()
        if wanted.states:
            conditions.append(f"state IN ({_marks(wanted.states)})")
            values += [state.value for state in wanted.states]
        if wanted.order_number:
            conditions.append("order_number = ?")
            values.append(wanted.order_number)
        return await self._page("case", since, after, limit, " AND ".join(conditions), values)

    async def of_order(self, number: str) -> datetime | None:
        """Return when an order changed last, or None."""
        return await self._one("order", number)

    async def of_case(self, number: str) -> datetime | None:
        """Return when a case changed last, or None."""
        return await self._one("case", number)

    async def skus_in_use(self, skus: Collection[str]) -> set[str]:
        """Return those of some SKUs that somebody has ordered or gets in exchange."""
        found: set[str] = set()
        for table in ("order_lines", "exchanges") if skus else ():
            sql = f"SELECT DISTINCT sku FROM {table} WHERE sku IN ({_marks(skus)})"
            found |= {str(sku) for (sku,) in await self._transaction.read(sql, *skus)}
        return found

    async def _page(
        self, kind: str, since: datetime | None, after: Place | None, limit: int, of_case: str = "", values: Any = ()
    ) -> list[Place]:
        conditions, given = _behind(_places, "changed_at", "key", since, after, self._transaction.dialect)
        if of_case:
            conditions.append(f"key IN (SELECT number FROM cases WHERE {of_case})")
        where = " AND ".join(["kind = ?", *conditions])
        sql = f"{_places.select} WHERE {where} ORDER BY changed_at, key LIMIT ?"
        rows = await self._transaction.read(sql, kind, *given, *values, limit)
        return [_places.load(row, self._transaction.dialect) for row in rows]

    async def _one(self, kind: str, key: str) -> datetime | None:
        rows = await self._transaction.read(f"{_places.select} WHERE kind = ? AND key = ?", kind, key)
        return _places.load(rows[0], self._transaction.dialect).moment if rows else None


class SqlConversationExport(Repository):
    """All conversations with what customers can see of them, in the order of their newest message."""

    _visible = f"author <> '{Author.NOTE.value}'"

    async def page(self, since: datetime | None, after: Place | None, limit: int) -> list[Conversation]:
        """Return the conversations with a message from a moment on and behind a place, longest silent first."""
        dialect = self._transaction.dialect
        conditions, given = _behind(_conversations, "last_message_at", "id", since, after, dialect)
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
        sql = f"{_conversations.select} {where}ORDER BY last_message_at, id LIMIT ?"
        return [_conversations.load(row, dialect) for row in await self._transaction.read(sql, *given, limit)]

    async def exists(self, conversation_id: str) -> bool:
        """Tell whether there is such a conversation."""
        return bool(await self._transaction.read("SELECT 1 FROM conversations WHERE id = ?", conversation_id))

    async def messages(self, conversation_id: str, after: int, limit: int) -> list[Message]:
        """Return the oldest messages with a larger id, without notes, oldest first."""
        sql = f"{_messages.select} WHERE conversation_id = ? AND id > ? AND {self._visible} ORDER BY id LIMIT ?"
        rows = await self._transaction.read(sql, conversation_id, after, limit)
        return [_messages.load(row, self._transaction.dialect) for row in rows]


def _behind(
    rows: Rows[Any], moment: str, key: str, since: datetime | None, after: Place | None, dialect: Any
) -> tuple[list[str], list[Any]]:
    """Return the conditions for what comes from a moment on and behind a place, and their values."""
    conditions, values = [], list[Any]()
    if since is not None:
        conditions.append(f"{moment} >= ?")
        values.append(rows.value(moment, since, dialect))
    if after is not None:
        conditions.append(f"({moment}, {key}) > (?, ?)")
        values += [rows.value(moment, after.moment, dialect), after.key]
    return conditions, values


def _marks(values: Collection[Any]) -> str:
    return ", ".join("?" for _ in values)
