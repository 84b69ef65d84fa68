"""An exchange: a return plus a reserved replacement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.aftersales.states import Machine


class ExchangeState(Label):
    """Where the replacement stands; the way back of the goods is the return's state."""

    REPLACEMENT_RESERVED = "replacement_reserved"
    REPLACEMENT_SHIPPED = "replacement_shipped"
    REPLACEMENT_DELIVERED = "replacement_delivered"
    CANCELED = "canceled"


_S = ExchangeState
MACHINE = Machine(
    "exchange",
    {
        _S.REPLACEMENT_RESERVED: frozenset({_S.REPLACEMENT_SHIPPED, _S.CANCELED}),
        # A replacement that the carrier lost leaves a second time, under another tracking number, or is given up.
        _S.REPLACEMENT_SHIPPED: frozenset({_S.REPLACEMENT_SHIPPED, _S.REPLACEMENT_DELIVERED, _S.CANCELED}),
    },
)


@dataclass(eq=False)
class Exchange:
    """The replacement for the goods of one return.

    ``price_difference`` is what the customer still owes when positive, and gets back when negative;
    ``difference_settled`` tells that the customer has paid it. ``in_advance`` lets the replacement leave before the
    goods are back.
    """

    rma: str
    case_number: str
    order_number: str
    sku: str
    quantity: int
    price_difference: Money
    reserved_until: date
    state: ExchangeState = ExchangeState.REPLACEMENT_RESERVED
    in_advance: bool = False
    difference_settled: bool = False
    carrier: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    ended_at: datetime | None = None
    id: int | None = None

    @property
    def subject(self) -> str:
        """Return how it is named in audit events and keys: as the return that it belongs to."""
        return f"return:{self.rma}"

    @property
    def is_open(self) -> bool:
        """Tell whether the replacement has yet to arrive."""
        return self.state in (ExchangeState.REPLACEMENT_RESERVED, ExchangeState.REPLACEMENT_SHIPPED)

    @property
    def is_to_leave(self) -> bool:
        """Tell whether the replacement is set aside and has not left yet."""
        return self.state is ExchangeState.REPLACEMENT_RESERVED

    @property
    def has_left(self) -> bool:
        """Tell whether the replacement is on its way to the customer, or there."""
        return self.state in (ExchangeState.REPLACEMENT_SHIPPED, ExchangeState.REPLACEMENT_DELIVERED)

    @property
    def has_arrived(self) -> bool:
        """Tell whether the customer has the replacement."""
        return self.state is ExchangeState.REPLACEMENT_DELIVERED

    @property
    def is_unpaid(self) -> bool:
        """Tell whether the customer still owes the difference to a dearer replacement."""
        return self.price_difference.amount > 0 and not self.difference_settled

    @property
    def is_paid_in_vain(self) -> bool:
        """Tell whether the customer has paid for a dearer replacement that will not come."""
        is_paid = self.price_difference.amount > 0 and self.difference_settled
        return is_paid and self.state is ExchangeState.CANCELED

    @property
    def paid_back(self) -> Money:
        """Return what the customer gets back because the replacement is cheaper; nothing for a dearer one."""
        return max(Money.zero(self.price_difference.currency), self.price_difference * -1)

    @property
    def trace_key(self) -> str:
        """Return the key of the task to trace the replacement, which is opened when the carrier has lost it."""
        return f"{self.subject}:lost:{self.tracking_number}"

    @property
    def awaits_payment(self) -> bool:
        """Tell whether the replacement is set aside and does not leave before the customer has paid the difference."""
        return self.is_to_leave and self.is_unpaid

    def may_ship(self, *, goods_are_here: bool) -> bool:
        """Tell whether the reserved replacement may leave now."""
        is_due = self.is_to_leave and (goods_are_here or self.in_advance)
        return is_due and not self.is_unpaid

    def settle_difference(self) -> None:
        """Record that the customer has paid the difference."""
        self.difference_settled = True

    def cancel(self, now: datetime) -> None:
        """Give the reserved pieces up, or those that the carrier lost."""
        self._move(ExchangeState.CANCELED)
        self.ended_at = now

    def ship(self, carrier: str, tracking_number: str, now: datetime) -> None:
        """Record that the replacement left the warehouse."""
        self._move(ExchangeState.REPLACEMENT_SHIPPED)
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.shipped_at = now

    def deliver(self, now: datetime) -> None:
        """Record that the customer has the replacement."""
        self._move(ExchangeState.REPLACEMENT_DELIVERED)
        self.ended_at = now

    def _move(self, wanted: ExchangeState) -> None:
        self.state = MACHINE.move(self.state, wanted)
