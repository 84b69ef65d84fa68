"""Proof, within one conversation, that an order is the customer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.aftersales.order import Order

MAX_WRONG_TRIES = 5
LOCK = timedelta(hours=1)


@dataclass(frozen=True)
class TryLimit:
    """How many wrong tries at one kind of thing there may be within a while, over everything else."""

    kind: str
    most: int
    within: timedelta

    def subject(self, name: str) -> str:
        """Return what the tries at a thing of this kind are counted under."""
        return f"{self.kind}:{name}"


# Four digits are ten thousand possibilities, and new conversations cost nothing.
AT_ORDER = TryLimit("order", 20, timedelta(days=1))
IN_CONVERSATION = TryLimit("conversation", 10, timedelta(hours=1))
TRIES_COUNT_FOR = max(AT_ORDER.within, IN_CONVERSATION.within)
"""How long a count of wrong tries means anything."""


@dataclass(frozen=True)
class WrongTries:
    """How many wrong tries there were lately: at an order in all conversations, and in a conversation at all orders."""

    at_order: int
    in_conversation: int

    def allow_proof(self, order: Order | None, factors: Sequence[str]) -> bool:
        """Tell whether one of some details proves an order, where the next tries are these, one after the other.

        After too many at an order, only the whole e-mail address does, which nobody guesses; after too many in a
        conversation nothing does. Everything is compared in any case, so that timing tells nothing.
        """
        proofs = [
            order is not None
            and order.is_proved_by(factor, by_email_only=self.at_order + before >= AT_ORDER.most)
            and self.in_conversation + before < IN_CONVERSATION.most
            for before, factor in enumerate(factors)
        ]
        return any(proofs)


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


@dataclass(frozen=True)
class KnownCustomer:
    """Whom the shop's own page, where the customer is logged in, says that a conversation is with.

    Until ``known_until`` its word stands; what is proved by then stays so.
    """

    conversation_id: str
    customer_id: str
    known_since: datetime
    known_until: datetime
