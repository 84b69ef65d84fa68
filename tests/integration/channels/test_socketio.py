"""Socket.IO, spoken by the official JavaScript clients over a real port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import jwt
import pytest
from aiohttp import FormData

from bot.channels.keys import BRAKES
from bot.conversations.model import Author, Message
from tests.channels.platform_server import until
from tests.channels.socketio_clients import V2, V3, V4, JsClient, install, js_client, missing_programs
from tests.integration.server.parts import FRIENDLY_ORIGIN, Server, a_server, now, stop_clock
from tests.unit.evidence import samples

SHOP_SECRET = "shop secret 0123456789 0123456789"
OWN_ID = "a-session-id-of-the-page"
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


class Connect(Protocol):
    def __call__(self, client: str = V4, **options: Any) -> AbstractAsyncContextManager[JsClient]: ...


@pytest.fixture(scope="session")
def packages(pytestconfig: pytest.Config) -> Path:
    reason = missing_programs()
    if reason:
        pytest.skip(reason)
    assert pytestconfig.cache is not None
    return install(pytestconfig.cache.mkdir("socketio"))


@pytest.fixture
async def server(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Server]:
    async with a_server(
        migrated_sqlite, tmp_path, aiohttp_client, PARLEY_SOCKETIO="yes", PARLEY_SHOP_SECRET=SHOP_SECRET
    ) as server:
        yield server


@pytest.fixture
def connect(packages: Path, server: Server) -> Connect:
    def start(client: str = V4, **options: Any) -> AbstractAsyncContextManager[JsClient]:
        return js_client(packages, str(server.client.make_url("")), client, **options)

    return start


async def say_as_agent(server: Server, session_id: str, text: str, **facts: Any) -> None:
    await server.router.sender.send(Message(session_id, Author.AGENT, text, now(), language="en", **facts))


async def is_delivered(server: Server, session_id: str) -> bool:
    async with server.parley.uow() as uow:
        return not await uow.outbox.pending(session_id)


@pytest.mark.parametrize("client", [V3, V4])
@pytest.mark.parametrize("transports", [["polling"], ["websocket"], ["polling", "websocket"]])
async def test_a_widget_talks_with_the_bot(
    server: Server, connect: Connect, client: str, transports: list[str]
) -> None:
    async with connect(client, transports=transports) as page:
        await page.until("connect")
        session = await page.begin()
        await page.say("hello", session_id=session)
        said = await page.until("bot_uttered")
        transcript = await server.transcript(session)
        assert said == {
            "text": "heard hello",
            "quick_replies": [{"content_type": "text", "title": "Yes", "payload": "/affirm"}],
            "metadata": {
                "message_id": transcript[1]["message_id"], "author": "bot", "response": "utter_echo", "language": "en",
                "custom": {"heard": "hello"},
            },
        }  # fmt: skip
        await page.do("transport")
        assert await page.until("transport") == transports[-1]
        await until(lambda: is_delivered(server, session))
    async with server.parley.uow() as uow:
        conversation = await uow.conversations.get(session)
    assert conversation is not None
    assert conversation.channel == "socketio"


async def test_a_client_of_version_2_is_refused(connect: Connect) -> None:
    async with connect(V2, transports=["websocket"]) as page:
        await page.until("connect_error")


async def test_only_session_ids_that_nobody_guesses_are_taken(server: Server, connect: Connect) -> None:
    async with connect() as page:
        assert await page.begin(OWN_ID) == OWN_ID
        news = [await page.begin(given) for given in ("anna", "", "with blanks in between", "rest~" + "a" * 32, 7, {})]
        assert len({*news}) == len(news)
        assert all(len(new) == 32 for new in news)
        await page.do("emit", "session_request")
        assert len(await page.until("session_confirm")) == 32


async def test_a_message_without_a_session_begins_one(server: Server, connect: Connect) -> None:
    async with connect() as page:
        await page.say("hello", session_id="short")
        session = await page.until("session_confirm")
        assert (await page.until("bot_uttered"))["text"] == "heard hello"
        await page.say("again")
        assert (await page.until("bot_uttered"))["text"] == "heard again"
    assert [m["text"] for m in await server.transcript(session)][::2] == ["hello", "again"]


async def test_a_pressed_button_is_shown_by_its_title(server: Server, connect: Connect) -> None:
    async with connect() as page:
        session = await page.begin()
        await page.say("hello", session_id=session)
        (reply,) = (await page.until("bot_uttered"))["quick_replies"]
        await page.say(reply["payload"], session_id=session)
        await page.until("bot_uttered")
    assert server.bot.heard == ["hello", "/affirm"]
    assert (await server.transcript(session))[2]["text"] == "Yes"


async def test_all_pages_of_a_session_hear_the_same_and_others_nothing(server: Server, connect: Connect) -> None:
    async with connect() as one, connect(V3) as two, connect() as other:
        for page in (one, two):
            assert await page.begin(OWN_ID) == OWN_ID
        await other.begin()
        await one.say("hello", session_id=OWN_ID)
        for page in (one, two):
            assert (await page.until("bot_uttered"))["text"] == "heard hello"
        await say_as_agent(server, OWN_ID, "I am Mia")
        for page in (one, two):
            assert (await page.until("bot_uttered"))["text"] == "I am Mia"
            assert await page.is_quiet(0.2)
        assert await other.is_quiet(0)


async def test_a_page_that_goes_to_another_session_hears_nothing_of_the_first(server: Server, connect: Connect) -> None:
    async with connect() as one, connect() as two:
        await one.begin(OWN_ID)
        await one.say("in another session", session_id=f"{OWN_ID}-2")
        assert (await one.until("bot_uttered"))["text"] == "heard in another session"
        await two.begin(OWN_ID)
        await say_as_agent(server, OWN_ID, "only for two")
        assert (await two.until("bot_uttered"))["text"] == "only for two"
        assert await one.is_quiet(0.2)


async def test_what_was_said_meanwhile_comes_once_and_history_never(server: Server, connect: Connect) -> None:
    async with connect() as page:
        await page.begin(OWN_ID)
        await page.say("hello")
        await page.until("bot_uttered")
    await say_as_agent(server, OWN_ID, "one")
    await say_as_agent(server, OWN_ID, "two")
    async with connect() as page:
        await page.begin(OWN_ID)
        assert [(await page.until("bot_uttered"))["text"] for _ in range(2)] == ["one", "two"]
        await until(lambda: is_delivered(server, OWN_ID))
        # The connection breaks, and the client comes back by itself.
        await page.do("drop")
        await page.until("connect")
        await page.begin(OWN_ID)
        assert await page.is_quiet()
        await say_as_agent(server, OWN_ID, "three")
        assert (await page.until("bot_uttered"))["text"] == "three"


async def test_who_comes_back_at_once_gets_nothing_twice(server: Server, connect: Connect) -> None:
    async with connect() as page:
        await page.begin(OWN_ID)
        for number in range(3):
            await page.say(f"message {number}")
            assert (await page.until("bot_uttered"))["text"] == f"heard message {number}"
            await page.do("drop")
            await page.until("connect")
            await page.begin(OWN_ID)
        assert await page.is_quiet()


async def test_ten_messages_at_once_are_answered_in_order(server: Server, connect: Connect) -> None:
    async with connect() as page:
        await page.begin(OWN_ID)
        for number in range(10):
            await page.say(f"message {number}")
        said = [(await page.until("bot_uttered"))["text"] for _ in range(10)]
    assert said == [f"heard message {number}" for number in range(10)]


async def test_a_message_sent_twice_counts_once(server: Server, connect: Connect) -> None:
    async with connect() as page:
        await page.begin(OWN_ID)
        for _ in range(2):
            assert await page.ask({"message": "hello", "message_id": "m-1"}) == {"message_id": "m-1"}
        await until(lambda: is_delivered(server, OWN_ID))
    assert server.bot.heard == ["hello"]


async def test_what_is_not_taken_is_acknowledged_with_a_code(server: Server, connect: Connect) -> None:
    async with connect() as page:
        await page.begin(OWN_ID)
        assert await page.ask({"message": "x" * 2001}) == {"code": "too_long"}
        for data in ("hello", 7, {}, {"message": None}, {"message": " "}, {"message": "hello", "message_id": "ü"}):
            assert await page.ask(data) == {"code": "bad_message"}
        assert server.bot.heard == []
        stop_clock(server.client.app[BRAKES].messages.session)
        answers = [await page.ask({"message": f"message {number}"}) for number in range(60)]
        assert answers[0] == {"message_id": None}
        assert answers[-1] == {"code": "rate_limited"}


async def test_a_frame_that_is_too_large_closes_the_connection(server: Server, connect: Connect) -> None:
    async with connect(transports=["websocket"], reconnection=False) as page:
        await page.begin(OWN_ID)
        await page.say("x" * 20_000)
        await page.until("disconnect")
    assert server.bot.heard == []


async def test_the_pages_language_is_the_prior(server: Server, connect: Connect) -> None:
    for number, more in enumerate(({"customData": {"language": "de"}}, {"metadata": '{"language": "de"}'})):
        async with connect() as page:
            await page.begin(f"{OWN_ID}-{number}")
            await page.say("hello", **more)
            assert (await page.until("bot_uttered"))["metadata"]["language"] == "de"


async def test_only_named_pages_may_connect(server: Server, connect: Connect) -> None:
    async with connect(extraHeaders={"Origin": "https://evil.example"}, reconnection=False) as page:
        await page.until("connect_error")
    async with connect(extraHeaders={"Origin": FRIENDLY_ORIGIN}) as page:
        await page.until("connect")
    answer = await server.client.get(HANDSHAKE, headers={"Origin": FRIENDLY_ORIGIN})
    assert answer.headers["Access-Control-Allow-Origin"] == FRIENDLY_ORIGIN
    for method in ("GET", "OPTIONS"):
        answer = await server.client.request(method, HANDSHAKE, headers={"Origin": "https://evil.example"})
        assert answer.status == 400
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_pictures_come_as_attachments_that_load(server: Server, connect: Connect) -> None:
    async with connect() as page:
        await page.begin(OWN_ID)
        form = FormData()
        form.add_field("file", samples.photo((64, 48)), filename="shoe.jpg", content_type="image/jpeg")
        answer = await server.client.post(f"/webhooks/socketio/conversations/{OWN_ID}/files", data=form)
        piece = (await answer.json())["id"]
        assert (await page.until("bot_uttered"))["text"].startswith("heard /evidence_uploaded")
        await say_as_agent(server, OWN_ID, "like this?", custom={"attachment": {"id": piece, "kind": "image"}})
        assert (await page.until("bot_uttered"))["text"] == "like this?"
        attachment = (await page.until("bot_uttered"))["attachment"]
        assert attachment["type"] == "image"
        answer = await server.client.session.get(attachment["payload"]["src"])
        assert (answer.status, answer.content_type) == (200, "image/jpeg")


async def test_the_server_ends_at_once_and_the_client_notices(server: Server, connect: Connect) -> None:
    async with connect(reconnection=False) as one, connect(transports=["polling"], reconnection=False) as two:
        for page in (one, two):
            await page.begin()
        await asyncio.wait_for(server.client.close(), 20)
        for page in (one, two):
            await page.until("disconnect")


async def test_no_words_of_customers_and_no_ids_are_logged(
    server: Server, connect: Connect, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with connect() as page:
        await page.begin(OWN_ID)
        await page.say("my secret words")
        await page.until("bot_uttered")
        await page.do("emit", "unknown_event", {"a": "my secret words"})
        assert await page.is_quiet(0.1)
    await server.client.post(HANDSHAKE + f"&sid={OWN_ID}", data="my secret words")
    assert not [r for r in caplog.records if r.name.startswith(("socketio", "engineio", "bot.channels.socketio"))]
    out = "".join(capfd.readouterr())
    assert "secret words" not in caplog.text + out


async def test_it_is_off_unless_it_is_turned_on(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> None:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as server:
        assert (await server.client.get(HANDSHAKE)).status == 404
        path = f"/webhooks/socketio/conversations/{OWN_ID}/files"
        assert (await server.client.post(path, data=b"")).status == 404


async def test_sessions_of_pages_that_left_are_forgotten(server: Server, connect: Connect) -> None:
    def sessions() -> int:
        return sum(task.get_name() == "socketio-session" for task in asyncio.all_tasks())

    async with connect() as page:
        for number in range(5):
            await page.begin(f"{OWN_ID}-{number}")
        assert sessions() == 1
    await until(lambda: sessions() == 0)


def token(customer: str, **ends_in: float) -> str:
    ends = now() + timedelta(**(ends_in or {"hours": 1}))
    return jwt.encode({"sub": customer, "exp": int(ends.timestamp())}, SHOP_SECRET)


@pytest.mark.parametrize("place", ["auth", "customData", "metadata"])
async def test_who_is_logged_in_goes_on_and_nobody_else_hears_or_speaks(
    server: Server, connect: Connect, place: str
) -> None:
    def told(identity: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a page with a token connects with, and what it sends along."""
        facts = {"identity": identity} if identity else {}
        return ({"auth": facts}, {}) if place == "auth" else ({}, {place: facts})

    options, more = told(token("C-7"))
    async with connect(**options) as page:
        assert await page.begin(OWN_ID) == OWN_ID
        await page.say("hello", session_id=OWN_ID, **more)
        await page.until("bot_uttered")
        async with server.parley.uow() as uow:
            known = await uow.known_customers.of(OWN_ID)
        assert known is not None and known.customer_id == "C-7"
    await say_as_agent(server, OWN_ID, "for C-7 only")
    for identity in (None, "nonsense", token("C-8"), token("C-7", days=-1, hours=-1)):
        options, more = told(identity)
        async with connect(**options) as other:
            await other.do("emit", "session_request", {"session_id": OWN_ID, **more})
            assert await other.until("session_confirm") != OWN_ID
            assert await other.ask({"message": "hello", "session_id": OWN_ID, **more}) == {"code": "other_customer"}
            assert await other.is_quiet(0.2)
    assert server.bot.heard == ["hello"]
    options, more = told(token("C-7", hours=-20))
    async with connect(**options) as page:
        await page.do("emit", "session_request", {"session_id": OWN_ID, **more})
        assert await page.until("session_confirm") == OWN_ID
        assert (await page.until("bot_uttered"))["text"] == "for C-7 only"


async def test_who_took_part_before_the_customer_came_is_let_out(server: Server, connect: Connect) -> None:
    async with connect() as stranger, connect(auth={"identity": token("C-7")}) as page:
        await stranger.begin(OWN_ID)
        await page.begin(OWN_ID)
        await page.say("hello", session_id=OWN_ID)
        assert (await page.until("bot_uttered"))["text"] == "heard hello"
        assert await stranger.is_quiet(0.2)
        assert await stranger.ask({"message": "me too", "session_id": OWN_ID}) == {"code": "other_customer"}


async def test_a_new_session_is_at_once_the_customers_and_a_useless_token_makes_it_anybodys(
    server: Server, connect: Connect
) -> None:
    for identity, customer in ((token("C-7"), "C-7"), (token("C-7", hours=-1), None), ("nonsense", None)):
        async with connect(auth={"identity": identity}) as page:
            session = await page.begin()
            await page.say("hello")
            assert (await page.until("bot_uttered"))["text"] == "heard hello"
        async with server.parley.uow() as uow:
            known = await uow.known_customers.of(session)
        assert (known.customer_id if known else None) == customer


async def test_pictures_of_a_customers_session_come_with_a_pass(server: Server, connect: Connect) -> None:
    identity = token("C-7")
    async with connect(auth={"identity": identity}) as page:
        await page.begin(OWN_ID)
        form = FormData()
        form.add_field("file", samples.photo((64, 48)), filename="shoe.jpg", content_type="image/jpeg")
        path, headers = f"/webhooks/socketio/conversations/{OWN_ID}/files", {"X-Parley-Identity": identity}
        piece = (await (await server.client.post(path, data=form, headers=headers)).json())["id"]
        await page.until("bot_uttered")
        await say_as_agent(server, OWN_ID, "like this?", custom={"attachment": {"id": piece, "kind": "image"}})
        await page.until("bot_uttered")
        source = (await page.until("bot_uttered"))["attachment"]["payload"]["src"]
    assert (await server.client.session.get(source)).status == 200
    assert (await server.client.session.get(source.partition("?")[0])).status == 409
