"""What a payment provider is told, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.money import Money


@dataclass(frozen=True)
class Instruction:
    """Money to send back to where a payment came from.

    ``key`` is the idempotency key: the same key is always the same instruction. ``payment_id`` is the shop's; None
    means that the shop told no payments, and the provider has to find the payment by the order's number.
    """

    key: str
    order_number: str
    refund_number: str
    method: str
    amount: Money
    payment_id: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What a provider says when it has taken an instruction on; ``days`` is how long the money travels at most."""

    reference: str
    days: int


@dataclass(eq=False)
class RecordedInstruction:
    """An instruction that the embedded provider has taken on, with its receipt."""

    key: str
    order_number: str
    refund_number: str
    method: str
    amount: Money
    payment_id: str | None
    reference: str
    days: int
    recorded_at: datetime
