"""Which resolved cases count as the bot's, and who else has solved them, on either database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import Priority
from bot.aftersales.task import Department
from bot.services import tasks
from bot.services.statistics import figures, refresh
from bot.services.statistics_ports import Dimension, Span
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_shop

LATER = NOW + timedelta(hours=5)
TODAY = NOW.date()


def resolved(number: str, *, order: str = "10480001") -> Case:
    case = a_case(number, message=f"m-{number}", order=order)
    case.agree()
    case.execute()
    case.resolve(LATER)
    return case


def handoff(case_number: str | None, agent: str | None = None) -> Escalation:
    at = NOW + timedelta(hours=1)
    found = Escalation(
        "conversation", EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, at, "de", case_number=case_number
    )
    found.agent_id, found.state = agent, EscalationState.RESOLVED
    return found


def event(
    subject: str, *, actor: str = "agent:mona", hours: int = 2, action: str = "case.approved", **data: str
) -> AuditEvent:
    conversation = "conversation" if data else None
    return AuditEvent(NOW + timedelta(hours=hours), actor, action, subject, conversation, dict(data))


async def measured(uow_factory: UowFactory, *happened: Escalation | AuditEvent) -> tuple[float | None, list[str]]:
    """Return which share of two resolved cases, C1 and C2 of one conversation, is the bot's, and the agents' names."""
    await a_shop(uow_factory, orders=2)
    async with uow_factory() as uow:
        uow.cases.add(resolved("C1"))
        uow.cases.add(resolved("C2", order="10480002"))
        await uow.commit()
    async with uow_factory() as uow:
        for one in happened:
            (uow.escalations if isinstance(one, Escalation) else uow.audit).add(one)
        await uow.commit()
    await refresh(uow_factory, TODAY)
    span = Span(TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    async with uow_factory() as uow:
        (both,) = await figures(uow, span, None, {})
        agents = await figures(uow, span, Dimension.AGENT, {})
    return both.solved_by_bot, [one.key for one in agents]


@pytest.mark.parametrize(
    ("happened", "share"),
    [
        pytest.param(list, 1.0, id="nobody"),
        pytest.param(lambda: [event("case:C1")], 0.5, id="decided at the desk"),
        pytest.param(lambda: [event("return:R1", case="C1")], 0.5, id="decided about what belongs to it"),
        pytest.param(lambda: [event("case:C1", actor="bot")], 1.0, id="the bot's own event"),
        pytest.param(
            lambda: [event("return:R1", case="C1", action="return.label_issued")], 1.0, id="a label that was made"
        ),
        pytest.param(lambda: [event("case:C1", hours=6)], 1.0, id="after it was resolved"),
        pytest.param(lambda: [handoff("C1")], 0.5, id="a handoff about the other case"),
        pytest.param(lambda: [handoff(None)], 0.0, id="a handoff about no case"),
    ],
)
async def test_a_case_is_the_bots_where_no_person_had_to_do_with_it(
    uow_factory: UowFactory, happened: Callable[[], list[Escalation | AuditEvent]], share: float
) -> None:
    assert (await measured(uow_factory, *happened()))[0] == share


async def test_who_decides_at_the_desk_is_the_agent_of_the_case(uow_factory: UowFactory) -> None:
    happened = event("case:C1", actor="agent:ben"), event("return:R1", case="C1"), event("case:C1", hours=6)
    assert (await measured(uow_factory, *happened))[1] == ["mona"]


async def test_who_had_a_case_in_hand_is_its_agent_whoever_decides(uow_factory: UowFactory) -> None:
    assert (await measured(uow_factory, handoff("C1", "ana"), event("case:C1")))[1] == ["ana"]


async def test_what_departments_do_leaves_a_case_the_bots(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(resolved("C1"))
        await uow.commit()
    async with uow_factory() as uow:
        task = await tasks.open_task(uow, "C1", Department.WAREHOUSE, "inspect_return", "return:R1:inspect", NOW)
        await uow.commit()
        assert task.id is not None
        await tasks.finish(uow, task.id, "mona", "as described", NOW + timedelta(hours=1))
    await refresh(uow_factory, TODAY)
    async with uow_factory() as uow:
        (one,) = await figures(uow, Span(TODAY, TODAY + timedelta(days=1)), None, {})
    assert one.solved_by_bot == 1.0
