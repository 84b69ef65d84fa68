"""Notifications and tasks."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.notification import Notification
from bot.aftersales.task import Task, TaskState
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

    async def claim(self, notification: Notification, message_id: int, now: datetime) -> bool:
        """Record that a message made an announcement; return False where another one did before."""
        # One statement that expects to find it unsent: of two replicas the second one finds nothing to change.
        sent_at = _notifications.value("sent_at", now, self._transaction.dialect)
        return (await self._transaction.write(self._claim, sent_at, message_id, notification.id)).changed == 1

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
