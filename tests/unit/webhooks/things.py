"""A shop in memory whose events somebody wants to hear of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.services import webhook_deliveries, webhooks
from bot.services.webhooks import SlackSettings
from bot.services.webhooks_ports import Answer, Delivery, StateChange, Subscription, UnitOfWork
from tests.fake_webhooks import FakeSender
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import World

URL = "https://shop.example.com/parley"
SLACK = SlackSettings("https://hooks.slack.com/services/T1/B1/secret", "https://chat.example.com")
DOWN, BUSY = Answer(error="no_connection"), Answer(500)


class Told(World):
    """Whose clock only goes when it is told to, and whose sender answers what a test says."""

    def __init__(self, slack: SlackSettings | None = None) -> None:
        super().__init__()
        self.now = NOW
        self.slack = slack
        self.sender = FakeSender()

    def webhooks(self) -> UnitOfWork:
        return cast(UnitOfWork, self.uow())

    async def subscribe(self, *events: str, url: str = URL) -> Subscription:
        async with self.webhooks() as uow:
            return await webhooks.add(uow, url, events or ("*",), self.now, insecure=False)

    async def happen(self, action: str, subject: str, conversation: str | None = None, **data: Any) -> None:
        async with self.webhooks() as uow:
            uow.audit.add(AuditEvent(self.now, "bot", action, subject, conversation, data))
            await uow.commit()

    def know(self, number: str = "C1000001") -> None:
        """Have a case, unless there is one with this number."""
        if all(case.number != number for case in self.database.all(Case)):
            self.add_case(number)

    def change(self, number: str, before: CaseState, after: CaseState) -> None:
        changes = self.database.all(StateChange)
        changes.append(StateChange(len(changes) + 1, number, before, after))

    async def run(self, *answers: Answer, seconds: float = 0) -> int:
        """Let some time pass, follow and deliver, and return how much was taken."""
        self.now += timedelta(seconds=seconds)
        self.sender.answers = list(answers)
        await webhook_deliveries.follow(self.webhooks, self.slack, self.now)
        return await webhook_deliveries.deliver(self.webhooks, self.sender, self.slack, self.clock)

    def clock(self) -> datetime:
        return self.now

    @property
    def deliveries(self) -> Sequence[Delivery]:
        return self.database.all(Delivery)

    @property
    def subscription(self) -> Subscription:
        return self.database.all(Subscription)[0]
