"""LINE, against a server that checks requests as LINE documents them."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from structlog.testing import capture_logs

from bot.aftersales.evidence import MAX_BYTES, Evidence
from bot.channels.intake import conversation_id
from bot.channels.keys import BRAKES, EVIDENCE
from bot.channels.line_events import BLOCKED
from bot.conversations import undelivered
from bot.conversations.model import OutboxState
from bot.errors import SettingsError
from bot.rates import Rate
from bot.services import evidence as pieces
from bot.settings import Settings
from tests.channels.line_server import ANNA, SECRET, TOKEN, LineServer, fixture, signature
from tests.channels.platform_server import until
from tests.channels.steps import be_due, dead, heard_from, lose_courier, pending, say_as_agent, transcript
from tests.integration.server.parts import Server, a_server, now
from tests.unit.evidence import samples

WEBHOOK = "/webhooks/line/webhook"
IGNORED = (
    "verify", "follow", "unfollow", "join", "group_text", "room_text", "standby", "unsend", "unknown_event",
)  # fmt: skip
UNREADABLE = {
    "audio": "audio", "video": "video", "sticker": "sticker", "location": "location", "unknown_message": "hologram",
    "image_external": "image",
}  # fmt: skip

BORIS = "Ufedcba98765432100123456789abcdef"

_numbers = itertools.count(1)


@pytest.fixture
async def line() -> AsyncIterator[LineServer]:
    async with LineServer().running() as line:
        yield line
    assert line.breaches == []


@pytest.fixture
async def server(
    migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, line: LineServer, options: dict[str, str]
) -> AsyncIterator[Server]:
    async with a_server(
        migrated_sqlite,
        tmp_path,
        aiohttp_client,
        PARLEY_LINE_TOKEN=TOKEN,
        PARLEY_LINE_CHANNEL_SECRET=SECRET,
        PARLEY_LINE_API_URL=line.url,
        PARLEY_LINE_DATA_URL=line.url,
        **options,
    ) as server:
        yield server


def event(kind: str = "message", token: str | None = None, at: int | None = None, **more: Any) -> dict[str, Any]:
    """Return one of Anna's events, different from all others."""
    number = next(_numbers)
    return {
        "type": kind,
        "webhookEventId": f"01JD0000000000000000{number:06d}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": at or 1763900000000 + number,
        "source": {"type": "user", "userId": ANNA},
        "mode": "active",
        **({"replyToken": token} if token else {}),
        **more,
    }


def words(text: str, **more: Any) -> dict[str, Any]:
    return event(message={"type": "text", "id": str(next(_numbers)), "quoteToken": "q", "text": text}, **more)


def a_picture(own: str) -> dict[str, Any]:
    return event(message={"type": "image", "id": own, "quoteToken": "q", "contentProvider": {"type": "line"}})


async def post(server: Server, body: bytes, **headers: str) -> ClientResponse:
    return await server.client.post(WEBHOOK, data=body, headers={"Content-Type": "application/json", **headers})


async def deliver(server: Server, body: dict[str, Any]) -> None:
    raw = json.dumps(body, ensure_ascii=False).encode()
    answer = await post(server, raw, **{"X-Line-Signature": signature(raw)})
    assert answer.status == 200, await answer.text()


async def happens(server: Server, *events: dict[str, Any]) -> None:
    await deliver(server, {"destination": "Ufedcba9876543210fedcba9876543210", "events": list(events)})


async def say(server: Server, text: str, **more: Any) -> None:
    await happens(server, words(text, **more))


def reads(line: LineServer, count: int) -> Callable[[], bool]:
    return lambda: len(line.texts) >= count


async def dead_reasons(server: Server) -> list[str | None]:
    return [entry.error for entry in await dead(server)]


async def evidence(server: Server) -> list[Evidence]:
    async with server.parley.uow() as uow:
        return list(await uow.evidence.of_conversation(conversation_id("line", ANNA)))


# --- the webhook ------------------------------------------------------------------------------------------------------


async def test_the_request_that_verifies_the_address_is_answered(server: Server, line: LineServer) -> None:
    await deliver(server, fixture("verify"))
    assert line.calls == []


async def test_a_wrong_signature_is_refused_and_nothing_stored(server: Server) -> None:
    raw = json.dumps(fixture("text")).encode()
    for given in (None, "", "wrong", signature(raw, "another secret"), "Ünïcode"):
        headers = {} if given is None else {"X-Line-Signature": given}
        answer = await post(server, raw, **headers)
        assert answer.status == 401, given
    assert await transcript(server, "line", ANNA) == []


async def test_a_signature_of_another_body_is_refused(server: Server) -> None:
    raw = json.dumps(fixture("text")).encode()
    answer = await post(server, raw + b" ", **{"X-Line-Signature": signature(raw)})
    assert answer.status == 401


async def test_a_signed_body_that_is_no_json_is_refused(server: Server) -> None:
    for raw in (b"", b"{", b"[]", b"\xff", b"[" * 100_000):
        answer = await post(server, raw, **{"X-Line-Signature": signature(raw)})
        assert answer.status == 400, raw[:10]


async def test_events_of_odd_forms_never_fail(server: Server) -> None:
    odd: list[Any] = [
        None, 1, {}, event(message=None), event(message={"type": ["text"]}), event("postback"), event(kind="x" * 99),
        {**words("x"), "webhookEventId": None}, {**words("x"), "source": "Anna"}, {**words("x"), "timestamp": "now"},
        event("postback", postback={"data": None}), event("postback", postback={"data": ["1:0 Yes"]}),
        event("postback", postback={"data": "99999999:0 Yes"}), words("  "), words("\x00"),
    ]  # fmt: skip
    await deliver(server, {})
    await deliver(server, {"events": None})
    await happens(server, *odd)


async def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    raw = b" " * (1024 * 1024 + 1)
    answer = await post(server, raw, **{"X-Line-Signature": signature(raw)})
    assert answer.status == 413


async def test_what_is_no_message_to_us_is_acknowledged_and_ignored(server: Server, line: LineServer) -> None:
    with capture_logs() as logs:
        for name in IGNORED:
            await deliver(server, fixture(name))
    assert await transcript(server, "line", ANNA) == []
    assert line.calls == []
    assert "line.ignored" in [entry["event"] for entry in logs]


async def test_the_webhook_waits_neither_for_the_bot_nor_for_the_platform(server: Server, line: LineServer) -> None:
    server.bot.may_answer.clear()
    line.fail(seconds=120, times=float("inf"))
    line.contents["1"] = samples.photo((64, 48))
    await asyncio.wait_for(say(server, "first"), 60)
    await asyncio.wait_for(happens(server, a_picture("1")), 60)
    line.heal()
    server.bot.may_answer.set()


async def test_a_customer_is_told_what_cannot_be_read(server: Server, line: LineServer) -> None:
    for name in UNREADABLE:
        await deliver(server, fixture(name))
    await until(reads(line, len(UNREADABLE)))
    assert all(text.startswith("utter_channel_unreadable") for text in line.texts)
    assert [m.text for m in await heard_from(server, "line", ANNA)] == [f"[{kind}]" for kind in UNREADABLE.values()]


async def test_text_is_answered_once_however_often_it_is_delivered(server: Server, line: LineServer) -> None:
    first = fixture("text")
    await deliver(server, first)
    first["events"][0]["deliveryContext"]["isRedelivery"] = True
    await deliver(server, first)
    await deliver(server, fixture("redelivery"))
    await until(reads(line, 2))
    assert server.bot.heard == ["靴のサイズが合いません", "delivered once more"]
    assert line.texts == ["heard 靴のサイズが合いません", "heard delivered once more"]


async def test_emoji_mentions_and_quotes_stay_text(server: Server, line: LineServer) -> None:
    await deliver(server, fixture("text_emoji_mention"))
    await until(reads(line, 1))
    assert server.bot.heard == ["@Shoply (hello) where is my order?"]


async def test_events_of_one_request_are_taken_in_order_of_their_times(server: Server, line: LineServer) -> None:
    await deliver(server, fixture("out_of_order"))
    await until(reads(line, 3))
    assert server.bot.heard == ["part 1", "part 2", "part 3"]


async def test_a_rich_menu_may_send_payloads(server: Server, line: LineServer) -> None:
    await deliver(server, fixture("rich_menu"))
    await deliver(server, fixture("postback_datetime"))
    await until(reads(line, 2))
    assert server.bot.heard == ["/ask_order_status", "pickup"]


async def test_ten_messages_at_once_are_answered_in_order(server: Server, line: LineServer) -> None:
    server.bot.may_answer.clear()
    for number in range(10):
        await say(server, f"message {number}")
    server.bot.may_answer.set()
    await until(reads(line, 10))
    assert line.texts == [f"heard message {number}" for number in range(10)]


async def test_who_writes_too_fast_holds_up_nobody_else_in_the_same_call(
    server: Server, line: LineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.chats[BORIS] = []
    theirs = {"source": {"type": "user", "userId": BORIS}}
    await say(server, "hello", **theirs)
    brakes = server.client.app[BRAKES]
    monkeypatch.setattr(brakes, "platforms", Rate(1, 60))
    while brakes.platforms.allows(conversation_id("line", ANNA)):
        pass
    events = [words("too fast"), words("in time", **theirs), event("unfollow", **theirs)]
    raw = json.dumps({"events": events}).encode()
    refused = await post(server, raw, **{"X-Line-Signature": signature(raw)})
    assert (refused.status, "Retry-After" in refused.headers) == (429, True)
    assert [m.text for m in await heard_from(server, "line", BORIS)] == ["hello", "in time"]
    async with server.parley.uow() as uow:
        boris = await uow.correspondents.get(conversation_id("line", BORIS))
    assert boris is not None and boris.facts[BLOCKED]
    # LINE delivers the whole call again.
    monkeypatch.setattr(brakes, "platforms", Rate(60, 60))
    await happens(server, *events)
    assert [m.text for m in await heard_from(server, "line", ANNA)] == ["too fast"]
    assert [m.text for m in await heard_from(server, "line", BORIS)] == ["hello", "in time"]


# --- files ------------------------------------------------------------------------------------------------------------


async def test_a_photo_becomes_evidence_once(server: Server, line: LineServer) -> None:
    body = fixture("image")
    line.contents[body["events"][0]["message"]["id"]] = samples.photo((64, 48))
    await deliver(server, body)
    await deliver(server, body)
    await until(reads(line, 1))
    (piece,) = await evidence(server)
    assert server.bot.heard == [f'/evidence_uploaded{{"evidence": "{piece.id}"}}']
    (own,) = await heard_from(server, "line", ANNA)
    assert own.custom["attachment"] == {"id": piece.id, "kind": "image"}


async def test_photos_sent_together_keep_their_order(server: Server, line: LineServer) -> None:
    body = fixture("image_set")
    second, first = (event["message"]["id"] for event in body["events"])
    line.contents = {first: samples.photo((64, 48)), second: samples.photo((32, 24))}
    await deliver(server, body)
    await until(reads(line, 2))
    assert [piece.width for piece in sorted(await evidence(server), key=lambda piece: piece.received_at)] == [64, 32]


async def test_a_photo_that_line_still_prepares_is_waited_for(server: Server, line: LineServer) -> None:
    line.contents["1"], line.preparing["1"] = samples.photo((64, 48)), 1
    await happens(server, a_picture("1"))
    await until(reads(line, 1))
    assert len(await evidence(server)) == 1


async def test_a_paper_becomes_evidence(server: Server, line: LineServer) -> None:
    body = fixture("file")
    line.contents[body["events"][0]["message"]["id"]] = samples.paper()
    await deliver(server, body)
    await until(reads(line, 1))
    assert [piece.kind.value for piece in await evidence(server)] == ["document"]


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_file_that_is_too_large_is_refused_and_explained(
    server: Server, line: LineServer, is_announced: bool
) -> None:
    size = MAX_BYTES + 1
    line.contents["7"] = b"x" * size
    announced = {"fileSize": size} if is_announced else {}
    await happens(server, event(message={"type": "file", "id": "7", "fileName": "film.mkv", **announced}))
    await until(reads(line, 1))
    assert "10" in line.texts[0]
    assert await evidence(server) == []
    assert bool(line.calls_of("/content")) is not is_announced


async def test_a_photo_that_is_gone_is_asked_for_again(server: Server, line: LineServer) -> None:
    await happens(server, a_picture("404"))
    await until(reads(line, 1))
    assert line.texts[0].startswith("utter_channel_file_lost")


# --- replies and pushes -----------------------------------------------------------------------------------------------


async def test_the_answer_is_a_reply_and_what_comes_later_a_push(server: Server, line: LineServer) -> None:
    line.tokens["t-1"] = ANNA
    await say(server, "hello", token="t-1")
    await until(reads(line, 1))
    await say_as_agent(server, "line", ANNA, "I am Mia")
    await until(reads(line, 2))
    assert [call.path.rsplit("/", 1)[1] for call in line.calls] == ["reply", "push"]
    assert line.texts == ["heard hello", "I am Mia"]


async def test_each_message_of_a_talk_is_answered_with_its_own_token(server: Server, line: LineServer) -> None:
    for number in range(3):
        line.tokens[f"t-{number}"] = ANNA
        await say(server, f"message {number}", token=f"t-{number}")
        await until(reads(line, number + 1))
    assert line.calls_of("push") == []


async def test_an_old_token_is_not_tried(server: Server, line: LineServer) -> None:
    server.bot.may_answer.clear()
    await say(server, "hello", token="t-old")
    async with server.parley.uow() as uow:
        known = await uow.correspondents.get(conversation_id("line", ANNA))
        assert known is not None
        known.heard_at = now() - timedelta(seconds=51)
        await uow.correspondents.keep(known)
        await uow.commit()
    server.bot.may_answer.set()
    await until(reads(line, 1))
    assert line.calls_of("reply") == []


async def test_a_token_that_line_refuses_leads_to_a_push(server: Server, line: LineServer) -> None:
    await say(server, "hello", token="t-used-by-another-replica")
    await until(reads(line, 1))
    assert [call.path.rsplit("/", 1)[1] for call in line.calls] == ["reply", "push"]
    assert await dead(server) == []


async def test_a_reply_that_failed_is_tried_again_with_its_token(server: Server, line: LineServer) -> None:
    line.tokens["t-1"] = ANNA
    line.fail(500, {"message": "Internal server error"}, of="reply")
    await say(server, "hello", token="t-1")
    await until(reads(line, 1))
    assert line.calls_of("push") == []


async def test_what_line_calls_a_message_is_kept(server: Server, line: LineServer) -> None:
    await say(server, "hello")
    await until(reads(line, 1))

    async def known() -> Any:
        async with server.parley.uow() as uow:
            return await uow.outbox.by_platform_id("line", "461230966842064897")

    await until(known)


async def test_long_answers_come_in_parts_as_line_counts_them(server: Server, line: LineServer) -> None:
    await say(server, "hello")
    await until(reads(line, 1))
    story = " ".join(["🧵🪡"] * 6_000)
    await say_as_agent(server, "line", ANNA, story)
    await until(lambda: " ".join(line.texts[1:]) == story)
    assert len(line.calls_of("push")) == 3


# --- buttons ----------------------------------------------------------------------------------------------------------


async def test_a_pressed_button_is_understood_and_shown_by_its_title(server: Server, line: LineServer) -> None:
    await say(server, "hello")
    await until(reads(line, 1))
    (item,) = line.chats[ANNA][0]["quickReply"]["items"]
    assert (item["action"]["label"], item["action"]["displayText"]) == ("Yes", "Yes")
    await happens(server, event("postback", postback={"data": item["action"]["data"]}))
    await until(reads(line, 2))
    assert server.bot.heard == ["hello", "/affirm"]
    assert [m.text for m in await heard_from(server, "line", ANNA)] == ["hello", "Yes"]


async def test_a_title_that_is_typed_counts_where_quick_replies_are_not_shown(server: Server, line: LineServer) -> None:
    await say(server, "hello")
    await until(reads(line, 1))
    await say(server, "yes")
    await until(reads(line, 2))
    assert server.bot.heard == ["hello", "/affirm"]


async def test_more_than_thirteen_buttons_are_numbered_and_the_number_works(server: Server, line: LineServer) -> None:
    await say(server, "hello")
    await until(reads(line, 1))
    many = [{"title": f"Item {letter}", "payload": f"/choose_item{letter}"} for letter in "abcdefghijklmn"]
    for typed in ("2", "\uff12", "٢"):
        before = len(line.texts)
        await say_as_agent(server, "line", ANNA, "Which one?", buttons=many)
        await until(reads(line, before + 1))
        assert "quickReply" not in line.chats[ANNA][before]
        assert "2. Item b" in line.texts[before]
        await say(server, typed)
        await until(reads(line, before + 2))
        assert server.bot.heard[-1] == "/choose_itemb"


async def test_the_customer_sees_that_an_agent_is_typing(server: Server, line: LineServer) -> None:
    await say(server, "hello")
    await until(reads(line, 1))
    server.router.feed.publish(conversation_id("line", ANNA), {"type": "typing", "author": "agent"})
    await until(lambda: line.loading_in == [ANNA])


@pytest.mark.parametrize("options", [{"PARLEY_PUBLIC_URL": "https://chat.example.com"}])
async def test_a_file_of_an_agent_comes_as_a_link_that_opens_what_agents_sent_only(
    server: Server, line: LineServer, tmp_path: Path
) -> None:
    line.contents["1"] = samples.photo((64, 48))
    await happens(server, a_picture("1"))
    await until(reads(line, 1))
    (own,) = await evidence(server)
    store, sent = server.client.app[EVIDENCE], pieces.new_id()
    with store.receive() as file:
        file.write(samples.photo((80, 60)))
        copy = await store.keep(sent, file)
    async with server.parley.uow() as uow:
        await pieces.add_of_agent(uow, sent, conversation_id("line", ANNA), copy, "agent-1", now())
        await uow.commit()
    told = len(line.texts)
    for number, piece in enumerate((sent, own.id), start=1):
        attached = {"attachment": {"id": piece, "kind": "image"}}
        await say_as_agent(server, "line", ANNA, "look at this", custom=attached)
        await until(reads(line, told + number))
    opened, hidden = (text.removeprefix("look at this\n\nhttps://chat.example.com") for text in line.texts[told:])
    assert opened.startswith("/documents/")
    answer = await server.client.get(opened)
    assert (answer.status, answer.content_type) == (200, "image/jpeg")
    assert await answer.read() == await store.read(sent)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (await server.client.get(hidden)).status == 404


async def test_without_a_public_address_a_file_of_an_agent_is_given_up_and_the_agent_sees_it(
    server: Server, line: LineServer
) -> None:
    line.contents["1"] = samples.photo((64, 48))
    await happens(server, a_picture("1"))
    await until(reads(line, 1))
    (piece,) = await evidence(server)
    attached = {"attachment": {"id": piece.id, "kind": "image"}}
    await say_as_agent(server, "line", ANNA, "look at this", custom=attached)
    await until(lambda: dead(server))
    assert await dead_reasons(server) == ["no_files"]
    assert len(line.texts) == 1


# --- failures ---------------------------------------------------------------------------------------------------------


async def test_too_many_requests_are_waited_out_in_order(server: Server, line: LineServer) -> None:
    line.fail(429, {"message": "The API rate limit has been exceeded. Try again later."})
    for number in range(3):
        await say(server, f"message {number}")
    await until(reads(line, 3))
    assert line.texts == [f"heard message {number}" for number in range(3)]


async def test_a_used_up_quota_kills_pushes_and_lets_replies_through(server: Server, line: LineServer) -> None:
    line.fail(429, {"message": "You have reached your monthly limit."}, of="push", times=float("inf"))
    await say(server, "hello")
    await until(lambda: dead(server))
    assert await dead_reasons(server) == ["monthly_limit"]
    line.tokens["t-1"] = ANNA
    await say(server, "still there?", token="t-1")
    await until(reads(line, 1))
    assert line.texts == ["heard still there?"]


async def test_what_died_of_the_quota_is_sent_again_by_hand(server: Server, line: LineServer) -> None:
    line.fail(429, {"message": "You have reached your monthly limit."}, of="push")
    await say(server, "hello")
    (entry,) = await until(lambda: dead(server))
    async with server.parley.uow() as uow:
        await undelivered.resend(uow, entry.message_id, "mia", now())
        await uow.commit()
    await until(reads(line, 1))


async def test_errors_of_lines_servers_pass(server: Server, line: LineServer) -> None:
    line.fail(500, {"message": "Internal server error"})
    await say(server, "one")
    await say(server, "two")
    await until(reads(line, 2))
    assert line.texts == ["heard one", "heard two"]


async def test_a_push_that_arrived_before_it_failed_is_not_doubled(server: Server, line: LineServer) -> None:
    line.fail(resets=True, is_late=True, of="push")
    await say(server, "hello")
    await until(lambda: len(line.calls_of("push")) == 2)
    await until(lambda: _nothing_pending(server))
    assert line.texts == ["heard hello"]
    keys = {call.headers["X-Line-Retry-Key"] for call in line.calls_of("push")}
    assert len(keys) == 1


async def test_a_reply_that_arrived_before_it_failed_comes_twice_at_most(server: Server, line: LineServer) -> None:
    line.tokens["t-1"] = ANNA
    line.fail(500, {"message": "Internal server error"}, of="reply", is_late=True)
    await say(server, "hello", token="t-1")
    await until(lambda: line.calls_of("push"))
    await until(lambda: _nothing_pending(server))
    assert line.texts == ["heard hello", "heard hello"]


async def test_what_may_have_arrived_is_no_reply_to_a_later_message(server: Server, line: LineServer) -> None:
    line.tokens |= {"t-1": ANNA, "t-2": ANNA}
    line.fail(500, {"message": "Internal server error"}, of="reply", is_late=True)
    await say(server, "hello", token="t-1")
    await until(lambda: line.calls_of("reply"))
    server.bot.may_answer.clear()
    await say(server, "are you there?", token="t-2")
    await until(lambda: line.calls_of("push"))
    assert line.texts == ["heard hello", "heard hello"]
    server.bot.may_answer.set()
    await until(reads(line, 3))
    assert line.texts == ["heard hello", "heard hello", "heard are you there?"]
    assert [call.json["replyToken"] for call in line.calls_of("reply")] == ["t-1", "t-2"]


async def test_an_expired_token_holds_everything_until_it_is_renewed(server: Server, line: LineServer) -> None:
    words = "Authentication failed. Confirm that the access token in the authorization header is valid."
    line.fail(401, {"message": words}, times=float("inf"))
    for number in range(3):
        await say(server, f"message {number}")
    await until(lambda: line.calls)
    await until(lambda: _has_error(server, "unauthorized"))
    assert len(line.calls) == 1
    line.heal()
    await _let_a_minute_pass(server)
    await until(reads(line, 3))
    assert line.texts == [f"heard message {number}" for number in range(3)]


async def test_an_unknown_user_is_a_dead_letter(server: Server, line: LineServer) -> None:
    del line.chats[ANNA]
    await say(server, "hello")
    await until(lambda: dead(server))
    assert await dead_reasons(server) == ["undeliverable"]


async def test_who_has_blocked_the_account_is_not_written_to_until_they_are_back(
    server: Server, line: LineServer
) -> None:
    await say(server, "hello")
    await until(reads(line, 1))
    await happens(server, event("unfollow"))
    await say_as_agent(server, "line", ANNA, "are you there?")
    await until(lambda: dead(server))
    assert await dead_reasons(server) == ["blocked"]
    assert [entry.state for entry in await dead(server)] == [OutboxState.FAILED]
    await happens(server, event("follow", follow={"isUnblocked": True}))
    await say_as_agent(server, "line", ANNA, "welcome back")
    await until(reads(line, 2))
    assert line.texts == ["heard hello", "welcome back"]


async def test_a_late_unfollow_does_not_undo_what_came_after_it(server: Server, line: LineServer) -> None:
    await say(server, "I am back")
    await until(reads(line, 1))
    await happens(server, event("unfollow", at=1763800000000))
    await say_as_agent(server, "line", ANNA, "welcome back")
    await until(reads(line, 2))


async def test_a_crash_between_sending_and_writing_it_down_doubles_nothing(server: Server, line: LineServer) -> None:
    line.fail(seconds=60, of="push", is_late=True)
    await say(server, "hello")
    await until(reads(line, 1))
    await lose_courier()
    await be_due(server, "line", ANNA)
    assert server.parley.courier is not None
    server.parley.courier.start()
    await until(lambda: _nothing_pending(server))
    assert line.texts == ["heard hello"]
    assert len(line.calls_of("push")) == 2


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PARLEY_LINE_TOKEN", "two words"),
        ("PARLEY_LINE_API_URL", "api.line.me"),
        ("PARLEY_LINE_DATA_URL", "ftp://api-data.line.me"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    from bot.channels.platforms import configured

    settings = Settings.from_environment(
        {"PARLEY_LINE_TOKEN": TOKEN, "PARLEY_LINE_CHANNEL_SECRET": SECRET, variable: value}
    )
    with pytest.raises(SettingsError, match=variable):
        configured(settings)


async def _nothing_pending(server: Server) -> bool:
    return not await pending(server, "line", ANNA)


async def _has_error(server: Server, reason: str) -> bool:
    return any(entry.error == reason for entry in await pending(server, "line", ANNA))


async def _let_a_minute_pass(server: Server) -> None:
    assert server.parley.courier is not None
    server.parley.courier._held.clear()
    await be_due(server, "line", ANNA)
