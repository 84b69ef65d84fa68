"""Failures inside a turn. Rasa logs what an action raises and goes on without its events; we throw the turn away."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager

_failures: contextvars.ContextVar[list[Exception] | None] = contextvars.ContextVar("failures", default=None)


def report(error: Exception) -> None:
    """Note that something failed in the turn that runs in this context."""
    failures = _failures.get()
    if failures is not None:
        failures.append(error)


@contextmanager
def collected() -> Iterator[list[Exception]]:
    """Give the list in which everything is noted that fails inside this context."""
    failures: list[Exception] = []
    token = _failures.set(failures)
    try:
        yield failures
    finally:
        _failures.reset(token)
