"""Alerts for agents in Slack."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock
from bot.aftersales.task import Department, Task
from bot.errors import NotFoundError, SettingsError
from bot.services import escalations, sla, tasks, webhooks
from bot.services.webhooks import SlackSettings
from bot.services.webhooks_ports import Answer, DeliveryState
from bot.settings import Settings
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import CONVERSATION
from tests.unit.webhooks.things import DOWN, SLACK, Told

PATTERN = {
    "case": "C1000001", "by": "product", "key": "lamp <&>", "issue": "defective", "complaints": 7, "orders": 20,
    "rate_before": 0.01, "rate_of_peers": 0.02,
}  # fmt: skip


async def wait_for_person(told: Told, priority: Priority, case_number: str | None = None) -> None:
    async with told.uow() as uow:
        await escalations.hand_over(
            uow, CONVERSATION, EscalationReason.ASKED_FOR_HUMAN, "de", told.now, case_number=case_number,
            facts={"order_number": "10482733", "known": {"reason": "damaged"}}, priority=priority,
        )  # fmt: skip


def message(told: Told, index: int = -1) -> dict[str, Any]:
    return dict(json.loads(told.sender.posts[index].body))


def fields(told: Told) -> dict[str, str]:
    texts = [field["text"] for block in message(told)["blocks"] for field in block.get("fields", ())]
    return {name.strip("*"): value for name, _, value in (text.partition("\n") for text in texts)}


@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.URGENT])
async def test_agents_hear_of_a_pressing_customer_once(priority: Priority) -> None:
    told = Told(SLACK)
    await wait_for_person(told, priority)
    assert await told.run(seconds=180) == 1
    (post,) = told.sender.posts
    assert (post.url, post.secret) == (SLACK.url, None)
    assert fields(told)["Priority"] == priority.value
    assert fields(told)["Language"] == "German (de)"
    assert fields(told)["About"] == "damaged"
    assert fields(told)["Waiting"].endswith("(3 min)")
    assert fields(told)["Waiting"].startswith(f"<!date^{int(NOW.timestamp())}^")
    assert message(told)["blocks"][-1]["text"]["text"] == "<https://chat.example.com/desk|Open the desk>"
    await told.happen("conversation.handed_over", f"conversation:{CONVERSATION}", CONVERSATION, reason="x")
    assert await told.run() == 0


async def test_an_alert_says_nothing_about_who_the_customer_is() -> None:
    told = Told(SLACK)
    told.know()
    await wait_for_person(told, Priority.URGENT, "C1000001")
    await told.run()
    text = told.sender.posts[0].body.decode()
    assert "C1000001" in text
    assert "<https://chat.example.com/desk?view=all&q=C1000001|Open the desk>" in text
    for secret in (CONVERSATION, "10482733", told.order.customer.name, told.order.customer.email):
        assert secret not in text


@pytest.mark.parametrize("priority", [Priority.NORMAL, Priority.LOW])
async def test_who_can_wait_disturbs_nobody(priority: Priority) -> None:
    told = Told(SLACK)
    await wait_for_person(told, priority)
    assert await told.run() == 0


async def test_who_is_helped_already_disturbs_nobody() -> None:
    told = Told(SLACK)
    await wait_for_person(told, Priority.URGENT)
    async with told.uow() as uow:
        await escalations.take_over(uow, CONVERSATION, "agent-ana", "de", NOW)
        await uow.commit()
    assert await told.run() == 0


async def test_a_customer_who_became_pressing_while_waiting_is_told_of() -> None:
    told = Told(SLACK)
    await wait_for_person(told, Priority.NORMAL)
    await told.run()
    async with told.uow() as uow:
        handoff = await uow.escalations.open_of(CONVERSATION)
        assert handoff is not None
        handoff.priority = Priority.URGENT
    await told.happen("case.prioritised", "case:C1000001", CONVERSATION, before="normal", priority="urgent")
    assert await told.run() == 1


async def test_a_missed_target_is_told_of_once_unless_it_was_met_meanwhile() -> None:
    told = Told(SLACK)
    case = told.add_case()
    async with told.webhooks() as uow:
        sla.start(uow, ALWAYS_OPEN, case)
        await uow.commit()
    told.now += timedelta(days=30)
    await sla.check_due(told.webhooks, told.now)
    await told.run()
    assert {json.loads(post.body)["text"] for post in told.sender.posts} == {"A customer has waited for too long"}
    assert len(told.sender.posts) == 2
    assert fields(told)["Late"] in ("first response", "resolution")
    assert fields(told)["Case"] == "C1000001"
    await told.happen("sla.breached", "case:C1000001", CONVERSATION, metric="resolution")
    assert await told.run() == 0
    async with told.webhooks() as uow:
        for clock in [found for found in told.database.all(ServiceClock) if found.metric is Metric.FIRST_RESPONSE]:
            clock.key = "another"
            await sla.stop(uow, clock, told.now, told.now)
    await told.happen("sla.breached", "case:C1000001", CONVERSATION, metric="first_response")
    assert await told.run() == 0


async def open_task(told: Told, department: Department, key: str = "case:C1000001:decide") -> Task:
    told.know()
    async with told.uow() as uow:
        task = await tasks.open_task(uow, "C1000001", department, "decide", key, told.now)
        await uow.commit()
    return task


async def test_supervisors_hear_of_a_new_task_of_theirs_once() -> None:
    told = Told(SLACK)
    await open_task(told, Department.SUPERVISOR)
    await open_task(told, Department.WAREHOUSE, "another")
    assert await told.run() == 1
    assert message(told)["text"] == "A supervisor has something to do"
    assert (fields(told)["To do"], fields(told)["Case"]) == ("decide", "C1000001")
    assert "https://chat.example.com/desk/tasks?department=supervisor" in told.sender.posts[0].body.decode()
    await told.happen("task.opened", "task:case:C1000001:decide")
    assert await told.run() == 0


async def test_supervisors_do_not_hear_of_what_is_settled_already_nor_twice_of_a_missed_target() -> None:
    told = Told(SLACK)
    task = await open_task(told, Department.SUPERVISOR)
    task.finish("done", NOW)
    await open_task(told, Department.SUPERVISOR, "sla:first_response:C1000001")
    assert await told.run() == 0


async def test_a_task_of_any_department_that_becomes_overdue_is_told_of_once() -> None:
    told = Told(SLACK)
    task = await open_task(told, Department.WAREHOUSE)
    for _ in range(2):
        told.now = told.now + timedelta(days=3)
        await tasks.note_overdue(told.webhooks, told.now)
        await told.run()
    assert [json.loads(post.body)["text"] for post in told.sender.posts] == ["A task is overdue"]
    assert (fields(told)["Department"], fields(told)["With"]) == ("warehouse", "nobody yet")
    assert fields(told)["Due"].startswith(f"<!date^{int(task.due_at.timestamp())}^")


async def test_a_pattern_is_told_of_once_a_month_with_its_words_made_harmless() -> None:
    told = Told(SLACK)
    for week in range(3):
        told.now = NOW.replace(day=1) + timedelta(weeks=week)
        await told.happen("pattern.found", "case:C1000001", **PATTERN)
    assert await told.run() == 1
    assert fields(told)["product"] == "lamp &lt;&amp;&gt;"
    assert fields(told)["Share before"] == "1.0%"
    assert "https://chat.example.com/desk/statistics" in told.sender.posts[0].body.decode()


async def test_without_a_public_address_there_is_no_link() -> None:
    told = Told(SlackSettings(SLACK.url))
    await told.happen("pattern.found", "case:C1000001", **PATTERN)
    await told.run()
    assert "Open the desk" not in told.sender.posts[0].body.decode()


async def test_slack_is_tried_for_an_hour_and_waited_for_as_it_asks() -> None:
    told = Told(SLACK)
    await wait_for_person(told, Priority.URGENT)
    await told.run(Answer(429, retry_after_seconds=30))
    assert await told.run(seconds=29) == 0
    await told.run(DOWN, seconds=1)
    while told.deliveries[0].state is DeliveryState.PENDING:
        await told.run(DOWN, seconds=60)
    assert timedelta(hours=1) <= told.now - NOW <= timedelta(hours=1, minutes=2)


async def test_alerts_that_wait_rest_while_no_address_is_configured() -> None:
    told = Told(SLACK)
    await wait_for_person(told, Priority.URGENT)
    await told.run(DOWN)
    told.slack = None
    assert await told.run(seconds=600) == 0
    told.slack = SLACK
    assert await told.run() == 1


async def test_the_connection_can_be_tried() -> None:
    told = Told(SLACK)
    async with told.webhooks() as uow:
        assert (await webhooks.ping(uow, told.sender, "slack", NOW, SLACK)).is_taken
        assert message(told)["text"].startswith("Parley is connected")
        with pytest.raises(NotFoundError):
            await webhooks.ping(uow, told.sender, "slack", NOW)


def test_a_wrong_address_of_slack_ends_the_start_without_being_printed() -> None:
    for wrong in ("hooks.slack.com/services/T1", "http://hooks.slack.com/services/T1", "https://hooks.slack.com"):
        with pytest.raises(SettingsError, match="PARLEY_SLACK_WEBHOOK_URL") as caught:
            Settings.from_environment({"PARLEY_SLACK_WEBHOOK_URL": wrong})
        assert wrong not in str(caught.value).replace("https://hooks.slack.com/services/T…/B…/…", "")
    settings = Settings.from_environment({"PARLEY_SLACK_WEBHOOK_URL": SLACK.url, "PARLEY_WEBHOOKS_INSECURE": "yes"})
    assert (settings.slack_webhook_url, settings.webhooks_insecure) == (SLACK.url, True)
    assert SLACK.url not in repr(settings)
