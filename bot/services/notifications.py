"""Telling customers what they wait for: written with the change it tells of, delivered later exactly once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.aftersales.case import Case, CaseState
from bot.aftersales.notification import ASK_SOLVED, QUESTIONS_AFTERWARDS, Notification
from bot.aftersales.task import REACH_CUSTOMER, Department
from bot.services import tasks
from bot.services.ports import UnitOfWork

_LIMITS = ("until", "deadline")


async def notify(uow: UnitOfWork, case: Case, response: str, key: str, now: datetime, /, **values: Any) -> None:
    """Add an announcement to the transaction, unless there is one with this key already; commits nothing.

    ``values`` are plain JSON in the shapes of ``bot.services.wording``; ``facts`` among them becomes the message's
    ``custom``, ``choices`` its buttons, and ``words`` maps languages to what is said instead of the response's text.
    """
    if await uow.notifications.by_key(key) is None:
        uow.notifications.add(Notification(key, case.number, case.conversation_id, response, now, values))


async def leave_to_person(uow: UnitOfWork, lost: Notification, now: datetime) -> None:
    """Open a task to tell a customer what an announcement did not, unless the case has one open; commits nothing.

    Nobody is needed to ask in another way whether everything is well now.
    """
    if lost.response in QUESTIONS_AFTERWARDS:
        return
    before = [task for task in await uow.tasks.of_case(lost.case_number) if task.what == REACH_CUSTOMER]
    if not any(task.is_open for task in before):
        key = f"case:{lost.case_number}:unreached:{len(before) + 1}"
        await tasks.open_task(uow, lost.case_number, Department.SUPERVISOR, REACH_CUSTOMER, key, now)


async def is_news(uow: UnitOfWork, late: Notification, now: datetime) -> bool:
    """Tell whether an announcement is still worth telling: no time that it names is over, no question is settled."""
    if late.response == ASK_SOLVED:
        case = await uow.cases.get(late.case_number)
        return case is not None and case.state is CaseState.RESOLVED
    return not any(_is_over(late.values[name], now) for name in _LIMITS if name in late.values)


def _is_over(value: Any, now: datetime) -> bool:
    """Tell whether a day or moment in the shape of ``bot.services.wording`` is in the past."""
    if not isinstance(value, dict):
        return False
    if value.get("type") == "datetime":
        return datetime.fromisoformat(value["datetime"]) < now
    return value.get("type") == "date" and str(value["date"]) < now.date().isoformat()
