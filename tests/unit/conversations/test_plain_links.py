"""Channels that show nothing but text carry the whole link of a document in it, where the shop's address is known."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversations.bot import Turn
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.conversations.plain_links import PlainLinks, append_link
from bot.errors import SettingsError
from bot.settings import Settings
from tests.unit.aftersales.builders import NOW

ADDRESS = "https://chat.example.com"
PATH = "/documents/token"


def a_message(*, with_document: bool = True) -> Message:
    custom = {"document": {"kind": "return", "url": PATH}} if with_document else {}
    return Message("conversation-1", Author.BOT, "Your return is open.", NOW, custom=custom)


class Speaker:
    """A bot that always says the same."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        return Turn([a_message(), a_message(with_document=False)], [], "en")

    def forget(self, conversation_id: str) -> None:
        self.forgotten.append(conversation_id)

    def say(self, response: str, language: str, **values: Any) -> Message:
        return a_message()


@pytest.mark.parametrize(
    ("channel", "address", "text"),
    [
        ("rest", ADDRESS, f"Your return is open.\n{ADDRESS}{PATH}"),
        ("web", ADDRESS, "Your return is open."),
        ("rest", None, "Your return is open."),
    ],
)
def test_the_link_is_a_line_of_its_own_where_nothing_else_shows_it(
    channel: str, address: str | None, text: str
) -> None:
    message = a_message()
    append_link(message, channel, address)
    assert message.text == text
    assert message.custom["document"]["url"] == PATH


async def test_answers_in_a_conversation_carry_their_links() -> None:
    bot = PlainLinks(Speaker(), ADDRESS)
    inbound = InboundMessage("i1", "conversation-1", "rest", "i1", "hello", NOW)
    turn = await bot.answer(Conversation("conversation-1", "rest", NOW, NOW), inbound)
    assert [message.text.count(ADDRESS) for message in turn.messages] == [1, 0]
    assert ADDRESS not in bot.say("utter_return_opened", "en").text


def test_forgetting_reaches_the_bot() -> None:
    speaker = Speaker()
    PlainLinks(speaker, ADDRESS).forget("conversation-1")
    assert speaker.forgotten == ["conversation-1"]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", None),
        ("https://chat.example.com/", "https://chat.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://example.com/parley/", "https://example.com/parley"),
    ],
)
def test_the_public_address_is_kept_without_a_slash_at_its_end(given: str, address: str | None) -> None:
    assert Settings.from_environment({"PARLEY_PUBLIC_URL": given}).public_url == address


@pytest.mark.parametrize(
    "given",
    ["chat.example.com", "ftp://example.com", "https://", "https://a b", "https://me:pw@example.com", "https://x/?q=1"],
)
def test_what_is_no_address_is_refused_with_the_name_of_the_variable(given: str) -> None:
    with pytest.raises(SettingsError, match="PARLEY_PUBLIC_URL"):
        Settings.from_environment({"PARLEY_PUBLIC_URL": given})
