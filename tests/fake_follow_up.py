"""Notifications and tasks in memory."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.notification import Notification
from bot.aftersales.task import Task
from tests.fake_tables import Table


class FakeNotifications(Table[Notification]):
    def add(self, thing: Notification) -> None:
        self.number(thing)
        super().add(thing)

    async def by_key(self, key: str) -> Notification | None:
        return self.one(key=key)

    async def conversations_waiting(self, limit: int = 500) -> list[str]:
        return list(dict.fromkeys(found.conversation_id for found in self.find(sent_at=None)))[:limit]

    async def oldest_unsent(self, conversation_id: str) -> Notification | None:
        return self.one(conversation_id=conversation_id, sent_at=None)

    async def claim(self, notification: Notification, message_id: int, now: datetime) -> bool:
        if notification.sent_at is not None:
            return False
        notification.mark_sent(message_id, now)
        self.uow.undo.append(
            lambda: (setattr(notification, "sent_at", None), setattr(notification, "message_id", None))
        )
        return True

    async def of_case(self, case_number: str) -> list[Notification]:
        return self.find(case_number=case_number)


class FakeTasks(Table[Task]):
    def add(self, thing: Task) -> None:
        self.number(thing)
        super().add(thing)

    async def get(self, task_id: int) -> Task | None:
        return self.one(id=task_id)

    async def by_key(self, key: str) -> Task | None:
        return self.one(key=key)

    async def of_case(self, case_number: str) -> list[Task]:
        return self.find(case_number=case_number)

    async def open(self, limit: int = 200) -> list[Task]:
        waiting = [task for task in self.rows if task.is_open]
        return sorted(waiting, key=lambda task: (task.due_at, task.id))[:limit]
