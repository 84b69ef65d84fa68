"""What comes from platforms, made ready: files kept once, refusals explained, choices understood."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from bot.aftersales.evidence import MAX_PIECES, Evidence, EvidenceKind, EvidenceRefusal
from bot.conversations import arrivals
from bot.conversations.arrivals import CANNOT_READ, FILE_LOST, PATIENCE, Arrivals
from bot.conversations.bot import Turn
from bot.conversations.feed import Feed
from bot.conversations.handling import inbound_of
from bot.conversations.model import Author, Conversation, InboundMessage, InboxState, Message
from tests.fake_evidence import FakeEvidenceStore
from tests.fake_platform import FakePlatform
from tests.fakes import FakeDatabase, fake_unit_of_work_factory

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
CHAT = Conversation("pigeon~1", "pigeon", NOW, NOW, "de")


class TalkingBot:
    """Says the names of responses."""

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        raise AssertionError("arrivals answer by themselves or not at all")

    def forget(self, conversation_id: str) -> None:
        raise AssertionError("nothing was begun")

    def say(self, response: str, language: str, **values: Any) -> Message:
        return Message("", Author.BOT, f"<{response}>", NOW, response, language)


class Door:
    """A conversation on a platform, and what was sent to it."""

    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.make = fake_unit_of_work_factory(self.database)
        self.platform, self.store, self.feed = FakePlatform(), FakeEvidenceStore(), Feed()
        self.arrivals = Arrivals(
            self.make, {"pigeon": self.platform}, self.store, TalkingBot(), self.feed, lambda: NOW,
            lambda reason, language: f"{language}: {reason.value}",
        )  # fmt: skip

    async def arrive(self, text: str = "", channel: str = "pigeon", **metadata: Any) -> InboundMessage:
        inbound = inbound_of("pigeon~1", channel, text, NOW, "m-1")
        inbound.metadata = metadata
        async with self.make() as uow:
            await uow.messages.add(Message("pigeon~1", Author.CUSTOMER, text, NOW, custom={"client_message_id": "m-1"}))
            await uow.commit()
        return inbound


@pytest.fixture
def door() -> Door:
    return Door()


async def test_a_file_is_fetched_kept_and_shown(door: Door) -> None:
    door.platform.files["f-1"] = b"a picture"
    inbound = await door.arrive(media={"id": "f-1"})
    with door.feed.listen("pigeon~1") as news:
        assert await door.arrivals.prepare(CHAT, inbound) is None
        assert news.get_nowait()["type"] == "change"
    assert inbound.text == f'/evidence_uploaded{{"evidence": "{inbound.id}"}}'
    assert door.store.files == {inbound.id: b"a picture"}
    (piece,) = door.database.all(Evidence)
    assert (piece.id, piece.conversation_id, piece.agent_id) == (inbound.id, "pigeon~1", None)
    (shown,) = door.database.all(Message)
    assert shown.custom["attachment"] == {"id": inbound.id, "kind": "image"}


async def test_a_file_that_was_kept_before_a_crash_is_not_fetched_again(door: Door) -> None:
    door.platform.files["f-1"] = b"a picture"
    inbound = await door.arrive(media={"id": "f-1"})
    await door.arrivals.prepare(CHAT, inbound)
    door.platform.files.clear()
    assert await door.arrivals.prepare(CHAT, inbound) is None
    assert len(door.database.all(Evidence)) == 1


async def test_what_is_no_picture_is_refused_with_the_reason(door: Door) -> None:
    door.platform.files["f-1"] = b"not a picture"
    turn = await door.arrivals.prepare(CHAT, await door.arrive(media={"id": "f-1"}))
    assert turn is not None and turn.messages[0].text == "de: unsupported_type"
    assert (door.database.all(Evidence), door.store.files) == ([], {})


async def test_after_too_many_files_the_next_is_refused(door: Door) -> None:
    async with door.make() as uow:
        for number in range(MAX_PIECES):
            kept = Evidence(f"{number}", "pigeon~1", EvidenceKind.IMAGE, "image/jpeg", 1, 1, 1, "", NOW)
            uow.evidence.add(kept)
        await uow.commit()
    turn = await door.arrivals.prepare(CHAT, await door.arrive(media={"id": "f-1"}))
    assert turn is not None and turn.messages[0].text == f"de: {EvidenceRefusal.TOO_MANY.value}"


async def test_a_file_that_is_gone_is_asked_for_again(door: Door) -> None:
    turn = await door.arrivals.prepare(CHAT, await door.arrive(media={"id": "gone"}))
    assert turn is not None and turn.messages[0].response == FILE_LOST


async def test_a_platform_that_stumbles_gets_time(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "PAUSES_SECONDS", (0.0, 0.0))
    door.platform.files["f-1"] = b"a picture"
    door.platform.fetch_failures = 2
    first = await door.arrive(media={"id": "f-1"})
    assert await door.arrivals.prepare(CHAT, first) is None
    assert first.state is InboxState.RECEIVED


async def test_for_a_platform_that_is_away_the_conversation_goes_on(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "PAUSES_SECONDS", (0.0,))
    door.platform.fetch_failures = 2
    inbound = await door.arrive(media={"id": "f-1"})
    assert await door.arrivals.prepare(CHAT, inbound) == Turn([], [], None)
    assert inbound.state is InboxState.PUT_OFF


async def test_a_file_that_did_not_come_in_a_day_is_asked_for_again(door: Door) -> None:
    door.platform.fetch_failures = 1
    inbound = await door.arrive(media={"id": "f-1"})
    inbound.received_at -= PATIENCE
    turn = await door.arrivals.prepare(CHAT, inbound)
    assert turn is not None and turn.messages[0].response == FILE_LOST
    assert inbound.state is InboxState.RECEIVED


async def test_the_sender_of_what_nobody_can_read_is_told(door: Door) -> None:
    turn = await door.arrivals.prepare(CHAT, await door.arrive("[voice]", unreadable="voice"))
    assert turn is not None
    (message,) = turn.messages
    assert (message.response, message.language, message.conversation_id) == (CANNOT_READ, "de", "pigeon~1")


async def test_messages_of_other_channels_stay_as_they_are(door: Door) -> None:
    inbound = await door.arrive("2", channel="web", media={"id": "f-1"}, choice="1:0")
    assert await door.arrivals.prepare(CHAT, inbound) is None
    assert inbound.text == "2"
