"""Charts as coordinates: what the templates draw as SVG, without any style of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 760, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 10, 26
_MOST_LABELS = 9
_WIDEST_COLUMN = 42.0


@dataclass(frozen=True)
class Tick:
    """A line of the grid at a height, with what it stands for."""

    y: float
    value: float


@dataclass(frozen=True)
class Column:
    """One column; ``value`` is None where nothing was measured. ``has_label`` tells whether there is room for it."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    value: float | None
    has_label: bool


@dataclass(frozen=True)
class Columns:
    """A chart of columns from nothing upwards, with a grid of round values."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    base: int = HEIGHT - _BOTTOM


def columns(values: Sequence[float | None], steps: Sequence[float] = (), top: float | None = None) -> Columns:
    """Return a chart of values that are not negative.

    ``steps`` are the distances the grid may have, such as hours in seconds, instead of round decimal ones; ``top`` is
    the highest value there can be, such as 1 for shares.
    """
    highest = max([value for value in values if value is not None], default=0) or 1
    step = _step(highest, steps)
    ceiling = math.ceil(highest / step - 1e-9) * step
    if top is not None:
        ceiling = min(ceiling, max(top, highest))
    room = HEIGHT - _TOP - _BOTTOM
    base = HEIGHT - _BOTTOM
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(values))
    width = min(slot * 0.72, _WIDEST_COLUMN)
    every = math.ceil(len(values) / _MOST_LABELS)
    drawn = []
    for index, value in enumerate(values):
        height = room * (value or 0) / ceiling
        middle = _LEFT + slot * (index + 0.5)
        drawn.append(
            Column(
                x=round(middle - width / 2, 1),
                y=round(base - height, 1),
                width=round(width, 1),
                height=round(height, 1),
                middle=round(middle, 1),
                value=value,
                has_label=index % every == 0,
            )
        )
    count = int(ceiling / step + 1e-9)
    ticks = tuple(Tick(round(base - room * step * n / ceiling, 1), step * n) for n in range(count + 1))
    return Columns(tuple(drawn), ticks)


def shares(values: Sequence[float | None], top: float | None = None) -> list[float | None]:
    """Return how long each bar of a list is, in per cent of the longest or of ``top``."""
    highest = top or max([value for value in values if value is not None], default=0) or 1
    return [None if value is None else round(100 * value / highest, 1) for value in values]


def _step(highest: float, steps: Sequence[float]) -> float:
    """Return the smallest step, round or given, at which the grid has at most five lines above the base."""
    if steps:
        for step in steps:
            if highest / step <= 5:
                return step
        return steps[-1] * math.ceil(highest / steps[-1] / 5)
    power = 10.0 ** math.floor(math.log10(highest / 5))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if highest / (power * factor) <= 5)
