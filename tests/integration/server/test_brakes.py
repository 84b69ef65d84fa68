"""No door that stands open to everybody may be used without end, by one session or from one address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData, WSServerHandshakeError

from bot.channels.brakes import Brake
from bot.channels.keys import BRAKES
from bot.rates import Rate
from bot.services.document_links import DocumentKind, DocumentLinks
from tests.integration.server.parts import REST, SOCKET, Server, a_server, now
from tests.integration.store.things import a_shop
from tests.unit.evidence import samples

LOUD, QUIET = "198.51.100.1", "198.51.100.2"
SENDER = "customer-00000-1"
HISTORY = f"/webhooks/rest/conversations/{SENDER}/messages"
FILES = f"/webhooks/web/conversations/{SENDER}/files"
PICTURE = f"{FILES}/{'0' * 32}"
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"

# What stands open to everybody and is more than a look: each has its brake below, but OPTIONS, which costs nothing.
DOING = {
    "POST /webhooks/rest/webhook",
    "POST /socket.io/", "OPTIONS /socket.io/",
    *(f"{method} /webhooks/{channel}/conversations/{{sender}}/files"
      for channel in ("rest", "web", "socketio") for method in ("POST", "OPTIONS")),
    *(f"OPTIONS /webhooks/{channel}/conversations/{{sender}}/files/{{id}}{which}"
      for channel in ("rest", "web", "socketio") for which in ("", "/thumbnail")),
}  # fmt: skip


def by(address: str) -> dict[str, str]:
    """Return what the proxy on this machine, which is trusted, says of a client."""
    return {"X-Forwarded-For": address}


def wear_out(brake: Brake, address: str) -> None:
    """Leave nothing to an address, for longer than a test takes."""
    brake.address = worn_out(address)


def wear_out_session(brake: Brake, session: str) -> None:
    brake.session = worn_out(session)


def worn_out(key: str) -> Rate:
    rate = Rate(per_minute=0.01, burst=5)
    while rate.allows(key):
        pass
    return rate


async def test_a_flood_on_one_channel_leaves_the_others_alone(server: Server) -> None:
    server.client.app[BRAKES].channels = worn_out("rest")
    refused = await server.post(sender=SENDER, message="hello")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    widget = await server.connect()
    await widget.send("hello", "w-1")
    assert await widget.texts(2) == ["hello", "heard hello"]
    server.client.app[BRAKES].channels = worn_out("web")
    await widget.send("hello again", "w-2")
    assert (await widget.until("error"))["code"] == "rate_limited"
    assert (await server.post(sender=SENDER, message="hello")).status == 200


async def test_every_door_that_is_open_to_everybody_is_known_here(
    migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, PARLEY_SOCKETIO="yes") as server:
        routes = [(route.method, route.resource.canonical) for route in server.client.app.router.routes()]
    open_doors = [(method, path) for method, path in routes if not path.startswith(("/desk", "/api/v1/"))]
    assert {f"{method} {path}" for method, path in open_doors if method not in ("GET", "HEAD")} == DOING


@pytest.mark.parametrize(
    "path", [HISTORY, PICTURE, f"{PICTURE}/thumbnail", "/", "/widget/parley.js", "/documents/x", "/nothing"]
)
async def test_who_reads_without_end_is_refused_and_others_go_on(server: Server, path: str) -> None:
    wear_out(server.client.app[BRAKES].reads, LOUD)
    refused = await server.client.get(path, headers=by(LOUD))
    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    assert (await refused.json())["code"] == "rate_limited"
    assert (await server.client.get(path, headers=by(QUIET))).status in (200, 404)
    assert (await server.client.get(path)).status in (200, 404)


@pytest.mark.parametrize("path", ["/health", "/ready", "/desk/login", "/api/v1/openapi.json"])
async def test_probes_agents_and_systems_do_not_share_the_limit_of_readers(server: Server, path: str) -> None:
    wear_out(server.client.app[BRAKES].reads, LOUD)
    assert (await server.client.get(path, headers=by(LOUD))).status == 200


@pytest.mark.parametrize("path", [HISTORY, PICTURE, f"{PICTURE}/thumbnail"])
async def test_one_session_is_not_read_without_end_either(server: Server, path: str) -> None:
    wear_out_session(server.client.app[BRAKES].reads, SENDER)
    assert (await server.client.get(path)).status == 429
    assert (await server.client.get(path.replace(SENDER, "customer-00000-2"))).status in (200, 404)


async def test_messages_of_an_address_are_counted_whatever_its_sessions(server: Server) -> None:
    wear_out(server.client.app[BRAKES].messages, LOUD)
    body = {"sender": SENDER, "message": "hello"}
    assert (await server.client.post(REST, json=body, headers=by(LOUD))).status == 429
    assert server.bot.heard == []
    assert (await server.client.post(REST, json=body, headers=by(QUIET))).status == 200


async def test_who_tries_tokens_of_customers_is_slowed_down_and_takes_nothing_from_the_session(server: Server) -> None:
    brakes = server.client.app[BRAKES]
    brakes.messages.session = Rate(per_minute=0.01, burst=1)
    body = {"sender": SENDER, "message": "hello", "metadata": {"identity": "nonsense"}}
    statuses = [(await server.client.post(REST, json=body, headers=by(LOUD))).status for _ in range(3)]
    assert statuses == [400] * 3
    wear_out(brakes.reads, LOUD)
    assert (await server.client.post(REST, json=body, headers=by(LOUD))).status == 429
    assert len(await server.say("hello")) == 1


async def test_a_widget_is_not_connected_without_end(server: Server) -> None:
    wear_out(server.client.app[BRAKES].messages, LOUD)
    with pytest.raises(WSServerHandshakeError) as refused:
        await server.client.ws_connect(SOCKET, headers=by(LOUD))
    assert refused.value.status == 429
    await (await server.client.ws_connect(SOCKET, headers=by(QUIET))).close()


async def test_socketio_connections_are_counted_before_they_take_memory(
    migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, PARLEY_SOCKETIO="yes") as server:
        known = (await (await server.client.get(HANDSHAKE, headers=by(LOUD))).text()).split('"')[3]
        wear_out(server.client.app[BRAKES].messages, LOUD)
        # The library takes an empty id for none.
        for path in (HANDSHAKE, f"{HANDSHAKE}&sid="):
            assert (await server.client.get(path, headers=by(LOUD))).status == 429
        assert (await server.client.get(HANDSHAKE, headers=by(QUIET))).status == 200
        # Who is connected stays so, ...
        sent = await server.client.post(f"{HANDSHAKE}&sid={known}", data="40", headers=by(LOUD))
        assert (sent.status, await sent.text()) == (200, "OK")
        # ... as long as it does not ask for news without end.
        wear_out(server.client.app[BRAKES].reads, LOUD)
        assert (await server.client.get(f"{HANDSHAKE}&sid={known}", headers=by(LOUD))).status == 429


async def test_files_of_an_address_are_counted_whatever_its_sessions(server: Server) -> None:
    wear_out(server.client.app[BRAKES].uploads, LOUD)
    statuses = []
    for address in (LOUD, QUIET):
        form = FormData()
        form.add_field("file", samples.photo(), filename="photo.jpg")
        statuses.append((await server.client.post(FILES, data=form, headers=by(address))).status)
    assert statuses == [429, 200]


async def test_documents_are_printed_only_so_often(server: Server) -> None:
    await a_shop(server.parley.uow)
    path = DocumentLinks(b"s" * 32).link(DocumentKind.INVOICE, "10480001", "en", now())
    brake = server.client.app[BRAKES].documents
    wear_out(brake, LOUD)
    refused = await server.client.get(path, headers=by(LOUD))
    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    # Guessing links prints nothing.
    assert (await server.client.get(path + "A", headers=by(LOUD))).status == 404
    assert (await server.client.get(path, headers=by(QUIET))).status == 200
    wear_out_session(brake, "invoice 10480001")
    assert (await server.client.get(path, headers=by(QUIET))).status == 429


async def test_refusals_are_seen_in_the_figures(server: Server) -> None:
    wear_out(server.client.app[BRAKES].reads, LOUD)
    assert (await server.client.get(HISTORY, headers=by(LOUD))).status == 429
    figures = await (await server.client.get("/metrics")).text()
    route = "/webhooks/rest/conversations/{sender}/messages"
    assert f'parley_http_requests_total{{method="GET",route="{route}",status="429"}}' in figures
