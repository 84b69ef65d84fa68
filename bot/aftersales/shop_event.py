"""What the shop reports: a parcel scanned, goods received, a refund settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.aftersales.labels import Label
from bot.aftersales.states import Machine


class ShopEventType(Label):
    """What happened."""

    SHIPMENT_SCANNED = "shipment.scanned"
    RETURN_RECEIVED = "return.received"
    RETURN_INSPECTED = "return.inspected"
    REFUND_SETTLED = "refund.settled"
    REFUND_FAILED = "refund.failed"
    STOCK_CHANGED = "stock.changed"
    REPLACEMENT_SHIPPED = "replacement.shipped"
    REPLACEMENT_DELIVERED = "replacement.delivered"
    DIFFERENCE_PAID = "difference.paid"
    REPLACEMENT_UNAVAILABLE = "replacement.unavailable"
    REPAIR_RECEIVED = "repair.received"
    REPAIR_QUOTED = "repair.quoted"
    REPAIR_SHIPPED_BACK = "repair.shipped_back"
    RESHIPMENT_SHIPPED = "reshipment.shipped"
    CUSTOMS_UPDATED = "customs.updated"


class ShopEventState(Label):
    """What became of an event.

    ``waiting`` came before what has to happen first; ``ignored`` came after what it tells of was known or over.
    """

    APPLIED = "applied"
    IGNORED = "ignored"
    WAITING = "waiting"
    FAILED = "failed"


_S = ShopEventState
MACHINE = Machine("shop event", {_S.WAITING: frozenset({_S.APPLIED, _S.IGNORED, _S.WAITING, _S.FAILED})})


@dataclass(eq=False)
class ShopEvent:
    """One report; ``id`` is the shop's own and makes a second delivery of it harmless.

    ``at`` is when it happened, ``received_at`` when it came. ``subject`` names what it is about, such as
    ``return:R1000001`` or ``tracking:KP0042``; ``result`` is a short code of what followed.
    """

    id: str
    type: ShopEventType
    at: datetime
    received_at: datetime
    subject: str
    payload: dict[str, Any] = field(default_factory=dict)
    state: ShopEventState = ShopEventState.WAITING
    result: str = ""

    def end(self, state: ShopEventState, result: str) -> None:
        """Record what became of it."""
        self.state = MACHINE.move(self.state, state)
        self.result = result
