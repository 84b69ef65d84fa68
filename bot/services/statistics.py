"""Statistics of cases: everything that chapter 8 of the process asks for, by one dimension."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from bot.aftersales.money import Money
from bot.services.csv_cells import harmless
from bot.services.ports import UnitOfWork
from bot.services.statistics_ports import EVERYTHING, Counts, Dimension, Durations, Only, Span

_AT_ONCE = 500


@dataclass(frozen=True)
class Figures:
    """The figures of one key; shares are from 0 to 1, times in seconds, None where nothing was measured.

    ``refunds`` maps currencies to amounts, ``refund_total`` is all of them in the policy's currency at its rates, None
    where a rate is missing.
    """

    key: str
    cases: int
    resolved: int
    solved_by_bot: float | None
    first_response_median: int | None
    first_response_p90: int | None
    resolution_median: int | None
    resolution_p90: int | None
    first_response_on_time: float | None
    next_response_on_time: float | None
    resolution_on_time: float | None
    ratings: int
    satisfaction: float | None
    repeat_contacts: float | None
    refund_total: Decimal | None
    refunds: dict[str, Decimal] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the figures ready for JSON."""
        refunds = {currency: str(amount) for currency, amount in self.refunds.items()}
        total = None if self.refund_total is None else str(self.refund_total)
        return {**asdict(self), "refund_total": total, "refunds": refunds}


async def refresh(uow_factory: Callable[[], UnitOfWork], today: date) -> int:
    """Take down the figures of all cases in which something may have changed, in small steps; return of how many.

    Afterwards the statistics tell of everything that was committed before it began.
    """
    done = 0
    async with uow_factory() as uow:
        numbers = await uow.statistics.stale(limit=10_000_000)
    for start in range(0, len(numbers), _AT_ONCE):
        async with uow_factory() as uow:
            step = numbers[start : start + _AT_ONCE]
            await uow.statistics.take_down(step, today)
            await uow.commit()
            done += len(step)
    return done


async def figures(
    uow: UnitOfWork,
    span: Span,
    by: Dimension | None,
    exchange_rates: Mapping[str, Decimal],
    only: Only = EVERYTHING,
) -> list[Figures]:
    """Return the figures of the cases opened in a span, by key; the most cases first, days, weeks and months in order.

    ``exchange_rates`` are the policy's: what one unit of its currency buys. ``only`` leaves other cases out.
    """
    first = {found.key: found for found in await uow.statistics.first_responses(span, by, only)}
    until = {found.key: found for found in await uow.statistics.resolutions(span, by, only)}
    refunds: dict[str, dict[str, Decimal]] = {}
    for cost in await uow.statistics.refunds(span, by, only):
        amount = Money.from_minor(cost.minor, cost.currency)
        assert amount is not None
        refunds.setdefault(cost.key, {})[cost.currency] = amount.amount
    found = [
        _figures(counts, first.get(counts.key), until.get(counts.key), refunds.get(counts.key, {}), exchange_rates)
        for counts in await uow.statistics.counts(span, by, only)
    ]
    if by in (Dimension.DAY, Dimension.WEEK, Dimension.MONTH):
        return sorted(found, key=lambda one: one.key)
    return sorted(found, key=lambda one: (-one.cases, one.key))


def as_csv(found: Sequence[Figures]) -> str:
    """Return figures as CSV (RFC 4180) that no spreadsheet takes for formulas; each currency has a column."""
    currencies = sorted({currency for one in found for currency in one.refunds})
    names = [column.name for column in fields(Figures) if column.name != "refunds"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*names, *(f"refunds_{currency}" for currency in currencies)])
    for one in found:
        values = [getattr(one, name) for name in names] + [one.refunds.get(currency) for currency in currencies]
        writer.writerow([_cell(value) for value in values])
    return text.getvalue()


def _figures(
    counts: Counts,
    first: Durations | None,
    until: Durations | None,
    refunds: dict[str, Decimal],
    rates: Mapping[str, Decimal],
) -> Figures:
    return Figures(
        key=counts.key,
        cases=counts.cases,
        resolved=counts.resolved,
        solved_by_bot=_share(counts.by_bot, counts.resolved),
        first_response_median=first.median_seconds if first else None,
        first_response_p90=first.p90_seconds if first else None,
        resolution_median=until.median_seconds if until else None,
        resolution_p90=until.p90_seconds if until else None,
        first_response_on_time=_share(counts.first_response_met, counts.first_response_decided),
        next_response_on_time=_share(counts.next_response_met, counts.next_response_decided),
        resolution_on_time=_share(counts.resolution_met, counts.resolution_decided),
        ratings=counts.ratings,
        satisfaction=_share(counts.rating_sum, counts.ratings),
        repeat_contacts=_share(counts.repeated, counts.cases),
        refund_total=_total(refunds, rates),
        refunds=refunds,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _total(refunds: Mapping[str, Decimal], rates: Mapping[str, Decimal]) -> Decimal | None:
    if any(currency not in rates for currency in refunds):
        return None
    total = sum((amount / rates[currency] for currency, amount in refunds.items()), start=Decimal(0))
    return total.quantize(Decimal("0.01"))


def _cell(value: Any) -> str:
    # Our own numbers are no text, and never negative.
    return harmless(value) if isinstance(value, str) else "" if value is None else str(value)
