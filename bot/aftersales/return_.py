"""A return: goods on their way back to the shop."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.aftersales.labels import IssueType, Label, Payer
from bot.aftersales.money import Money
from bot.aftersales.states import Machine


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


_S = ReturnState
_MACHINE = Machine(
    "return",
    {
        _S.REQUESTED: frozenset({_S.APPROVED, _S.DECLINED, _S.MANUAL_REVIEW, _S.CANCELED}),
        _S.MANUAL_REVIEW: frozenset({_S.APPROVED, _S.DECLINED, _S.CANCELED}),
        _S.APPROVED: frozenset({_S.LABEL_ISSUED, _S.SHIPPED, _S.RECEIVED, _S.EXPIRED, _S.CANCELED}),
        _S.LABEL_ISSUED: frozenset({_S.SHIPPED, _S.RECEIVED, _S.EXPIRED, _S.CANCELED}),
        _S.SHIPPED: frozenset({_S.RECEIVED, _S.PARTIALLY_RECEIVED}),
        _S.PARTIALLY_RECEIVED: frozenset({_S.RECEIVED, _S.INSPECTED}),
        _S.RECEIVED: frozenset({_S.INSPECTED}),
        _S.INSPECTED: frozenset({_S.COMPLETED, _S.DECLINED}),
    },
)

ENDED = frozenset({_S.DECLINED, _S.COMPLETED, _S.EXPIRED, _S.CANCELED})
"""States after which a return binds no goods any more; of these only ``completed`` used them up."""


@dataclass(eq=False)
class ReturnLine:
    """What comes back of one order line, and what was found of it."""

    position: int
    quantity: int
    reason: IssueType
    received: int = 0
    damaged: int = 0
    id: int | None = None


@dataclass(eq=False)
class Return:
    """An agreed way back; ``rma`` is printed on the parcel, ``deadline`` is the last day to hand it over."""

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

    @property
    def is_open(self) -> bool:
        """Tell whether goods are still expected, underway or being looked at."""
        return self.state not in ENDED

    @property
    def uses_up_goods(self) -> bool:
        """Tell whether these pieces can no longer be returned a second time."""
        return self.is_open or self.state is ReturnState.COMPLETED

    def approve(self) -> None:
        """Allow the customer to send the goods."""
        self.state = _MACHINE.move(self.state, ReturnState.APPROVED)

    def decline(self) -> None:
        """Refuse the return."""
        self.state = _MACHINE.move(self.state, ReturnState.DECLINED)

    def review(self) -> None:
        """Leave the decision to a person."""
        self.state = _MACHINE.move(self.state, ReturnState.MANUAL_REVIEW)

    def cancel(self) -> None:
        """Call the return off; possible until the goods are on their way."""
        self.state = _MACHINE.move(self.state, ReturnState.CANCELED)
