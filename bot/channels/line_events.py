"""What LINE's webhook delivers, read: events in order, and the messages among them."""

from __future__ import annotations

import re
from typing import Any

from bot.channels.intake import Incoming
from bot.conversations.platform import Button

REPLY_TOKEN, TOKEN_CAME, BLOCKED, AS_OF = "reply_token", "token_came", "blocked", "as_of"
"""What is kept with an address: the newest token, whether the user has blocked us, and the time of the event."""

_PRESSED = re.compile(r"(\d{1,18}:\d{1,2}) (.+)", re.ASCII | re.DOTALL)
_KIND = re.compile(r"[A-Za-z]{1,32}")


def in_order(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events of a request as they happened, not as they came."""
    events = body.get("events")
    if not isinstance(events, list):
        return []
    return sorted((event for event in events if isinstance(event, dict)), key=_moment)


def address(event: dict[str, Any]) -> str | None:
    """Return the user to answer; None for groups, and while something else than we answers for the account."""
    source = _object(event, "source")
    user = source.get("userId")
    is_ours = source.get("type") == "user" and event.get("mode") != "standby"
    return user if is_ours and isinstance(user, str) and user else None


def incoming(event: dict[str, Any]) -> Incoming | None:
    """Return what a user wrote, sent or pressed; None for events of other kinds."""
    user, event_id, token = address(event), event.get("webhookEventId"), event.get("replyToken")
    if user is None or not isinstance(event_id, str) or not event_id:
        return None
    facts = {AS_OF: time_of(event), **({REPLY_TOKEN: token} if isinstance(token, str) and token else {})}
    if event.get("type") == "postback":
        data = _object(event, "postback").get("data")
        if not isinstance(data, str):
            return None
        pressed = _PRESSED.fullmatch(data)
        choice, text = pressed.groups() if pressed else (None, data)
        return Incoming(user, event_id, text, choice=choice, facts=facts)
    if event.get("type") == "message":
        return _message(user, event_id, _object(event, "message"), facts)
    return None


def data_of(button: Button) -> str:
    """Return what comes back when a button is pressed: LINE does not tell its title, so it is in there."""
    return f"{button.reference} {button.title}"


def time_of(event: dict[str, Any]) -> int:
    """Return when an event happened, in milliseconds."""
    return _number(event.get("timestamp"))


def named(kind: Any) -> str:
    """Return the name of a kind for logs and people, whatever was delivered as one."""
    return kind if isinstance(kind, str) and _KIND.fullmatch(kind) else "unknown"


def _message(user: str, event_id: str, message: dict[str, Any], facts: dict[str, Any]) -> Incoming:
    kind, text, own = message.get("type"), message.get("text"), message.get("id")
    if kind == "text" and isinstance(text, str):
        return Incoming(user, event_id, text, facts=facts)
    # Pictures from elsewhere are not fetched: their address could lead anywhere, into our own network too.
    is_held_by_line = _object(message, "contentProvider").get("type", "line") == "line"
    if kind in ("image", "file") and isinstance(own, str) and is_held_by_line:
        media = {"id": own, "size": _number(message.get("fileSize"))}
        return Incoming(user, event_id, media=[media], facts=facts)
    return Incoming(user, event_id, unreadable=named(kind), facts=facts)


def _moment(event: dict[str, Any]) -> tuple[int, int]:
    # Pictures that were sent together may have the same time.
    place = _object(_object(event, "message"), "imageSet").get("index")
    return time_of(event), _number(place)


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
