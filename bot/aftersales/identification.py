"""Proof, within one conversation, that an order is the customer's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_WRONG_TRIES = 5
LOCK = timedelta(hours=1)


@dataclass(eq=False)
class Identification:
    """The tries of one conversation at one order number, which need not exist."""

    conversation_id: str
    order_number: str
    wrong_tries: int = 0
    proved_at: datetime | None = None
    locked_until: datetime | None = None
    id: int | None = None

    @property
    def is_proved(self) -> bool:
        """Tell whether the order's data may be shown."""
        return self.proved_at is not None

    def is_locked(self, now: datetime) -> bool:
        """Tell whether further tries are refused for now."""
        return self.locked_until is not None and now < self.locked_until

    def prove(self, now: datetime) -> None:
        """Record that the second factor matched."""
        self.proved_at = now
        self.wrong_tries = 0

    def fail(self, now: datetime) -> None:
        """Count a wrong try and lock the order for this conversation after too many."""
        self.wrong_tries += 1
        if self.wrong_tries >= MAX_WRONG_TRIES:
            self.wrong_tries = 0
            self.locked_until = now + LOCK
