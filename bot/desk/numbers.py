"""Whole numbers that a browser sends."""

from __future__ import annotations


def number_of(given: object, *, digits: int = 15) -> int | None:
    """Return a number written in so many ASCII digits at most, None for anything else."""
    text = str(given) if isinstance(given, (int, str)) and not isinstance(given, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def version_of(given: object) -> int:
    """Return the version that a form was filled in on; what is none fits no version, so that nothing is overwritten."""
    found = number_of(given, digits=9)
    return -1 if found is None else found
