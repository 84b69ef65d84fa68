"""A repair: goods that come in, are mended, and go back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.aftersales.return_ import Refusal
from bot.aftersales.states import Machine
from bot.errors import IllegalStateError


class RepairState(Label):
    """Where a repair stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    SHIPPED = "shipped"
    RECEIVED = "received"
    QUOTED = "quoted"
    QUOTE_DECLINED = "quote_declined"
    REPAIRING = "repairing"
    SHIPPED_BACK = "shipped_back"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELED = "canceled"


_S = RepairState
MACHINE = Machine(
    "repair",
    {
        _S.REQUESTED: frozenset({_S.APPROVED, _S.DECLINED, _S.CANCELED}),
        _S.APPROVED: frozenset({_S.SHIPPED, _S.RECEIVED, _S.EXPIRED, _S.CANCELED}),
        _S.SHIPPED: frozenset({_S.RECEIVED, _S.EXPIRED}),
        # Nothing was set aside for it, so goods that come late are mended after all.
        _S.EXPIRED: frozenset({_S.SHIPPED, _S.RECEIVED}),
        # What cannot be mended goes back as it came.
        _S.RECEIVED: frozenset({_S.QUOTED, _S.REPAIRING, _S.SHIPPED_BACK}),
        _S.QUOTED: frozenset({_S.REPAIRING, _S.QUOTE_DECLINED}),
        _S.QUOTE_DECLINED: frozenset({_S.SHIPPED_BACK}),
        # What looked like a case for the guarantee may turn out on the bench to be none.
        _S.REPAIRING: frozenset({_S.QUOTED, _S.SHIPPED_BACK}),
        _S.SHIPPED_BACK: frozenset({_S.COMPLETED}),
    },
)

ENDED = frozenset({_S.DECLINED, _S.COMPLETED, _S.EXPIRED, _S.CANCELED})
"""States after which nobody waits for anything any more; only of ``expired`` the goods may still come."""


@dataclass(eq=False)
class Repair:
    """The repair of some pieces of one order line.

    ``deadline`` is the last day to hand the parcel over, ``quote`` what the customer would pay outside of warranty,
    answered by ``quote_until`` at the latest. ``carrier``, ``tracking_number`` and ``shipped_at`` are those of the last
    parcel: to the shop, or back to the customer.
    """

    number: str
    case_number: str
    order_number: str
    position: int
    quantity: int
    in_warranty: bool
    requested_at: datetime
    deadline: date
    warehouse: str | None = None
    state: RepairState = RepairState.REQUESTED
    quote: Money | None = None
    quote_until: date | None = None
    received_at: datetime | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    is_repaired: bool = False
    ended_at: datetime | None = None
    decline_reason: Refusal | None = None

    @property
    def subject(self) -> str:
        """Return how it is named in audit events and keys."""
        return f"repair:{self.number}"

    @property
    def is_open(self) -> bool:
        """Tell whether something still has to happen."""
        return self.state not in ENDED

    @property
    def is_here(self) -> bool:
        """Tell whether the goods have arrived, whatever became of them since."""
        return self.received_at is not None

    @property
    def trace_key(self) -> str:
        """Return the key of the task to trace the parcel that is on its way to the shop, and may be lost."""
        return f"{self.subject}:trace:{self.tracking_number}"

    def is_under_way_since(self, moment: datetime) -> bool:
        """Tell whether the customer handed the parcel over by then, and it has not arrived yet."""
        return self.state is RepairState.SHIPPED and self.shipped_at is not None and self.shipped_at <= moment

    def is_overdue(self, today: date) -> bool:
        """Tell whether the parcel should have been handed over by now."""
        return self.state is RepairState.APPROVED and today > self.deadline

    def is_quote_over(self, today: date) -> bool:
        """Tell whether the customer's time to answer has passed."""
        return self.state is RepairState.QUOTED and self.quote_until is not None and today > self.quote_until

    def approve(self) -> None:
        """Allow the customer to send the goods."""
        self._move(RepairState.APPROVED)

    def decline(self, reason: Refusal, now: datetime) -> None:
        """Refuse the repair."""
        self._end(RepairState.DECLINED, now)
        self.decline_reason = reason

    def ship(self, carrier: str, tracking_number: str, now: datetime) -> None:
        """Record that the customer has handed the parcel over."""
        self._move(RepairState.SHIPPED)
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.shipped_at = now
        self.ended_at = None

    def receive(self, now: datetime) -> None:
        """Record that the goods are here."""
        self._move(RepairState.RECEIVED)
        self.received_at = now
        self.ended_at = None

    def propose(self, quote: Money, until: date) -> None:
        """Tell what the repair would cost, which says that no warranty covers it; else ``start`` at once."""
        self._move(RepairState.QUOTED)
        self.in_warranty = False
        self.quote = quote
        self.quote_until = until

    def accept_quote(self) -> None:
        """Begin with the work, because the customer pays for it."""
        if self.state is not RepairState.QUOTED:
            raise IllegalStateError(MACHINE.kind, self.state.value, RepairState.REPAIRING.value)
        self._move(RepairState.REPAIRING)

    def decline_quote(self) -> None:
        """Leave the goods as they are, because the customer does not pay for the work."""
        self._move(RepairState.QUOTE_DECLINED)

    def start(self) -> None:
        """Begin with work that costs the customer nothing."""
        if self.state is not RepairState.RECEIVED:
            raise IllegalStateError(MACHINE.kind, self.state.value, RepairState.REPAIRING.value)
        self._move(RepairState.REPAIRING)

    def ship_back(self, carrier: str, tracking_number: str, now: datetime, *, is_repaired: bool) -> None:
        """Record that the goods are on their way to the customer, mended or as they came."""
        if is_repaired and self.state is not RepairState.REPAIRING:
            raise IllegalStateError(MACHINE.kind, self.state.value, RepairState.SHIPPED_BACK.value)
        self._move(RepairState.SHIPPED_BACK)
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.shipped_at = now
        self.is_repaired = is_repaired

    def complete(self, now: datetime) -> None:
        """Record that the customer has the goods again."""
        self._end(RepairState.COMPLETED, now)

    def expire(self, now: datetime) -> None:
        """Record that the goods never came."""
        self._end(RepairState.EXPIRED, now)

    def cancel(self, now: datetime) -> None:
        """Call the repair off; possible until the goods are on their way."""
        self._end(RepairState.CANCELED, now)

    def _end(self, wanted: RepairState, now: datetime) -> None:
        self._move(wanted)
        self.ended_at = now

    def _move(self, wanted: RepairState) -> None:
        self.state = MACHINE.move(self.state, wanted)
