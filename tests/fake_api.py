"""Tokens, kept answers, changes and the export of conversations in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.aftersales.case import Case
from bot.aftersales.exchange import Exchange
from bot.aftersales.order import Order
from bot.conversations.model import Author, Conversation, Message
from bot.errors import ConflictError
from bot.services.api_ports import ApiToken, CaseFilter, KeptAnswer, Place
from tests.fake_tables import Table


class FakeApiTokens(Table[ApiToken]):
    async def add(self, thing: ApiToken) -> None:  # type: ignore[override]
        if self.one(name=thing.name, revoked_at=None) is not None:
            raise ConflictError(what="key")
        self.number(thing)
        super().add(thing)

    async def by_digest(self, digest: str) -> ApiToken | None:
        return self.one(digest=digest)

    async def all(self) -> list[ApiToken]:
        return list(self.rows)

    async def note_use(self, token_id: int, now: datetime) -> None:
        for token in self.find(id=token_id):
            token.last_used_at = now

    async def revoke(self, token_id: int, now: datetime) -> None:
        for token in self.find(id=token_id):
            token.revoked_at = now


class FakeIdempotencyKeys(Table[KeptAnswer]):
    async def reserve(self, wanted: KeptAnswer, stale_before: datetime) -> KeptAnswer | None:
        kept = self.one(token_id=wanted.token_id, key=wanted.key)
        if kept is not None and kept.status is None and kept.reserved_at < stale_before:
            self._forget(kept)
            kept = None
        if kept is None:
            self.add(replace(wanted))
        return kept and replace(kept)

    async def answer(self, kept: KeptAnswer) -> None:
        for row in self.find(token_id=kept.token_id, key=kept.key):
            row.status, row.answer = kept.status, kept.answer

    async def release(self, kept: KeptAnswer) -> None:
        for row in self.find(token_id=kept.token_id, key=kept.key, status=None):
            self._forget(row)

    async def forget_before(self, moment: datetime) -> int:
        old = [row for row in self.rows if row.reserved_at < moment]
        for row in old:
            self._forget(row)
        return len(old)

    def _forget(self, row: KeptAnswer) -> None:
        self.rows.remove(row)
        self.uow.undo.append(partial(self.rows.append, row))


class FakeChanges(Table[Place]):
    """Orders count as changed when they were placed, cases when they were opened."""

    async def orders(self, since: datetime | None, after: Place | None, limit: int) -> list[Place]:
        return _page([Place(order.placed_at, order.number) for order in self._orders()], since, after, limit)

    async def cases(self, since: datetime | None, after: Place | None, limit: int, wanted: CaseFilter) -> list[Place]:
        mine = [
            Place(case.opened_at, case.number)
            for case in self.uow.database.all(Case)
            if (not wanted.states or case.state in wanted.states)
            and wanted.order_number in ("", case.order_number)
        ]  # fmt: skip
        return _page(mine, since, after, limit)

    async def of_order(self, number: str) -> datetime | None:
        return next((order.placed_at for order in self._orders() if order.number == number), None)

    async def of_case(self, number: str) -> datetime | None:
        return next((case.opened_at for case in self.uow.database.all(Case) if case.number == number), None)

    async def skus_in_use(self, skus: Collection[str]) -> set[str]:
        used = {line.sku for order in self._orders() for line in order.lines}
        used |= {exchange.sku for exchange in self.uow.database.all(Exchange)}
        return used & set(skus)

    def _orders(self) -> list[Order]:
        return self.uow.database.all(Order)


class FakeConversationExport(Table[Conversation]):
    async def page(self, since: datetime | None, after: Place | None, limit: int) -> list[Conversation]:
        places = _page([Place(found.last_message_at, found.id) for found in self.rows], since, after, limit)
        return [found for place in places for found in self.find(id=place.key)]

    async def exists(self, conversation_id: str) -> bool:
        return self.one(id=conversation_id) is not None

    async def messages(self, conversation_id: str, after: int, limit: int) -> list[Message]:
        told = [found for found in self.uow.database.all(Message) if found.conversation_id == conversation_id]
        seen = [found for found in told if (found.id or 0) > after and found.author is not Author.NOTE]
        return sorted(seen, key=lambda found: found.id or 0)[:limit]


def _page(places: list[Place], since: datetime | None, after: Place | None, limit: int) -> list[Place]:
    ordered = sorted(places, key=lambda place: (place.moment, place.key))
    return [
        place
        for place in ordered
        if (since is None or place.moment >= since)
        and (after is None or (place.moment, place.key) > (after.moment, after.key))
    ][:limit]  # fmt: skip
