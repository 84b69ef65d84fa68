"""Events on their way from the database to a receiver that has its troubles; on both databases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import CaseState
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import Priority
from bot.channels import signatures
from bot.services import escalations, webhook_deliveries, webhooks
from bot.services.webhooks import SlackSettings
from bot.services.webhooks_ports import Answer, DeliveryState, Post, Subscription
from bot.webhooks.http_sender import HttpSender
from tests.integration.conftest import UowFactory
from tests.integration.store.things import a_case, a_shop
from tests.integration.webhooks.receiver import Receiver


class Outside:
    """A Parley's webhooks with a clock that a test moves, and a receiver; signatures are of the real time."""

    def __init__(self, uow: UowFactory, receiver: Receiver, slack: SlackSettings | None = None) -> None:
        self.uow, self.receiver, self.slack = uow, receiver, slack
        self.ahead = timedelta()
        self.sender = self.sends_within(60)

    def sends_within(self, seconds: float) -> Any:
        return HttpSender(lambda secret, body, _: signatures.sign(secret, body, _real_now()), timeout_seconds=seconds)

    def clock(self) -> datetime:
        return _real_now() + self.ahead

    async def subscribe(self, *events: str) -> Subscription:
        async with self.uow() as uow:
            found = await webhooks.add(uow, self.receiver.url, events or ("*",), self.clock(), insecure=False)
        self.receiver.secret = str(found.secret)
        return found

    async def happen(self, *actions: str, case: str = "C1") -> None:
        for action in actions:
            async with self.uow() as uow:
                uow.audit.add(AuditEvent(self.clock(), "bot", action, f"case:{case}", "conversation"))
                await uow.commit()

    async def run(self, *, later: float = 0) -> int:
        self.ahead += timedelta(seconds=later)
        await webhook_deliveries.follow(self.uow, self.slack, self.clock())
        return await webhook_deliveries.deliver(self.uow, self.sender, self.slack, self.clock)

    async def run_until_quiet(self, hours: float = 24) -> None:
        for _ in range(400):
            await self.run(later=hours * 3600 / 400)
            async with self.uow() as uow:
                if not await uow.webhooks.pending():
                    return

    @property
    def types(self) -> list[str]:
        return [body["type"] for body in self.receiver.events]


def _real_now() -> datetime:
    return datetime.now(timezone.utc)


@pytest.fixture
async def outside(uow_factory: UowFactory) -> AsyncIterator[Outside]:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        for number in ("C1", "C2"):
            uow.cases.add(a_case(number, message=number))
        await uow.commit()
    async with Receiver() as receiver:
        yield Outside(uow_factory, receiver)


async def test_what_is_committed_arrives_signed_and_what_is_rolled_back_does_not(outside: Outside) -> None:
    await outside.subscribe("case.*")
    await outside.happen("case.registered")
    async with outside.uow() as uow:
        uow.audit.add(AuditEvent(outside.clock(), "bot", "case.approved", "case:C1"))
        await uow.audit.of_subject("case:C1")
    assert await outside.run() == 1
    assert (outside.types, outside.receiver.forged) == (["case.opened"], 0)
    (body,) = outside.receiver.bodies
    assert list(body) == ["id", "type", "version", "created_at", "data"]
    assert "passt nicht" not in json.dumps(body, ensure_ascii=False)
    assert await outside.run() == 0


async def test_the_database_notes_how_a_case_goes_whoever_moves_it(outside: Outside) -> None:
    await outside.subscribe("case.state_changed", "case.resolved", "case.reopened")
    for move in ("agree", "execute", "resolve", "reopen"):
        async with outside.uow() as uow:
            case = await uow.cases.get("C1")
            assert case is not None
            getattr(case, move)(*([outside.clock()] if move == "resolve" else []))
            await uow.commit()
    assert await outside.run() == 6
    assert outside.types.count("case.state_changed") == 4
    assert outside.types[3:5] == ["case.resolved", "case.state_changed"]
    assert outside.receiver.bodies[3]["data"]["details"]["after"] == CaseState.RESOLVED.value


async def test_a_change_of_anything_else_is_no_change_of_state(outside: Outside) -> None:
    await outside.subscribe("case.state_changed")
    async with outside.uow() as uow:
        case = await uow.cases.get("C1")
        assert case is not None
        case.story, case.priority = "anders", Priority.URGENT
        await uow.commit()
    assert await outside.run() == 0


async def test_one_who_is_down_gets_everything_in_order_when_back(outside: Outside) -> None:
    await outside.subscribe("*")
    port = outside.receiver.port
    await outside.receiver.stop()
    await outside.happen("case.registered", "case.approved", "case.delayed")
    await outside.happen("case.registered", case="C2")
    for _ in range(5):
        assert await outside.run(later=300) == 0
    await outside.receiver.listen(port)
    await outside.run_until_quiet(12)
    of_first = [body["type"] for body in outside.receiver.events if body["data"]["case"]["number"] == "C1"]
    assert of_first == ["case.opened", "case.approved", "case.delayed"]
    assert set(outside.receiver.times.values()) == {1} and len(outside.receiver.events) == 4


async def test_errors_and_patience_lose_double_and_disorder_nothing(outside: Outside) -> None:
    await outside.subscribe("*")
    outside.receiver.troubles = [
        (500, {}), (429, {"Retry-After": "30"}), (204, {}), (302, {"Location": "/x"}), (503, {"Retry-After": "5"}),
        (404, {}), (500, {}), (204, {}), (429, {}),
    ]  # fmt: skip
    actions = ["case.registered", "case.prioritised", "case.approved", "case.delayed"]
    for case in ("C1", "C2"):
        await outside.happen(*actions, case=case)
    await outside.run_until_quiet(24)
    for case in ("C1", "C2"):
        types = [body["type"] for body in outside.receiver.bodies if body["data"]["case"]["number"] == case]
        assert types == ["case.opened", "case.prioritised", "case.approved", "case.delayed"]
    assert set(outside.receiver.times.values()) == {1}


async def test_who_says_429_is_not_asked_again_before_the_time_it_named(outside: Outside) -> None:
    await outside.subscribe("*")
    outside.receiver.troubles = [(429, {"Retry-After": "600"})]
    await outside.happen("case.registered")
    await outside.happen("case.registered", case="C2")
    await outside.run()
    await outside.run(later=590)
    assert len(outside.receiver.requests) == 1
    assert await outside.run(later=15) == 2


async def test_who_answers_too_late_gets_the_same_event_again(outside: Outside) -> None:
    await outside.subscribe("*")
    patient, outside.sender = outside.sender, outside.sends_within(0.3)
    outside.receiver.troubles = [60.0]
    await outside.happen("case.registered", "case.approved")
    assert await outside.run() == 0
    outside.sender = patient
    await outside.run_until_quiet(1)
    assert outside.types == ["case.opened", "case.approved"]
    assert max(outside.receiver.times.values()) <= 2


class Dying:
    """Sends, and then the process is gone before it can write down that it has."""

    def __init__(self, sender: Any) -> None:
        self.sender = sender

    async def send(self, post: Post, now: datetime) -> Answer:
        await self.sender.send(post, now)
        raise asyncio.CancelledError


async def test_a_crash_between_sending_and_writing_it_down_doubles_at_most_and_keeps_order(outside: Outside) -> None:
    await outside.subscribe("*")
    await outside.happen("case.registered", "case.approved", "case.delayed")
    alive = outside.sender
    outside.sender = Dying(alive)
    with pytest.raises(asyncio.CancelledError):
        await outside.run()
    outside.sender = alive
    assert await outside.run() == 0
    assert await outside.run(later=61) == 3
    assert outside.types == ["case.opened", "case.approved", "case.delayed"]
    assert sorted(outside.receiver.times.values()) == [1, 1, 2]


async def test_a_crash_while_following_loses_and_doubles_nothing(outside: Outside) -> None:
    await outside.subscribe("*")
    await outside.happen("case.registered")
    async with outside.uow() as uow:
        assert (await uow.webhooks.take_noted(100)).count > 0
        # Left without a commit, as by a process that dies.
    assert await outside.run() == 1


async def test_two_replicas_at_once_send_everything_once(outside: Outside) -> None:
    await outside.subscribe("*")
    await outside.happen(*["case.delayed"] * 10)
    await outside.happen(*["case.delayed"] * 10, case="C2")
    await asyncio.gather(*(outside.run() for _ in range(3)))
    await outside.run(later=61)
    assert len(outside.receiver.events) == 20
    assert set(outside.receiver.times.values()) == {1}


async def test_one_who_takes_nothing_for_three_days_is_disabled_and_misses_can_be_sent_again(outside: Outside) -> None:
    subscription = await outside.subscribe("*")
    outside.receiver.troubles = [(500, {})] * 1000
    for _ in range(80):
        await outside.happen("case.delayed")
        await outside.run(later=3600)
    async with outside.uow() as uow:
        found = await webhooks.existing(uow, subscription.id)
        failed = await uow.webhooks.failures(1000, subscription.id)
        actions = [event.action for event in await uow.audit.of_subject(f"webhook:{subscription.id}")]
    assert not found.is_enabled
    assert actions == ["webhook.added", "webhook.disabled"]
    assert failed and all(one.status == 500 for one in failed)
    outside.receiver.troubles = []
    async with outside.uow() as uow:
        await webhooks.enable(uow, subscription.id, outside.clock())
        assert await webhooks.resend_failed(uow, subscription.id, outside.clock()) == len(failed)
    for _ in range(5):
        await outside.run(later=3600)
    assert failed[0].event_id in outside.receiver.times
    async with outside.uow() as uow:
        assert await uow.webhooks.pending() == {}
        assert await webhook_deliveries.forget(outside.uow, outside.clock() + timedelta(days=91)) > 0
        await webhooks.remove(uow, subscription.id, outside.clock())
        assert await uow.webhooks.all() == []


async def test_slack_gets_one_message_for_one_handoff_and_is_waited_for(outside: Outside) -> None:
    outside.slack = SlackSettings(outside.receiver.url, "https://chat.example.com")
    outside.receiver.troubles = [(429, {"Retry-After": "30"})]
    async with outside.uow() as uow:
        await escalations.hand_over(
            uow, "waiting", EscalationReason.SAFETY, "de", outside.clock(), priority=Priority.URGENT
        )
    assert await outside.run() == 0
    assert await outside.run(later=25) == 0
    assert await outside.run(later=10) == 1
    (message,) = outside.receiver.bodies
    assert message["text"] == "A customer waits for a person (urgent)"
    assert [block["type"] for block in message["blocks"]] == ["header", "section", "section"]
    assert "X-Parley-Signature" not in outside.receiver.requests[-1]
    async with outside.uow() as uow:
        assert (await uow.webhooks.all())[0].id == "slack"
        sent = await uow.webhooks.delivery(1)
    assert sent is not None and sent.state is DeliveryState.SENT
