"""What statistics and the search for patterns need of a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, Protocol

from bot.aftersales.labels import Label


class Dimension(Label):
    """By what cases are told apart; a case can be about several products, suppliers and carriers."""

    ISSUE = "issue"
    PRODUCT = "product"
    SUPPLIER = "supplier"
    CARRIER = "carrier"
    DESTINATION = "destination"
    LANGUAGE = "language"
    CHANNEL = "channel"
    LIABILITY = "liability"
    AGENT = "agent"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Span:
    """The days (UTC) from one on and before another one."""

    since: date
    until: date


Only = Mapping[Dimension, str]
"""The key that is wanted of each dimension that matters, such as one product and one language."""

EVERYTHING: Only = MappingProxyType({})
"""No choice: all cases."""


class Counts(NamedTuple):
    """What can be counted about cases.

    ``by_bot`` are resolved without a handoff before; ``…_decided`` are clocks that stopped or were breached,
    ``…_met`` those of them in time; ``repeated`` are cases after whose opening the customer came again.
    """

    key: str
    cases: int
    resolved: int
    by_bot: int
    first_response_decided: int
    first_response_met: int
    next_response_decided: int
    next_response_met: int
    resolution_decided: int
    resolution_met: int
    ratings: int
    rating_sum: int
    repeated: int


class Durations(NamedTuple):
    """How many times were measured, their median and 90th percentile (nearest rank), in seconds."""

    key: str
    measured: int
    median_seconds: int
    p90_seconds: int


class RefundCost(NamedTuple):
    """What was refunded in a currency, in its minor units."""

    key: str
    currency: str
    minor: int


class Statistics(Protocol):
    """Figures about cases by the day they were opened; ``by`` None counts all of them under an empty key."""

    async def stale(self, limit: int = 500) -> list[str]:
        """Return cases whose figures are missing, or may have changed since they were taken down."""

    async def take_down(self, case_numbers: Sequence[str], today: date) -> None:
        """Take down the figures of cases as they stand now, in place of older ones."""

    async def counts(self, span: Span, by: Dimension | None, only: Only = EVERYTHING) -> Sequence[Counts]:
        """Return what can be counted."""

    async def first_responses(self, span: Span, by: Dimension | None, only: Only = EVERYTHING) -> Sequence[Durations]:
        """Return how long customers waited for the first answer."""

    async def resolutions(self, span: Span, by: Dimension | None, only: Only = EVERYTHING) -> Sequence[Durations]:
        """Return how long it took until cases were resolved."""

    async def refunds(self, span: Span, by: Dimension | None, only: Only = EVERYTHING) -> Sequence[RefundCost]:
        """Return what was refunded, by currency, without what was canceled."""

    async def keys(self, by: Dimension) -> list[str]:
        """Return every key that cases were ever told apart by, in order."""

    async def shipped(self, span: Span, by: Dimension) -> dict[tuple[str, date], int]:
        """Return, by key and Monday of the week, how many orders were placed and not canceled."""

    async def complaints(self, span: Span, by: Dimension) -> dict[tuple[str, str, date], int]:
        """Return, by key, issue and Monday, how many orders placed in that week got a case about the issue."""

    async def newest_case(self, by: Dimension, key: str, issue: str) -> str | None:
        """Return the newest case of a key about an issue, or None."""
