"""A new channel takes fewer than 150 lines: the example does what every channel does."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web

from bot.channels import platforms
from bot.channels.intake import conversation_id
from bot.conversations.model import Author
from bot.services.words_model import CUSTOMER
from bot.settings import channels
from tests.channels import example, steps
from tests.channels.platform_server import PlatformServer, call_of, until
from tests.integration.server.parts import Server, a_server
from tests.unit.evidence import samples

SECRET, TOKEN, USER = "secret-of-the-example", "token-of-the-example", "dove-7"


class PigeonServer(PlatformServer):
    """Pigeon's own side: it takes messages of 500 letters with at most three buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/messages", self._take), web.get("/files/{id}", self._give)]

    async def _take(self, request: web.Request) -> web.Response:
        call = call_of(request)
        if call.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({}, status=401)
        if len(call.json["text"]) > 500 or len(call.json.get("buttons", ())) > 3:
            self.breach(f"too large: {call.json}")
        if call.json["key"] not in [body["key"] for body in self.sent]:
            self.sent.append(call.json)
        return web.json_response({"id": f"p-{call.json['key']}"})

    async def _give(self, request: web.Request) -> web.Response:
        return web.Response(body=samples.photo())


@pytest.fixture
async def pigeon() -> AsyncIterator[PigeonServer]:
    async with PigeonServer().running() as platform:
        yield platform
        assert platform.breaches == []


@pytest.fixture
async def server(
    pigeon: PigeonServer, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Server]:
    monkeypatch.setitem(platforms.PLATFORMS, "pigeon", example.Pigeon)
    options = (
        ("token", "PARLEY_PIGEON_TOKEN", channels.SECRET),
        ("secret", "PARLEY_PIGEON_SECRET", channels.SECRET),
        ("base_url", "PARLEY_PIGEON_API_URL", channels.REQUIRED),
    )
    monkeypatch.setitem(channels.CHANNELS, "pigeon", options)
    environment = {"PARLEY_PIGEON_TOKEN": TOKEN, "PARLEY_PIGEON_SECRET": SECRET, "PARLEY_PIGEON_API_URL": pigeon.url}
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment) as served:
        yield served


async def deliver(server: Server, secret: str = SECRET, **event: Any) -> ClientResponse:
    raw = json.dumps({"from": USER, **event}).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {example.SIGNATURE: signature}
    return await server.client.post("/webhooks/pigeon/webhook", data=raw, headers=headers)


async def test_it_takes_fewer_than_150_lines() -> None:
    assert len(Path(example.__file__).read_text("utf-8").splitlines()) < 150


async def test_a_message_is_stored_once_and_answered_with_buttons_that_work(
    server: Server, pigeon: PigeonServer
) -> None:
    for _ in range(2):
        assert (await deliver(server, kind="text", id="m-1", text="hello")).status == 200
    await until(lambda: pigeon.sent)
    (answer,) = pigeon.sent
    assert (answer["to"], answer["text"]) == (USER, "heard hello")
    (button,) = answer["buttons"]
    await deliver(server, kind="button", id="m-2", text=button["title"], data=button["data"])
    await until(lambda: len(pigeon.sent) == 2)
    assert server.bot.heard == ["hello", "/affirm"]


async def test_what_is_not_signed_is_not_taken(server: Server) -> None:
    assert (await deliver(server, secret="another", kind="text", id="m-1", text="hello")).status == 401
    assert await steps.heard_from(server, "pigeon", USER) == []


async def test_a_picture_is_fetched_and_what_nobody_knows_is_acknowledged(server: Server) -> None:
    assert (await deliver(server, kind="dance", id="m-1")).status == 200
    assert (await deliver(server, kind="picture", id="m-2", file="f/1")).status == 200

    async def has_come() -> bool:
        return any("attachment" in message.custom for message in await steps.heard_from(server, "pigeon", USER))

    await until(has_come)


async def test_a_long_answer_comes_in_pieces_and_goes_out_again_where_the_platform_fails(
    server: Server, pigeon: PigeonServer
) -> None:
    await deliver(server, kind="text", id="m-1", text="hello")
    await until(lambda: pigeon.sent)
    pigeon.fail(503, {}, of="/messages")
    await steps.say_as_agent(server, "pigeon", USER, "A long story. " * 60)

    async def has_all() -> bool:
        await steps.be_due(server, "pigeon", USER)
        return sum(len(body["text"]) for body in pigeon.sent) > 800

    await until(has_all)
    assert len({body["key"] for body in pigeon.sent}) == len(pigeon.sent) == 3


async def test_who_blocks_us_is_on_the_desk(server: Server, pigeon: PigeonServer) -> None:
    pigeon.fail(410, {}, of="/messages")
    await deliver(server, kind="text", id="m-1", text="hello")

    async def is_dead() -> Any:
        return await steps.dead(server)

    (letter,) = await until(is_dead)
    assert letter.error == "blocked"


async def test_what_was_read_is_known(server: Server, pigeon: PigeonServer) -> None:
    await deliver(server, kind="text", id="m-1", text="hello")
    await until(lambda: pigeon.sent)
    own = conversation_id("pigeon", USER)

    async def is_settled() -> bool:
        return not await steps.pending(server, "pigeon", USER)

    await until(is_settled)
    await deliver(server, kind="read", id=f"p-{pigeon.sent[0]['key']}")
    said = [message for message in await steps.transcript(server, "pigeon", USER) if message.author is Author.BOT]
    async with server.parley.uow() as uow:
        (state,) = await uow.read_states.of_conversation(own)
    assert (state.reader, state.message_id) == (CUSTOMER, said[-1].id)
