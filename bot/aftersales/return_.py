"""A return: goods on their way back to the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.aftersales.labels import IssueType, Label, Payer
from bot.aftersales.money import Money
from bot.aftersales.states import Machine
from bot.errors import InvalidInputError, NotFoundError


class ReturnState(Label):
    """Where a return stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    MANUAL_REVIEW = "manual_review"
    LABEL_ISSUED = "label_issued"
    SHIPPED = "shipped"
    RECEIVED = "received"
    PARTIALLY_RECEIVED = "partially_received"
    INSPECTED = "inspected"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELED = "canceled"


class ReturnMethod(Label):
    """How the goods travel back."""

    DROP_OFF = "drop_off"
    POST = "post"
    PICKUP = "pickup"


class Refusal(Label):
    """Why the shop does not take goods in, or not back; the customer is told in plain words."""

    NOT_COVERED = "not_covered"
    NO_EVIDENCE = "no_evidence"
    DAMAGED_BY_CUSTOMER = "damaged_by_customer"
    WRONG_ITEM = "wrong_item"
    NOT_REPAIRABLE = "not_repairable"
    OTHER = "other"


class Finding(Label):
    """What inspection says of a piece; what was announced and is none of the others is missing."""

    AS_DESCRIBED = "as_described"
    DAMAGED_BY_CUSTOMER = "damaged_by_customer"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"


_S = ReturnState
_ARRIVED = frozenset({_S.RECEIVED, _S.PARTIALLY_RECEIVED})
_BEFORE_HANDOVER = _ARRIVED | {_S.SHIPPED, _S.EXPIRED, _S.CANCELED}

MACHINE = Machine(
    "return",
    {
        _S.REQUESTED: frozenset({_S.APPROVED, _S.DECLINED, _S.MANUAL_REVIEW, _S.CANCELED}),
        _S.MANUAL_REVIEW: frozenset({_S.APPROVED, _S.DECLINED, _S.CANCELED}),
        _S.APPROVED: _BEFORE_HANDOVER | {_S.LABEL_ISSUED},
        _S.LABEL_ISSUED: _BEFORE_HANDOVER,
        # A parcel that the carrier lost on the way back expires, unless a person pays for it.
        _S.SHIPPED: _ARRIVED | {_S.EXPIRED},
        _S.PARTIALLY_RECEIVED: _ARRIVED | {_S.INSPECTED},
        _S.RECEIVED: frozenset({_S.INSPECTED}),
        _S.INSPECTED: frozenset({_S.COMPLETED, _S.DECLINED}),
        # What was posted in time may come late, and the day of posting is what counts.
        _S.EXPIRED: _ARRIVED | {_S.SHIPPED},
    },
)

ENDED = frozenset({_S.DECLINED, _S.COMPLETED, _S.EXPIRED, _S.CANCELED})
"""States in which a return binds no goods; only ``completed`` used them up, only of ``expired`` may they still come."""

AWAITED = frozenset({_S.APPROVED, _S.LABEL_ISSUED})
"""States in which the customer has to hand the parcel over by the deadline."""

UNDECIDED = _ARRIVED | {_S.SHIPPED, _S.INSPECTED}
"""States in which goods are here or on their way, and what the customer gets for them is not settled yet."""


@dataclass(eq=False)
class ReturnLine:
    """What comes back of one order line, and what was found of it.

    ``damaged`` of the ``received`` pieces arrived broken; ``as_described``, ``damaged_by_customer`` and ``wrong_item``
    are what inspection found.
    """

    position: int
    quantity: int
    reason: IssueType
    received: int = 0
    damaged: int = 0
    as_described: int = 0
    damaged_by_customer: int = 0
    wrong_item: int = 0
    id: int | None = None

    @property
    def missing(self) -> int:
        """Return how many announced pieces have not arrived."""
        return self.quantity - self.received

    @property
    def disputed(self) -> int:
        """Return, after inspection, how many pieces came otherwise than agreed: used up, another item, an empty box."""
        return self.received - self.as_described

    def receive(self, pieces: int, damaged: int) -> None:
        """Add pieces that arrived; raises InvalidInputError for more than were announced."""
        if pieces < 0 or self.received + pieces > self.quantity:
            raise InvalidInputError(f"lines.{self.position}.received", "more_than_announced")
        if damaged < 0 or damaged > pieces:
            raise InvalidInputError(f"lines.{self.position}.damaged", "more_than_received")
        self.received += pieces
        self.damaged += damaged

    def inspect(self, found: Mapping[Finding, int]) -> None:
        """Record what was found; raises InvalidInputError where the pieces do not add up to those that are here."""
        absent = found.get(Finding.MISSING, 0)
        here = sum(found.values()) - absent
        if min(found.values(), default=0) < 0 or here > self.received or here + absent > self.quantity:
            raise InvalidInputError(f"lines.{self.position}.findings", "more_than_received")
        if here + absent < self.received:
            raise InvalidInputError(f"lines.{self.position}.findings", "fewer_than_received")
        self.as_described = found.get(Finding.AS_DESCRIBED, 0)
        self.damaged_by_customer = found.get(Finding.DAMAGED_BY_CUSTOMER, 0)
        self.wrong_item = found.get(Finding.WRONG_ITEM, 0)


@dataclass(eq=False)
class Return:
    """An agreed way back; ``rma`` is printed on the parcel, ``deadline`` is the last day to hand it over.

    ``warehouse`` is the id of the one that the parcel goes to. ``refund`` is what the customer gets when all of it
    comes as described; ``refunds_shipping`` and ``refunds_duties`` tell whether these are part of it.
    ``pay_by`` is the last day on which the money may leave, known once goods are here, and where it counts from a
    withdrawal, once it is proved that they were sent.
    """

    rma: str
    case_number: str
    order_number: str
    method: ReturnMethod
    deadline: date
    refund: Money
    return_shipping: Payer
    requested_at: datetime
    lines: list[ReturnLine] = field(default_factory=list)
    state: ReturnState = ReturnState.REQUESTED
    refunds_shipping: bool = False
    refunds_duties: bool = False
    warehouse: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    inspected_at: datetime | None = None
    ended_at: datetime | None = None
    decline_reason: Refusal | None = None
    pay_by: date | None = None

    @property
    def subject(self) -> str:
        """Return how it is named in audit events and keys."""
        return f"return:{self.rma}"

    @property
    def trace_key(self) -> str:
        """Return the key of the task to trace the parcel that is on its way, and may be lost."""
        # Not "lost:", which is the replacement's.
        return f"{self.subject}:trace:{self.tracking_number}"

    @property
    def is_open(self) -> bool:
        """Tell whether goods are still expected, underway or being looked at."""
        return self.state not in ENDED

    @property
    def uses_up_goods(self) -> bool:
        """Tell whether these pieces can no longer be returned a second time."""
        return self.is_open or self.state is ReturnState.COMPLETED

    @property
    def is_here(self) -> bool:
        """Tell whether goods have arrived, whatever was found since."""
        return self.received_at is not None

    @property
    def good(self) -> dict[int, int]:
        """Return, after inspection, how many pieces of each order line came as described."""
        return {line.position: line.as_described for line in self.lines if line.as_described}

    @property
    def is_disputed(self) -> bool:
        """Tell, after inspection, whether something came otherwise than agreed."""
        return any(line.disputed for line in self.lines)

    def line(self, position: int) -> ReturnLine:
        """Return the line of an order line's position, or raise NotFoundError."""
        for line in self.lines:
            if line.position == position:
                return line
        raise NotFoundError("return line", str(position))

    def is_overdue(self, today: date) -> bool:
        """Tell whether the parcel should have been handed over by now."""
        return self.state in AWAITED and today > self.deadline

    def is_under_way_since(self, moment: datetime) -> bool:
        """Tell whether the parcel was handed over by then, and nothing of it has arrived yet."""
        return self.state is ReturnState.SHIPPED and self.shipped_at is not None and self.shipped_at <= moment

    def was_completed_before(self, moment: datetime) -> bool:
        """Tell whether everything about the goods was settled by then."""
        return self.state is ReturnState.COMPLETED and self.ended_at is not None and self.ended_at < moment

    def is_unpaid(self, today: date) -> bool:
        """Tell whether the customer should have been paid before today for the goods."""
        return self.state in UNDECIDED and bool(self.refund) and self.pay_by is not None and self.pay_by < today

    def approve(self) -> None:
        """Allow the customer to send the goods."""
        self._move(ReturnState.APPROVED)

    def decline(self, reason: Refusal, now: datetime) -> None:
        """Refuse the return, before the goods travel or after looking at them."""
        self._move(ReturnState.DECLINED)
        self.decline_reason = reason
        self.ended_at = now

    def review(self) -> None:
        """Leave the decision to a person."""
        self._move(ReturnState.MANUAL_REVIEW)

    def issue_label(self, carrier: str | None = None, tracking_number: str | None = None) -> None:
        """Record that the customer has everything needed to send the parcel; a prepaid label has a number already."""
        self._move(ReturnState.LABEL_ISSUED)
        self.carrier = carrier
        self.tracking_number = tracking_number

    def ship(self, carrier: str, tracking_number: str, now: datetime) -> None:
        """Record that the parcel was handed over."""
        self._move(ReturnState.SHIPPED)
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.shipped_at = now
        self.ended_at = None

    def receive(self, pieces: Mapping[int, tuple[int, int]], now: datetime) -> None:
        """Record what arrived: by position how many pieces, and how many of them broken.

        The return is received when nothing is missing any more, else partially received. Raises InvalidInputError
        for nothing or too much, NotFoundError for a line that was not announced.
        """
        if not any(count for count, _ in pieces.values()):
            raise InvalidInputError("lines", "missing")
        coming = {position: self.line(position).received + count for position, (count, _) in pieces.items()}
        is_whole = all(coming.get(line.position, line.received) >= line.quantity for line in self.lines)
        wanted = ReturnState.RECEIVED if is_whole else ReturnState.PARTIALLY_RECEIVED
        MACHINE.move(self.state, wanted)
        for position, (count, damaged) in pieces.items():
            self.line(position).receive(count, damaged)
        self._move(wanted)
        self.received_at = self.received_at or now
        self.ended_at = None

    def inspect(self, findings: Mapping[int, Mapping[Finding, int]], now: datetime) -> None:
        """Record what was found of each line; lines that are left out came as described.

        Raises InvalidInputError where the pieces do not add up, NotFoundError for a line that was not announced.
        """
        MACHINE.move(self.state, ReturnState.INSPECTED)
        for position in findings:
            self.line(position)
        for line in self.lines:
            line.inspect(findings.get(line.position, {Finding.AS_DESCRIBED: line.received}))
        self._move(ReturnState.INSPECTED)
        self.inspected_at = now

    def complete(self, now: datetime) -> None:
        """Record that the customer got what the goods were worth."""
        self._move(ReturnState.COMPLETED)
        self.ended_at = now

    def expire(self, now: datetime) -> None:
        """Record that the parcel never came."""
        self._move(ReturnState.EXPIRED)
        self.ended_at = now

    def cancel(self, now: datetime) -> None:
        """Call the return off; possible until the goods are on their way."""
        self._move(ReturnState.CANCELED)
        self.ended_at = now

    def _move(self, wanted: ReturnState) -> None:
        self.state = MACHINE.move(self.state, wanted)
