"""What people of the desk put on conversations: tags and snoozes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from bot.conversations.model import Author
from bot.services.inbox_ports import Snooze
from bot.store.repositories.base import Repository
from bot.store.tables import conversations, inboxes
from bot.store.types import UtcDateTime

_TAGS = inboxes.conversation_tags
_SNOOZES = inboxes.snoozes
_MESSAGES = conversations.messages.c

_WROTE: Any = exists().where(
    and_(
        _MESSAGES.conversation_id == _SNOOZES.c.conversation_id,
        _MESSAGES.id > _SNOOZES.c.after_message,
        _MESSAGES.author == Author.CUSTOMER,
    )
)

_ADD = (
    "INSERT INTO conversation_tags (conversation_id, tag, agent_id, added_at) VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)


class SqlTags(Repository):
    """Tags of conversations."""

    async def add(self, conversation_id: str, tag: str, agent_id: str, now: datetime) -> bool:
        """Give a conversation a tag; return False where it has it already."""
        write = UtcDateTime().dialect_impl(self._transaction.dialect).bind_processor(self._transaction.dialect)
        added_at = write(now) if write else now
        return (await self._transaction.write(_ADD, conversation_id, tag, agent_id, added_at)).changed == 1

    async def remove(self, conversation_id: str, tag: str) -> bool:
        """Take a tag from a conversation; return False where it has it not."""
        sql = "DELETE FROM conversation_tags WHERE conversation_id = ? AND tag = ?"
        return (await self._transaction.write(sql, conversation_id, tag)).changed == 1

    async def of(self, conversation_ids: Collection[str]) -> dict[str, list[str]]:
        """Return the tags of conversations in the order they were added; those without any are left out."""
        t = _TAGS.c
        statement = (
            select(t.conversation_id, t.tag)
            .where(t.conversation_id.in_(list(conversation_ids)))
            .order_by(t.added_at, t.tag)
        )
        found: dict[str, list[str]] = {}
        for conversation_id, tag in await (await self._transaction.orm()).execute(statement):
            found.setdefault(conversation_id, []).append(tag)
        return found


class SqlSnoozes(Repository):
    """Conversations that are out of sight."""

    def add(self, snooze: Snooze) -> None:
        """Keep a new snooze."""
        self._keep(snooze)

    async def get(self, conversation_id: str) -> Snooze | None:
        """Return a conversation's snooze, over or not, or None."""
        return await self._get(Snooze, conversation_id)

    async def remove(self, snooze: Snooze) -> None:
        """Forget a snooze."""
        await (await self._transaction.orm()).delete(snooze)

    async def ended(self, now: datetime, limit: int = 200) -> list[tuple[Snooze, bool]]:
        """Return the snoozes that are over, the oldest first, each with whether the customer ended it by writing."""
        t = _SNOOZES.c
        statement = select(Snooze, _WROTE).where(or_(t.until <= now, _WROTE)).order_by(t.until).limit(limit)
        rows = await (await self._transaction.orm()).execute(statement)
        return [(snooze, bool(has_written)) for snooze, has_written in rows]

    async def until(self, conversation_id: str, now: datetime) -> datetime | None:
        """Return until when a conversation is out of sight, None where it is not."""
        t = _SNOOZES.c
        statement = select(t.until).where(t.conversation_id == conversation_id, t.until > now, ~_WROTE)
        until: datetime | None = await (await self._transaction.orm()).scalar(statement)
        return until

    async def newest_message(self, conversation_id: str) -> int:
        """Return the largest message id of a conversation, 0 where it has none."""
        statement = select(func.max(_MESSAGES.id)).where(_MESSAGES.conversation_id == conversation_id)
        return int(await (await self._transaction.orm()).scalar(statement) or 0)
