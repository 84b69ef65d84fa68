"""What is said of an order that has no parcels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.orders import no_tracking
from bot.aftersales.order import OrderState
from tests.unit.aftersales.builders import an_order

NOT_YET, NONE = "label_tracking_not_yet", "label_tracking_none"


@pytest.mark.parametrize(("state", "label"), [
    (OrderState.PENDING, NOT_YET),
    (OrderState.PAID, NOT_YET),
    (OrderState.SHIPPED, NONE),
    (OrderState.DELIVERED, NONE),
    (OrderState.RETURNED, NONE),
])  # fmt: skip
def test_what_is_not_sent_yet_can_be_tracked_later(state: OrderState, label: str) -> None:
    told = no_tracking(replace(an_order(state=state), shipments=[]))
    assert isinstance(told, dict) and told["name"] == label


def test_nobody_waits_for_the_parcel_of_a_canceled_order() -> None:
    assert no_tracking(replace(an_order(state=OrderState.CANCELED), shipments=[])) == ""
