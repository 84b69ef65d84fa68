"""What somebody asks of the inbox, as it stands in the address of its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlencode

from bot.aftersales.labels import IssueType
from bot.services.inbox_ports import Filters, Place, Sort, View
from bot.services.search_words import LONGEST_QUERY

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_DIGITS = 18
_LONGEST_VALUE = 64
_LONGEST_KEY = 400
_NEWEST_FIRST = frozenset({View.CLOSED, View.BOT})

_Kind = TypeVar("_Kind", bound=Enum)


@dataclass(frozen=True)
class Asked:
    """A view of the inbox, its order and filters, or a search; ``after`` is the key of the last row that was seen."""

    view: View = View.ALL
    sort: Sort = Sort.PRIORITY
    filters: Filters = field(default_factory=Filters)
    query: str = ""
    after: str | None = None

    @property
    def has_own_order(self) -> bool:
        """Tell whether the order can be chosen: closed and the bot's conversations, and what was found, are by date."""
        return self.view not in _NEWEST_FIRST and not self.query

    @property
    def address(self) -> str:
        """Return it as the part of an address after the question mark, without what goes without saying."""
        values: dict[str, str] = {"view": self.view.value}
        if self.sort is not Sort.PRIORITY:
            values["sort"] = self.sort.value
        values |= {name: str(value) for name, value in vars(self.filters).items() if value}
        if self.query:
            values["q"] = self.query
        return urlencode(values)

    def to(self, **changes: Any) -> str:
        """Return the address of the same with something changed."""
        return replace(self, **changes).address

    def key(self, place: Place) -> str:
        """Return a place as text whose order, character by character, is that of the rows."""
        moment = (place.moment - _EPOCH) // _MICROSECOND
        if self._is_newest_first:
            moment = 10**_DIGITS - moment
        return f"{place.late}{place.rank}{moment:0{_DIGITS}d}{place.conversation_id}"

    def place(self, key: str) -> Place | None:
        """Return the place of a key, or None where it is none of ours."""
        digits = key[: _DIGITS + 2]
        if (
            "\0" in key
            or len(digits) < _DIGITS + 2
            or len(key) > _LONGEST_KEY
            or not (digits.isascii() and digits.isdigit())
        ):
            return None
        moment = int(digits[2:])
        if self._is_newest_first:
            moment = 10**_DIGITS - moment
        try:
            at = _EPOCH + moment * _MICROSECOND
        except OverflowError:
            return None
        return Place(int(digits[0]), int(digits[1]), at, key[_DIGITS + 2 :])

    @property
    def _is_newest_first(self) -> bool:
        return self.view in _NEWEST_FIRST or self.sort is Sort.NEWEST


def asked(query: Mapping[str, str]) -> Asked:
    """Return what the values of an address ask for; what makes no sense is left out."""
    filters = Filters(
        language=_short(query.get("language")),
        channel=_short(query.get("channel")),
        issue_type=_one_of(IssueType, query.get("issue_type")),
        country=_short(query.get("country")),
        agent_id=_short(query.get("agent_id")),
        tag=_short(query.get("tag")),
    )
    return Asked(
        view=_one_of(View, query.get("view")) or View.ALL,
        sort=_one_of(Sort, query.get("sort")) or Sort.PRIORITY,
        filters=filters,
        query=" ".join(query.get("q", "")[:LONGEST_QUERY].split()),
        after=query.get("after") or None,
    )


def _one_of(kind: type[_Kind], value: str | None) -> _Kind | None:
    return next((member for member in kind if member.value == value), None)


def _short(value: str | None) -> str | None:
    # PostgreSQL knows no character zero.
    return value if value and len(value) <= _LONGEST_VALUE and "\0" not in value else None
