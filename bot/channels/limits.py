"""Bounds on what clients may send: sizes, shapes and rates."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from typing import Any

from bot.errors import ParleyError

MAX_TEXT = 2_000
MAX_TITLE = 200
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


def message_text(value: Any) -> str:
    """Return a message's text, or raise BadMessageError."""
    if not isinstance(value, str) or not value.strip():
        raise BadMessageError(field="message", reason="give a text that is not empty")
    if len(value) > MAX_TEXT:
        raise BadMessageError(field="message", reason=f"too long: at most {MAX_TEXT} characters")
    return _storable(value) or " "


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
    return _storable(value) or None


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


def _storable(value: str) -> str:
    # Databases refuse NUL and halves of surrogate pairs, and no person types them.
    return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()


class Rate:
    """Allows so many messages a minute for each key, in bursts; forgets keys it has not seen for long."""

    def __init__(self, per_minute: int, burst: int, *, most_keys: int = 50_000) -> None:
        self._per_second = per_minute / 60
        self._burst = float(burst)
        self._most_keys = most_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Tell whether one more is allowed now, and count it (token bucket)."""
        now = time.monotonic()
        left, seen = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._per_second)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        return allowed
