"""Promised times that pass in silence: a new promise, then a person, then a supervisor."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.aftersales.notification import Notification
from bot.aftersales.sla import ALWAYS_OPEN
from bot.aftersales.task import Department, Task
from bot.services import promises, wording
from bot.services.notifications import notify
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import World


def promised_case() -> tuple[World, Case]:
    world = World()
    case = world.add_case()
    case.investigate()
    return world, case


async def detect(world: World, now: datetime) -> int:
    return await promises.detect_delays(world.uow, ALWAYS_OPEN, now)


def responses(world: World) -> list[str]:
    return [found.response for found in world.database.all(Notification)]


async def test_nothing_happens_before_the_promised_time() -> None:
    world, case = promised_case()
    assert await detect(world, case.next_contact_by - timedelta(seconds=1)) == 0
    assert responses(world) == []


async def test_a_broken_promise_is_told_with_a_new_one_and_makes_the_case_more_pressing() -> None:
    world, case = promised_case()
    now = case.next_contact_by
    assert await detect(world, now) == 1
    assert await detect(world, now + timedelta(minutes=1)) == 0
    (told,) = world.database.all(Notification)
    assert told.response == "utter_notify_delay"
    assert case.priority is Priority.HIGH
    assert case.next_contact_by == now + timedelta(hours=24)
    assert told.values["until"] == wording.moment(case.next_contact_by)
    assert case.state is CaseState.INVESTIGATING


async def test_the_second_time_a_person_takes_over_and_the_third_time_a_supervisor_hears_of_it() -> None:
    world, case = promised_case()
    await detect(world, case.next_contact_by)
    await detect(world, case.next_contact_by)
    (handoff,) = world.database.all(Escalation)
    assert (handoff.reason, handoff.case_number) == (EscalationReason.PROMISE_BROKEN, case.number)
    assert handoff.priority is Priority.URGENT
    assert case.state is CaseState.ESCALATED
    assert world.database.all(Notification)[-1].values["facts"] == {"handoff": {"state": "queued"}}
    assert world.database.all(Task) == []
    await detect(world, case.next_contact_by)
    assert responses(world) == ["utter_notify_delay", "utter_notify_delay_handed_over", "utter_notify_delay"]
    assert [task.department for task in world.database.all(Task)] == [Department.SUPERVISOR]
    assert len(world.database.all(Escalation)) == 1


async def test_an_announcement_keeps_the_promise_and_a_new_one_counts_from_it() -> None:
    world, case = promised_case()
    told_at = NOW + timedelta(hours=40)
    async with world.uow() as uow:
        await notify(uow, case, "utter_notify_return_received", "return:R1:received", told_at)
        await uow.commit()
    (told,) = world.database.all(Notification)
    told.mark_sent(7, told_at)
    assert await detect(world, case.next_contact_by) == 1
    assert responses(world) == ["utter_notify_return_received"]
    assert case.next_contact_by == told_at + timedelta(hours=48)
    assert case.priority is Priority.NORMAL
    await detect(world, case.next_contact_by)
    assert responses(world)[1:] == ["utter_notify_delay"]


async def test_an_announcement_that_nobody_has_seen_yet_keeps_no_promise() -> None:
    world, case = promised_case()
    async with world.uow() as uow:
        await notify(uow, case, "utter_notify_return_received", "return:R1:received", NOW)
        await uow.commit()
    await detect(world, case.next_contact_by)
    assert responses(world)[1:] == ["utter_notify_delay"]


async def test_a_contact_in_between_begins_the_count_anew() -> None:
    world, case = promised_case()
    await detect(world, case.next_contact_by)
    async with world.uow() as uow:
        promises.renew(uow, ALWAYS_OPEN, case, case.next_contact_by)
        await uow.commit()
    await detect(world, case.next_contact_by)
    assert responses(world) == ["utter_notify_delay", "utter_notify_delay"]
    assert world.database.all(Escalation) == []


async def test_who_has_to_answer_or_to_send_something_is_owed_nothing() -> None:
    for state in (CaseState.WAITING_CUSTOMER, CaseState.OFFERED, CaseState.EXECUTING, CaseState.RESOLVED):
        world, case = promised_case()
        case.state = state
        assert await detect(world, case.next_contact_by + timedelta(days=9)) == 0


async def test_who_says_that_it_is_not_solved_gets_a_new_promise() -> None:
    world, case = promised_case()
    reopened_at = case.next_contact_by + timedelta(days=3)
    async with world.uow() as uow:
        uow.audit.add(AuditEvent(reopened_at, "customer", "case.reopened", f"case:{case.number}"))
        await uow.commit()
    case.resolve(NOW)
    case.reopen()
    await detect(world, reopened_at + timedelta(minutes=1))
    assert responses(world) == []
    assert case.next_contact_by == reopened_at + timedelta(hours=24)
