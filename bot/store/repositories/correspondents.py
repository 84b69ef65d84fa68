"""Whom to write to on messaging platforms."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from bot.conversations.model import Correspondent
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import conversations

_TRIED_FOR = timedelta(days=1)
_CORRESPONDENT = tuple(field.name for field in fields(Correspondent))
_correspondents = Rows(conversations.correspondents, _CORRESPONDENT, Correspondent)


class SqlCorrespondents(Repository):
    """Whom to write to on messaging platforms."""

    _insert = _correspondents.insert(_CORRESPONDENT, once=True)
    _update = _correspondents.update(("address", "facts", "heard_at"), "conversation_id = ?")
    _one = f"{_correspondents.select} WHERE conversation_id = ?"
    _at = f"{_correspondents.select} WHERE channel = ? AND address = ? ORDER BY heard_at DESC LIMIT ?"
    # What is sent was said within the day for which it is tried, so that few conversations are looked through.
    _answers_to = (
        "SELECT count(DISTINCT platform_message_id) FROM outbox WHERE state = 'sent' AND message_id IN "
        "(SELECT id FROM messages WHERE author <> 'agent' AND conversation_id IN "
        "(SELECT id FROM conversations WHERE last_message_at >= ? AND channel = ? AND EXISTS "
        "(SELECT 1 FROM correspondents WHERE conversation_id = conversations.id "
        "AND (address = ? OR address LIKE ? ESCAPE '!')))) AND sent_at > ?"
    )

    async def get(self, conversation_id: str) -> Correspondent | None:
        """Return a conversation's correspondent, or None."""
        return next(iter(await self._read(self._one, conversation_id)), None)

    async def at(self, channel: str, address: str, limit: int = 50) -> list[Correspondent]:
        """Return who has an address on a channel, newest first."""
        return await self._read(self._at, channel, address, limit)

    async def answers_to(self, channel: str, address: str, since: datetime) -> int:
        """Return how many letters that no person wrote went to an address, or its ``+tags``, since a moment."""
        local, _, domain = (re.sub(r"[!%_]", r"!\g<0>", part) for part in address.rpartition("@"))
        dialect = self._transaction.dialect
        said_since, sent_since = (_correspondents.value("heard_at", at, dialect) for at in (since - _TRIED_FOR, since))
        values = said_since, channel, address, f"{local}+%@{domain}", sent_since
        ((count,),) = await self._transaction.read(self._answers_to, *values)
        return int(count)

    async def keep(self, correspondent: Correspondent) -> None:
        """Write a correspondent, new or known."""
        dialect = self._transaction.dialect
        row = _correspondents.values(correspondent, ("address", "facts", "heard_at"), dialect)
        if (await self._transaction.write(self._update, *row, correspondent.conversation_id)).changed == 0:
            whole = _correspondents.values(correspondent, _CORRESPONDENT, dialect)
            await self._transaction.write(self._insert, *whole)

    async def _read(self, sql: str, *values: Any) -> list[Correspondent]:
        rows = await self._transaction.read(sql, *values)
        return [_correspondents.load(row, self._transaction.dialect) for row in rows]
