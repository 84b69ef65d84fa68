"""Buttons on platforms that have none, and the number that comes back."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.conversations.choices import fits, numbered, resolve
from bot.conversations.handling import inbound_of
from bot.conversations.model import Author, InboundMessage, Message
from bot.conversations.platform import Shape
from tests.fakes import FakeDatabase, FakeUnitOfWork

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
PLAIN = Shape(max_text=4000)
THREE_BUTTONS = Shape(max_text=4000, max_buttons=3, max_title=20, max_text_with_buttons=1024)
COLOURS = [{"title": title, "payload": f'/choose{{"colour": "{title}"}}'} for title in ("Red", "Blue", "Green")]


class Chat:
    """One conversation on a platform, of which messages are added one after the other."""

    def __init__(self) -> None:
        self.uow = FakeUnitOfWork(FakeDatabase())

    async def bot(self, text: str, buttons: list[dict[str, str]] | None = None, reply_to: str | None = "m-1") -> int:
        message = Message("c-1", Author.BOT, text, NOW, buttons=buttons or [], reply_to=reply_to)
        await self.uow.messages.add(message)
        assert message.id is not None
        return message.id

    async def customer(self, text: str, shape: Shape = PLAIN, choice: str | None = None) -> InboundMessage:
        await self.uow.messages.add(Message("c-1", Author.CUSTOMER, text, NOW))
        inbound = inbound_of("c-1", "telegram", text, NOW)
        inbound.metadata = {"choice": choice} if choice else {}
        await resolve(self.uow, inbound, shape)
        return inbound


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.mark.parametrize("typed", ["2", " 2 ", "2.", "(2", "#2", "２", "٢", "२", "๒", "blue", "BLUE "])
async def test_a_number_or_a_title_typed_back_is_the_choice(chat: Chat, typed: str) -> None:
    await chat.bot("Which colour?", COLOURS)
    inbound = await chat.customer(typed)
    assert inbound.text == '/choose{"colour": "Blue"}'
    assert inbound.title == "Blue"


@pytest.mark.parametrize("typed", ["4", "0", "12", "2 of them", "the blue one with stripes", "-2", "2.5", ""])
async def test_anything_else_stays_what_the_customer_wrote(chat: Chat, typed: str) -> None:
    await chat.bot("Which colour?", COLOURS)
    inbound = await chat.customer(typed)
    assert (inbound.text, inbound.title) == (typed, None)


async def test_a_number_answers_the_newest_question_only(chat: Chat) -> None:
    await chat.bot("Which colour?", COLOURS, reply_to="m-1")
    await chat.bot("How many?", reply_to="m-2")
    assert (await chat.customer("2")).text == "2"


async def test_an_announcement_in_between_takes_nothing_from_the_question(chat: Chat) -> None:
    await chat.bot("Which colour?", COLOURS, reply_to="m-1")
    await chat.bot("Your parcel has arrived.", reply_to=None)
    assert (await chat.customer("1")).title == "Red"


async def test_the_question_may_stand_before_the_last_words_of_its_answer(chat: Chat) -> None:
    await chat.bot("Which colour?", COLOURS)
    await chat.bot("Take your time.")
    assert (await chat.customer("3")).title == "Green"


async def test_numbers_as_titles_are_taken_as_they_are(chat: Chat) -> None:
    pieces = [{"title": title, "payload": f"/pieces{title}"} for title in ("2", "4", "6")]
    await chat.bot("How many?", pieces)
    assert (await chat.customer("4")).text == "/pieces4"
    assert numbered(["2", "4", "6"]) == "2 · 4 · 6"


async def test_where_buttons_are_shown_a_number_is_no_choice_but_a_title_is(chat: Chat) -> None:
    await chat.bot("Which colour?", COLOURS)
    assert (await chat.customer("2", THREE_BUTTONS)).text == "2"
    assert (await chat.customer("blue", THREE_BUTTONS)).title == "Blue"


async def test_in_a_merged_answer_only_the_last_messages_buttons_are_the_platforms_own(chat: Chat) -> None:
    merging = Shape(max_text=4000, max_buttons=3, max_title=20, max_text_with_buttons=1024, merges=True)
    await chat.bot("Which colour?", COLOURS)
    await chat.bot("Take your time.")
    assert (await chat.customer("2", merging)).title == "Blue"
    await chat.bot("And which size?", COLOURS, reply_to="m-2")
    assert (await chat.customer("2", merging)).text == "2"


async def test_a_pressed_button_counts_long_after(chat: Chat) -> None:
    asked = await chat.bot("Which colour?", COLOURS, reply_to="m-1")
    await chat.bot("Something else?", reply_to="m-2")
    assert (await chat.customer("Red", THREE_BUTTONS, choice=f"{asked}:0")).text == '/choose{"colour": "Red"}'


@pytest.mark.parametrize("choice", ["{id}:3", "{id}:99", "999:0", "x", "{id}", "-1:0"])
async def test_a_made_up_reference_chooses_nothing(chat: Chat, choice: str) -> None:
    asked = await chat.bot("Which colour?", COLOURS)
    inbound = await chat.customer("Purple", THREE_BUTTONS, choice=choice.format(id=asked))
    assert inbound.text == "Purple"


async def test_a_reference_into_another_conversation_chooses_nothing(chat: Chat) -> None:
    foreign = Message("c-2", Author.BOT, "Which colour?", NOW, buttons=COLOURS)
    await chat.uow.messages.add(foreign)
    assert (await chat.customer("Red", THREE_BUTTONS, choice=f"{foreign.id}:0")).text == "Red"


async def test_a_translated_title_is_understood_too(chat: Chat) -> None:
    asked = await chat.bot("Which colour?", COLOURS)
    message = await chat.uow.messages.get(asked)
    assert message is not None
    message.custom = {
        "shown_in": "sk",
        "translation": {"sk": {"text": "Akú farbu?", "buttons": ["Červená", "Modrá", "Z"]}},
    }
    assert (await chat.customer("modrá")).text == '/choose{"colour": "Blue"}'


@pytest.mark.parametrize(
    ("text", "titles", "is_shown"),
    [
        ("Short", ["a", "b", "c"], True),
        ("Short", ["a", "b", "c", "d"], False),
        ("Short", ["a title that is longer than twenty"], False),
        ("x" * 1025, ["a"], False),
        ("Short", [], False),
    ],
)
def test_buttons_are_shown_only_where_all_of_them_fit(text: str, titles: list[str], is_shown: bool) -> None:
    buttons = [{"title": title, "payload": "/x"} for title in titles]
    assert fits(Message("c-1", Author.BOT, text, NOW, buttons=buttons), THREE_BUTTONS) is is_shown


def test_choices_become_numbered_lines() -> None:
    assert numbered(["Red", "Blue"]) == "1. Red\n2. Blue"
