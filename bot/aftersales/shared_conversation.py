"""Whose words are in a conversation that several customers have written in, as people with one telephone do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Part:
    """A time in which a conversation was certainly with a customer; ``until`` is None while that goes on."""

    customer_id: str
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Tell whether a moment lies within."""
        return self.since <= at and (self.until is None or at <= self.until)


@dataclass(frozen=True)
class SharedConversation:
    """The parts of a conversation, and to whom announcements in it were made, by the id of the message."""

    parts: Collection[Part]
    told: Mapping[int, str]

    def is_of(self, customer_id: str, at: datetime, message_id: int | None = None) -> bool:
        """Tell whether what was written at a moment is a customer's for certain."""
        return self._writers(at, message_id) == {customer_id}

    def may_go_with(self, customer_id: str, at: datetime, message_id: int | None = None) -> bool:
        """Tell whether what was written may be a customer's, and nobody else's open matter needs it."""
        is_needed = any(
            part.until is None and part.customer_id != customer_id and part.holds(at) for part in self.parts
        )
        writers = self._writers(at, message_id)
        return customer_id in writers and (writers == {customer_id} or not is_needed)

    def _writers(self, at: datetime, message_id: int | None) -> set[str]:
        """Return who may have written, or was told: whose part it is in, else whose are next to it on both sides."""
        if message_id is not None and message_id in self.told:
            return {self.told[message_id]}
        within = {part.customer_id for part in self.parts if part.holds(at)}
        if within:
            return within
        ended = [(part.until, part.customer_id) for part in self.parts if part.until is not None and part.until < at]
        to_come = [(part.since, part.customer_id) for part in self.parts if part.since > at]
        return {customer_id for _, customer_id in (*sorted(ended)[-1:], *sorted(to_come)[:1])}
