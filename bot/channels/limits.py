"""Bounds on what clients may send: sizes and shapes."""

from __future__ import annotations

import re
from typing import Any

from bot.errors import ParleyError

MAX_TEXT = 2_000
MAX_TITLE = 200
MAX_LANGUAGES = 5
_SHORTEST_SESSION = 16
_SENDER = re.compile(r"[A-Za-z0-9_.:@+-]{1,128}")
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}")


class BadMessageError(ParleyError):
    """Raised when a client's message is not of the contract's form; ``field`` and ``reason`` say why."""

    code = "bad_message"


def sender(value: Any) -> str:
    """Return a sender id, or raise BadMessageError."""
    if not isinstance(value, str) or not _SENDER.fullmatch(value):
        raise BadMessageError(field="sender", reason="give 1 to 128 letters, digits or any of _.:@+-")
    return value


def session(value: Any) -> str:
    """Return the sender id of a browser's session, or raise BadMessageError: it must be one that nobody can guess."""
    if len(sender(value)) < _SHORTEST_SESSION:
        raise BadMessageError(field="sender", reason=f"give at least {_SHORTEST_SESSION} characters drawn at random")
    return str(value)


def message_text(value: Any) -> str:
    """Return a message's text, or raise BadMessageError."""
    if not isinstance(value, str) or not value.strip():
        raise BadMessageError(field="message", reason="give a text that is not empty")
    if len(value) > MAX_TEXT:
        raise BadMessageError(field="message", reason=f"too long: at most {MAX_TEXT} characters")
    return storable(value) or " "


def message_id(value: Any) -> str | None:
    """Return the client's own id of a message, or None where it gave none; raises BadMessageError."""
    if value is None:
        return None
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadMessageError(field="message_id", reason="give 1 to 128 printable ASCII characters")
    return value


def title(value: Any) -> str | None:
    """Return what the customer saw on the button, or None."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_TITLE:
        raise BadMessageError(field="title", reason=f"give at most {MAX_TITLE} characters")
    return storable(value) or None


def after(value: Any) -> int:
    """Return the message id after which somebody wants to read on, 0 for the beginning; raises BadMessageError."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,19}", str(value)) or int(value) >= 2**63:
        raise BadMessageError(field="after", reason="give the id of a message")
    return int(value)


def language(value: Any) -> str | None:
    """Return a language tag, or None where it is none."""
    return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else None


def languages(value: Any) -> list[str]:
    """Return the language tags of a list, at most five, without what is none."""
    return [tag for tag in value[:MAX_LANGUAGES] if language(tag)] if isinstance(value, list) else []


def storable(value: str) -> str:
    """Return a text without what no database takes and no blanks around it."""
    # Databases refuse NUL and halves of surrogate pairs, and no person types them.
    return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()
