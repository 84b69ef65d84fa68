"""The parameters that operations share, each with its schema and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.aftersales.case import CaseState
from bot.api import cursor
from bot.api.operation import Parameter
from bot.api.schemas.shop import MOMENT_PATTERN, ORDER_NUMBER
from bot.services.api_ports import Place
from bot.services.shop_document import parse_moment

MOST_PER_PAGE = 200
_MOST_ID = 2**63 - 1
_MOMENT = re.compile(MOMENT_PATTERN, re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)


def key(name: str, pattern: str, description: str) -> Parameter:
    """Return a parameter in the path that names a thing."""
    return Parameter(name, {"type": "string", "pattern": pattern}, description, _formed(pattern), is_in_path=True)


def limit(default: int) -> Parameter:
    """Return how many entries a page may have."""
    schema = {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": default}
    return Parameter("limit", schema, "How many at most.", _whole(1, MOST_PER_PAGE))


def _formed(pattern: str) -> Callable[[str], str]:
    form = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(f"must match {pattern}")
        return text

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _moment(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError("must be a moment such as 2026-03-20T12:00:00Z (a plus sign is written %2B)")
    return parse_moment(text)


def _place(text: str) -> Place:
    place = cursor.read(text)
    if place is None:
        raise ValueError("is no cursor; give back `next` as it came")
    return place


def _state(text: str) -> CaseState:
    try:
        return CaseState(text)
    except ValueError:
        raise ValueError(f"must be one of {', '.join(state.value for state in CaseState)}") from None


_ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$"
CUSTOMER_ID = key("id", _ID_PATTERN, "Your own key of the customer; a slash in it is written %2F.")
PRODUCT_ID = key("id", _ID_PATTERN, "Your own key of the product; a slash in it is written %2F.")
NUMBER = key("number", str(ORDER_NUMBER["pattern"]), "Order number without dashes and the like; case does not count.")
CASE_NUMBER = key("number", "^[A-Za-z0-9-]{1,32}$", "Case number; case does not count.")
CONVERSATION_ID = key("id", "^[!-~]{1,256}$", "Id of the conversation.")
UPDATED_SINCE = Parameter(
    "updated_since",
    {"type": "string", "pattern": MOMENT_PATTERN, "maxLength": 40},
    "Only what changed from this moment on; RFC 3339, from 1970 to 2199.",
    _moment,
)
CURSOR = Parameter(
    "cursor", {"type": "string", "pattern": cursor.PATTERN}, "Where the page begins: `next` of the one before.", _place
)
ORDER: Any = Parameter(
    "order", ORDER_NUMBER, "Only those of an order.", _formed(str(ORDER_NUMBER["pattern"]))
)  # fmt: skip
STATE = Parameter(
    "state",
    {"type": "array", "minItems": 1, "items": {"type": "string", "enum": [state.value for state in CaseState]}},
    "Only those in one of these states; may be repeated.",
    _state,
    repeatable=True,
)
AFTER = Parameter(
    "after",
    {"type": "integer", "minimum": 0, "maximum": _MOST_ID},
    "Only messages with a larger id.",
    _whole(0, _MOST_ID),
)
