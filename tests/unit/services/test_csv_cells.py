"""Cells of CSV files that people open with spreadsheets."""

from __future__ import annotations

import pytest

from bot.services.csv_cells import harmless

FORMULAS = ("=1+1", "+49 151", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_spreadsheet_takes_a_text_for_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "5", "'=1", "退货"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text
