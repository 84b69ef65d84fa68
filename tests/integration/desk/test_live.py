"""The live socket between the desk's pages and the feed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from bot.desk import live
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def connect(browser: Browser, origin: str | None = None) -> ClientWebSocketResponse:
    own = str(browser.client.make_url("/")).rstrip("/")
    return await browser.client.ws_connect("/desk/live", origin=origin or own)


async def next_of(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    while True:
        told: dict[str, Any] = await socket.receive_json(timeout=60)
        for news in told.get("hints", ()):
            if news["type"] == kind:
                return dict(news)


async def test_news_are_hints_without_content(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    socket = await connect(ana)
    await world.router.receive("c-li", "web", "my secret")
    news = await next_of(socket, "message")
    assert news == {"type": "message", "conversation_id": "c-li", "author": "customer"}
    await ana.act("c-li", "take-over")
    assert (await next_of(socket, "state"))["handled_by"] == "human"
    await ana.act("c-li", "note", text="a note")
    assert (await next_of(socket, "note"))["conversation_id"] == "c-li"
    await socket.close()


async def test_a_stranger_gets_no_socket(a_browser: Callable[[], Browser]) -> None:
    with pytest.raises(WSServerHandshakeError) as raised:
        await connect(a_browser())
    assert raised.value.status == 401


async def test_another_site_gets_no_socket(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    with pytest.raises(WSServerHandshakeError) as raised:
        await connect(ana, origin="https://evil.example")
    assert raised.value.status == 403
    with pytest.raises(WSServerHandshakeError):
        await ana.client.ws_connect("/desk/live")


async def test_the_customer_sees_only_the_holder_type(world: World, logged_in: LogIn) -> None:
    ana, ben = (
        await connect(await logged_in("ana")),
        await connect(await logged_in("ben")),
    )
    with world.router.feed.listen("c-held") as news:
        await ana.send_json({"type": "typing", "conversation_id": "c-held"})
        await ben.send_json({"type": "typing", "conversation_id": "c-held"})
        heard = await asyncio.wait_for(news.get(), 60)
        assert heard == {
            "type": "typing",
            "author": "agent",
            "conversation_id": "c-held",
        }
        await asyncio.sleep(0.1)
        assert news.empty()
    await ana.close()
    await ben.close()


async def test_a_customer_who_types_is_shown(world: World, logged_in: LogIn) -> None:
    socket = await connect(await logged_in("ana"))
    world.router.feed.publish("c-anna", {"type": "typing", "author": "customer"})
    assert (await next_of(socket, "typing"))["author"] == "customer"
    await socket.close()


async def test_what_happens_at_once_comes_in_one_frame(world: World, logged_in: LogIn) -> None:
    socket = await connect(await logged_in("ana"))
    world.router.feed.publish("c-anna", {"type": "marks"})
    await next_of(socket, "marks")
    typing = {"type": "typing", "author": "customer"}
    for news in (typing, {"type": "message", "author": "customer"}, {"type": "marks"}, {"type": "marks"}):
        world.router.feed.publish("c-anna", news)
    while "hints" not in (told := await socket.receive_json(timeout=60)):
        assert told["type"] == "presence"
    assert [news["type"] for news in told["hints"]] == ["typing", "message", "marks"]
    await socket.close()


def test_the_last_word_counts() -> None:
    typing = {"type": "typing", "conversation_id": "c", "author": "customer"}
    message = {**typing, "type": "message"}
    other = {**typing, "conversation_id": "d"}
    assert live.hints([typing, other, message, typing]) == [other, message, typing]
    assert live.hints([message, typing, message]) == [typing, message]


@pytest.mark.parametrize("frame", ["{", "[]", '{"type": "else"}'])
async def test_a_bad_frame_closes_the_socket(logged_in: LogIn, frame: str) -> None:
    socket = await connect(await logged_in("ana"))
    await socket.send_str(frame)
    assert (await socket.receive(timeout=60)).type is WSMsgType.CLOSE


async def test_a_socket_ends_with_its_session(world: World, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_RECHECK_SECONDS", 0.05)
    ana = await logged_in("ana")
    socket = await connect(ana)
    await ana.submit("/desk/logout")
    # Before that all hear that somebody has gone.
    while (closed := await socket.receive(timeout=60)).type is WSMsgType.TEXT:
        assert "presence" in closed.data
    assert (closed.type, closed.data) == (WSMsgType.CLOSE, live.SESSION_OVER)
