"""What became of a shop event, and whether a machine is ready for what it tells of."""

from __future__ import annotations

from dataclasses import dataclass

from bot.aftersales.shop_event import ShopEventState
from bot.aftersales.states import Machine, State


@dataclass(frozen=True)
class Outcome:
    """What became of an event; ``wakes`` are the subjects whose waiting events may be due now."""

    state: ShopEventState
    result: str
    wakes: tuple[str, ...] = ()


EARLY = Outcome(ShopEventState.WAITING, "too_early")
"""Something else has to happen first."""


def applied(*wakes: str) -> Outcome:
    """Return that something has changed."""
    return Outcome(ShopEventState.APPLIED, "done", wakes)


def ignored(result: str) -> Outcome:
    """Return that nothing was left to change, and why."""
    return Outcome(ShopEventState.IGNORED, result)


def unready(machine: Machine[State], current: State, wanted: State) -> Outcome | None:
    """Return what becomes of an event that wants a state: None when its time is now, else too early or already past."""
    if wanted in machine.changes.get(current, frozenset()):
        return None
    if current is wanted or not machine.leads_to(current, wanted):
        return ignored("past")
    return EARLY
