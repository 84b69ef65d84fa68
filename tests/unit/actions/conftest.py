"""Actions that are bound to a world of the test alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from actions import context


@pytest.fixture(autouse=True)
def unbound() -> Iterator[None]:
    before = list(context._bound)
    yield
    context._bound[:] = before
