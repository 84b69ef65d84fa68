"""What somebody wants to see of the statistics: the address of the page as typed values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from bot.aftersales.labels import Label
from bot.desk.measures import Measure
from bot.services.statistics_ports import Dimension, Span

FILTERS = (
    Dimension.ISSUE,
    Dimension.PRODUCT,
    Dimension.SUPPLIER,
    Dimension.CARRIER,
    Dimension.DESTINATION,
    Dimension.LANGUAGE,
    Dimension.CHANNEL,
)
"""By what one can choose among cases."""

BREAKDOWNS = (*FILTERS, Dimension.LIABILITY)
"""By what cases are told apart; agents have a table of their own."""

LONGEST_DAYS = 1100
_LONGEST_KEY = 120
_MOST_DAILY, _MOST_WEEKLY = 45, 200


class Period(Label):
    """How far back, today included; ``custom`` goes from one day to another."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "90"
    YEAR = "365"
    CUSTOM = "custom"


@dataclass(frozen=True)
class Query:
    """What is wanted; ``last`` is the last day that counts."""

    period: Period
    first: date
    last: date
    only: Mapping[Dimension, str]
    by: Dimension
    measure: Measure

    @property
    def span(self) -> Span:
        """Return the days."""
        return Span(self.first, self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        """Return how many days that are."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Span:
        """Return as many days just before."""
        return Span(self.first - timedelta(days=self.days), self.first)

    @property
    def rhythm(self) -> Dimension:
        """Return the time that one column of the course stands for."""
        if self.days <= _MOST_DAILY:
            return Dimension.DAY
        return Dimension.WEEK if self.days <= _MOST_WEEKLY else Dimension.MONTH

    def address(self, **changes: object) -> str:
        """Return what stands behind the question mark of this page, or of one that differs in some values."""
        values: dict[str, object] = {"period": self.period, "by": self.by, "measure": self.measure}
        if self.period is Period.CUSTOM:
            values |= {"from": self.first.isoformat(), "to": self.last.isoformat()}
        values |= {dimension.value: key for dimension, key in self.only.items()}
        return urlencode({name: str(value) for name, value in {**values, **changes}.items() if value is not None})


def read(given: Mapping[str, str], today: date) -> Query:
    """Return what an address asks for; what is not understood is as if it was not there."""
    period = next((one for one in Period if one.value == given.get("period")), Period.MONTH)
    first, last = _days(given, today) if period is Period.CUSTOM else (None, None)
    if first is None or last is None:
        period = Period.MONTH if period is Period.CUSTOM else period
        first, last = today - timedelta(days=int(period.value) - 1), today
    only = {
        dimension: given[dimension.value]
        for dimension in FILTERS
        if 0 < len(given.get(dimension.value, "")) <= _LONGEST_KEY
    }
    return Query(
        period,
        first,
        last,
        only,
        next((one for one in BREAKDOWNS if one.value == given.get("by")), Dimension.ISSUE),
        next((one for one in Measure if one.value == given.get("measure")), Measure.CASES),
    )


def _days(given: Mapping[str, str], today: date) -> tuple[date | None, date | None]:
    try:
        first, last = date.fromisoformat(given.get("from", "")), date.fromisoformat(given.get("to", ""))
    except ValueError:
        return None, None
    last = min(last, today)
    if first > last:
        return None, None
    return max(first, last - timedelta(days=LONGEST_DAYS - 1)), last
