from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from bot.services.statistics import Figures, as_csv, figures
from bot.services.statistics_ports import Counts, RefundCost, Span
from tests.unit.aftersales.builders import NOW


class Given:
    """Statistics of one key with refunds in two currencies."""

    async def counts(self, *_: object) -> list[Counts]:
        return [Counts("p1", 4, 2, 1, 4, 3, 0, 0, 2, 2, 2, 9, 1)]

    async def first_responses(self, *_: object) -> list[object]:
        return []

    resolutions = first_responses

    async def refunds(self, *_: object) -> list[RefundCost]:
        return [RefundCost("p1", "EUR", 1000), RefundCost("p1", "JPY", 1650)]


class GivenUow:
    statistics = Given()


async def told(rates: dict[str, Decimal]) -> Figures:
    (one,) = await figures(GivenUow(), Span(NOW.date(), NOW.date()), None, rates)  # type: ignore[arg-type]
    return one


async def test_shares_are_of_what_was_decided_and_nothing_is_made_up() -> None:
    one = await told({"EUR": Decimal(1), "JPY": Decimal(165)})
    assert (one.solved_by_bot, one.first_response_on_time, one.satisfaction) == (0.5, 0.75, 4.5)
    assert (one.next_response_on_time, one.resolution_median) == (None, None)


async def test_refunds_are_told_by_currency_and_in_that_of_the_policy() -> None:
    one = await told({"EUR": Decimal(1), "JPY": Decimal(165)})
    assert one.refunds == {"EUR": Decimal("10.00"), "JPY": Decimal(1650)}
    assert one.refund_total == Decimal("20.00")
    assert (await told({"EUR": Decimal(1)})).refund_total is None


@pytest.mark.parametrize("key", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
async def test_no_cell_of_a_csv_file_is_a_formula(key: str) -> None:
    one = await told({})
    text = as_csv([Figures(**{**vars(one), "key": key})])
    header, row = list(csv.reader(io.StringIO(text)))
    assert row[header.index("key")] == f"'{key}"
    assert row[header.index("refunds_EUR")] == "10.00"
