"""Deliveries: made once, sent in order, tried again, given up, sent again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import CaseState
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import webhook_deliveries, webhooks
from bot.services.webhooks_ports import Answer, DeliveryState, Subscription
from tests.unit.aftersales.builders import NOW
from tests.unit.webhooks.things import BUSY, DOWN, URL, Told


async def registered(told: Told, number: str = "C1000001") -> None:
    told.know(number)
    await told.happen("case.registered", f"case:{number}")


async def test_what_happens_is_posted_to_those_who_asked_for_it() -> None:
    told = Told()
    await told.subscribe("case.opened")
    await told.subscribe("refund.*", url=f"{URL}/money")
    await registered(told)
    assert await told.run() == 1
    (post,) = told.sender.posts
    body = json.loads(post.body)
    assert (post.url, post.headers) == (URL, {"X-Parley-Event-Id": body["id"]})
    assert list(body) == ["id", "type", "version", "created_at", "data"]
    assert (body["type"], body["version"], body["created_at"]) == ("case.opened", 1, NOW.isoformat())
    assert body["data"]["case"]["number"] == "C1000001"
    assert body["data"]["case"]["order"] == "10482733"


async def test_each_subscription_has_a_secret_of_its_own() -> None:
    told = Told()
    first, second = await told.subscribe("*"), await told.subscribe("*", url=f"{URL}/2")
    await registered(told)
    await told.run()
    assert first.secret != second.secret
    assert {post.url: post.secret for post in told.sender.posts} == {URL: first.secret, f"{URL}/2": second.secret}
    assert str(first.secret) not in repr(first) + repr(told.sender.posts)


async def test_what_happened_before_anybody_subscribed_is_not_told() -> None:
    told = Told()
    await registered(told)
    await told.subscribe("*")
    assert await told.run() == 0
    await registered(told)
    assert await told.run() == 1


async def test_what_stays_inside_is_told_to_nobody() -> None:
    told = Told()
    await told.subscribe("*")
    await told.happen("account.logged_in", "account:a1")
    await told.happen("evidence.added", "evidence:e1")
    assert await told.run() == 0


async def test_a_change_of_state_is_told_with_both_states() -> None:
    told = Told()
    await told.subscribe("case.state_changed", "case.resolved")
    told.add_case()
    told.change("C1000001", CaseState.EXECUTING, CaseState.RESOLVED)
    assert await told.run() == 2
    bodies = [json.loads(post.body) for post in told.sender.posts]
    assert [body["type"] for body in bodies] == ["case.state_changed", "case.resolved"]
    assert bodies[0]["data"]["details"] == {"before": "executing", "after": "resolved"}
    assert len({body["id"] for body in bodies}) == 2


async def test_following_again_makes_nothing_twice() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    await told.run(DOWN)
    await told.run()
    assert len(told.deliveries) == 1


async def test_a_failure_is_tried_again_with_growing_pauses_and_the_same_id_and_body() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    pauses = []
    for _ in range(6):
        await told.run(BUSY)
        (delivery,) = told.deliveries
        pauses.append((delivery.next_attempt_at - told.now).total_seconds())
        told.now = delivery.next_attempt_at
    assert all(5 * 2**number <= pause <= 10 * 2**number for number, pause in enumerate(pauses))
    assert len({(post.body, post.headers["X-Parley-Event-Id"]) for post in told.sender.posts}) == 1
    assert await told.run() == 1
    (delivery,) = told.deliveries
    assert (delivery.state, delivery.attempts, delivery.status) == (DeliveryState.SENT, 7, 200)
    assert told.subscription.failing_since is None


async def test_nothing_is_tried_before_its_time() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    await told.run(DOWN)
    await told.run(seconds=1)
    assert len(told.sender.posts) == 1


async def test_pauses_do_not_grow_beyond_an_hour_and_trying_ends_after_a_day() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    began = told.now
    while told.deliveries == [] or told.deliveries[0].state is DeliveryState.PENDING:
        await told.run(DOWN)
        (delivery,) = told.deliveries
        assert delivery.next_attempt_at - told.now <= timedelta(hours=1)
        told.now = delivery.next_attempt_at
    assert delivery.state is DeliveryState.FAILED
    assert delivery.ended_at == began + timedelta(hours=24)
    assert (delivery.error, delivery.status) == ("no_connection", None)
    assert 25 < delivery.attempts < 70


async def test_who_asks_for_patience_gets_it_for_everything() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    await registered(told, "C1000002")
    await told.run(Answer(429, retry_after_seconds=120))
    await told.run(seconds=100)
    assert len(told.sender.posts) == 1
    assert await told.run(seconds=20) == 2


async def test_who_asks_for_more_patience_than_we_have_is_given_up() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    await told.run(Answer(503, retry_after_seconds=25 * 3600))
    assert told.deliveries[0].state is DeliveryState.FAILED


async def test_events_of_a_case_keep_their_order_while_other_cases_go_on() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told, "C1000001")
    await told.happen("case.approved", "case:C1000001")
    await registered(told, "C1000002")
    await told.run(BUSY)
    assert await told.run(seconds=3) == 1
    assert [(json.loads(post.body)["data"]["case"]["number"]) for post in told.sender.posts] == ["C1000001", "C1000002"]
    assert await told.run(seconds=60) == 2
    types = [json.loads(post.body)["type"] for post in told.sender.posts[2:]]
    assert types == ["case.opened", "case.approved"]


async def test_one_who_does_not_answer_keeps_nobody_else_waiting() -> None:
    told = Told()
    await told.subscribe("*")
    await told.subscribe("*", url=f"{URL}/2")
    await registered(told)
    await told.run(DOWN)
    assert sorted(delivery.state.value for delivery in told.deliveries) == ["pending", "sent"]


async def test_a_process_that_dies_over_a_delivery_leaves_it_to_be_sent_again_in_a_minute() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    await webhook_deliveries.follow(told.webhooks, None, told.now)
    async with told.webhooks() as uow:
        delivery = await uow.webhooks.next_due(told.subscription.id, told.now)
        assert delivery is not None
        assert await uow.webhooks.claim(delivery, told.now, told.now + timedelta(seconds=60))
        await uow.commit()
    assert await told.run(seconds=59) == 0
    assert await told.run(seconds=1) == 1
    assert told.deliveries[0].attempts == 2


async def test_a_subscriber_that_takes_nothing_for_three_days_is_disabled_and_the_log_says_so() -> None:
    told = Told()
    await told.subscribe("*")
    for hours in range(0, 73, 6):
        told.now = NOW + timedelta(hours=hours)
        await registered(told)
        await told.run(DOWN, DOWN)
    assert told.subscription.disabled_at == NOW + timedelta(hours=72)
    (event,) = [one for one in told.database.all(AuditEvent) if one.action == "webhook.disabled"]
    assert event.data == {"host": "shop.example.com", "failing_since": NOW.isoformat()}
    before = len(told.sender.posts)
    await registered(told)
    await told.run(seconds=86_400)
    assert len(told.sender.posts) == before


async def test_a_success_in_between_begins_the_three_days_anew() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    await told.run(DOWN)
    assert await told.run(seconds=2 * 86_400) == 1
    await registered(told)
    await told.run(DOWN, seconds=2 * 86_400)
    assert told.subscription.is_enabled


async def test_what_waited_is_sent_when_a_subscription_is_enabled_again() -> None:
    told = Told()
    subscription = await told.subscribe("*")
    await registered(told)
    await told.run(DOWN)
    async with told.webhooks() as uow:
        await uow.webhooks.set_disabled(subscription.id, told.now)
        await uow.commit()
    assert await told.run(seconds=600) == 0
    async with told.webhooks() as uow:
        await webhooks.enable(uow, subscription.id, told.now)
    assert await told.run() == 1


async def given_up(told: Told, count: int = 1) -> Subscription:
    subscription = await told.subscribe("*")
    for number in range(count):
        await registered(told, f"C100000{number + 1}")
    await told.run(*[Answer(429, retry_after_seconds=90_000)])
    while any(delivery.state is DeliveryState.PENDING for delivery in told.deliveries):
        await told.run(Answer(503, retry_after_seconds=90_000), seconds=86_400)
    return subscription


async def test_what_was_given_up_can_be_sent_again_with_the_same_id() -> None:
    told = Told()
    await given_up(told)
    (failed,) = await told.webhooks().webhooks.failures(10)
    assert failed.id is not None
    async with told.webhooks() as uow:
        await webhooks.resend(uow, failed.id, told.now)
    assert await told.run(seconds=86_400) == 1
    assert {post.headers["X-Parley-Event-Id"] for post in told.sender.posts} == {failed.event_id}
    async with told.webhooks() as uow:
        await webhooks.resend(uow, failed.id, told.now)
        with pytest.raises(IllegalStateError):
            await webhooks.resend(uow, failed.id, told.now)
        with pytest.raises(NotFoundError):
            await webhooks.resend(uow, 99, told.now)


async def test_everything_that_a_subscription_missed_can_be_sent_again_at_once() -> None:
    told = Told()
    subscription = await given_up(told, 3)
    async with told.webhooks() as uow:
        assert await webhooks.resend_failed(uow, subscription.id, told.now) == 3
    assert await told.run(seconds=86_400) == 3


async def test_an_address_is_subscribed_once_and_its_removal_takes_all_along() -> None:
    told = Told()
    subscription = await told.subscribe("*")
    with pytest.raises(InvalidInputError, match="taken"):
        await told.subscribe("case.opened")
    await registered(told)
    await told.run(DOWN)
    async with told.webhooks() as uow:
        await webhooks.remove(uow, subscription.id, told.now)
    assert told.deliveries == []
    async with told.webhooks() as uow:
        with pytest.raises(NotFoundError):
            await webhooks.remove(uow, subscription.id, told.now)
    actions = [event.action for event in told.database.all(AuditEvent) if event.subject == f"webhook:{subscription.id}"]
    assert actions == ["webhook.added", "webhook.removed"]


async def test_what_ended_long_ago_is_forgotten() -> None:
    told = Told()
    await told.subscribe("*")
    await registered(told)
    await told.run()
    assert await webhook_deliveries.forget(told.webhooks, told.now + timedelta(days=29)) == 0
    assert await webhook_deliveries.forget(told.webhooks, told.now + timedelta(days=31)) == 1
    assert told.deliveries == []


async def test_a_test_is_sent_at_once_and_not_kept() -> None:
    told = Told()
    subscription = await told.subscribe("case.opened")
    told.sender.answers = [Answer(404)]
    async with told.webhooks() as uow:
        answer = await webhooks.ping(uow, told.sender, subscription.id, datetime.now(NOW.tzinfo))
    assert answer.status == 404
    assert json.loads(told.sender.posts[0].body)["type"] == "webhook.test"
    assert told.sender.posts[0].secret == subscription.secret
    assert told.deliveries == []
