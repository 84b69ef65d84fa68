"""What WhatsApp delivers and takes: messages of customers, reports of ours, and the bodies that we send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import structlog

from bot.channels.graph import inner, objects, text_in
from bot.channels.intake import Incoming
from bot.channels.receipts import Reference
from bot.conversations.platform import Button, Letter

log = structlog.get_logger()

MAX_BUTTONS = 3
MAX_BUTTON_TITLE = 20
MAX_WITH_BUTTONS = 1024

_FILES = frozenset({"image", "document"})
_UNREADABLE = frozenset({"audio", "video", "sticker", "location", "contacts", "order", "unsupported"})
_IGNORED = frozenset({"reaction"})
# The name of what opens a list must fit every language in 20 characters: a sign does.
_OPENS_LIST = "☰"


def values_for(payload: dict[str, Any], phone_number_id: str) -> Iterator[dict[str, Any]]:
    """Return what a call of the webhook says of one number; an app may have several, each with its own Parley."""
    for entry in objects(payload, "entry"):
        for change in objects(entry, "changes"):
            value = inner(change, "value")
            if change.get("field") != "messages":
                log.info("whatsapp.ignored", kind=text_in(change, "field")[:40])
            elif inner(value, "metadata").get("phone_number_id") == phone_number_id:
                yield value


def messages_in(values: Sequence[dict[str, Any]]) -> list[Incoming]:
    """Return customers' messages in the order in which they were written."""
    found = [message for value in values for message in objects(value, "messages")]
    read = ((_incoming(message), _moment(message)) for message in sorted(found, key=_time))
    return [replace(incoming, at=moment) for incoming, moment in read if incoming is not None]


def _incoming(message: dict[str, Any]) -> Incoming | None:
    kind, message_id = text_in(message, "type"), text_in(message, "id")
    # Who has a user name may write without showing a number; then there is an id that only this business knows.
    address = text_in(message, "from") or text_in(message, "from_user_id")
    if kind in _IGNORED:
        return None
    # In a group others would read what is said of somebody's order.
    if not message_id or not address or "group_id" in message:
        log.info("whatsapp.ignored", kind=f"{kind[:40]} without a sender of its own")
        return None
    content = inner(message, kind)
    if kind == "text":
        return Incoming(address, message_id, text_in(content, "body"))
    if kind in _FILES and text_in(content, "id"):
        media = [{"id": text_in(content, "id")}]
        return Incoming(address, message_id, text_in(content, "caption"), media=media)
    if kind == "interactive":
        chosen = inner(content, "button_reply") or inner(content, "list_reply")
        if chosen:
            return Incoming(address, message_id, text_in(chosen, "title"), choice=text_in(chosen, "id"))
        return Incoming(address, message_id, unreadable=text_in(content, "type")[:40] or kind)
    if kind == "button":
        return Incoming(address, message_id, text_in(content, "text"))
    if kind in _UNREADABLE:
        return Incoming(address, message_id, unreadable="voice" if content.get("voice") is True else kind)
    log.info("whatsapp.ignored", kind=kind[:40])
    return None


def _time(message: dict[str, Any]) -> int:
    written = str(message.get("timestamp", ""))
    return int(written) if written.isascii() and written.isdigit() and len(written) < 12 else 0


def _moment(told: dict[str, Any]) -> datetime | None:
    """Return when something happened that WhatsApp tells of, where it says so."""
    return datetime.fromtimestamp(_time(told), timezone.utc) if _time(told) else None


def addressed(letter: Letter) -> dict[str, Any]:
    """Return what the body of each request of a letter has; its id comes back with what WhatsApp reports of it."""
    # A phone number has no dots, an id that stands for one has: DE.1502576394655843.
    to = "recipient" if "." in letter.to.address else "to"
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        to: letter.to.address,
        "biz_opaque_callback_data": letter.id,
    }


def text_of(text: str) -> dict[str, Any]:
    """Return a text's part of a body."""
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def choice_of(text: str, buttons: Sequence[Button]) -> dict[str, Any]:
    """Return a question's part of a body: up to three short answers are buttons, more or longer ones a list."""
    titles = {button.title for button in buttons}
    are_buttons = len(buttons) <= MAX_BUTTONS and len(titles) == len(buttons)
    if are_buttons and all(len(title) <= MAX_BUTTON_TITLE for title in titles):
        replies = [{"type": "reply", "reply": {"id": b.reference, "title": b.title}} for b in buttons]
        interactive: dict[str, Any] = {"type": "button", "action": {"buttons": replies}}
    else:
        rows = [{"id": button.reference, "title": button.title} for button in buttons]
        interactive = {"type": "list", "action": {"button": _OPENS_LIST, "sections": [{"rows": rows}]}}
    return {"type": "interactive", "interactive": {**interactive, "body": {"text": text}}}


def reference_in(status: dict[str, Any]) -> Reference:
    """Return what a report on one of our messages gives back of what ``addressed`` sent along."""
    # Whoever is written to by an id that stands for a number is reported by it.
    to = (text_in(status, "recipient_id"), text_in(status, "recipient_user_id"))
    return Reference(text_in(status, "biz_opaque_callback_data"), to, _moment(status))


def error_code(status: Mapping[str, Any]) -> Any:
    """Return the code of the first error in a report on one of our messages."""
    return next((error.get("code") for error in objects(status, "errors")), None)
