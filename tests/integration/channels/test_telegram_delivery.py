"""What customers are told arrives over Telegram, whatever the Bot API does."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import evidence_store
from bot.channels.intake import conversation_id
from bot.conversations import undelivered
from bot.conversations.model import Author
from bot.errors import MessageFixedError
from bot.services import evidence
from bot.settings import Settings
from tests.channels import steps
from tests.channels.platform_server import until
from tests.channels.telegram_server import SECRET, SECRET_HEADER, TOKEN, too_many
from tests.integration.channels.telegram_parts import CHAT, PATH, Telegram, deliver_all, environment, update
from tests.integration.server.parts import a_server, now
from tests.unit.evidence import samples

# --- what agents send -------------------------------------------------------------------------------------------------


async def attached(telegram: Telegram, tmp_path: Path, content: bytes) -> dict[str, Any]:
    """Keep a file of an agent's and return how a message names it."""
    store, evidence_id = evidence_store(Settings.from_environment({"PARLEY_VAR": str(tmp_path)})), evidence.new_id()
    with store.receive() as file:
        file.write(content)
        copied = await store.keep(evidence_id, file)
    async with telegram.server.parley.uow() as uow:
        await evidence.add(uow, evidence_id, conversation_id("telegram", CHAT), copied, now())
        await uow.commit()
    return {"attachment": {"id": evidence_id, "kind": copied.kind.value}}


async def test_the_words_and_files_of_an_agent_arrive(telegram: Telegram, tmp_path: Path) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    own = conversation_id("telegram", CHAT)
    await telegram.server.router.handling.take_over(own, "agent-1", "Ana")
    photo, paper = (
        await attached(telegram, tmp_path, samples.photo()),
        await attached(telegram, tmp_path, samples.paper()),
    )
    await steps.say_as_agent(telegram.server, "telegram", CHAT, "<b>Look</b> *here*", custom=photo)
    await steps.say_as_agent(telegram.server, "telegram", CHAT, "", custom=paper)
    await steps.say_as_agent(telegram.server, "telegram", CHAT, "x" * 1025, custom=photo)
    texts = await telegram.got(6)
    assert texts[2:] == ["<b>Look</b> *here*", "", "x" * 1025, ""]
    assert [m.method for m in telegram.platform.sent[2:]] == ["sendPhoto", "sendDocument", "sendMessage", "sendPhoto"]
    files = [message.file for message in telegram.platform.sent if message.file]
    assert [(file.name, file.media_type) for file in files[:2]] == [
        ("image.jpeg", "image/jpeg"), ("document.pdf", "application/pdf"),
    ]  # fmt: skip
    assert files[0].content.startswith(b"\xff\xd8")
    assert files[1].content.startswith(b"%PDF")


async def test_what_an_agent_edits_or_retracts_changes_in_the_chat(telegram: Telegram, tmp_path: Path) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    own, words = conversation_id("telegram", CHAT), telegram.server.router.words
    await telegram.server.router.handling.take_over(own, "agent-1", "Ana")
    before = len(await telegram.got(2))
    photo = (await attached(telegram, tmp_path, samples.photo()))["attachment"]
    said = [
        await words.say(own, "agent-1", "Helo"),
        await words.say(own, "agent-1", "Lok", attachment=photo),
        await words.say(own, "agent-1", "x" * 1025, attachment=photo),
    ]
    await telegram.got(before + 4)
    first, picture, long = (message.id or 0 for message in said)
    await until(lambda: is_settled(telegram))
    await words.edit(first, "agent-1", "Hello")
    await words.edit(first, "agent-1", "Hello")
    await words.edit(picture, "agent-1", "Look")
    await words.edit(long, "agent-1", "y" * 1030)
    assert telegram.platform.texts()[before:] == ["Hello", "Look", "y" * 1030, ""]
    with pytest.raises(MessageFixedError, match="refused"):
        # It would be one message where there are two now.
        await words.edit(long, "agent-1", "short")
    await words.retract(first, "agent-1")
    await words.retract(long, "agent-1")
    assert telegram.platform.texts()[before:] == ["Look"]


async def test_the_customer_sees_that_an_agent_is_typing(telegram: Telegram) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    own, feed = conversation_id("telegram", CHAT), telegram.server.router.feed
    feed.publish(own, {"type": "typing", "author": "customer"})
    feed.publish(own, {"type": "typing", "author": "agent"})
    await until(lambda: telegram.platform.typing_in == [CHAT])


async def test_a_picture_that_is_no_photo_to_telegram_is_sent_as_a_file(telegram: Telegram, tmp_path: Path) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"}
    telegram.platform.fail(400, refusal, of="/sendPhoto")
    facts = await attached(telegram, tmp_path, samples.photo())
    await steps.say_as_agent(telegram.server, "telegram", CHAT, "a panorama", custom=facts)
    assert (await telegram.got(2))[1] == "a panorama"
    assert telegram.platform.sent[1].method == "sendDocument"


async def test_a_long_text_comes_in_parts_and_what_was_taken_is_not_sent_again(telegram: Telegram) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    text = "\n".join(f"line {number:04}" for number in range(900))
    telegram.platform.fail(500, skips=1, times=2)
    await steps.say_as_agent(telegram.server, "telegram", CHAT, text)
    got = (await deliver_all(telegram, 4))[1:]
    assert "\n".join(got) == text
    assert all(len(part) <= 4000 for part in got)


# --- when the platform fails ------------------------------------------------------------------------------------------


async def is_settled(telegram: Telegram) -> bool:
    return not await steps.pending(telegram.server, "telegram", CHAT)


async def is_waiting(telegram: Telegram, count: int) -> bool:
    return len(await steps.pending(telegram.server, "telegram", CHAT)) == count


async def test_signs_that_telegram_counts_twice_are_not_too_long(telegram: Telegram) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    await steps.say_as_agent(telegram.server, "telegram", CHAT, "\U0001f600" * 4000)
    await until(lambda: sum(map(len, telegram.platform.texts()[1:])) == 4000)
    assert len(telegram.platform.texts()) == 3


async def test_too_many_requests_hold_everything_back_as_long_as_was_asked_for(telegram: Telegram) -> None:
    telegram.platform.fail(429, too_many(1))
    started = time.monotonic()
    for number in (1, 2, 3):
        await telegram.write(f"m{number}", number)
    await telegram.write("other", chat="7002")
    assert await telegram.got(3) == ["heard m1", "heard m2", "heard m3"]
    assert await telegram.got(1, "7002") == ["heard other"]
    assert time.monotonic() - started >= 1
    assert await steps.dead(telegram.server) == []


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 500},
        {"status": 502, "body": {"ok": False, "error_code": 502, "description": "Bad Gateway"}},
        {"status": 200, "body": ["a page of somebody in between"]},
        {"status": 403, "body": {"ok": False, "description": "Forbidden: bot can't send messages to the user"}},
        {"resets": True},
    ],
)
async def test_after_failures_everything_arrives_in_order(telegram: Telegram, failure: dict[str, Any]) -> None:
    telegram.platform.fail(times=2, **failure)
    for number in (1, 2, 3):
        await telegram.write(f"m{number}", number)
    assert await deliver_all(telegram, 3) == ["heard m1", "heard m2", "heard m3"]
    await until(lambda: is_settled(telegram))
    assert len(telegram.platform.calls) == 5
    assert await steps.dead(telegram.server) == []


async def test_a_token_that_was_revoked_holds_and_after_its_renewal_everything_arrives_in_order(
    telegram: Telegram, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    renewed = "110201543:AArenewedRenewedRenewedRenewedRenewed"
    telegram.platform.token = renewed
    for number in (1, 2):
        await telegram.write(f"m{number}", number)
    await until(lambda: is_waiting(telegram, 2))
    await until(lambda: telegram.platform.calls)
    await asyncio.sleep(1.2)
    assert len(telegram.platform.calls) == 1
    assert [entry.error for entry in await steps.pending(telegram.server, "telegram", CHAT)] == ["unauthorized", None]
    await steps.lose_courier()
    await steps.be_due(telegram.server, "telegram", CHAT)
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(telegram.platform, renewed)) as server:
        assert await Telegram(server, telegram.platform).got(2) == ["heard m1", "heard m2"]
        assert await steps.dead(server) == []


@pytest.mark.parametrize("reason", ["blocked", "chat_not_found"])
async def test_who_cannot_be_reached_is_a_dead_letter_with_the_reason(telegram: Telegram, reason: str) -> None:
    if reason == "blocked":
        telegram.platform.blocked_by.add(CHAT)
    else:
        telegram.platform.chats.remove(CHAT)
    await telegram.write("m1", 1)
    (entry,) = await until(lambda: steps.dead(telegram.server))
    assert (entry.conversation_id, entry.error) == (conversation_id("telegram", CHAT), reason)
    telegram.platform.blocked_by.clear()
    telegram.platform.chats.add(CHAT)
    async with telegram.server.parley.uow() as uow:
        await undelivered.resend(uow, entry.message_id, "agent-1", now())
        await uow.commit()
    assert await telegram.got(1) == ["heard m1"]


@pytest.mark.parametrize("dies", ["while it sends", "before it knows"])
async def test_what_was_sent_before_a_crash_comes_at_most_twice(
    telegram: Telegram, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, dies: str
) -> None:
    is_late = dies == "before it knows"
    telegram.platform.fail(seconds=60, is_late=is_late)
    await telegram.write("m1", 1)
    await telegram.write("m2", 2)
    await until(lambda: is_waiting(telegram, 2))
    await until(lambda: telegram.platform.calls)
    await until(lambda: len(telegram.platform.sent) == is_late)
    await steps.lose_courier()
    (first, _) = await steps.pending(telegram.server, "telegram", CHAT)
    assert (first.attempts, first.next_attempt_at > now()) == (1, True)
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(telegram.platform)) as server:
        again = Telegram(server, telegram.platform)
        await asyncio.sleep(0.3)
        assert len(telegram.platform.sent) == is_late
        await steps.be_due(server, "telegram", CHAT)
        assert await again.got(2 + is_late) == ["heard m1"] * is_late + ["heard m1", "heard m2"]
        await until(lambda: is_settled(again))


async def test_neither_logs_nor_errors_tell_token_secret_or_customer(
    telegram: Telegram, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    telegram.platform.files["file-large"] = samples.photo()
    telegram.platform.fail(500, of="/sendMessage")
    telegram.platform.fail(resets=True, of="/getFile")
    telegram.platform.fail(401, of="/file/", times=1)
    for name in ("text", "photo", "unheard_of", "callback_query"):
        await telegram.deliver(name)
    await telegram.server.client.post(PATH, json=update("text"), headers={SECRET_HEADER: "wrong"})
    await deliver_all(telegram, 2)
    told = "".join(capfd.readouterr()) + caplog.text
    assert "telegram.ignored" in told
    assert "from_the_future" in told
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET, "Anna", "Tasse", f"'{CHAT}'"):
        assert secret not in told


async def test_the_transcript_knows_who_said_what(telegram: Telegram) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    await steps.say_as_agent(telegram.server, "telegram", CHAT, "Ana here")
    await telegram.got(2)
    told = await steps.transcript(telegram.server, "telegram", CHAT)
    assert [message.author for message in told] == [Author.CUSTOMER, Author.BOT, Author.AGENT]
