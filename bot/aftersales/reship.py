"""A reshipment: goods that never came, sent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.aftersales.labels import Label
from bot.aftersales.states import Machine
from bot.errors import IllegalStateError


class ReshipState(Label):
    """Where a reshipment stands."""

    REQUESTED = "requested"
    SEARCHING = "searching"
    RESERVED = "reserved"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    FOUND_MEANWHILE = "found_meanwhile"
    CANCELED = "canceled"


_S = ReshipState
_CALLED_OFF = frozenset({_S.FOUND_MEANWHILE, _S.CANCELED})
MACHINE = Machine(
    "reshipment",
    {
        _S.REQUESTED: _CALLED_OFF | {_S.SEARCHING, _S.RESERVED},
        _S.SEARCHING: _CALLED_OFF | {_S.RESERVED},
        _S.RESERVED: _CALLED_OFF | {_S.SHIPPED},
        # A second parcel may be lost too; the third has another tracking number, or there is none.
        _S.SHIPPED: frozenset({_S.SHIPPED, _S.DELIVERED, _S.CANCELED}),
    },
)

ENDED = _CALLED_OFF | {_S.DELIVERED}
"""States after which nothing happens any more."""

_TO_LEAVE = frozenset({_S.REQUESTED, _S.SEARCHING, _S.RESERVED})


@dataclass(eq=False)
class Reshipment:
    """Some pieces of an order sent again; ``lines`` maps order line positions to quantities.

    ``search_until`` is when the carrier's time to find the first parcel ends, ``lost_tracking_number`` is that of the
    first parcel, of several the one that is searched for; both are None where only a part was missing.
    ``tracking_number`` is of the new parcel.
    """

    number: str
    case_number: str
    order_number: str
    requested_at: datetime
    lines: dict[int, int] = field(default_factory=dict)
    state: ReshipState = ReshipState.REQUESTED
    search_until: datetime | None = None
    lost_tracking_number: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def subject(self) -> str:
        """Return how it is named in audit events and keys."""
        return f"reshipment:{self.number}"

    @property
    def trace_key(self) -> str:
        """Return the key of the task to trace the new parcel, which is opened when the carrier has lost it, too."""
        return f"{self.subject}:lost:{self.tracking_number}"

    @property
    def is_open(self) -> bool:
        """Tell whether the goods have yet to arrive."""
        return self.state not in ENDED

    @property
    def has_yet_to_leave(self) -> bool:
        """Tell whether the pieces are still to be sent, unless the first parcel turns up."""
        return self.state in _TO_LEAVE

    @property
    def has_left(self) -> bool:
        """Tell whether the new parcel is on its way to the customer, or there."""
        return self.state in (ReshipState.SHIPPED, ReshipState.DELIVERED)

    @property
    def holds_stock(self) -> bool:
        """Tell whether pieces are reserved that have not left yet."""
        return self.state is ReshipState.RESERVED

    def is_search_over(self, now: datetime) -> bool:
        """Tell whether the carrier has had its time."""
        return self.state is ReshipState.SEARCHING and self.search_until is not None and now >= self.search_until

    def search(self, tracking_number: str | None, until: datetime) -> None:
        """Let the carrier look for the first parcel."""
        self._move(ReshipState.SEARCHING)
        self.lost_tracking_number = tracking_number
        self.search_until = until

    def turn_to(self, tracking_number: str) -> None:
        """Record that the goods are in another parcel of the order than the one that was searched for."""
        self.lost_tracking_number = tracking_number

    def reserve(self) -> None:
        """Record that the pieces are set aside."""
        self._move(ReshipState.RESERVED)

    def ship(self, carrier: str, tracking_number: str, now: datetime) -> None:
        """Record that the new parcel left the warehouse."""
        self._move(ReshipState.SHIPPED)
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.shipped_at = now

    def deliver(self, now: datetime) -> None:
        """Record that the customer has the new parcel."""
        self._end(ReshipState.DELIVERED, now)

    def find(self, now: datetime) -> None:
        """Record that the first parcel turned up, so that no second one is sent."""
        self._end(ReshipState.FOUND_MEANWHILE, now)

    def cancel(self, now: datetime) -> None:
        """Call the reshipment off; possible until the new parcel is on its way."""
        if not self.has_yet_to_leave:
            raise IllegalStateError("reshipment", self.state.value, ReshipState.CANCELED.value)
        self._end(ReshipState.CANCELED, now)

    def give_up(self, now: datetime) -> None:
        """Record that the new parcel was lost, too, and that no third one is sent."""
        self._end(ReshipState.CANCELED, now)

    def _end(self, wanted: ReshipState, now: datetime) -> None:
        self._move(wanted)
        self.ended_at = now

    def _move(self, wanted: ReshipState) -> None:
        self.state = MACHINE.move(self.state, wanted)
