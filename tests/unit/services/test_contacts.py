"""Repeat contacts: the same customer, the same order, from anywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.contact import Contact
from bot.aftersales.labels import Priority
from bot.services import contacts
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import World


async def note(
    world: World, now: datetime, conversation: str = "by mail", customer: str = "customer-1", order: str = "10482733"
) -> list[Case]:
    async with world.uow() as uow:
        found = await contacts.note_contact(uow, customer, order, "email", conversation, now)
        await uow.commit()
    return found


async def test_a_first_contact_is_no_repeated_one() -> None:
    world = World()
    assert await note(world, NOW) == []
    assert len(world.database.all(Contact)) == 1


async def test_who_comes_again_from_another_channel_while_a_case_is_open_is_more_pressing() -> None:
    world = World()
    case = world.add_case()
    assert await note(world, NOW + timedelta(hours=1)) == [case]
    assert case.priority is Priority.HIGH
    (event,) = world.database.all(AuditEvent)
    assert (event.action, event.subject) == ("contact.repeated", f"case:{case.number}")
    assert event.data == {"channel": "email", "conversation": "by mail"}


async def test_what_is_urgent_stays_urgent() -> None:
    world = World()
    world.add_case().priority = Priority.URGENT
    await note(world, NOW)
    assert world.database.all(Case)[0].priority is Priority.URGENT


async def test_going_on_in_the_same_conversation_is_the_same_contact() -> None:
    world = World()
    await note(world, NOW)
    world.add_case()
    assert await note(world, NOW + timedelta(hours=11)) == []
    assert await note(world, NOW + timedelta(hours=22)) == []
    assert len(world.database.all(Contact)) == 1


async def test_coming_back_to_the_same_conversation_next_day_is_a_repeated_contact() -> None:
    world = World()
    await note(world, NOW)
    case = world.add_case()
    assert await note(world, NOW + timedelta(hours=12)) == [case]


async def test_a_case_counts_for_two_weeks_after_it_was_resolved() -> None:
    world = World()
    case = world.add_case()
    case.resolve(NOW)
    case.close()
    assert await note(world, NOW + timedelta(days=14), "one") == [case]
    assert await note(world, NOW + timedelta(days=14, seconds=1), "two") == []
    assert case.priority is Priority.NORMAL


async def test_other_orders_other_customers_and_withdrawn_cases_do_not_count() -> None:
    world = World()
    case = world.add_case()
    assert await note(world, NOW, order="10480000") == []
    assert await note(world, NOW, "one", customer="customer-2") == []
    case.withdraw()
    assert await note(world, NOW, "two") == []
