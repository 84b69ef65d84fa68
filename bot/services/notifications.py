"""Telling customers what they wait for: written with the change it tells of, delivered later exactly once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.notification import Notification
from bot.services.ports import UnitOfWork


async def notify(uow: UnitOfWork, case: Case, response: str, key: str, now: datetime, /, **values: Any) -> None:
    """Add an announcement to the transaction, unless there is one with this key already; commits nothing.

    ``values`` are plain JSON in the shapes of ``bot.services.wording``; ``facts`` among them becomes the message's
    ``custom``, ``choices`` its buttons, and ``words`` maps languages to what is said instead of the response's text.
    """
    if await uow.notifications.by_key(key) is None:
        uow.notifications.add(Notification(key, case.number, case.conversation_id, response, now, values))
