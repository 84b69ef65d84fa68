"""The figures that charts show: where each is found, how it is written, and whether more of it is better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.desk import formats
from bot.desk.texts import Texts
from bot.services.statistics import Figures

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Measure(Label):
    """What a chart shows."""

    CASES = "cases"
    SOLVED_BY_BOT = "solved_by_bot"
    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"
    FIRST_RESPONSE_ON_TIME = "first_response_on_time"
    NEXT_RESPONSE_ON_TIME = "next_response_on_time"
    RESOLUTION_ON_TIME = "resolution_on_time"
    SATISFACTION = "satisfaction"
    REPEAT_CONTACTS = "repeat_contacts"
    REFUNDS = "refunds"


class Kind(Label):
    """What sort of number a measure is."""

    COUNT = "count"
    SHARE = "share"
    TIME = "time"
    RATING = "rating"
    MONEY = "money"


@dataclass(frozen=True)
class Manner:
    """How a measure is read and shown; ``better`` is 1 where more is better, -1 where less is, 0 where neither."""

    kind: Kind
    read: Callable[[Figures], float | None]
    better: int = 0

    @property
    def steps(self) -> Sequence[float]:
        """Return the distances that the grid of a chart may have, none for round decimal ones."""
        if self.kind is Kind.TIME:
            return _TIME_STEPS
        return {Kind.SHARE: (0.01, 0.02, 0.05, 0.1, 0.2), Kind.RATING: (1,), Kind.COUNT: ()}.get(self.kind, ())

    @property
    def top(self) -> float | None:
        """Return the highest value there can be, None where there is none."""
        return {Kind.SHARE: 1.0, Kind.RATING: 5.0}.get(self.kind)


_TIME_STEPS = tuple(
    float(seconds)
    for seconds in (
        1, 2, 5, 10, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 6 * _HOUR,
        12 * _HOUR, _DAY, 2 * _DAY, 5 * _DAY, 10 * _DAY,
    )
)  # fmt: skip


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


MANNERS: dict[Measure, Manner] = {
    Measure.CASES: Manner(Kind.COUNT, lambda one: one.cases),
    Measure.SOLVED_BY_BOT: Manner(Kind.SHARE, lambda one: one.solved_by_bot, 1),
    Measure.FIRST_RESPONSE: Manner(Kind.TIME, lambda one: one.first_response_median, -1),
    Measure.RESOLUTION: Manner(Kind.TIME, lambda one: one.resolution_median, -1),
    Measure.FIRST_RESPONSE_ON_TIME: Manner(Kind.SHARE, lambda one: one.first_response_on_time, 1),
    Measure.NEXT_RESPONSE_ON_TIME: Manner(Kind.SHARE, lambda one: one.next_response_on_time, 1),
    Measure.RESOLUTION_ON_TIME: Manner(Kind.SHARE, lambda one: one.resolution_on_time, 1),
    Measure.SATISFACTION: Manner(Kind.RATING, lambda one: one.satisfaction, 1),
    Measure.REPEAT_CONTACTS: Manner(Kind.SHARE, lambda one: one.repeat_contacts, -1),
    Measure.REFUNDS: Manner(Kind.MONEY, lambda one: _number(one.refund_total)),
}


def names(_: Texts) -> dict[Measure, str]:
    """Return what the measures are called."""
    return {
        Measure.CASES: _("Cases"),
        Measure.SOLVED_BY_BOT: _("Solved by the bot"),
        Measure.FIRST_RESPONSE: _("First answer, median"),
        Measure.RESOLUTION: _("Time to resolution, median"),
        Measure.FIRST_RESPONSE_ON_TIME: _("First answer on time"),
        Measure.NEXT_RESPONSE_ON_TIME: _("Next answer on time"),
        Measure.RESOLUTION_ON_TIME: _("Resolved on time"),
        Measure.SATISFACTION: _("Satisfaction, 1 to 5"),
        Measure.REPEAT_CONTACTS: _("Came again"),
        Measure.REFUNDS: _("Refunds"),
    }


def written(measure: Measure, value: float | None, currency: str, _: Texts) -> str:
    """Return a value as people read it; a dash where nothing was measured."""
    if value is None:
        return "–"
    kind = MANNERS[measure].kind
    if kind is Kind.SHARE:
        return formats.percent(value, _)
    if kind is Kind.TIME:
        return duration(value, _)
    if kind is Kind.MONEY:
        return formats.money(Money(Decimal(str(round(value, 2))), currency), _)
    return formats.number(round(value, 2) if kind is Kind.RATING else round(value), _)


def duration(seconds: float, _: Texts) -> str:
    """Return a length of time in one unit with at most one decimal, such as ``40 s``, ``12 min`` or ``2.5 d``."""
    for unit in (_DAY, _HOUR, _MINUTE):
        if seconds >= 1.5 * unit or (unit == _MINUTE and seconds >= unit):
            amount = formats.number(round(seconds / unit, 0 if unit == _MINUTE else 1), _)
            if unit == _DAY:
                return _("{days} d", days=amount)
            return _("{hours} h", hours=amount) if unit == _HOUR else _("{minutes} min", minutes=amount)
    return _("{seconds} s", seconds=formats.number(round(seconds), _))
