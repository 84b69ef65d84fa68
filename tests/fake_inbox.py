"""The ports of the inbox in memory; the search finds whole words only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.escalation import Escalation, EscalationState
from bot.conversations.model import Author, Conversation, Message
from bot.services.inbox_ports import (
    Choices,
    DueEntry,
    Entry,
    EntryKind,
    Filters,
    Found,
    Hit,
    Listed,
    Place,
    ProvedOrder,
    Snooze,
    Term,
    View,
    Viewer,
    Wanted,
)
from tests.fake_tables import HasDatabase, Table


@dataclass(eq=False)
class GivenTag:
    conversation_id: str
    tag: str


@dataclass(eq=False)
class KeptEntry:
    id: int
    entry: Entry


class FakeTags:
    def __init__(self, uow: HasDatabase) -> None:
        self._given = Table(uow, GivenTag)

    async def add(self, conversation_id: str, tag: str, agent_id: str, now: datetime) -> bool:
        if self._given.one(conversation_id=conversation_id, tag=tag):
            return False
        self._given.add(GivenTag(conversation_id, tag))
        return True

    async def remove(self, conversation_id: str, tag: str) -> bool:
        found = self._given.one(conversation_id=conversation_id, tag=tag)
        if found is not None:
            self._given.rows.remove(found)
        return found is not None

    async def of(self, conversation_ids: Collection[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for given in self._given.rows:
            if given.conversation_id in conversation_ids:
                found.setdefault(given.conversation_id, []).append(given.tag)
        return found


class FakeSnoozes(Table[Snooze]):
    async def get(self, conversation_id: str) -> Snooze | None:
        return self.one(conversation_id=conversation_id)

    async def remove(self, snooze: Snooze) -> None:
        self.rows.remove(snooze)

    async def ended(self, now: datetime, limit: int = 200) -> list[tuple[Snooze, bool]]:
        found = [(snooze, self._has_written(snooze)) for snooze in self.rows]
        return [(snooze, wrote) for snooze, wrote in found if wrote or snooze.until <= now][:limit]

    async def until(self, conversation_id: str, now: datetime) -> datetime | None:
        kept = await self.get(conversation_id)
        return kept.until if kept and kept.until > now and not self._has_written(kept) else None

    async def newest_message(self, conversation_id: str) -> int:
        said = self.uow.database.all(Message)
        return max((m.id or 0 for m in said if m.conversation_id == conversation_id), default=0)

    def _has_written(self, snooze: Snooze) -> bool:
        return any(
            message.conversation_id == snooze.conversation_id
            and message.author is Author.CUSTOMER
            and (message.id or 0) > snooze.after_message
            for message in self.uow.database.all(Message)
        )


class FakeInboxes:
    """Knows open handoffs and what the bot has, without order, filters and clocks."""

    def __init__(self, uow: HasDatabase) -> None:
        self._uow = uow

    async def listed(self, wanted: Wanted, now: datetime) -> list[Listed]:
        found = [self._listed(one) for one in self._uow.database.all(Conversation)]
        mine = [one for one in found if self._is_in(one, wanted)]
        return sorted(mine, key=lambda one: one.place)[: wanted.limit]

    async def anywhere(self, conversation_ids: Collection[str], filters: Filters, now: datetime) -> list[Listed]:
        return [self._listed(one) for one in self._uow.database.all(Conversation) if one.id in conversation_ids]

    async def counts(self, viewer: Viewer, now: datetime, most: int) -> dict[View, int]:
        return {view: len(await self.listed(Wanted(viewer, view, limit=most), now)) for view in View}

    async def choices(self) -> Choices:
        found = self._uow.database.all(Conversation)
        return Choices(sorted({one.language or "" for one in found}), sorted({one.channel for one in found}), [])

    def _listed(self, one: Conversation) -> Listed:
        handoffs = self._uow.database.all(Escalation)
        handoff = next((found for found in handoffs if found.conversation_id == one.id and found.is_open), None)
        at = handoff.opened_at if handoff else one.last_message_at
        place = Place(1, handoff.priority.rank if handoff else 9, at, one.id)
        return Listed(
            one.id,
            one.channel,
            one.language,
            one.last_message_at,
            place,
            handoff.state if handoff else None,
            handoff.agent_id if handoff else None,
            handoff.priority if handoff else None,
            handoff.reason if handoff else None,
        )

    def _is_in(self, one: Listed, wanted: Wanted) -> bool:
        if wanted.only is not None and one.conversation_id not in wanted.only:
            return False
        if wanted.view in (View.BREACHED, View.SNOOZED, View.CLOSED, View.TEAM):
            return False
        if wanted.view is View.BOT:
            return one.state is None
        if wanted.view is View.MINE:
            return one.agent_id == wanted.viewer.agent_id
        return one.state is EscalationState.QUEUED or (wanted.view is View.ALL and one.state is not None)


class FakeSearchIndex:
    def __init__(self, uow: HasDatabase) -> None:
        self._uow = uow
        self._due = Table(uow, DueEntry)
        self._kept = Table(uow, KeptEntry)
        self.orders: dict[str, ProvedOrder] = {}

    async def take_due(self, limit: int) -> list[DueEntry]:
        taken, self._due.rows[:] = self._due.rows[:limit], self._due.rows[limit:]
        return taken

    async def messages(self, ids: Collection[int]) -> dict[int, tuple[str, datetime, list[str]]]:
        said = self._uow.database.all(Message)
        return {m.id: (m.conversation_id, m.at, [m.text]) for m in said if m.id in ids and m.id is not None}

    async def stories(self, numbers: Collection[str]) -> dict[str, tuple[str, datetime, list[str]]]:
        return {}

    async def proved(self, order_numbers: Collection[str]) -> dict[str, ProvedOrder]:
        return {number: self.orders[number] for number in order_numbers if number in self.orders}

    async def orders_of(self, customer_id: str) -> list[str]:
        return sorted(self.orders)

    async def replace(self, kinds: Collection[EntryKind], keys: Collection[str], by: Sequence[Entry]) -> None:
        kept = self._kept.rows
        kept[:] = [one for one in kept if one.entry.kind not in kinds or one.entry.key not in keys]
        for entry in by:
            self._uow.database.given += 1
            kept.append(KeptEntry(self._uow.database.given, entry))

    async def find(self, term: Term, limit: int) -> list[Hit]:
        found: dict[str, int] = {}
        for one in self._kept.rows:
            if set(term.words) <= set(one.entry.words):
                found[one.entry.conversation_id] = one.id
        return [Hit(id, entry) for id, entry in sorted(found.items(), key=lambda hit: -hit[1])]

    async def found(self, entry_ids: Collection[int]) -> dict[int, Found]:
        kept = {one.id: one.entry for one in self._kept.rows}
        return {id: Found(kept[id].kind, kept[id].key, " ".join(kept[id].words)) for id in entry_ids if id in kept}
