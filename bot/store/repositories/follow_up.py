"""Notifications and tasks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from bot.aftersales.notification import Notification
from bot.aftersales.task import Department, Task, TaskState, Workload
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import follow_up

_notifications = Rows(follow_up.notifications, ("sent_at", "message_id"), tuple)


class SqlNotifications(Repository):
    """All announcements to customers."""

    _table = follow_up.notifications
    _waiting = (
        "SELECT conversation_id FROM notifications WHERE sent_at IS NULL "
        "GROUP BY conversation_id ORDER BY min(id) LIMIT ?"
    )
    _claim = _notifications.update(("sent_at", "message_id"), "id = ? AND sent_at IS NULL")

    def add(self, notification: Notification) -> None:
        """Keep a new announcement."""
        self._keep(notification)

    async def by_key(self, key: str) -> Notification | None:
        """Return the announcement of an event, or None."""
        return await self._first(Notification, self._table.c.key == key)

    async def conversations_waiting(self, limit: int = 500) -> list[str]:
        """Return the conversations with announcements not yet made, the longest waiting first."""
        return [conversation_id for (conversation_id,) in await self._transaction.read(self._waiting, limit)]

    async def oldest_unsent(self, conversation_id: str) -> Notification | None:
        """Return what a conversation's customer is to be told next, or None."""
        t = self._table.c
        return await self._first(
            Notification, t.sent_at.is_(None), t.conversation_id == conversation_id, order_by=(t.id,)
        )

    async def claim(self, notification: Notification, message_id: int | None, now: datetime) -> bool:
        """Record that a message made an announcement, or None will; return False where that was recorded before."""
        # One statement that expects to find it unsent: of two replicas the second one finds nothing to change.
        sent_at = _notifications.value("sent_at", now, self._transaction.dialect)
        return (await self._transaction.write(self._claim, sent_at, message_id, notification.id)).changed == 1

    async def made_by(self, message_id: int, at: datetime) -> Notification | None:
        """Return the announcement that a message, written at that moment, made, or None."""
        # The moment is the same on both sides, and has an index here.
        return await self._first(Notification, self._table.c.sent_at == at, self._table.c.message_id == message_id)

    async def of_case(self, case_number: str) -> list[Notification]:
        """Return what a case's customer was or will be told, oldest first."""
        return await self._find(Notification, self._table.c.case_number == case_number, order_by=(self._table.c.id,))


class SqlTasks(Repository):
    """All tasks of departments."""

    _table = follow_up.tasks

    def add(self, task: Task) -> None:
        """Keep a new task."""
        self._keep(task)

    async def get(self, task_id: int) -> Task | None:
        """Return a task, or None."""
        return await self._first(Task, self._table.c.id == task_id)

    async def by_key(self, key: str) -> Task | None:
        """Return the task of an occasion, or None."""
        return await self._first(Task, self._table.c.key == key)

    async def of_case(self, case_number: str) -> list[Task]:
        """Return a case's tasks, oldest first."""
        return await self._find(Task, self._table.c.case_number == case_number, order_by=(self._table.c.id,))

    async def open(
        self,
        department: Department | None = None,
        owners: Collection[str | None] | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[Task]:
        """Return the open tasks of a department, or of all, the soonest due first.

        ``owners`` are those whose tasks are wanted, with None for what is nobody's; without it they are everybody's.
        Those ``after`` a task, by its id, are the next page.
        """
        t = self._table.c
        wanted = [t.state == TaskState.OPEN, *self._of(owners)]
        if department is not None:
            wanted.append(t.department == department)
        if after is not None:
            # The row stays when the task is over, so a page begins where the last one ended.
            due_at = select(t.due_at).where(t.id == after).scalar_subquery()
            wanted.append(or_(t.due_at > due_at, and_(t.due_at == due_at, t.id > after)))
        return await self._find(Task, *wanted, order_by=(t.due_at, t.id), limit=limit)

    async def workload(
        self, now: datetime, owners: Collection[str | None] | None = None
    ) -> dict[Department, Workload]:  # fmt: skip
        """Return how much is open at each department that has something to do, for some owners as in ``open``."""
        t = self._table.c
        overdue = func.sum(case((t.due_at < now, 1), else_=0))
        statement = (
            select(t.department, func.count(), overdue)
            .where(t.state == TaskState.OPEN, *self._of(owners))
            .group_by(t.department)
        )
        rows = await (await self._transaction.orm()).execute(statement)
        return {department: Workload(count, late) for department, count, late in rows}

    async def newly_overdue(self, now: datetime, limit: int = 200) -> list[str]:
        """Return the keys of open tasks whose time has passed and of which that was not noted, the oldest first."""
        t = self._table.c
        statement = (
            select(t.key)
            .where(t.state == TaskState.OPEN, t.due_at < now, t.overdue_at.is_(None))
            .order_by(t.due_at, t.id)
            .limit(limit)
        )
        return list(await (await self._transaction.orm()).scalars(statement))

    def _of(self, owners: Collection[str | None] | None) -> list[Any]:
        if owners is None:
            return []
        owner = self._table.c.owner
        is_one = owner.in_([one for one in owners if one is not None])
        return [or_(is_one, owner.is_(None)) if None in owners else is_one]
