"""The WebSocket channel keeps its contract."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import WSCloseCode, WSMsgType, WSServerHandshakeError

from bot.channels.keys import BRAKES
from bot.conversations import history
from bot.conversations.words import Original
from tests.integration.server.parts import FRIENDLY_ORIGIN, SOCKET, Server, stop_clock


async def test_a_new_customer_is_greeted_with_an_empty_history(server: Server) -> None:
    widget = await server.connect()
    assert widget.ready == {"type": "ready", "language": None, "handled_by": "bot", "messages": []}


async def test_a_message_is_acknowledged_shown_and_answered(server: Server) -> None:
    widget = await server.connect(language="es")
    await widget.send("hola", "w-1")
    frames = [await widget.next() for _ in range(3)]
    kinds = [frame["type"] for frame in frames]
    assert sorted(kinds) == ["ack", "message", "message"]
    assert {"type": "ack", "message_id": "w-1"} in frames
    own, answer = [frame["message"] for frame in frames if frame["type"] == "message"]
    assert (own["author"], own["text"], own["client_message_id"]) == ("customer", "hola", "w-1")
    assert (answer["author"], answer["text"], answer["language"]) == ("bot", "heard hola", "es")
    assert answer["client_message_id"] is None


async def test_the_first_of_the_customers_languages_that_we_speak_is_expected(server: Server) -> None:
    widget = await server.connect(languages=["et", "fr-CA", "ja"])
    await widget.send("12345678", "w-1")
    await widget.until("message")
    answer = await widget.until("message")
    assert answer["message"]["language"] == "fr-CA"


async def test_who_returns_gets_what_was_missed(server: Server) -> None:
    widget = await server.connect()
    await widget.send("one", "w-1")
    await widget.texts(2)
    await widget.socket.close()
    await server.say("two")
    everything = await server.connect()
    assert [message["text"] for message in everything.ready["messages"]] == ["one", "heard one", "two", "heard two"]
    assert everything.ready["language"] == "de"
    missed = await server.connect(after=int(everything.ready["messages"][1]["message_id"]))
    assert [message["text"] for message in missed.ready["messages"]] == ["two", "heard two"]


async def test_who_was_away_for_long_gets_everything_in_order(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        await server.say(f"m{number}")
    said = await server.transcript()
    monkeypatch.setattr(history, "PAGE", 3)
    back = await server.connect(after=int(said[0]["message_id"]))
    rest = await back.texts(6)
    assert [message["text"] for message in back.ready["messages"]] + rest == [message["text"] for message in said[1:]]
    assert await back.is_quiet()


async def test_who_was_away_and_is_told_news_meanwhile_gets_them_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    await server.say("one")
    first = (await server.transcript())[0]
    await server.say("two")
    back = await server.connect(after=int(first["message_id"]))
    await server.say("three")
    assert await back.texts(3) == ["heard two", "three", "heard three"]
    assert await back.is_quiet()


async def test_who_is_new_here_gets_the_newest(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    for text in ("one", "two"):
        await server.say(text)
    widget = await server.connect()
    assert [message["text"] for message in widget.ready["messages"]] == ["two", "heard two"]
    assert await widget.is_quiet()


async def test_a_message_sent_again_is_acknowledged_and_answered_once(server: Server) -> None:
    widget = await server.connect()
    await widget.send("hello", "w-1")
    await widget.texts(2)
    await widget.send("hello", "w-1")
    assert await widget.next() == {"type": "ack", "message_id": "w-1"}
    assert await widget.is_quiet()
    assert server.bot.heard == ["hello"]


async def test_two_windows_of_one_customer_see_the_same(server: Server) -> None:
    one, two = await server.connect(), await server.connect()
    await one.send("hello", "w-1")
    assert await one.texts(2) == await two.texts(2) == ["hello", "heard hello"]


async def test_nobody_hears_another_conversation(server: Server) -> None:
    other = await server.connect("customer-00000-2")
    await server.say("secret", sender="customer-00000-1")
    assert await other.is_quiet()


async def test_news_that_come_out_of_order_are_all_passed_on(server: Server) -> None:
    widget = await server.connect()
    for number in ("12", "11"):
        news = {"message_id": number, "author": "bot", "text": number, "custom": {}}
        server.router.feed.publish("customer-00000-1", {"type": "message", "message": news})
    assert await widget.texts(2) == ["12", "11"]


async def test_an_agent_is_announced_seen_typing_and_read(server: Server) -> None:
    await server.say("hello")
    widget = await server.connect()
    await server.router.handling.take_over("customer-00000-1", "agent-1", "Ana")
    announcement = (await widget.until("message"))["message"]
    assert (announcement["author"], announcement["response"]) == ("system", "utter_handoff_joined")
    assert await widget.until("state") == {"type": "state", "handled_by": "human"}
    server.router.feed.publish("customer-00000-1", {"type": "typing", "author": "agent"})
    assert await widget.until("typing") == {"type": "typing", "author": "agent"}
    await server.router.words.note("customer-00000-1", "agent-1", "internal")
    await server.router.words.say("customer-00000-1", "agent-1", "Good morning")
    message = (await widget.until("message"))["message"]
    assert (message["author"], message["text"]) == ("agent", "Good morning")
    assert (await server.connect()).ready["handled_by"] == "human"


async def test_a_customers_typing_is_told_to_the_desk_and_not_echoed(server: Server) -> None:
    widget = await server.connect()
    with server.router.feed.listen("*") as news:
        await widget.socket.send_json({"type": "typing"})
        entry = await asyncio.wait_for(news.get(), 60)
    assert entry == {"type": "typing", "author": "customer", "conversation_id": "customer-00000-1"}
    assert await widget.is_quiet()


async def test_ping_is_answered(server: Server) -> None:
    widget = await server.connect()
    await widget.socket.send_json({"type": "ping"})
    assert await widget.next() == {"type": "pong"}


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "https://shop.example.evil.example", "odd"])
async def test_a_page_of_another_origin_is_refused(server: Server, origin: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await server.client.ws_connect(SOCKET, headers={"Origin": origin})
    assert refused.value.status == 403


async def test_pages_of_ours_and_those_the_operator_names_are_welcome(server: Server) -> None:
    own = f"http://{server.client.host}:{server.client.port}"
    for origin in (own, FRIENDLY_ORIGIN):
        socket = await server.client.ws_connect(SOCKET, headers={"Origin": origin})
        await socket.send_json({"type": "hello", "sender": "customer-00000-1"})
        assert (await socket.receive_json(timeout=60))["type"] == "ready"


@pytest.mark.parametrize(
    "hello",
    [
        "x", "[]", "null", "7", "[" * 16_000, '{"type": "message", "text": "hi"}', '{"type": "hello"}',
        '{"type": "hello", "sender": "a b"}', '{"type": "hello", "sender": "c", "after": "x"}',
        '{"type": "hello", "sender": "c", "after": [1]}', '{"type": "hello", "sender": "c", "after": -1}',
        '{"type": "hello", "sender": "c", "after": 1e400}',
        '{"type": "hello", "sender": "c", "after": ' + "9" * 30 + "}",
    ],
)  # fmt: skip
async def test_a_bad_hello_is_answered_with_an_error_and_the_end(server: Server, hello: str) -> None:
    socket = await server.client.ws_connect(SOCKET)
    await socket.send_str(hello)
    assert await socket.receive_json(timeout=60) == {"type": "error", "code": "bad_frame"}
    assert (await socket.receive(timeout=60)).type is WSMsgType.CLOSE


@pytest.mark.parametrize("frame", ["x", "[]", "7", "null", "{}", '{"type": "dance"}', '{"type": ["x"]}', "[" * 16_000])
async def test_a_bad_frame_is_answered_with_an_error_and_the_connection_stays(server: Server, frame: str) -> None:
    widget = await server.connect()
    await widget.socket.send_str(frame)
    assert await widget.next() == {"type": "error", "code": "bad_frame"}
    await widget.send("hello", "w-1")
    assert await widget.texts(2) == ["hello", "heard hello"]


@pytest.mark.parametrize(
    "fields,code",
    [
        ({"text": ""}, "bad_frame"),
        ({"text": 7}, "bad_frame"),
        ({"text": "x" * 2001}, "too_long"),
        ({"text": "x", "message_id": {}}, "bad_frame"),
        ({"text": "x", "title": 9}, "bad_frame"),
    ],
)
async def test_a_bad_message_is_refused_by_name(server: Server, fields: dict[str, Any], code: str) -> None:
    widget = await server.connect()
    await widget.socket.send_json({"type": "message", "message_id": "w-1", **fields})
    refusal = await widget.next()
    assert (refusal["type"], refusal["code"]) == ("error", code)
    assert refusal["message_id"] == fields.get("message_id", "w-1")
    assert server.bot.heard == []


async def test_a_frame_beyond_all_bounds_ends_the_connection(server: Server) -> None:
    widget = await server.connect()
    await widget.send("x" * 20_000, "w-1")
    assert (await widget.socket.receive(timeout=60)).type is WSMsgType.CLOSE
    assert widget.socket.close_code == 1009


async def test_binary_frames_end_the_connection(server: Server) -> None:
    widget = await server.connect()
    await widget.socket.send_bytes(b"\x00")
    assert (await widget.socket.receive(timeout=60)).type is WSMsgType.CLOSE


async def test_too_many_messages_are_refused_one_by_one(server: Server) -> None:
    stop_clock(server.client.app[BRAKES].messages.session)
    widget = await server.connect()
    for count in range(45):
        await widget.send("x", f"w-{count}")
    refused = await widget.until("error")
    assert refused["code"] == "rate_limited"
    assert refused["message_id"].startswith("w-")


async def test_what_an_agent_edits_and_retracts_changes_in_the_widget_and_after_a_reload(server: Server) -> None:
    widget = await server.connect()
    await widget.send("hello", "w-1")
    await widget.texts(2)
    await server.router.handling.take_over("customer-00000-1", "agent-1", "Ana")
    first = await server.router.words.say("customer-00000-1", "agent-1", "Gutn Tag")
    second = await server.router.words.say("customer-00000-1", "agent-1", "for somebody else")
    assert first.id and second.id
    await server.router.words.edit(first.id, "agent-1", "Guten Tag")
    change = (await widget.until("change"))["message"]
    assert (change["message_id"], change["text"]) == (str(first.id), "Guten Tag")
    await server.router.words.retract(second.id, "agent-1")
    change = (await widget.until("change"))["message"]
    assert (change["text"], list(change["custom"])) == ("", ["retracted"])
    # Who comes back knows the old words and is told, who reloads never sees them.
    missed = await server.connect(after=second.id)
    assert [message["text"] for message in missed.ready["changed"]] == ["Guten Tag", ""]
    reloaded = await server.connect()
    assert [message["text"] for message in reloaded.ready["messages"]][-2:] == ["Guten Tag", ""]


async def test_the_widget_tells_how_far_its_customer_has_read(server: Server) -> None:
    await server.say("hello")
    widget = await server.connect()
    newest = int(widget.ready["messages"][-1]["message_id"])
    with server.router.feed.listen("customer-00000-1") as news:
        await widget.socket.send_json({"type": "read", "message_id": str(newest)})
        assert (await asyncio.wait_for(news.get(), 60))["type"] == "read"
    async with server.parley.uow() as uow:
        (state,) = await uow.read_states.of_conversation("customer-00000-1")
    assert (state.reader, state.message_id) == ("customer", newest)
    for wrong in ("x", -1, {}, True, 2**63):
        await widget.socket.send_json({"type": "read", "message_id": wrong})
        assert (await widget.until("error"))["code"] == "bad_frame"
    # Somebody else's message, or one that is still to come, is nothing that was read.
    await server.say("secret", sender="customer-00000-2")
    await widget.socket.send_json({"type": "read", "message_id": newest + 1})
    await widget.socket.send_json({"type": "ping"})
    await widget.until("pong")
    async with server.parley.uow() as uow:
        assert [state.message_id for state in await uow.read_states.of_conversation("customer-00000-1")] == [newest]


async def test_translations_and_originals_never_reach_the_customer(server: Server) -> None:
    await server.say("hello")
    await server.router.handling.take_over("customer-00000-1", "agent-1", "Ana")
    original = Original("One moment", "en", "apertium")
    await server.router.words.say("customer-00000-1", "agent-1", "Einen Moment", original=original)
    widget = await server.connect()
    assert "One moment" not in str(widget.ready)


async def test_a_server_that_stops_takes_leave_at_once(server: Server) -> None:
    widget = await server.connect()
    leave = asyncio.create_task(widget.socket.receive(timeout=60))
    # aiohttp's own patience with open sockets is a minute, which is far longer than this may take on a busy machine.
    await asyncio.wait_for(server.client.server.close(), 30)
    assert (await leave).type is WSMsgType.CLOSE
    assert widget.socket.close_code == WSCloseCode.GOING_AWAY
