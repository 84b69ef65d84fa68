"""The jobs of webhooks, as the scheduler runs them."""

from __future__ import annotations

from bot.aftersales.audit import AuditEvent
from bot.jobs import webhook_jobs
from bot.scheduler.scheduler import Scheduler
from bot.services import webhooks
from tests.fake_webhooks import FakeSender
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW


async def test_the_jobs_tell_what_happened_and_find_nothing_to_do_otherwise(uow_factory: UowFactory) -> None:
    sender = FakeSender()
    scheduler = Scheduler(uow_factory, webhook_jobs(uow_factory, sender, None, lambda: NOW), lambda: NOW)
    async with uow_factory() as uow:
        await webhooks.add(uow, "https://shop.example.com/", ["*"], NOW, insecure=False)
    async with uow_factory() as uow:
        uow.audit.add(AuditEvent(NOW, "system", "refund.settled", "refund:F1"))
        await uow.commit()
    assert await scheduler.run_due() == ["send_webhooks", "forget_webhooks"]
    assert len(sender.posts) == 1
    async with uow_factory() as uow:
        assert [(await uow.job_leases.get(name)).last_error for name in ("send_webhooks", "forget_webhooks")] == [
            "",
            "",
        ]
