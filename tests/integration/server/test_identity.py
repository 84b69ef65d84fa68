"""Customers whom the shop's page introduces need not prove their orders, and nobody reads another's chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp import ClientResponse, FormData

from bot.channels import file_passes, keys
from bot.services import identification
from tests.integration.server.parts import FRIENDLY_ORIGIN, SOCKET, Server, a_server, now
from tests.unit.evidence import samples

SECRET = "shop secret 0123456789 0123456789"
SENDER = "customer-00000-1"


def token(customer: str, secret: str = SECRET, **ends_in: float) -> str:
    return jwt.encode(
        {"sub": customer, "exp": int((now() + timedelta(**(ends_in or {"hours": 1}))).timestamp())}, secret
    )


@pytest.fixture
async def shop(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Server]:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, PARLEY_SHOP_SECRET=SECRET) as server:
        yield server


async def hello(server: Server, **fields: Any) -> list[dict[str, Any]]:
    """Return the frames up to ``ready``, or to the end."""
    socket = await server.client.ws_connect(SOCKET)
    await socket.send_json({"type": "hello", "sender": SENDER, **fields})
    frames = []
    async for frame in socket:
        frames.append(frame.json())
        if frames[-1]["type"] == "ready":
            break
    await socket.close()
    return frames


async def known(server: Server) -> str | None:
    async with server.parley.uow() as uow:
        found = await uow.known_customers.of(SENDER)
    return found.customer_id if found else None


async def test_the_widget_introduces_who_is_logged_in(shop: Server) -> None:
    assert [frame["type"] for frame in await hello(shop, identity=token("C-7"))] == ["ready"]
    assert await known(shop) == "C-7"
    assert [frame["type"] for frame in await hello(shop, identity=token("C-7"))] == ["ready"]
    async with shop.parley.uow() as uow:
        assert [event.action for event in await uow.audit.of_subject("customer:C-7")] == ["customer.introduced"]


async def test_a_token_that_ran_out_is_said_to_the_developer_and_the_customer_chats_on(shop: Server) -> None:
    error, ready = await hello(shop, identity=token("C-7", hours=-1))
    assert (error["code"], error["reason"]) == ("bad_identity", "expired")
    assert ready["type"] == "ready" and await known(shop) is None


@pytest.mark.parametrize(
    "identity", [None, "", "nonsense", token("C-8"), token("C-7", "another secret 0123456789 012345")]
)
async def test_a_session_stays_with_the_customer_who_began_it(shop: Server, identity: Any) -> None:
    await hello(shop, identity=token("C-7"))
    (frame,) = await hello(shop, identity=identity)
    assert frame == {"type": "error", "code": "other_customer"}
    assert await known(shop) == "C-7"


async def test_a_customer_goes_on_with_a_token_that_has_run_out(shop: Server) -> None:
    await hello(shop, identity=token("C-7"))
    assert [frame["type"] for frame in await hello(shop, identity=token("C-7", hours=-5))] == ["ready"]


async def test_rest_introduces_too_and_refuses_what_is_forged(shop: Server) -> None:
    forged = await shop.post(sender=SENDER, message="hello", metadata={"identity": token("C-7", "x" * 40)})
    assert (forged.status, (await forged.json())["code"]) == (400, "bad_identity")
    answer = await shop.post(sender=SENDER, message="hello", metadata={"identity": token("C-7")})
    assert (answer.status, await known(shop)) == (200, "C-7")
    for metadata in ({}, {"identity": token("C-8")}):
        other = await shop.post(sender=SENDER, message="hello", metadata=metadata)
        assert (other.status, (await other.json())["code"]) == (409, "other_customer")
    assert shop.bot.heard == ["hello"]


FILES = f"/webhooks/web/conversations/{SENDER}/files"
MESSAGES = f"/webhooks/rest/conversations/{SENDER}/messages"
# Who stands at the door, and whether that one is let in to a session of the customer C-7.
VISITORS = [
    pytest.param(None, False, id="nobody"),
    pytest.param("nonsense", False, id="nonsense"),
    pytest.param(token("C-8"), False, id="somebody else"),
    pytest.param(token("C-7", "another secret 0123456789 012345"), False, id="forged"),
    pytest.param(token("C-7", days=-1, hours=-1), False, id="long run out"),
    pytest.param(token("C-7", days=3650), False, id="for ten years"),
    pytest.param(token("C-7", hours=-23), True, id="just run out"),
    pytest.param(token("C-7"), True, id="the customer"),
]


def headers(identity: str | None) -> dict[str, str]:
    return {} if identity is None else {"X-Parley-Identity": identity}


async def upload(server: Server, identity: str | None = None, **query: str) -> ClientResponse:
    form = FormData()
    form.add_field("file", samples.photo((64, 48)), filename="shoe.jpg", content_type="image/jpeg")
    return await server.client.post(FILES, data=form, headers=headers(identity), params=query)


async def check(answer: ClientResponse, is_let_in: bool) -> None:
    if is_let_in:
        assert answer.status == 200
    else:
        assert (answer.status, await answer.json()) == (409, {"code": "other_customer"})


@pytest.mark.parametrize(("identity", "is_let_in"), VISITORS)
async def test_every_door_to_a_customers_session_asks_for_the_customer(
    shop: Server, identity: str | None, is_let_in: bool
) -> None:
    await hello(shop, identity=token("C-7"))
    piece = (await (await upload(shop, token("C-7"), message_id="m-1")).json())["id"]
    while not shop.bot.heard:
        await asyncio.sleep(0.01)
    heard = list(shop.bot.heard)
    frames = [frame["type"] for frame in await hello(shop, identity=identity)]
    assert frames == (["ready"] if is_let_in else ["error"])
    written = await shop.post(sender=SENDER, message="hello", metadata={"identity": identity} if identity else {})
    for answer in (
        written,
        await shop.client.get(MESSAGES, headers=headers(identity)),
        await shop.client.get(MESSAGES, headers=headers(identity), params={"after": 0}),
        await upload(shop, identity),
        # A file that is known already is answered with what it is.
        await upload(shop, identity, message_id="m-1"),
        await shop.client.get(f"{FILES}/{piece}", headers=headers(identity)),
        await shop.client.get(f"{FILES}/{piece}/thumbnail", headers=headers(identity)),
    ):
        await check(answer, is_let_in)
    if not is_let_in:
        assert shop.bot.heard == heard
        for path in (f"{FILES}/{'0' * 32}", f"{FILES}/{piece}?pass=", f"{FILES}/{piece}?pass=99999999999-00"):
            await check(await shop.client.get(path, headers=headers(identity)), is_let_in)
    assert await known(shop) == "C-7"


@pytest.mark.parametrize("identity", [None, "nonsense", token("C-7", days=-2), token("C-8")])
async def test_a_session_that_is_nobodys_is_open_to_who_knows_its_id_as_before(
    shop: Server, identity: str | None
) -> None:
    await shop.say("hello", SENDER)
    answer = await upload(shop, identity)
    facts = await answer.json()
    assert (answer.status, sorted(facts)) == (200, ["height", "id", "kind", "width"])
    for path in (MESSAGES, f"{FILES}/{facts['id']}", f"{FILES}/{facts['id']}/thumbnail"):
        await check(await shop.client.get(path, headers=headers(identity)), True)
    # Looking at something makes nobody known.
    assert await known(shop) is None


async def test_pictures_of_a_customers_session_load_on_the_page_that_may_read_it(shop: Server) -> None:
    await hello(shop, identity=token("C-7"))
    facts = await (await upload(shop, token("C-7"))).json()
    (ready,) = await hello(shop, identity=token("C-7"))
    attached = ready["messages"][0]["custom"]["attachment"]
    assert attached == {"id": facts["id"], "kind": "image", "pass": facts["pass"]}
    for path in (f"{FILES}/{facts['id']}", f"{FILES}/{facts['id']}/thumbnail"):
        await check(await shop.client.get(path, params={"pass": facts["pass"]}), True)
    other = await (await upload(shop, token("C-7"))).json()
    expires, _, signature = facts["pass"].partition("-")
    for wrong in (other["pass"], f"{int(expires) + 1}-{signature}", f"{expires}-", f"-{signature}", "ü-ü", "1-1"):
        await check(await shop.client.get(f"{FILES}/{facts['id']}", params={"pass": wrong}), False)


async def test_a_pass_to_a_file_ends_within_two_days(shop: Server) -> None:
    app, later = shop.client.app, now()
    assert app is not None
    given = file_passes.pass_to(app, SENDER, "e-1")
    assert file_passes.opens(app, given, SENDER, "e-1")
    later += timedelta(days=2)
    app = {keys.IDENTITY_SECRET: SECRET.encode(), keys.CLOCK: lambda: later}  # type: ignore[assignment]
    assert not file_passes.opens(app, given, SENDER, "e-1")  # type: ignore[arg-type]
    assert file_passes.opens(app, file_passes.pass_to(app, SENDER, "e-1"), SENDER, "e-1")  # type: ignore[arg-type]


async def test_pages_of_other_origins_may_send_the_token_with_files(shop: Server) -> None:
    for path in (FILES, f"{FILES}/{'0' * 32}", f"{FILES}/{'0' * 32}/thumbnail"):
        answer = await shop.client.options(path, headers={"Origin": FRIENDLY_ORIGIN})
        assert answer.status == 204
        assert "X-Parley-Identity" in answer.headers["Access-Control-Allow-Headers"]
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"


async def test_who_guesses_at_a_customers_session_does_not_use_up_what_it_may_do(shop: Server) -> None:
    await hello(shop, identity=token("C-7"))
    for _ in range(90):
        await check(await shop.client.post(FILES, data=b""), False)
    await check(await upload(shop, token("C-7")), True)


async def test_with_a_new_token_orders_are_recognised_for_longer_and_with_an_old_one_not(shop: Server) -> None:
    await hello(shop, identity=token("C-7", minutes=10))
    async with shop.parley.uow() as uow:
        before = await uow.known_customers.of(SENDER)
    await hello(shop, identity=token("C-7", hours=-2))
    await hello(shop, identity=token("C-7", hours=5))
    async with shop.parley.uow() as uow:
        after = await uow.known_customers.of(SENDER)
    assert before is not None and after is not None
    assert timedelta(minutes=9) < before.known_until - now() < timedelta(minutes=11)
    assert timedelta(hours=4) < after.known_until - now() <= timedelta(hours=5)
    assert after.known_since == before.known_since


@pytest.mark.parametrize("sender", ["c-1", "only-15-letters", "", None])
async def test_a_session_that_could_be_guessed_is_refused(shop: Server, sender: Any) -> None:
    (frame,) = await hello(shop, sender=sender)
    assert frame == {"type": "error", "code": "bad_frame"}


async def test_nobody_is_recognised_for_an_order_that_does_not_exist(shop: Server) -> None:
    await hello(shop, identity=token("C-7"))
    async with shop.parley.uow() as uow:
        assert not await identification.recognise(uow, SENDER, "99999999", now())
