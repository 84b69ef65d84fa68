"""Until when defects are mended: the shop's days for faulty goods, the maker's warranty, and longer ones given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.aftersales.grant import months_after
from bot.aftersales.order import Order, OrderLine


@dataclass(frozen=True)
class Guarantee:
    """The last days on which defects of some goods are mended, of several goods the earliest.

    ``shop`` ends the days for faulty goods, None where no day does; after it only ``warranty`` is left, which is the
    maker's until ``maker``, and longer where more was given.
    """

    shop: date | None
    maker: date
    warranty: date

    @property
    def until(self) -> date | None:
        """Return the very last day, or None where there is none."""
        return None if self.shop is None else max(self.shop, self.warranty)

    def covers(self, day: date) -> bool:
        """Tell whether shop or maker answer for defects on a day, without what was given beyond."""
        return self.shop is None or day <= max(self.shop, self.maker)


def guarantee_of(
    order: Order, lines: Iterable[OrderLine], days: int | None, extended: Mapping[int, date]
) -> Guarantee | None:
    """Return the guarantee of order lines, counted from the last arrival, or None before the first.

    ``days`` are those for faulty goods, None without end; ``extended`` maps positions of lines with a longer warranty
    to its last day.
    """
    if order.arrived_at is None:
        return None
    arrived = order.arrived_at.date()
    makers = {line.position: maker_until(arrived, line) for line in lines}
    return Guarantee(
        shop=None if days is None else arrived + timedelta(days=days),
        maker=min(makers.values(), default=arrived),
        warranty=min((max(end, extended.get(at, end)) for at, end in makers.items()), default=arrived),
    )


def maker_until(arrived: date, line: OrderLine) -> date:
    """Return the last day of the maker's warranty of goods that arrived on a day."""
    return months_after(arrived, line.product.warranty_months)
