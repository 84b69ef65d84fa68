"""Until when defects are mended."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from bot.aftersales.guarantee import guarantee_of
from tests.unit.aftersales.builders import an_order


@pytest.mark.parametrize(
    ("months", "until"),
    [(6, date(2026, 9, 1)), (12, date(2027, 3, 1)), (24, date(2028, 3, 1)), (36, date(2029, 3, 1))],
)
def test_a_warranty_ends_with_the_months_of_the_calendar(months: int, until: date) -> None:
    order = an_order()
    order.shipments[0].delivered_at = datetime(2026, 3, 1, tzinfo=timezone.utc)
    order.lines[0].product.warranty_months = months
    found = guarantee_of(order, order.lines, 30, {})
    assert found is not None
    assert (found.maker, found.warranty) == (until, until)
