"""Cells of CSV files that people open with spreadsheets."""

from __future__ import annotations

# What a spreadsheet takes for the beginning of a formula and runs (OWASP, "CSV Injection"), in full width, too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; an apostrophe makes it take the cell as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text
