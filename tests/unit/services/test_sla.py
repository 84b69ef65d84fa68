"""Service levels at work: clocks follow their cases, late ones are noticed once."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation
from bot.aftersales.labels import Priority
from bot.aftersales.return_ import Return, ReturnState
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock
from bot.aftersales.task import Department, Task
from bot.services import escalations, returns, sla
from bot.services.agent_alerts import alert_of
from tests.unit.aftersales.builders import NOW
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, World, proved_world


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


async def started() -> tuple[World, Case]:
    world = World()
    case = world.add_case()
    case.investigate()
    async with world.uow() as uow:
        sla.start(uow, ALWAYS_OPEN, case)
        await uow.commit()
    return world, case


async def follow(world: World, now: datetime) -> int:
    return await sla.follow(world.uow, ALWAYS_OPEN, now)


def clock(world: World, metric: Metric = Metric.RESOLUTION) -> ServiceClock:
    return [clock for clock in world.database.all(ServiceClock) if clock.metric is metric][-1]


async def test_a_registered_case_has_its_clocks_and_a_promise_from_the_service_levels() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, _ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    assert {found.metric for found in world.database.all(ServiceClock)} == {Metric.FIRST_RESPONSE, Metric.RESOLUTION}
    assert {found.case_number for found in world.database.all(ServiceClock)} == {case.number}
    assert case.next_contact_by == A_POLICY.levels.next_contact("de", case.priority, NOW)


async def test_time_to_resolution_pauses_while_the_customer_has_to_answer() -> None:
    world, case = await started()
    due = clock(world).due_at
    case.wait_for_customer()
    assert await follow(world, hours(5)) == 1
    assert await follow(world, hours(6)) == 0
    case.investigate()
    assert await follow(world, hours(15)) == 1
    assert clock(world).due_at == due + timedelta(hours=10)


async def test_time_to_resolution_pauses_while_a_parcel_has_to_be_handed_over() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, _ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    assert case.state is CaseState.EXECUTING
    await follow(world, hours(1))
    assert clock(world).paused_at == hours(1)
    (kept,) = world.database.all(Return)
    kept.state = ReturnState.SHIPPED
    await follow(world, hours(9))
    assert clock(world).paused_at is None


async def test_a_clock_stops_when_its_case_was_resolved_however_late_that_is_noticed() -> None:
    world, case = await started()
    case.resolve(hours(3))
    await follow(world, hours(999))
    assert clock(world).stopped_at == hours(3)
    assert clock(world).breached_at is None


async def test_a_case_that_is_taken_up_again_has_all_of_the_time_again() -> None:
    world, case = await started()
    case.resolve(hours(3))
    await follow(world, hours(4))
    case.reopen()
    assert await follow(world, hours(50)) == 1
    assert await follow(world, hours(51)) == 0
    assert clock(world).started_at == hours(50)
    assert clock(world).key == f"resolution:{case.number}:2"
    assert clock(world).is_running


async def test_a_warning_comes_once_and_before_the_breach() -> None:
    world, _ = await started()
    warn_at = clock(world).warn_at
    clock(world, Metric.FIRST_RESPONSE).stop(NOW)
    assert await sla.check_due(world.uow, warn_at - timedelta(minutes=1)) == 0
    assert await sla.check_due(world.uow, warn_at) == 1
    assert await sla.check_due(world.uow, warn_at + timedelta(hours=1)) == 0
    assert world.actions() == ["sla.warned"]
    (event,) = world.database.all(AuditEvent)
    assert event.subject == "case:C1000001"
    assert event.data["metric"] == "resolution"


async def test_a_breach_makes_the_case_more_pressing_and_calls_a_supervisor_once() -> None:
    world, case = await started()
    clock(world, Metric.FIRST_RESPONSE).stop(NOW)
    late = clock(world).due_at + timedelta(minutes=1)
    await sla.check_due(world.uow, late)
    await sla.check_due(world.uow, late + timedelta(days=3))
    assert case.priority is Priority.HIGH
    assert world.actions() == ["sla.breached", "task.opened"]
    (task,) = world.database.all(Task)
    assert (task.department, task.what) == (Department.SUPERVISOR, "resolution_overdue")
    assert clock(world).breached_at == clock(world).due_at


async def test_whoever_looks_at_the_inbox_is_told_of_warning_and_breach_and_of_nothing_else() -> None:
    world, case = await started()
    clock(world, Metric.FIRST_RESPONSE).stop(NOW)
    told: list[str] = []
    warn_at, due_at, hour = clock(world).warn_at, clock(world).due_at, timedelta(hours=1)
    for moment in (warn_at - hour, warn_at, warn_at + hour, due_at + hour, due_at + 2 * hour):
        await sla.check_due(world.uow, moment, told.append)
    assert told == [case.conversation_id] * 2


async def test_a_clock_that_stands_still_is_not_late() -> None:
    world, case = await started()
    clock(world, Metric.FIRST_RESPONSE).stop(NOW)
    case.wait_for_customer()
    await follow(world, hours(1))
    assert await sla.check_due(world.uow, hours(9999)) == 0


async def test_handoffs_with_something_late_come_first() -> None:
    world, case = await started()
    async with world.uow() as uow:
        for conversation, priority in (("in danger", Priority.URGENT), (case.conversation_id, Priority.LOW)):
            reason = escalations.EscalationReason.ASKED_FOR_HUMAN
            await escalations.hand_over(uow, conversation, reason, "de", NOW, priority=priority)
    clock(world).breach()
    async with world.uow() as uow:
        assert [found.conversation_id for found in await uow.escalations.queue()] == [case.conversation_id, "in danger"]
        assert await uow.service_clocks.breached_in(["in danger", case.conversation_id]) == {case.conversation_id}


async def handed_over(world: World, case_number: str | None = None) -> tuple[Escalation, ServiceClock]:
    """Return a handoff of conversation-1 that just began, and the clock of its customer's wait."""
    reason = escalations.EscalationReason.ASKED_FOR_HUMAN
    async with world.uow() as uow:
        await escalations.hand_over(uow, "conversation-1", reason, "de", NOW, case_number=case_number)
        handoff = world.database.all(Escalation)[-1]
        key = f"next_response:{handoff.id}"
        waits = ALWAYS_OPEN.clock(key, Metric.NEXT_RESPONSE, "conversation-1", "de", Priority.NORMAL, NOW, case_number)
        uow.service_clocks.add(waits)
        await uow.commit()
    return handoff, waits


async def test_a_breach_of_a_handoff_without_a_case_makes_the_handoff_more_pressing_and_is_told() -> None:
    world = World()
    handoff, waits = await handed_over(world)
    told: list[str] = []
    assert await sla.check_due(world.uow, waits.due_at + timedelta(minutes=1), told.append) == 1
    assert handoff.priority is Priority.HIGH
    assert told == ["conversation-1"]
    assert world.database.all(Task) == []
    breach = world.database.all(AuditEvent)[-1]
    assert (breach.action, breach.subject) == ("sla.breached", "conversation:conversation-1")
    alert = await alert_of(world.uow(), breach, None, waits.due_at)
    assert alert is not None and alert.key == f"late:{waits.key}"


async def test_a_breach_of_a_handoff_that_began_without_a_case_is_about_the_case_of_by_now() -> None:
    world = World()
    handoff, waits = await handed_over(world)
    case = world.add_case()
    await sla.check_due(world.uow, waits.due_at + timedelta(minutes=1))
    (task,) = world.database.all(Task)
    assert (task.case_number, task.what, task.department) == (
        case.number,
        "next_response_overdue",
        Department.SUPERVISOR,
    )
    assert (case.priority, handoff.priority) == (Priority.HIGH, Priority.NORMAL)
    async with world.uow() as uow:
        await sla.stop(uow, waits, waits.due_at + timedelta(hours=1), waits.due_at + timedelta(hours=1))
        await uow.commit()
    assert not task.is_open


async def test_a_breach_of_a_handoff_whose_case_has_ended_makes_the_handoff_more_pressing() -> None:
    world = World()
    case = world.add_case()
    handoff, waits = await handed_over(world, case.number)
    case.resolve(NOW)
    await sla.check_due(world.uow, waits.due_at + timedelta(minutes=1))
    assert (case.priority, handoff.priority) == (Priority.NORMAL, Priority.HIGH)
    assert world.database.all(Task) == []


async def test_whoever_looks_at_the_inbox_is_told_of_clocks_that_follow_their_cases() -> None:
    world, case = await started()
    told: list[str] = []

    async def follow_at(now: datetime) -> list[str]:
        told.clear()
        await sla.follow(world.uow, ALWAYS_OPEN, now, told.append)
        return told

    assert await follow_at(hours(1)) == []
    case.wait_for_customer()
    assert await follow_at(hours(2)) == [case.conversation_id]
    assert await follow_at(hours(3)) == []
    case.investigate()
    assert await follow_at(hours(4)) == [case.conversation_id]
    case.resolve(hours(5))
    assert await follow_at(hours(6)) == [case.conversation_id]
    case.reopen()
    assert await follow_at(hours(7)) == [case.conversation_id]
