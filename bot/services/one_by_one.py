"""Doing many things, of which none keeps the others from their turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from bot.errors import ConflictError
from bot.services.ports import UnitOfWork

Work = TypeVar("Work", bound=UnitOfWork)


async def one_by_one(
    uow_factory: Callable[[], Work], keys: Iterable[str], do: Callable[[Work, str], Awaitable[None]]
) -> int:
    """Do something to each key, commit, and return for how many it went well.

    What somebody else changed at the same moment is left for the next time. Another error keeps none of the others
    from their turn; the first one is raised at the end.
    """
    done, first_error = 0, None
    for key in keys:
        try:
            async with uow_factory() as uow:
                await do(uow, key)
                await uow.commit()
        except ConflictError:
            continue
        except Exception as error:
            first_error = first_error or error
        else:
            done += 1
    if first_error is not None:
        raise first_error
    return done


async def in_turn(*steps: Callable[[], Awaitable[object]]) -> None:
    """Take steps one after the other, also where one before went wrong; the first error is raised at the end."""
    first_error = None
    for step in steps:
        try:
            await step()
        except Exception as error:
            first_error = first_error or error
    if first_error is not None:
        raise first_error
