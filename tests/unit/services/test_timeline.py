from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.claim import ClaimAgainst
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Liability, Priority, Remedy
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.task import Department
from bot.conversations.model import Author, Message
from bot.errors import NotFoundError
from bot.services import claims, liability, tasks
from bot.services.notifications import notify
from bot.services.timeline import timeline
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.services.world import CONVERSATION, World


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


async def test_a_timeline_tells_each_thing_once_and_oldest_first() -> None:
    world = World()
    case, other = world.add_case(), world.add_case("C1000002")
    case.offer(Offer(Remedy.REFUND_PARTIAL, Proposer.BOT, NOW + minutes(1), euros(5)))
    world.database.all(Message).extend(
        Message(CONVERSATION, author, "hello", NOW + minutes(number))
        for number, author in enumerate((Author.CUSTOMER, Author.BOT, Author.CUSTOMER, Author.NOTE))
    )
    world.database.all(Escalation).append(
        Escalation(CONVERSATION, EscalationReason.NOT_SOLVED, Priority.HIGH, NOW + minutes(6), "de", case.number)
    )
    async with world.uow() as uow:
        await liability.overrule(uow, case.number, "ben", Liability.CARRIER, "scan gap", NOW + minutes(2))
        task = await tasks.open_task(uow, case.number, Department.WAREHOUSE, "look", "look:1", NOW + minutes(3))
        await tasks.finish(uow, task.id or 0, "ben", "found it", NOW + minutes(4))
        await notify(uow, case, "utter_notify_delay", "delay:1", NOW + minutes(5))
        party = (ClaimAgainst.CARRIER, "Kranich Paket")
        await claims.open_claim(uow, case, *party, euros(5), "claim:1", NOW + minutes(7))
        await claims.open_claim(uow, other, *party, euros(9), "claim:2", NOW + minutes(7))
        await uow.commit()
        entries = await timeline(uow, case.number)
    assert [(entry.kind, entry.what) for entry in entries] == [
        ("messages", "messages.exchanged"),
        ("offer", "offer.proposed"),
        ("finding", "liability.found"),
        ("event", "task.opened"),
        ("event", "task.finished"),
        ("notification", "utter_notify_delay"),
        ("handoff", "handoff.opened"),
        ("event", "claim.opened"),
        ("event", "task.opened"),
    ]
    assert entries[0].data["count"] == 3
    assert entries[4].data["result"] == "found it"
    assert entries[4].who == "agent:ben"


async def test_a_timeline_tells_why_a_task_was_opened() -> None:
    world = World()
    case = world.add_case()
    async with world.uow() as uow:
        for what, note in (("decide", ""), ("other", "ask the lawyer")):
            await tasks.open_by_hand(uow, case, Department.LEGAL, what, "anna", NOW, note=note)
        entries = await timeline(uow, case.number)
    assert [(entry.who, entry.what, entry.data.get("note")) for entry in entries] == [
        ("agent:anna", "task.opened", None),
        ("agent:anna", "task.opened", "ask the lawyer"),
    ]


async def test_there_is_no_timeline_of_a_case_that_is_not() -> None:
    async with World().uow() as uow:
        with pytest.raises(NotFoundError):
            await timeline(uow, "C9")
