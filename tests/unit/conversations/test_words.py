"""What people of the desk write, and change within a minute."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.conversations.feed import EVERYTHING, Feed
from bot.conversations.letters import Letters
from bot.conversations.model import Author, Conversation, Correspondent, Message, OutboundMessage, OutboxState
from bot.conversations.sender import Sender
from bot.conversations.sent_changes import SentChanges, Standing
from bot.conversations.turns import Turns
from bot.conversations.words import Original, Words
from bot.errors import ConflictError, DeliveryError, MessageFixedError, NotFoundError
from bot.services.account import Account, Role
from bot.services.words_model import CUSTOMER, Mention, RevisionKind
from tests.fake_evidence import FakeEvidenceStore
from tests.fake_platform import PLAIN, FakePlatform
from tests.fakes import FakeDatabase, FakeUnitOfWork, fake_unit_of_work_factory

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


class Room:
    """One conversation that Ana holds, on some channel, and a clock that may be moved."""

    def __init__(self, channel: str = "web") -> None:
        self.now = NOW
        self.database = FakeDatabase()
        self.feed = Feed()
        make = fake_unit_of_work_factory(self.database)
        self.words = Words(make, Sender(make, self.feed, lambda: self.now), self.feed, Turns(), lambda: self.now)
        uow = FakeUnitOfWork(self.database)
        uow.conversations.add(Conversation("c-1", channel, NOW, NOW, "de"))
        handoff = Escalation("c-1", EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, NOW, "de")
        handoff.assign("ana", NOW)
        uow.escalations.add(handoff)
        for name in ("ana", "ben", "zoë"):
            uow.accounts.add(Account(name, name, name.title(), "", Role.AGENT, NOW))
        uow.undo.clear()

    def audited(self) -> list[str]:
        return [event.action for event in self.database.all(AuditEvent)]

    def mentioned(self) -> list[str]:
        return [mention.account_id for mention in self.database.all(Mention)]


@pytest.fixture
def room() -> Room:
    return Room()


async def test_both_texts_of_a_translated_answer_are_kept_and_the_customer_sees_one(room: Room) -> None:
    with room.feed.listen("c-1") as news:
        original = Original("Please wait", "en", "apertium", is_edited=True)
        message = await room.words.say("c-1", "ana", "Bitte warten Sie", original=original)
        published = news.get_nowait()["message"]
    assert message.custom["original"] == {
        "text": "Please wait", "language": "en", "engine": "apertium", "edited": True,
    }  # fmt: skip
    assert (published["text"], published["custom"], published["language"]) == ("Bitte warten Sie", {}, "de")
    assert room.audited() == ["message.sent"]


async def test_who_does_not_hold_the_conversation_cannot_answer(room: Room) -> None:
    with pytest.raises(ConflictError):
        await room.words.say("c-1", "ben", "hello")
    with pytest.raises(NotFoundError):
        await room.words.say("c-2", "ben", "hello")
    assert room.database.all(Message) == []


async def test_an_edit_replaces_the_text_and_keeps_what_was_there(room: Room) -> None:
    message = await room.words.say("c-1", "ana", "Gutn Tag", original=Original("Helo", "en", "apertium"))
    assert message.id
    with room.feed.listen("c-1") as news:
        await room.words.edit(message.id, "ana", "Guten Tag")
        assert news.get_nowait()["type"] == "change"
    (kept,) = room.database.all(Message)
    assert (kept.text, set(kept.custom)) == ("Guten Tag", {"edited"})
    async with fake_unit_of_work_factory(room.database)() as uow:
        (before,) = await uow.revisions.of_message(message.id)
    assert (before.text, before.kind, before.custom["original"]["text"]) == ("Gutn Tag", RevisionKind.EDITED, "Helo")
    # What was written is in no audit event, whose data may be exported.
    assert room.audited() == ["message.sent", "message.edited"]
    assert all("Gutn" not in str(event.data) for event in room.database.all(AuditEvent))


async def test_a_retracted_message_is_empty_for_everybody_and_cannot_be_changed_again(room: Room) -> None:
    message = await room.words.say("c-1", "ana", "Wrong customer")
    assert message.id
    await room.words.retract(message.id, "ana")
    (kept,) = room.database.all(Message)
    assert (kept.text, set(kept.custom)) == ("", {"retracted"})
    with pytest.raises(MessageFixedError, match="retracted"):
        await room.words.edit(message.id, "ana", "again")


async def test_after_a_minute_a_message_stays_as_it_is(room: Room) -> None:
    message = await room.words.say("c-1", "ana", "Hello")
    assert message.id
    room.now += timedelta(seconds=60)
    await room.words.edit(message.id, "ana", "Hello!")
    room.now += timedelta(seconds=1)
    for act in (room.words.edit(message.id, "ana", "late"), room.words.retract(message.id, "ana")):
        with pytest.raises(MessageFixedError, match="too_late"):
            await act


async def test_nobody_changes_a_colleagues_or_a_customers_words(room: Room) -> None:
    message = await room.words.say("c-1", "ana", "Hello")
    uow = FakeUnitOfWork(room.database)
    theirs = Message("c-1", Author.CUSTOMER, "Hi", NOW)
    await uow.messages.add(theirs)
    for message_id, agent in ((message.id, "ben"), (theirs.id, "ana"), (999, "ana")):
        with pytest.raises(NotFoundError):
            await room.words.retract(message_id or 0, agent)


class Aviary(Room):
    """A conversation on a platform that changes what it has shown."""

    def __init__(self) -> None:
        super().__init__("pigeon")
        self.platform = FakePlatform(shape=replace(PLAIN, changes=True))
        make = fake_unit_of_work_factory(self.database)
        letters = Letters(FakeEvidenceStore(), lambda name, language: name, lambda language: "")
        self.words.sent = SentChanges(make, {"pigeon": self.platform}, letters)

    async def say(self, text: str, **sent: Any) -> int:
        uow = FakeUnitOfWork(self.database)
        await uow.correspondents.keep(Correspondent("c-1", "pigeon", "nest", NOW))
        uow.undo.clear()
        message = await self.words.say("c-1", "ana", text)
        assert message.id
        entry = next(row for row in self.database.all(OutboundMessage) if row.message_id == message.id)
        for name, value in sent.items():
            setattr(entry, name, value)
        return message.id

    def texts(self) -> list[str]:
        return [message.text for message in self.database.all(Message)]


SENT = {"state": OutboxState.SENT, "attempts": 1, "platform_message_id": "p-7"}


async def test_a_platform_shows_what_was_edited_and_retracted() -> None:
    aviary = Aviary()
    message_id = await aviary.say("Helo", **SENT)
    await aviary.words.edit(message_id, "ana", "Hello")
    await aviary.words.retract(message_id, "ana")
    assert aviary.platform.changed == [("p-7", "Hello"), ("p-7", None)]
    assert aviary.texts() == [""]


@pytest.mark.parametrize(
    ("sent", "failure", "reason"),
    [
        (SENT, DeliveryError("bad_request", is_permanent=True), "refused"),
        (SENT, DeliveryError("unreachable"), "unsure"),
        ({"attempts": 1}, None, "under_way"),
        # Some of its pieces may have arrived.
        ({"state": OutboxState.FAILED, "attempts": 3}, None, "refused"),
    ],
)
async def test_what_a_platform_does_not_change_stays_on_the_desk_too(
    sent: dict[str, Any], failure: DeliveryError | None, reason: str
) -> None:
    aviary = Aviary()
    message_id = await aviary.say("Helo", **sent)
    for act in (aviary.words.edit(message_id, "ana", "Hello"), aviary.words.retract(message_id, "ana")):
        aviary.platform.failures = [failure]
        with pytest.raises(MessageFixedError, match=reason):
            await act
    assert (aviary.texts(), aviary.audited()) == (["Helo"], ["message.sent"])


async def test_what_has_not_been_tried_is_changed_on_the_desk_alone() -> None:
    aviary = Aviary()
    await aviary.words.edit(await aviary.say("Helo"), "ana", "Hello")
    assert (aviary.texts(), aviary.platform.changed) == (["Hello"], [])


async def test_what_is_sent_in_the_moment_in_which_it_is_changed_stays() -> None:
    aviary = Aviary()
    message_id = await aviary.say("Helo")
    assert aviary.words.sent is not None
    show = aviary.words.sent.show

    async def show_and_be_overtaken(message: Message) -> Standing:
        standing = await show(message)
        aviary.database.all(OutboundMessage)[0].attempts = 1
        return standing

    aviary.words.sent.show = show_and_be_overtaken  # type: ignore[method-assign]
    with pytest.raises(MessageFixedError, match="under_way"):
        await aviary.words.retract(message_id, "ana")
    assert (aviary.texts(), aviary.audited()) == (["Helo"], ["message.sent"])


async def test_of_two_changes_at_once_the_second_is_told_to_wait() -> None:
    aviary = Aviary()
    message_id = await aviary.say("Helo", **SENT)
    is_there, goes_on = asyncio.Event(), asyncio.Event()
    change = aviary.platform.change

    async def change_slowly(*given: Any) -> None:
        is_there.set()
        await goes_on.wait()
        await change(*given)

    aviary.platform.change = change_slowly  # type: ignore[method-assign]
    first = asyncio.create_task(aviary.words.edit(message_id, "ana", "Hello"))
    await is_there.wait()
    with pytest.raises(MessageFixedError, match="under_way"):
        await aviary.words.edit(message_id, "ana", "Hallo")
    goes_on.set()
    await first
    assert (aviary.texts(), aviary.platform.changed) == (["Hello"], [("p-7", "Hello")])


async def test_what_left_by_e_mail_cannot_be_changed_but_a_note_can() -> None:
    room = Room("email")
    message, note = await room.words.say("c-1", "ana", "Hello"), await room.words.note("c-1", "ana", "odd")
    assert message.id and note.id
    with pytest.raises(MessageFixedError, match="channel"):
        await room.words.edit(message.id, "ana", "Hello!")
    assert (await room.words.edit(note.id, "ana", "fine")).text == "fine"


async def test_a_note_tells_those_it_mentions_and_nobody_else(room: Room) -> None:
    await room.words.note("c-1", "ana", "@Ben, @zoë: look. Not mail@ben.example, not @ana, not @nobody.")
    assert room.mentioned() == ["ben", "zoë"]


async def test_an_edited_note_mentions_whom_it_names_now_and_a_retracted_one_nobody(room: Room) -> None:
    note = await room.words.note("c-1", "ana", "@ben please")
    assert note.id
    await room.words.edit(note.id, "ana", "@zoë please")
    assert room.mentioned() == ["zoë"]
    await room.words.retract(note.id, "ana")
    assert room.mentioned() == []


async def test_reading_goes_forward_only_and_clears_mentions(room: Room) -> None:
    note = await room.words.note("c-1", "ana", "@ben please")
    answer = await room.words.say("c-1", "ana", "One moment")
    assert note.id and answer.id
    with room.feed.listen(EVERYTHING) as news:
        await room.words.read("c-1", CUSTOMER, answer.id)
        await room.words.read("c-1", CUSTOMER, note.id)
        await room.words.read("c-1", "ben", answer.id)
        await room.words.read("c-1", "ben", 999)
        assert [news.get_nowait()["type"] for _ in range(news.qsize())] == ["read"]
    async with fake_unit_of_work_factory(room.database)() as uow:
        states = {state.reader: state.message_id for state in await uow.read_states.of_conversation("c-1")}
        assert await uow.mentions.unseen_of("ben") == 0
    assert states == {CUSTOMER: answer.id, "ben": answer.id}


async def test_nobody_reads_what_is_in_another_conversation(room: Room) -> None:
    answer = await room.words.say("c-1", "ana", "One moment")
    await room.words.read("c-2", CUSTOMER, answer.id or 0)
    async with fake_unit_of_work_factory(room.database)() as uow:
        assert await uow.read_states.of_conversation("c-2") == []
