"""What WhatsApp and Messenger have in common: Meta's door, the order of things, and what becomes of failures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.webhooks import MAX_BYTES
from tests.channels import steps
from tests.channels.graph_server import EXPIRED, SECRET, TOKEN, VERIFY, deliver, fixture, graph_error, signature
from tests.channels.graph_talk import Talk, as_bytes, environment, stored
from tests.channels.messenger_server import MessengerServer
from tests.channels.platform_server import until
from tests.channels.whatsapp_server import WhatsAppServer
from tests.integration.server.parts import a_server
from tests.unit.evidence import samples

PLATFORMS = {"whatsapp": WhatsAppServer, "messenger": MessengerServer}


@pytest.fixture(params=sorted(PLATFORMS))
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    async with PLATFORMS[request.param]().running() as platform:
        yield platform
        assert platform.breaches == []


def channel_of(platform: Any) -> str:
    return next(name for name, kind in PLATFORMS.items() if isinstance(platform, kind))


@pytest.fixture
async def talk(platform: Any, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Talk[Any]]:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(platform)) as server:
        yield Talk(server, platform, channel_of(platform))


# --- the door ---------------------------------------------------------------------------------------------------------


async def verified(talk: Talk[Any], **query: str) -> tuple[int, str]:
    asked = {f"hub.{name}": value for name, value in query.items()}
    answer = await talk.server.client.get(f"/webhooks/{talk.channel}/webhook", params=asked)
    return answer.status, await answer.text()


async def test_meta_proves_that_the_address_is_ours(talk: Talk[Any]) -> None:
    asked = {"mode": "subscribe", "verify_token": VERIFY, "challenge": "1158201444"}
    assert await verified(talk, **asked) == (200, "1158201444")
    wrong = [{"verify_token": "another"}, {"verify_token": "é"}, {"mode": "unsubscribe"}, {"challenge": "1" * 300}]
    for change in wrong:
        assert await verified(talk, **{**asked, **change}) == (403, "")
    assert await verified(talk) == (403, "")


async def test_a_challenge_is_no_page(talk: Talk[Any]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "<script>"}
    answer = await talk.server.client.get(f"/webhooks/{talk.channel}/webhook", params=asked)
    assert answer.content_type == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_without_metas_signature_nothing_is_taken(talk: Talk[Any]) -> None:
    body, path = as_bytes(fixture(talk.channel, "text")), f"/webhooks/{talk.channel}/webhook"
    of_another_app, of_another_body = signature(body, SECRET[::-1]), signature(body + b" ")
    for header in (None, "", "sha256=", "sha256=é", "sha1=1", signature(body)[7:], of_another_app, of_another_body):
        headers = {} if header is None else {"X-Hub-Signature-256": header}
        answer = await talk.server.client.post(path, data=body, headers=headers)
        assert answer.status == 401
    assert await stored(talk.server) == []


async def test_what_is_no_call_of_metas_is_refused_without_harm(talk: Talk[Any]) -> None:
    for body in (b"", b"{", b"[]", b"[" * 100_000, b"\xff\xfe"):
        assert (await deliver(talk.server, talk.channel, body)).status == 400
    for body in (b"{}", b'{"entry": {}}', b'{"entry": [{"messaging": [1], "changes": 2}]}'):
        assert (await deliver(talk.server, talk.channel, body)).status == 200
    assert (await deliver(talk.server, talk.channel, bytes(MAX_BYTES + 1))).status == 413
    assert await stored(talk.server) == []


async def test_fields_of_odd_forms_never_fail(talk: Talk[Any]) -> None:
    await talk.deliver("shapeless")
    assert talk.server.bot.heard == []


async def test_a_message_is_answered_in_the_same_conversation(talk: Talk[Any]) -> None:
    await talk.deliver("text")
    assert await talk.got(1) == ["heard My parcel K-1001 is torn open 📦"]
    assert await talk.said() == ["My parcel K-1001 is torn open 📦"]


async def test_nothing_is_kept_of_the_profile(talk: Talk[Any], tmp_path: Path) -> None:
    await talk.deliver("text")
    await talk.got(1)
    files = [path for path in tmp_path.iterdir() if path.name.startswith("parley.db")]
    assert not any(b"Canary" in path.read_bytes() for path in files)


async def test_a_redelivery_is_taken_once_also_at_the_same_moment(talk: Talk[Any]) -> None:
    await asyncio.gather(*(talk.deliver("text") for _ in range(3)))
    await talk.got(1)
    await talk.deliver("text")
    await asyncio.sleep(0.2)
    assert len(await talk.said()) == 1
    assert len(talk.platform.messages) == 1


async def test_the_webhook_waits_neither_for_the_bot_nor_for_the_platform(talk: Talk[Any]) -> None:
    talk.server.bot.may_answer.clear()
    talk.platform.fail(seconds=120, times=float("inf"))
    await asyncio.wait_for(talk.write("first"), 60)
    await asyncio.wait_for(talk.deliver("image"), 60)
    talk.platform.heal()
    talk.server.bot.may_answer.set()


async def test_ten_messages_in_a_row_are_answered_in_order(talk: Talk[Any]) -> None:
    talk.server.bot.may_answer.clear()
    texts = [f"message {number}" for number in range(10)]
    for text in texts:
        await talk.write(text)
    talk.server.bot.may_answer.set()
    assert await talk.got(10) == [f"heard {text}" for text in texts]


async def test_messages_of_several_entries_are_taken_in_the_order_they_were_written(talk: Talk[Any]) -> None:
    await talk.deliver("several")
    assert await talk.heard(3) == ["first", "second", "third"]


# --- files ------------------------------------------------------------------------------------------------------------


async def test_words_and_files_of_an_agent_arrive(talk: Talk[Any], tmp_path: Path) -> None:
    await talk.write("hello")
    await talk.got(1)
    await talk.server.router.handling.take_over(talk.own, "agent-1", "Ana")
    await talk.got(2)
    photo, paper = await talk.attached(tmp_path, samples.photo()), await talk.attached(tmp_path, samples.paper())
    await talk.say("*Look* here", custom=photo)
    await talk.say("", custom=paper)
    expected = 4 if talk.channel == "whatsapp" else 5
    texts = await talk.got(expected)
    assert texts[2] == "*Look* here"
    if isinstance(talk.platform, WhatsAppServer):
        kinds = [(body["type"], body[body["type"]].get("filename")) for body in talk.platform.messages[2:]]
        assert kinds == [("image", None), ("document", "document.pdf")]
        contents = [content for _, content in talk.platform.files.values()]
    else:
        contents = talk.platform.uploads
    assert [content[:4] for content in contents] == [b"\xff\xd8\xff\xe0", b"%PDF"]


async def test_words_are_not_sent_again_with_every_try_of_their_file(talk: Talk[Any], tmp_path: Path) -> None:
    await talk.write("hello")
    await talk.got(1)
    if isinstance(talk.platform, WhatsAppServer):
        talk.platform.fail(503, of="/media")
    else:
        talk.platform.files_to_fail = 1
    # Too long for a caption.
    await talk.say("word " * 300, custom=await talk.attached(tmp_path, samples.paper()))
    texts = await talk.got(3)
    assert texts[1].startswith("word ")
    assert len(texts) == 3


# --- failures ---------------------------------------------------------------------------------------------------------


async def test_the_token_goes_into_no_address_and_no_log(talk: Talk[Any], capsys: pytest.CaptureFixture[str]) -> None:
    talk.platform.fail(400, EXPIRED)
    await talk.write("hello")
    await until(lambda: steps.pending(talk.server, talk.channel, talk.address))
    assert all(TOKEN not in call.path + json.dumps(dict(call.query)) for call in talk.platform.calls)
    assert TOKEN not in "".join(capsys.readouterr())


async def test_what_passes_is_tried_again_in_order(talk: Talk[Any]) -> None:
    ways: dict[str, list[dict[str, Any]]] = {
        "whatsapp": [
            {"status": 429, "headers": {"Retry-After": "1"}},
            {"status": 500, "body": graph_error(131000, "Something went wrong")},
            {"resets": True},
        ],
        "messenger": [
            {"status": 400, "body": graph_error(613, "Calls to this API have exceeded the rate limit")},
            {"status": 502, "body": "<html>"},
            {"status": 400, "body": graph_error(77777, "An unheard-of error", is_transient=True)},
        ],
    }
    expected = []
    for number, way in enumerate(ways[talk.channel]):
        talk.platform.fail(**way)
        texts = [f"{word} {number}" for word in ("one", "two", "three")]
        for text in texts:
            await talk.write(text)
        expected += [f"heard {text}" for text in texts]
        assert await talk.got(len(expected)) == expected
    assert await steps.dead(talk.server) == []


async def test_an_expired_token_holds_everything_until_it_is_renewed(
    platform: Any, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    channel = channel_of(platform)
    platform.token = "a newer token"
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(platform)) as server:
        talk = Talk(server, platform, channel)
        for text in ("one", "two", "three"):
            await talk.write(text)
        await talk.heard(3)
        await until(lambda: _has_error(talk, "unauthorized"))
        await asyncio.sleep(1.5)
        assert len(platform.calls) == 1
        await server.parley.close()
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(platform, "a newer token")) as server:
        talk = Talk(server, platform, channel)
        await steps.be_due(server, channel, talk.address)
        assert await talk.got(3) == ["heard one", "heard two", "heard three"]


async def test_a_request_that_is_refused_is_a_dead_letter_and_holds_nobody_up(talk: Talk[Any]) -> None:
    talk.platform.fail(400, graph_error(100, "Invalid parameter"))
    await talk.write("one")
    await talk.write("two")
    assert await talk.got(1) == ["heard two"]
    (letter,) = await talk.dead()
    assert letter.error == "invalid_request"


async def test_a_letter_that_arrived_before_its_answer_was_lost_comes_twice_with_one_id(talk: Talk[Any]) -> None:
    talk.platform.fail(resets=True, is_late=True)
    await talk.write("hello")
    await talk.got(2)
    await asyncio.sleep(1.5)
    assert len(talk.platform.messages) == 2
    assert talk.platform.messages[0] == talk.platform.messages[1]


async def test_a_crash_between_sending_and_writing_it_down_sends_once_more_with_the_same_id(
    talk: Talk[Any],
) -> None:
    talk.platform.fail(seconds=60, is_late=True)
    await talk.write("hello")
    await talk.got(1)
    await steps.lose_courier()
    await steps.be_due(talk.server, talk.channel, talk.address)
    assert talk.server.parley.courier is not None
    assert await talk.server.parley.courier.deliver() == 1
    assert talk.platform.messages[0] == talk.platform.messages[1]
    assert await steps.pending(talk.server, talk.channel, talk.address) == []


async def _has_error(talk: Talk[Any], reason: str) -> bool:
    return any(entry.error == reason for entry in await steps.pending(talk.server, talk.channel, talk.address))
