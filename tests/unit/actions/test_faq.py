from __future__ import annotations

import pytest

from actions.faq import whole_months


@pytest.mark.parametrize(
    ("days", "months"),
    [
        (0, 0), (30, 1), (31, 1), (59, 2), (90, 3), (92, 3), (180, 6), (365, 12), (366, 12),
        (730, 24), (731, 24), (1095, 36), (1096, 36), (1826, 60), (2190, 72), (2192, 72), (3652, 120),
    ],
)  # fmt: skip
def test_days_of_a_guarantee_are_told_in_months_of_the_calendar(days: int, months: int) -> None:
    assert whole_months(days) == months


@pytest.mark.parametrize(("days", "months"), [(45, 1), (50, 1), (100, 3), (720, 23)])
def test_no_month_is_promised_that_is_not_full(days: int, months: int) -> None:
    assert whole_months(days) == months
