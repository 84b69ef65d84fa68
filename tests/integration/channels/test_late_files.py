"""A platform that does not give its files for long: nothing is lost, nothing comes twice, and conversations go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.aftersales.evidence import MAX_PIECES, Evidence, EvidenceKind, EvidenceRefusal
from bot.channels.intake import conversation_id
from bot.conversations import arrivals
from bot.services import evidence
from bot.store.repositories.worklists import _inbox
from bot.widget.strings import file_refused
from tests.channels import steps
from tests.channels.platform_server import until
from tests.channels.telegram_server import TelegramServer, too_many
from tests.integration.channels.telegram_parts import CHAT, Telegram, environment
from tests.integration.server.parts import Server, a_server, now
from tests.integration.store.things import a_case, a_shop
from tests.unit.evidence import samples

OWN = conversation_id("telegram", CHAT)
Start = Callable[[], AbstractAsyncContextManager[Telegram]]


@pytest.fixture
def start(
    bot_api: TelegramServer,
    migrated_sqlite: Path,
    tmp_path: Path,
    aiohttp_client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Start:
    """Return what starts a process over the same database each time; tries right after the arrival take no time."""
    monkeypatch.setattr(arrivals, "PAUSES_SECONDS", (0.0, 0.0))

    @asynccontextmanager
    async def begin() -> AsyncIterator[Telegram]:
        async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(bot_api)) as server:
            yield Telegram(server, bot_api)
            await server.client.close()

    return begin


async def let_pass(server: Server, passed: timedelta) -> None:
    """Let time pass as far as files that were put off are concerned."""
    async with server.parley.uow() as uow:
        transaction = uow._transaction
        for inbound in await uow.inbox.put_off(10):
            names = ("received_at", "processed_at")
            values = [_inbox.value(name, getattr(inbound, name) - passed, transaction.dialect) for name in names]
            await transaction.write(
                "UPDATE inbox SET received_at = ?, processed_at = ? WHERE id = ?", *values, inbound.id
            )
        await uow.commit()


async def later(server: Server, passed: timedelta) -> None:
    """Let time pass, and run the job that asks for files."""
    await let_pass(server, passed)
    await server.parley.fetch_late_files(now())


async def put_off(server: Server) -> list[str]:
    async with server.parley.uow() as uow:
        return [inbound.id for inbound in await uow.inbox.put_off(10)]


async def pieces_of(server: Server) -> list[Any]:
    async with server.parley.uow() as uow:
        return await evidence.of_conversation(uow, OWN)


async def a_photo_put_off(telegram: Telegram) -> str:
    """Send a photo while files are not to be had, and return the id of its message."""
    telegram.platform.files["file-large"] = samples.photo((640, 480))
    telegram.platform.fail(503, None, of="/file/", times=float("inf"))
    await telegram.deliver("photo")
    (own,) = await until(lambda: put_off(telegram.server))
    return str(own)


async def test_a_photo_sent_while_files_are_away_for_hours_comes_once(start: Start) -> None:
    async with start() as telegram:
        own = await a_photo_put_off(telegram)
        await telegram.write("Is anybody there?", 2)
        assert await telegram.got(1) == ["heard Is anybody there?"]
        for _ in range(3):
            await later(telegram.server, timedelta(minutes=20))
        assert await pieces_of(telegram.server) == []
    async with start() as telegram:
        await later(telegram.server, timedelta(hours=6))
        assert await put_off(telegram.server) == [own]
        tried = len(telegram.platform.calls_of("/file/"))
        telegram.platform.heal()
        # Two replicas at once.
        await let_pass(telegram.server, timedelta(hours=1))
        await asyncio.gather(*(telegram.server.parley.fetch_late_files(now()) for _ in range(2)))
        (piece,) = await pieces_of(telegram.server)
        assert await telegram.got(2) == ["heard Is anybody there?", f'heard /evidence_uploaded{{"evidence": "{own}"}}']
        await later(telegram.server, timedelta(hours=1))
        await telegram.deliver("photo")
        await asyncio.sleep(0.2)
        assert len(telegram.platform.calls_of("/file/")) == tried + 1
        assert len(telegram.server.bot.heard) == 1
        first, _ = await steps.heard_from(telegram.server, "telegram", CHAT)
        assert first.custom["attachment"] == {"id": piece.id, "kind": "image"}
        assert (piece.id, await put_off(telegram.server)) == (own, [])


async def test_of_two_replicas_one_asks_for_a_file(start: Start) -> None:
    async with start() as telegram:
        await a_photo_put_off(telegram)
        telegram.platform.heal()
        telegram.platform.fail(of="/file/", seconds=0.3)
        tried, server = len(telegram.platform.calls_of("/file/")), telegram.server
        async with server.parley.uow() as uow:
            (inbound,) = await uow.inbox.put_off(1)
            claims = [await uow.inbox.claim_put_off(inbound, now()) for _ in range(2)]
        assert claims == [True, False]
        await let_pass(server, timedelta(minutes=1))
        await asyncio.gather(*(server.parley.fetch_late_files(now()) for _ in range(2)))
        assert len(telegram.platform.calls_of("/file/")) == tried + 1
        assert len(await pieces_of(server)) == 1
        assert len(await telegram.heard(1)) == 1


async def test_pauses_between_tries_grow(start: Start) -> None:
    async with start() as telegram:
        await a_photo_put_off(telegram)
        before = len(telegram.platform.calls_of("/file/"))
        for _ in range(4 * 60 * 2):
            await later(telegram.server, timedelta(seconds=15))
        tries = len(telegram.platform.calls_of("/file/")) - before
        assert 12 <= tries <= 40


async def test_after_a_day_the_customer_is_asked_to_send_it_again(start: Start) -> None:
    async with start() as telegram:
        await a_photo_put_off(telegram)
        await later(telegram.server, timedelta(hours=23))
        assert telegram.platform.texts() == []
        await later(telegram.server, timedelta(hours=2))
        assert await telegram.got(1) == ["utter_channel_file_lost {}"]
        assert (await put_off(telegram.server), await pieces_of(telegram.server)) == ([], [])


@pytest.mark.parametrize("case", ["gone", "no_picture"])
async def test_what_is_refused_for_good_ends_the_tries_at_once(start: Start, case: str) -> None:
    async with start() as telegram:
        await a_photo_put_off(telegram)
        telegram.platform.heal()
        if case == "gone":
            telegram.platform.files.clear()
        else:
            telegram.platform.files["file-large"] = b"no picture at all"
        await later(telegram.server, timedelta(minutes=1))
        told = "utter_channel_file_lost {}" if case == "gone" else file_refused(EvidenceRefusal.UNSUPPORTED_TYPE, "de")
        assert await telegram.got(1) == [told]
        assert (await put_off(telegram.server), await pieces_of(telegram.server)) == ([], [])


async def test_the_photo_goes_to_the_case_that_was_opened_while_it_was_awaited(start: Start) -> None:
    async with start() as telegram:
        server = telegram.server
        await a_photo_put_off(telegram)
        await a_shop(server.parley.uow)
        for number, hours in (("C1", 1), ("C2", 2)):
            case = a_case(number, message=number, at=now() + timedelta(hours=hours))
            case.conversation_id = OWN
            async with server.parley.uow() as uow:
                uow.cases.add(case)
                await uow.commit()
        telegram.platform.heal()
        await later(server, timedelta(minutes=1))
        (piece,) = await pieces_of(server)
        assert piece.case_number == "C1"


async def test_in_an_hour_that_has_no_room_a_file_waits_for_the_next(start: Start) -> None:
    async with start() as telegram:
        server = telegram.server
        own = await a_photo_put_off(telegram)
        telegram.platform.heal()
        async with server.parley.uow() as uow:
            for number in range(MAX_PIECES):
                at = now() - timedelta(minutes=30)
                uow.evidence.add(Evidence(f"{number}", OWN, EvidenceKind.IMAGE, "image/jpeg", 1, 1, 1, "", at))
            await uow.commit()
        await later(server, timedelta(minutes=1))
        assert await put_off(server) == [own]
        async with server.parley.uow() as uow:
            for piece in await uow.evidence.of_conversation(OWN):
                piece.received_at -= timedelta(minutes=31)
            await uow.commit()
        await later(server, timedelta(minutes=10))
        assert (await put_off(server), (await pieces_of(server))[-1].id) == ([], own)


async def test_while_a_platform_asks_to_wait_nothing_is_asked_of_it(start: Start) -> None:
    async with start() as telegram:
        await a_photo_put_off(telegram)
        telegram.platform.heal()
        telegram.platform.fail(429, too_many(60), of="/getFile")
        await later(telegram.server, timedelta(minutes=1))
        asked = len(telegram.platform.calls_of("/getFile"))
        await later(telegram.server, timedelta(minutes=10))
        assert len(telegram.platform.calls_of("/getFile")) == asked
        late_files = telegram.server.parley.late_files
        assert late_files is not None
        late_files._held["telegram"] -= timedelta(seconds=60)
        await later(telegram.server, timedelta(minutes=10))
        assert len(await pieces_of(telegram.server)) == 1


async def test_an_agent_who_took_over_sees_the_photo_come(start: Start) -> None:
    async with start() as telegram:
        own = await a_photo_put_off(telegram)
        await telegram.server.router.handling.take_over(OWN, "agent-1", "Ana")
        telegram.platform.heal()
        with telegram.server.router.feed.listen(OWN) as news:
            await later(telegram.server, timedelta(minutes=1))
            entry = await asyncio.wait_for(news.get(), 60)
        assert (entry["type"], entry["message"]["custom"]["attachment"]["id"]) == ("change", own)
        await asyncio.sleep(0.2)
        assert telegram.server.bot.heard == []


async def test_a_conversation_that_was_forgotten_meanwhile_gets_no_file(start: Start, tmp_path: Path) -> None:
    async with start() as telegram:
        own = await a_photo_put_off(telegram)
        telegram.platform.heal()
        telegram.platform.fail(of="/file/", seconds=60)
        asked = len(telegram.platform.calls_of("/file/"))
        fetching: Awaitable[None] = asyncio.ensure_future(later(telegram.server, timedelta(minutes=1)))
        await until(lambda: len(telegram.platform.calls_of("/file/")) > asked)
        async with telegram.server.parley.uow() as uow:
            await uow._transaction.write("DELETE FROM inbox WHERE id = ?", own)
            await uow.commit()
        telegram.platform.heal()
        await fetching
        assert await pieces_of(telegram.server) == []
        assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []
