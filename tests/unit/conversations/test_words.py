"""What people of the desk write, and change within a minute."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.conversations.feed import EVERYTHING, Feed
from bot.conversations.model import Author, Conversation, Message
from bot.conversations.sender import Sender
from bot.conversations.turns import Turns
from bot.conversations.words import Original, Words
from bot.errors import ConflictError, MessageFixedError, NotFoundError
from bot.services.account import Account, Role
from bot.services.words_model import CUSTOMER, Mention, RevisionKind
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
