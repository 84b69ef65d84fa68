"""Tokens, kept answers and changes in both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.aftersales.case import CaseState
from bot.conversations.model import Author, Conversation, Message
from bot.errors import ConflictError
from bot.services.api_ports import ApiToken, CaseFilter, KeptAnswer, Place, Scope
from bot.store.engine import create_engine
from bot.store.unit_of_work import SqlUnitOfWork
from tests.integration.store.things import NOW, a_case, a_return, a_shop

Factory = Callable[[], SqlUnitOfWork]
TOKEN = ApiToken("warehouse", "d1", [Scope.EVENTS_WRITE.value, Scope.ORDERS_READ.value], NOW, NOW + timedelta(days=9))
KEPT = KeptAnswer(1, "k-1", "digest", NOW)


async def test_a_token_comes_back_by_its_digest_with_its_uses(uow_factory: Factory) -> None:
    async with uow_factory() as uow:
        token = replace(TOKEN)
        await uow.api_tokens.add(token)
        assert token.id is not None
        await uow.api_tokens.note_use(token.id, NOW)
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.api_tokens.by_digest("d1") == replace(token, last_used_at=NOW)
        assert await uow.api_tokens.by_digest("d2") is None


async def test_a_name_is_free_again_once_its_token_is_revoked(uow_factory: Factory) -> None:
    async with uow_factory() as uow:
        first = replace(TOKEN)
        await uow.api_tokens.add(first)
        with pytest.raises(ConflictError):
            await uow.api_tokens.add(replace(TOKEN, digest="d2"))
        await uow.api_tokens.revoke(first.id or 0, NOW)
        await uow.api_tokens.add(replace(TOKEN, digest="d2"))
        await uow.commit()
    async with uow_factory() as uow:
        assert [found.revoked_at for found in await uow.api_tokens.all()] == [NOW, None]


async def test_a_key_is_reserved_once_and_keeps_its_answer(uow_factory: Factory) -> None:
    async with uow_factory() as uow:
        assert await uow.idempotency_keys.reserve(KEPT, NOW - timedelta(minutes=1)) is None
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.idempotency_keys.reserve(replace(KEPT, request_digest="other"), NOW) == KEPT
        answered = replace(KEPT, status=201, answer={"key": "C-7"})
        await uow.idempotency_keys.answer(answered)
        await uow.commit()
    async with uow_factory() as uow:
        await uow.idempotency_keys.release(KEPT)
        # An answer is never stale, a reservation is.
        assert await uow.idempotency_keys.reserve(KEPT, NOW + timedelta(hours=1)) == answered
        assert await uow.idempotency_keys.reserve(replace(KEPT, token_id=2), NOW) is None
        assert await uow.idempotency_keys.reserve(replace(KEPT, token_id=2), NOW + timedelta(minutes=2)) is None
        assert await uow.idempotency_keys.forget_before(NOW + timedelta(seconds=1)) == 2


async def test_of_two_who_reserve_a_key_at_once_one_gets_it(uow_factory: Factory) -> None:
    async def reserve() -> bool:
        async with uow_factory() as uow:
            got = await uow.idempotency_keys.reserve(replace(KEPT), NOW)
            await uow.commit()
            return got is None

    assert sorted(await asyncio.gather(*(reserve() for _ in range(4)))) == [False, False, False, True]


async def test_orders_and_cases_change_with_what_belongs_to_them(uow_factory: Factory) -> None:
    await a_shop(uow_factory, orders=2)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        await uow.commit()
    async with uow_factory() as uow:
        before = await uow.changes.of_order("10480001"), await uow.changes.of_case("C1")
    await asyncio.sleep(0.01)
    async with uow_factory() as uow:
        order = await uow.orders.get("10480001")
        assert order is not None
        order.shipments[0].events[0].location = "Halle"
        uow.returns.add(a_return())
        await uow.commit()
    async with uow_factory() as uow:
        after = await uow.changes.of_order("10480001"), await uow.changes.of_case("C1")
        assert None not in before
        assert all(later > earlier for later, earlier in zip(after, before))  # type: ignore[operator]
        assert [place.key for place in await uow.changes.orders(None, None, 9)] == ["10480002", "10480001"]
        assert [place.key for place in await uow.changes.orders(after[0], None, 9)] == ["10480001"]
        assert await uow.changes.orders(None, Place(after[0] or NOW, "10480001"), 9) == []
        found = await uow.changes.cases(None, None, 9, CaseFilter((CaseState.OFFERED,), "10480001"))
        assert [place.key for place in found] == ["C1"]
        assert await uow.changes.cases(None, None, 9, CaseFilter((CaseState.CLOSED,))) == []
        assert await uow.changes.skus_in_use(["SHOE-M", "SHOE-L"]) == {"SHOE-M"}


async def test_conversations_come_by_their_newest_message_and_without_notes(uow_factory: Factory) -> None:
    async with uow_factory() as uow:
        for number in range(3):
            at = NOW + timedelta(minutes=number)
            uow.conversations.add(Conversation(f"c-{number}", "web", NOW, at, "de"))
        await uow.commit()
        for author in (Author.CUSTOMER, Author.NOTE, Author.BOT):
            await uow.messages.add(Message("c-1", author, author.value, NOW))
        await uow.commit()
    async with uow_factory() as uow:
        export = uow.conversation_export
        assert [found.id for found in await export.page(None, None, 2)] == ["c-0", "c-1"]
        behind = Place(NOW + timedelta(minutes=1), "c-1")
        assert [found.id for found in await export.page(None, behind, 9)] == ["c-2"]
        assert [found.id for found in await export.page(NOW + timedelta(minutes=1), None, 9)] == ["c-1", "c-2"]
        told = await export.messages("c-1", 0, 9)
        assert [found.text for found in told] == ["customer", "bot"]
        assert [found.text for found in await export.messages("c-1", told[0].id or 0, 9)] == ["bot"]
        assert (await export.exists("c-1"), await export.exists("c-9")) == (True, False)


async def test_no_migration_lost_a_trigger_by_copying_its_table(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'api_changes_%'"
    postgres = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'api_changes_%'"
    async with engine.connect() as connection:
        found = await connection.execute(text(sqlite if engine.dialect.name == "sqlite" else postgres))
        count = found.scalar()
    await engine.dispose()
    assert count == 3 * 19
