"""Notifications and tasks in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.aftersales.notification import Notification
from bot.aftersales.task import Department, Task, Workload
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

    async def made_by(self, message_id: int, at: datetime) -> Notification | None:
        return self.one(message_id=message_id, sent_at=at)

    async def claim(self, notification: Notification, message_id: int | None, now: datetime) -> bool:
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

    async def open(
        self,
        department: Department | None = None,
        owners: Collection[str | None] | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[Task]:
        waiting = [task for task in self._open(owners) if department in (None, task.department)]
        last = None if after is None else self.one(id=after)
        return [task for task in waiting if last is None or _place(task) > _place(last)][:limit]

    async def workload(
        self, now: datetime, owners: Collection[str | None] | None = None
    ) -> dict[Department, Workload]:  # fmt: skip
        found: dict[Department, Workload] = {}
        for task in self._open(owners):
            before = found.get(task.department, Workload())
            found[task.department] = before + Workload(1, int(task.is_overdue(now)))
        return found

    async def newly_overdue(self, now: datetime, limit: int = 200) -> list[str]:
        late = [task for task in self._open() if task.is_overdue(now) and task.overdue_at is None]
        return [task.key for task in late][:limit]

    def _open(self, owners: Collection[str | None] | None = None) -> list[Task]:
        wanted = [task for task in self.rows if task.is_open and (owners is None or task.owner in owners)]
        return sorted(wanted, key=_place)


def _place(task: Task) -> tuple[datetime, int]:
    return task.due_at, task.id or 0
