"""Which messages are translated for the desk, and what is kept of it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from bot.conversations.model import Author, Conversation, Message
from bot.conversations.translating import Translating, foreign, reading
from bot.translation.result import Reason, Translation, Unavailable
from tests.fakes import FakeDatabase, FakeUnitOfWork, fake_unit_of_work_factory

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


class Engine:
    """Translates by writing backwards, except what it does not know; ``asked`` counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.meanwhile: Any = None

    def order(self, source: str, target: str) -> tuple[str, ...]:
        return ("apertium",)

    async def translate(self, text: str, source: str, target: str) -> Translation | Unavailable:
        self.asked.append((text, source, target))
        if self.meanwhile is not None:
            self.meanwhile()
        if text.isdigit():
            return Unavailable(Reason.NOTHING_TO_TRANSLATE)
        return Unavailable(Reason.TIMEOUT) if "slow" in text else Translation(text[::-1], "apertium")


class Room:
    def __init__(self) -> None:
        self.database, self.engine = FakeDatabase(), Engine()
        self.translating = Translating(fake_unit_of_work_factory(self.database), self.engine)
        self.uow = FakeUnitOfWork(self.database)
        self.uow.conversations.add(Conversation("c-1", "web", NOW, NOW, "de"))
        self.uow.undo.clear()

    async def says(self, text: str, author: Author = Author.CUSTOMER, **more: Any) -> int:
        message = Message("c-1", author, text, NOW, **more)
        await self.uow.messages.add(message)
        self.uow.undo.clear()
        assert message.id
        return message.id


@pytest.fixture
def room() -> Room:
    return Room()


async def test_a_translation_stays_with_its_message_and_is_made_once(room: Room) -> None:
    first = await room.says("Hallo")
    assert await room.translating.messages("c-1", [first], "en") == {first: None}
    assert await room.translating.messages("c-1", [first], "en") == {}
    (message,) = room.database.all(Message)
    assert message.custom == {"translation": {"en": {"text": "ollaH", "engine": "apertium"}}}
    assert reading(message, "en") == {"text": "ollaH", "engine": "apertium", "is_original": False}
    assert reading(message, "fr") is None
    assert len(room.engine.asked) == 1


async def test_each_language_of_the_desk_has_its_own_translation(room: Room) -> None:
    first = await room.says("Hallo")
    await room.translating.messages("c-1", [first], "en")
    await room.translating.messages("c-1", [first], "fr")
    (message,) = room.database.all(Message)
    assert set(message.custom["translation"]) == {"en", "fr"}


async def test_why_something_is_not_translated_is_told_and_the_rest_goes_on(room: Room) -> None:
    slow, number, good = await room.says("slow"), await room.says("10482733"), await room.says("Hallo")
    found = await room.translating.messages("c-1", [slow, number, good], "en")
    assert found == {slow: Unavailable(Reason.TIMEOUT), good: None}


async def test_what_was_edited_meanwhile_does_not_get_the_old_translation(room: Room) -> None:
    first = await room.says("Hallo", Author.BOT, language="de")

    def edit() -> None:
        (message,) = room.database.all(Message)
        room.database.all(Message)[0] = Message("c-1", message.author, "Tag", NOW, id=message.id)

    room.engine.meanwhile = edit
    await room.translating.messages("c-1", [first], "en")
    assert room.database.all(Message)[0].custom == {}


@pytest.mark.parametrize(
    ("message", "source"),
    [
        (Message("c", Author.CUSTOMER, "Hallo", NOW), "de"),
        (Message("c", Author.BOT, "Bonjour", NOW, language="fr"), "fr"),
        (Message("c", Author.BOT, "Hello", NOW, language="en"), None),
        (Message("c", Author.NOTE, "Hallo", NOW), None),
        (Message("c", Author.CUSTOMER, "", NOW), None),
        (Message("c", Author.AGENT, "Hallo", NOW, language="de", custom={"original": {}}), None),
    ],
)
def test_only_what_the_agent_cannot_read_is_translated(message: Message, source: str | None) -> None:
    assert foreign(message, "de", "en") == source


def test_nothing_is_translated_from_a_language_that_nobody_knows() -> None:
    assert foreign(Message("c", Author.CUSTOMER, "hm", NOW), None, "en") is None
