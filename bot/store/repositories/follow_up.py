"""Notifications and tasks."""

from __future__ import annotations

from bot.aftersales.notification import Notification
from bot.aftersales.task import Task, TaskState
from bot.store.repositories.base import Repository
from bot.store.tables import follow_up


class SqlNotifications(Repository):
    """All announcements to customers."""

    _table = follow_up.notifications

    def add(self, notification: Notification) -> None:
        """Keep a new announcement."""
        self._keep(notification)

    async def by_key(self, key: str) -> Notification | None:
        """Return the announcement of an event, or None."""
        return await self._first(Notification, self._table.c.key == key)

    async def unsent(self, limit: int = 100) -> list[Notification]:
        """Return the announcements not yet made, oldest first."""
        return await self._find(
            Notification, self._table.c.sent_at.is_(None), order_by=(self._table.c.id,), limit=limit
        )

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

    async def open(self, limit: int = 200) -> list[Task]:
        """Return the open tasks, the most overdue first."""
        return await self._find(
            Task,
            self._table.c.state == TaskState.OPEN,
            order_by=(self._table.c.due_at, self._table.c.id),
            limit=limit,
        )
