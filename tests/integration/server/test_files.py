"""Customers send photos and papers over HTTP."""

from __future__ import annotations

import asyncio
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from PIL import Image

from bot.aftersales.evidence import MAX_BYTES, MAX_PIECES
from bot.bootstrap import evidence_store
from bot.services import evidence
from bot.settings import Settings
from tests.channels.platform_server import until
from tests.integration.server.parts import FRIENDLY_ORIGIN, Server, now
from tests.unit.evidence import samples


async def upload(
    server: Server,
    content: bytes,
    sender: str = "customer-00000-1",
    channel: str = "rest",
    headers: Any = None,
    **query: Any,
) -> ClientResponse:
    form = FormData()
    form.add_field("note", "not the file")
    form.add_field("file", content, filename="../../Anna's secret.svg", content_type="image/svg+xml")
    path = f"/webhooks/{channel}/conversations/{sender}/files"
    return await server.client.post(path, data=form, params=query, headers=headers or {})


async def uploaded(server: Server, content: bytes, sender: str = "customer-00000-1", **more: Any) -> dict[str, Any]:
    answer = await upload(server, content, sender, **more)
    assert answer.status == 200, await answer.text()
    return dict(await answer.json())


def files_under(folder: Path) -> list[Path]:
    return [path for path in (folder / "evidence").rglob("*") if path.is_file()]


async def heard(server: Server, count: int) -> list[str]:
    await until(lambda: len(server.bot.heard) >= count)
    return server.bot.heard


async def test_a_photo_is_answered_in_the_first_language_of_its_sender_that_we_speak(server: Server) -> None:
    await uploaded(server, samples.photo((64, 48)), channel="web", language=["et", "fr", "ja"])
    await heard(server, 1)
    address = "/webhooks/rest/conversations/customer-00000-1/messages"
    messages: list[dict[str, Any]] = [{"author": "customer"}]
    while messages[-1]["author"] != "bot":
        await asyncio.sleep(0.02)
        messages = await (await server.client.get(address)).json()
    assert messages[-1]["language"] == "fr"


@pytest.mark.parametrize("channel", ["rest", "web"])
async def test_a_photo_is_kept_shown_and_told_to_the_bot(server: Server, channel: str) -> None:
    facts = await uploaded(server, samples.photo((640, 480)), channel=channel)
    assert facts == {"id": facts["id"], "kind": "image", "width": 640, "height": 480}
    (payload,) = await heard(server, 1)
    assert payload == f'/evidence_uploaded{{"evidence": "{facts["id"]}"}}'
    own = (await server.transcript())[0]
    assert (own["author"], own["text"]) == ("customer", "")
    assert own["custom"] == {"attachment": {"id": facts["id"], "kind": "image"}}
    async with server.parley.uow() as uow:
        (piece,) = await evidence.of_conversation(uow, "customer-00000-1")
        (event,) = await uow.audit.of_subject(f"evidence:{piece.id}")
    assert (piece.id, piece.media_type, piece.case_number) == (facts["id"], "image/jpeg", None)
    assert "Anna" not in json.dumps([vars(piece), event.data], default=str)


async def test_a_paper_is_taken_too(server: Server) -> None:
    facts = await uploaded(server, samples.paper())
    assert (facts["kind"], facts["width"], facts["height"]) == ("document", None, None)
    answer = await server.client.get(f"/webhooks/web/conversations/customer-00000-1/files/{facts['id']}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert samples.CANARY not in await answer.read()


async def test_the_sender_gets_it_back_clean_and_small(server: Server) -> None:
    facts = await uploaded(server, samples.photo((640, 480)))
    base = f"/webhooks/web/conversations/customer-00000-1/files/{facts['id']}"
    for path, size in ((base, (640, 480)), (f"{base}/thumbnail", (320, 240))):
        answer = await server.client.get(path)
        assert answer.status == 200
        assert answer.content_type == "image/jpeg"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        content = await answer.read()
        assert samples.CANARY not in content
        with Image.open(io.BytesIO(content)) as image:
            assert image.size == size


async def test_nobody_gets_what_another_conversation_sent(server: Server) -> None:
    facts = await uploaded(server, samples.photo())
    for path in (
        f"customer-00000-2/files/{facts['id']}",
        f"customer-00000-2/files/{facts['id']}/thumbnail",
        f"customer-00000-1/files/{'0' * 32}",
    ):
        answer = await server.client.get(f"/webhooks/web/conversations/{path}")
        assert (answer.status, await answer.json()) == (404, {"code": "not_found"})


@pytest.mark.parametrize(
    "content,status,code",
    [
        (b"", 415, "unsupported_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415, "unsupported_type"),
        (b"<!doctype html><script>alert(1)</script>", 415, "unsupported_type"),
        (samples.encoded(samples.picture(), "GIF"), 415, "unsupported_type"),
        (samples.photo()[:400], 422, "unreadable"),
        (samples.bomb(), 413, "too_large"),
        (samples.paper(pages=21), 422, "too_many_pages"),
        (bytes(MAX_BYTES + 1), 413, "too_large"),
        (bytes(MAX_BYTES + 200_000), 413, "too_large"),
    ],
)
async def test_a_refused_file_is_answered_with_why_and_leaves_nothing(
    server: Server, tmp_path: Path, content: bytes, status: int, code: str
) -> None:
    answer = await upload(server, content)
    assert (answer.status, await answer.json()) == (status, {"code": code})
    assert files_under(tmp_path) == []
    assert server.bot.heard == []
    assert await server.transcript() == []


async def test_a_body_without_a_length_is_cut_off_at_the_limit(server: Server, tmp_path: Path) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        yield b'--edge\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(400):
            sent += 65_536
            yield bytes(65_536)

    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    answer = await server.client.post(
        "/webhooks/rest/conversations/customer-00000-1/files", data=endless(), headers=headers
    )
    assert (answer.status, await answer.json()) == (413, {"code": "too_large"})
    assert files_under(tmp_path) == []


@pytest.mark.parametrize(
    "body,content_type",
    [
        (b"{}", "application/json"),
        (b"", "multipart/form-data"),
        (b"hello", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nhalf', "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n', "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
async def test_what_is_no_form_with_a_file_is_refused(server: Server, body: bytes, content_type: str) -> None:
    answer = await server.client.post(
        "/webhooks/rest/conversations/customer-00000-1/files", data=body, headers={"Content-Type": content_type}
    )
    assert answer.status in (400, 415), await answer.text()
    assert (await answer.json())["code"] in ("bad_message", "unsupported_type")


async def test_a_file_sent_again_is_taken_once(server: Server, tmp_path: Path) -> None:
    first = await uploaded(server, samples.photo(), message_id="m-1")
    assert await uploaded(server, samples.photo(), message_id="m-1") == first
    both = await asyncio.gather(*(uploaded(server, samples.photo(), message_id="m-2") for _ in range(2)))
    assert both[0] == both[1]
    assert len(await heard(server, 2)) == 2
    assert len([message for message in await server.transcript() if message["author"] == "customer"]) == 2
    assert len(files_under(tmp_path)) == 4
    own = (await server.transcript())[0]
    assert own["custom"]["client_message_id"] == "m-1"


async def test_an_id_of_another_message_is_refused(server: Server) -> None:
    await server.say("hello", message_id="m-1")
    answer = await upload(server, samples.photo(), message_id="m-1")
    assert (answer.status, (await answer.json())["field"]) == (400, "message_id")


async def test_ten_pieces_an_hour_also_when_sent_at_once(server: Server, tmp_path: Path) -> None:
    answers = await asyncio.gather(*(upload(server, samples.photo()) for _ in range(MAX_PIECES + 2)))
    assert sorted(answer.status for answer in answers) == [200] * MAX_PIECES + [429] * 2
    assert [await answer.json() for answer in answers if answer.status == 429] == [{"code": "too_many"}] * 2
    assert len(files_under(tmp_path)) == 2 * MAX_PIECES
    assert (await upload(server, samples.photo(), "customer-00000-2")).status == 200


async def test_pages_of_other_origins_may_send_only_where_the_operator_allows_it(server: Server) -> None:
    path = "/webhooks/web/conversations/customer-00000-1/files"
    friendly = {"Origin": FRIENDLY_ORIGIN}
    asked = await server.client.options(path, headers={**friendly, "Access-Control-Request-Method": "POST"})
    assert (asked.status, asked.headers["Access-Control-Allow-Origin"]) == (204, FRIENDLY_ORIGIN)
    answer = await upload(server, samples.photo(), channel="web", headers=friendly)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, FRIENDLY_ORIGIN)
    refused = await upload(server, b"", channel="web", headers=friendly)
    assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (415, FRIENDLY_ORIGIN)
    for origin in ("https://evil.example", "null"):
        foreign = await upload(server, samples.photo(), channel="web", headers={"Origin": origin})
        assert foreign.status == 403
        assert "Access-Control-Allow-Origin" not in foreign.headers


async def test_what_is_sent_while_a_person_handles_it_reaches_the_desk_and_not_the_bot(server: Server) -> None:
    await server.say("hello")
    await server.router.handling.take_over("customer-00000-1", "agent-1", "Ana")
    with server.router.feed.listen("*") as news:
        await uploaded(server, samples.photo())
        entry = await asyncio.wait_for(news.get(), 60)
    assert entry["message"]["custom"]["attachment"]["kind"] == "image"
    assert server.bot.heard == ["hello"]


async def test_a_file_left_by_a_crash_before_its_row_is_swept(server: Server, tmp_path: Path) -> None:
    facts = await uploaded(server, samples.photo())
    orphan = tmp_path / "evidence" / "ab" / ("ab" * 16)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"left")
    for path in files_under(tmp_path):
        os.utime(path, (1_000_000, 1_000_000))
    store = evidence_store(Settings.from_environment({"PARLEY_VAR": str(tmp_path)}))
    async with server.parley.uow() as uow:
        assert await evidence.sweep(uow, store, now()) == 1
    assert not orphan.exists()
    assert await store.read(facts["id"])
