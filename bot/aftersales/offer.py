"""Offers: what one side proposes, and what the other says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.aftersales.labels import Label, Remedy
from bot.aftersales.money import Money
from bot.aftersales.states import Machine


class OfferState(Label):
    """Where an offer stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTERED = "countered"
    EXPIRED = "expired"


class Proposer(Label):
    """Who made an offer."""

    BOT = "bot"
    AGENT = "agent"
    CUSTOMER = "customer"


MACHINE = Machine(
    "offer",
    {
        OfferState.PROPOSED: frozenset(
            {OfferState.ACCEPTED, OfferState.DECLINED, OfferState.COUNTERED, OfferState.EXPIRED}
        )
    },
)


@dataclass(eq=False)
class Offer:
    """One entry of a case's offer ledger; ``reasons`` are the policy's codes.

    ``terms`` says what the remedy alone does not: ``percent`` of the price, ``months`` of warranty, or the
    ``sku`` of a replacement. ``agent_id`` is whoever made it, None for the bot and the customer, ``note``
    that person's reason, which the customer never sees.
    """

    remedy: Remedy
    proposed_by: Proposer
    proposed_at: datetime
    amount: Money | None = None
    reasons: list[str] = field(default_factory=list)
    state: OfferState = OfferState.PROPOSED
    terms: dict[str, str] = field(default_factory=dict)
    agent_id: str | None = None
    answered_at: datetime | None = None
    note: str = ""
    id: int | None = None

    def accept(self) -> None:
        """Record that the other side agreed."""
        self.state = MACHINE.move(self.state, OfferState.ACCEPTED)

    def decline(self) -> None:
        """Record that the other side refused."""
        self.state = MACHINE.move(self.state, OfferState.DECLINED)

    def counter(self) -> None:
        """Record that the other side proposed something else."""
        self.state = MACHINE.move(self.state, OfferState.COUNTERED)

    def expire(self) -> None:
        """Record that it holds no longer: nobody answered in time, or another one took its place."""
        self.state = MACHINE.move(self.state, OfferState.EXPIRED)
