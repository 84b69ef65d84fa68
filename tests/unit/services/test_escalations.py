"""Handing a conversation to a person, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.business_calendar import Calendar
from bot.aftersales.case import CaseState
from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ALWAYS_OPEN, ServiceLevels, Team
from bot.errors import ConflictError, NotFoundError
from bot.services import escalations
from bot.services.account import Account, Presence, Role
from bot.services.escalations import QueuePlace
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import CONVERSATION, World

ANA, BEN = "agent-ana", "agent-ben"


async def hand_over(
    world: World,
    conversation: str = CONVERSATION,
    *,
    minutes: int = 0,
    priority: Priority = Priority.NORMAL,
    case_number: str | None = None,
) -> QueuePlace:
    async with world.uow() as uow:
        return await escalations.hand_over(
            uow,
            conversation,
            EscalationReason.ASKED_FOR_HUMAN,
            "de",
            NOW + timedelta(minutes=minutes),
            case_number=case_number,
            facts={"order_number": "10482733"},
            priority=priority,
        )


async def take_over(world: World, agent: str, conversation: str = CONVERSATION) -> Escalation:
    async with world.uow() as uow:
        taken = await escalations.take_over(uow, conversation, agent, "de", NOW + timedelta(minutes=9))
        await uow.commit()
        return taken


async def place(world: World, conversation: str) -> QueuePlace:
    async with world.uow() as uow:
        escalation = await uow.escalations.latest_of(conversation)
        assert escalation is not None
        return await escalations.place_of(uow, escalation, NOW)


async def test_a_conversation_is_queued_with_what_the_bot_knew() -> None:
    world = World()
    assert await hand_over(world) == QueuePlace(EscalationState.QUEUED, 1, 360)
    (escalation,) = world.database.all(Escalation)
    assert escalation.facts == {"order_number": "10482733"}
    assert (escalation.reason, escalation.language) == (EscalationReason.ASKED_FOR_HUMAN, "de")
    assert world.actions() == ["conversation.handed_over"]


async def test_the_queue_is_served_in_the_order_of_arrival() -> None:
    world = World()
    await hand_over(world, "first", minutes=0)
    assert await hand_over(world, "second", minutes=1) == QueuePlace(EscalationState.QUEUED, 2, 720)
    assert (await place(world, "first")).position == 1


async def test_the_more_pressing_go_ahead_of_those_who_wait_longer() -> None:
    world = World()
    await hand_over(world, "waits long", minutes=0)
    assert (await hand_over(world, "in danger", minutes=5, priority=Priority.URGENT)).position == 1
    assert (await place(world, "waits long")).position == 2


async def test_asking_again_while_queued_keeps_the_place() -> None:
    world = World()
    await hand_over(world, "first")
    await hand_over(world, "second", minutes=1)
    assert (await hand_over(world, "first", minutes=7)).position == 1
    assert len(world.database.all(Escalation)) == 2
    assert world.actions().count("conversation.handed_over") == 2


async def test_those_behind_move_up_when_one_is_taken() -> None:
    world = World()
    await hand_over(world, "first")
    await hand_over(world, "second", minutes=1)
    await take_over(world, ANA, "first")
    assert (await place(world, "second")).position == 1
    assert (await place(world, "first")).position == 0


async def test_a_handoff_takes_its_case_along_with_the_case_s_priority() -> None:
    world = World()
    case = world.add_case()
    case.priority = Priority.HIGH
    await hand_over(world, case_number=case.number)
    (escalation,) = world.database.all(Escalation)
    assert (escalation.priority, escalation.case_number) == (Priority.HIGH, case.number)
    assert case.state is CaseState.ESCALATED


async def test_a_handoff_is_never_less_pressing_than_it_was_asked_to_be() -> None:
    world = World()
    case = world.add_case()
    case.priority = Priority.LOW
    await hand_over(world, case_number=case.number, priority=Priority.URGENT)
    assert world.database.all(Escalation)[0].priority is Priority.URGENT


async def test_an_agent_takes_a_conversation_out_of_the_queue() -> None:
    world = World()
    await hand_over(world)
    escalation = await take_over(world, ANA)
    assert (escalation.state, escalation.agent_id) == (EscalationState.ASSIGNED, ANA)
    assert world.actions()[-1] == "conversation.taken_over"


async def test_an_agent_takes_a_conversation_straight_from_the_bot() -> None:
    world = World()
    escalation = await take_over(world, ANA)
    assert escalation.reason is EscalationReason.AGENT_TOOK_OVER
    assert escalation.state is EscalationState.ASSIGNED


async def test_a_colleague_takes_a_conversation_over() -> None:
    world = World()
    await hand_over(world)
    await take_over(world, ANA)
    assert (await take_over(world, BEN)).agent_id == BEN
    assert len(world.database.all(Escalation)) == 1


@pytest.mark.parametrize("verb", ["return_to_bot", "resolve"])
async def test_only_who_holds_a_conversation_ends_the_handoff(verb: str) -> None:
    world = World()
    await hand_over(world)
    await take_over(world, ANA)
    async with world.uow() as uow:
        with pytest.raises(ConflictError) as conflict:
            await getattr(escalations, verb)(uow, CONVERSATION, BEN, NOW)
    assert conflict.value.fields["held_by"] == ANA
    assert world.database.all(Escalation)[0].state is EscalationState.ASSIGNED


@pytest.mark.parametrize("verb", ["return_to_bot", "resolve"])
async def test_a_conversation_that_nobody_holds_has_no_handoff_to_end(verb: str) -> None:
    world = World()
    async with world.uow() as uow:
        with pytest.raises(NotFoundError):
            await getattr(escalations, verb)(uow, CONVERSATION, ANA, NOW)
    await hand_over(world)
    async with world.uow() as uow:
        with pytest.raises(ConflictError):
            await getattr(escalations, verb)(uow, CONVERSATION, ANA, NOW)


async def test_the_bot_gets_conversation_and_case_back() -> None:
    world = World()
    case = world.add_case()
    await hand_over(world, case_number=case.number)
    await take_over(world, ANA)
    async with world.uow() as uow:
        escalation = await escalations.return_to_bot(uow, CONVERSATION, ANA, NOW)
        await uow.commit()
        assert await uow.escalations.open_of(CONVERSATION) is None
    assert escalation.state is EscalationState.RETURNED_TO_BOT
    assert escalation.ended_at == NOW
    assert case.state is CaseState.INVESTIGATING
    assert world.actions()[-1] == "conversation.returned_to_bot"


async def test_after_the_bot_got_it_back_it_can_hand_over_again() -> None:
    world = World()
    await hand_over(world)
    await take_over(world, ANA)
    async with world.uow() as uow:
        await escalations.return_to_bot(uow, CONVERSATION, ANA, NOW)
        await uow.commit()
    assert (await hand_over(world, minutes=30)).position == 1
    assert [found.state for found in world.database.all(Escalation)] == [
        EscalationState.RETURNED_TO_BOT,
        EscalationState.QUEUED,
    ]


async def test_resolving_settles_conversation_and_case() -> None:
    world = World()
    case = world.add_case()
    await hand_over(world, case_number=case.number)
    await take_over(world, ANA)
    async with world.uow() as uow:
        escalation = await escalations.resolve(uow, CONVERSATION, ANA, NOW)
        await uow.commit()
    assert escalation.state is EscalationState.RESOLVED
    assert (case.state, case.resolved_at) == (CaseState.RESOLVED, NOW)
    assert world.actions()[-1] == "conversation.resolved"


async def test_a_case_that_was_withdrawn_meanwhile_stays_withdrawn() -> None:
    world = World()
    case = world.add_case()
    await hand_over(world, case_number=case.number)
    case.withdraw()
    await take_over(world, ANA)
    async with world.uow() as uow:
        await escalations.resolve(uow, CONVERSATION, ANA, NOW)
    assert case.state is CaseState.WITHDRAWN


def office(name: str, zone: str, *languages: str) -> Team:
    """Return a team that is there from 8 to 16 o'clock on working days, by its own clocks."""
    calendar = Calendar(ZoneInfo(zone), dict.fromkeys(range(5), ((8 * 60, 16 * 60),)))
    return replace(ALWAYS_OPEN.default, name=name, languages=frozenset(languages), calendar=calendar)


OFFICES = ServiceLevels(
    (office("east_asia", "Asia/Shanghai", "zh"),), office("europe", "Europe/Berlin"), ALWAYS_OPEN.warn_share
)
# In Berlin the clocks change before the next working day.
FRIDAY_NIGHT = datetime(2026, 3, 27, 22, tzinfo=NOW.tzinfo)


async def hand_over_at(world: World, now: datetime, language: str = "de") -> QueuePlace:
    async with world.uow() as uow:
        return await escalations.hand_over(
            uow, CONVERSATION, EscalationReason.ASKED_FOR_HUMAN, language, now, levels=OFFICES
        )


@pytest.mark.parametrize(("language", "zone", "opens"), [
    ("de", "Europe/Berlin", "2026-03-30T08:00:00+02:00"),
    ("zh", "Asia/Shanghai", "2026-03-30T08:00:00+08:00"),
])  # fmt: skip
async def test_at_night_the_customer_is_told_when_people_are_there_by_the_team_s_own_clocks(
    language: str, zone: str, opens: str
) -> None:
    world = World()
    told = await hand_over_at(world, FRIDAY_NIGHT, language)
    assert told.response == "utter_handoff_out_of_hours"
    assert told.values == {"until": {"type": "datetime", "datetime": opens, "zone": zone}}
    assert told.as_fact()["opens_at"] == opens
    (escalation,) = world.database.all(Escalation)
    assert escalation.state is EscalationState.QUEUED
    assert escalation.promised_for == datetime.fromisoformat(opens)


async def test_what_was_promised_at_night_is_kept_when_the_customer_asks_again_by_day() -> None:
    world = World()
    promised = (await hand_over_at(world, FRIDAY_NIGHT)).opens_at
    again = await hand_over_at(world, FRIDAY_NIGHT + timedelta(days=2, hours=12))
    assert (again.response, again.values) == ("utter_handoff_queued", {"position": 1, "minutes": 6})
    assert "opens_at" not in again.as_fact()
    (escalation,) = world.database.all(Escalation)
    assert promised is not None and escalation.promised_for == promised


async def test_in_the_hours_nothing_is_promised() -> None:
    world = World()
    assert (await hand_over_at(world, FRIDAY_NIGHT - timedelta(hours=12))).response == "utter_handoff_queued"
    assert world.database.all(Escalation)[0].promised_for is None


@pytest.mark.parametrize(("presence", "response"), [
    (Presence.ONLINE, "utter_handoff_queued"),
    (Presence.AWAY, "utter_handoff_out_of_hours"),
])  # fmt: skip
async def test_whoever_works_late_is_there_at_night(presence: Presence, response: str) -> None:
    world = World()
    late = Account(BEN, "ben", "Ben", "", Role.AGENT, NOW, presence=presence, seen_at=FRIDAY_NIGHT)
    world.database.all(Account).append(late)
    assert (await hand_over_at(world, FRIDAY_NIGHT)).response == response
