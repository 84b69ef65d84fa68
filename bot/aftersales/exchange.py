"""An exchange: a return plus a reserved replacement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
_MACHINE = Machine(
    "exchange",
    {
        _S.REPLACEMENT_RESERVED: frozenset({_S.REPLACEMENT_SHIPPED, _S.CANCELED}),
        _S.REPLACEMENT_SHIPPED: frozenset({_S.REPLACEMENT_DELIVERED}),
    },
)


@dataclass(eq=False)
class Exchange:
    """The replacement for the goods of one return.

    ``price_difference`` is what the customer still owes when positive, and gets back when negative.
    """

    rma: str
    case_number: str
    order_number: str
    sku: str
    quantity: int
    price_difference: Money
    reserved_until: date
    state: ExchangeState = ExchangeState.REPLACEMENT_RESERVED
    id: int | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the replacement has yet to arrive."""
        return self.state in (ExchangeState.REPLACEMENT_RESERVED, ExchangeState.REPLACEMENT_SHIPPED)

    def cancel(self) -> None:
        """Give the reserved pieces up."""
        self.state = _MACHINE.move(self.state, ExchangeState.CANCELED)

    def ship(self) -> None:
        """Record that the replacement left the warehouse."""
        self.state = _MACHINE.move(self.state, ExchangeState.REPLACEMENT_SHIPPED)
