"""What the actions need of the process they run in; bound once when the process starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.aftersales.policy import Policy
from bot.services.ports import Clock, UnitOfWork


@dataclass(frozen=True)
class Context:
    """The transaction factory, the policy in force and the clock."""

    uow: Callable[[], UnitOfWork]
    policy: Policy
    clock: Clock


_bound: list[Context] = []


def bind(context: Context) -> None:
    """Let all actions of this process work with a context."""
    _bound[:] = [context]


def context() -> Context:
    """Return the bound context, or raise RuntimeError where the process did not bind one."""
    if not _bound:
        raise RuntimeError("actions run inside `parley serve` or `parley actions`, which bind their context")
    return _bound[0]
