"""Buttons where a platform has none: numbered lines, and the number that is typed back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from bot.conversations.model import Author, InboundMessage, Message
from bot.conversations.platform import Button, Shape
from bot.conversations.ports import UnitOfWork

CHOICE = "choice"
"""In an inbound message's metadata: the reference of the button that was pressed."""

_REFERENCE = re.compile(r"(\d{1,18}):(\d{1,2})", re.ASCII)
_NUMBER = re.compile(r"[#(]?\s*(\d{1,2})\s*[.):]?")
_LOOKS_BACK = 30


def fits(message: Message, shape: Shape) -> bool:
    """Tell whether a platform can show a message's buttons as buttons."""
    titles = [button["title"] for button in message.buttons]
    return (
        0 < len(titles) <= shape.max_buttons
        and len(message.text) <= shape.max_text_with_buttons
        and all(len(title) <= shape.max_title for title in titles)
    )


def buttons_of(message: Message, titles: Sequence[str]) -> tuple[Button, ...]:
    """Return a message's buttons for a platform; their references stay below every platform's limit."""
    return tuple(Button(title, f"{message.id}:{place}") for place, title in enumerate(titles))


def numbered(titles: Sequence[str]) -> str:
    """Return buttons as lines of text; titles that are numbers themselves need no others."""
    if all(_number(title) is not None for title in titles):
        return " · ".join(titles)
    return "\n".join(f"{place}. {title}" for place, title in enumerate(titles, 1))


async def resolve(uow: UnitOfWork, inbound: InboundMessage, shape: Shape) -> None:
    """Put what a customer chose, by button, number or title, in the place of the message's text.

    A choice counts only among what this very conversation was asked last: "2" is a quantity at the next question.
    """
    pressed = _REFERENCE.fullmatch(str(inbound.metadata.get(CHOICE, "")))
    if pressed:
        message = await uow.messages.get(int(pressed[1]))
        if message is not None and message.conversation_id == inbound.conversation_id:
            _choose(inbound, message, int(pressed[2]))
        return
    asked, is_last = _asked(await uow.messages.of(inbound.conversation_id, limit=_LOOKS_BACK))
    if asked is None:
        return
    # Where an answer is one letter, only the buttons of its last message are the platform's own.
    is_native = fits(asked, shape) and (is_last or not shape.merges)
    if (place := _place(asked, inbound.text, is_native=is_native)) is not None:
        _choose(inbound, asked, place)


def _asked(transcript: list[Message]) -> tuple[Message | None, bool]:
    """Return the message whose buttons the customer may mean, and whether it is the last of its answer."""
    said = [message for message in transcript if message.author is not Author.CUSTOMER]
    # An announcement that comes in between takes nothing away from the question before it.
    while said and said[-1].reply_to is None and not said[-1].buttons:
        said.pop()
    if not said:
        return None, False
    last = said[-1].reply_to
    answer = said[-1:] if last is None else [message for message in said if message.reply_to == last]
    asked = next((message for message in reversed(answer) if message.buttons), None)
    return asked, asked is answer[-1]


def _place(message: Message, text: str, *, is_native: bool) -> int | None:
    """Return which button a text names, or None."""
    wanted = _folded(text)
    titles = [_folded(title) for title in titles_of(message)]
    if wanted in titles:
        return titles.index(wanted)
    number = _number(text)
    is_numbered = not is_native and any(_number(title) is None for title in titles)
    return number - 1 if is_numbered and number is not None and 1 <= number <= len(titles) else None


def titles_of(message: Message) -> list[str]:
    """Return the titles of a message's buttons as its customer reads them."""
    translated = _translation(message).get("buttons")
    return list(translated) if translated else [button["title"] for button in message.buttons]


def text_of(message: Message) -> str:
    """Return a message's text as its customer reads it."""
    return str(_translation(message).get("text") or message.text)


def _translation(message: Message) -> dict[str, Any]:
    shown_in = message.custom.get("shown_in")
    return dict(message.custom.get("translation", {}).get(shown_in) or {}) if shown_in else {}


def _choose(inbound: InboundMessage, message: Message, place: int) -> None:
    if place < len(message.buttons):
        inbound.text = message.buttons[place]["payload"]
        inbound.title = inbound.title or message.buttons[place]["title"]


def _number(text: str) -> int | None:
    """Return the number that a text is, in the digits of any script; None for anything more than a number."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return int(found[1]) if found else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
