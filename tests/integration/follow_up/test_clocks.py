"""Clocks, ratings and contacts come back as they were, and the queries find what the fakes find."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.aftersales.case import Case
from bot.aftersales.contact import Contact
from bot.aftersales.identification import Identification
from bot.aftersales.labels import Priority
from bot.aftersales.notification import ASK_SOLVED
from bot.aftersales.rating import Rating
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock
from bot.conversations.model import Author, Conversation, Message
from bot.errors import ConflictError
from bot.services import follow_up, promises, sla
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_return, a_shop, an_escalation, plain

HOUR = timedelta(hours=1)


@pytest.fixture
async def uow(uow_factory: UowFactory) -> UowFactory:
    """A database with one case that waits for us, with its clocks."""
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        case = a_case()
        case.investigate()
        uow.cases.add(case)
        sla.start(uow, ALWAYS_OPEN, case)
        await uow.commit()
    return uow_factory


async def the_clock(uow_factory: UowFactory) -> ServiceClock:
    async with uow_factory() as uow:
        clock = await uow.service_clocks.by_key("resolution:C1")
    assert clock is not None
    return clock


async def the_case(uow_factory: UowFactory) -> Case:
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
    assert case is not None
    return case


async def test_a_clock_comes_back_with_its_pauses(uow: UowFactory) -> None:
    async with uow() as work:
        clock = await work.service_clocks.by_key("resolution:C1")
        assert clock is not None
        clock.pause(NOW + HOUR)
        clock.resume(ALWAYS_OPEN.calendar_of(clock), NOW + 2 * HOUR)
        clock.pause(NOW + 3 * HOUR)
        clock.warn(NOW + 2 * HOUR)
        await work.commit()
    assert plain(await the_clock(uow)) == plain(clock)
    async with uow() as work:
        assert [found.metric for found in await work.service_clocks.of_case("C1")] == [
            Metric.FIRST_RESPONSE,
            Metric.RESOLUTION,
        ]


async def test_a_clock_is_started_once(uow: UowFactory) -> None:
    async with uow() as work:
        case = await work.cases.get("C1")
        assert case is not None
        sla.start(work, ALWAYS_OPEN, case)
        with pytest.raises(ConflictError):
            await work.commit()


async def test_clocks_follow_their_cases_through_waiting_parcels_and_resolution(uow: UowFactory) -> None:
    async def follow(hours: int) -> int:
        return await sla.follow(uow, ALWAYS_OPEN, NOW + hours * HOUR)

    async def change(verb: str, *arguments: object) -> None:
        async with uow() as work:
            getattr(await work.cases.get("C1"), verb)(*arguments)
            await work.commit()

    assert await follow(0) == 0
    await change("wait_for_customer")
    assert await follow(1) == 1
    assert await follow(2) == 0
    await change("agree")
    assert await follow(3) == 1
    await change("execute")
    async with uow() as work:
        return_ = a_return()
        return_.approve()
        work.returns.add(return_)
        await work.commit()
    assert await follow(4) == 1
    assert (await the_clock(uow)).paused_at == NOW + 4 * HOUR
    async with uow() as work:
        found = await work.returns.get("R1")
        assert found is not None
        found.ship("DHL", "JJD9", NOW)
        await work.commit()
    assert await follow(5) == 1
    assert (await the_clock(uow)).paused_at is None
    await change("resolve", NOW + 6 * HOUR)
    assert await follow(7) == 1
    assert (await the_clock(uow)).stopped_at == NOW + 6 * HOUR
    await change("reopen")
    assert await follow(8) == 1
    assert await follow(9) == 0
    async with uow() as work:
        assert await work.service_clocks.by_key("resolution:C1:2") is not None


async def test_what_is_late_is_found_noted_once_and_served_first(uow: UowFactory) -> None:
    async with uow() as work:
        work.escalations.add(an_escalation("someone in danger", Priority.URGENT))
        work.escalations.add(an_escalation("conversation", Priority.LOW))
        await work.commit()
    late = (await the_clock(uow)).due_at + HOUR
    assert await sla.check_due(uow, NOW) == 0
    assert await sla.check_due(uow, late) == 2
    assert await sla.check_due(uow, late + HOUR) == 0
    async with uow() as work:
        queue = [handoff.conversation_id for handoff in await work.escalations.queue()]
        assert queue == ["conversation", "someone in danger"]
        assert await work.service_clocks.breached_in(queue) == {"conversation"}
        assert len(await work.tasks.of_case("C1")) == 2
    assert (await the_case(uow)).priority is Priority.URGENT


async def test_promises_and_questions_are_found_by_state_and_time(uow: UowFactory) -> None:
    due = (await the_case(uow)).next_contact_by
    assert await promises.detect_delays(uow, ALWAYS_OPEN, due - HOUR) == 0
    assert await promises.detect_delays(uow, ALWAYS_OPEN, due) == 1
    assert await promises.detect_delays(uow, ALWAYS_OPEN, due) == 0
    assert await promises.detect_delays(uow, ALWAYS_OPEN, due + timedelta(days=9)) == 1
    async with uow() as work:
        handoff = await work.escalations.open_of("conversation")
        assert handoff is not None
        handoff.assign("ana", due)
        handoff.resolve(due)
        assert len(await work.notifications.of_case("C1")) == 2
        case = await work.cases.get("C1")
        assert case is not None
        case.resolve(due)
        await work.commit()
    assert await follow_up.ask_solved(uow, due) == 1
    assert await follow_up.ask_solved(uow, due + HOUR) == 0
    assert await follow_up.close_silent(uow, due + timedelta(days=7)) == 0
    await question_is_sent(uow, due)
    assert await follow_up.close_silent(uow, due + timedelta(days=7)) == 1
    assert await follow_up.close_silent(uow, due + timedelta(days=8)) == 0
    async with uow() as work:
        told = [found.response for found in await work.notifications.of_case("C1")]
    assert told == [
        "utter_notify_delay",
        "utter_notify_delay_handed_over",
        "utter_ask_solved",
        "utter_notify_case_closed",
    ]


async def test_silence_is_found_wherever_the_customer_may_write(uow: UowFactory) -> None:
    async with uow() as work:
        (await work.cases.get("C1")).resolve(NOW)  # type: ignore[union-attr]
        for conversation_id in ("conversation", "proved", "unproved"):
            work.conversations.add(Conversation(conversation_id, "web", NOW, NOW))
        work.identifications.add(Identification("proved", "10480001", proved_at=NOW))
        work.identifications.add(Identification("unproved", "10480001", wrong_tries=1))
        await work.commit()
    await follow_up.ask_solved(uow, NOW)

    async def silent(hours: int) -> list[str]:
        async with uow() as work:
            found = await work.cases.silent_since(NOW + hours * HOUR)
            assert [case.number for case in await work.cases.silent_since(NOW + hours * HOUR, "C1")] == [
                case.number for case in found
            ]
            assert await work.cases.silent_since(NOW + hours * HOUR, "C2") == []
        return [case.number for case in found]

    async def write(conversation_id: str, hours: int, author: Author = Author.CUSTOMER) -> None:
        async with uow() as work:
            await work.messages.add(Message(conversation_id, author, "words", NOW + hours * HOUR))
            await work.commit()

    assert await silent(9) == []
    await question_is_sent(uow, NOW + HOUR)
    assert (await silent(0), await silent(1)) == ([], ["C1"])
    await write("unproved", 2)
    await write("conversation", 2, Author.BOT)
    assert await silent(1) == ["C1"]
    await write("conversation", 3)
    assert (await silent(2), await silent(3)) == ([], ["C1"])
    await write("proved", 4)
    assert (await silent(3), await silent(4)) == ([], ["C1"])
    for conversation_id, hours in (("proved", 5), ("conversation", 6)):
        async with uow() as work:
            handoff = an_escalation(conversation_id)
            work.escalations.add(handoff)
            await work.commit()
        assert await silent(99) == []
        async with uow() as work:
            found = await work.escalations.open_of(conversation_id)
            assert found is not None
            found.assign("ana", NOW)
            found.resolve(NOW + hours * HOUR)
            await work.commit()
        assert (await silent(hours - 1), await silent(hours)) == ([], ["C1"])


async def question_is_sent(uow: UowFactory, at: datetime) -> None:
    async with uow() as work:
        (question,) = [n for n in await work.notifications.of_case("C1") if n.response == ASK_SOLVED]
        assert await work.notifications.claim(question, 1, at)
        await work.commit()


async def test_ratings_and_contacts_come_back(uow: UowFactory) -> None:
    rating = Rating("C1", "conversation", "c1", 5, NOW, "Prima 👍")
    contacts = [Contact("c1", "10480001", "web", "conversation", NOW + n * HOUR, NOW + n * HOUR) for n in range(2)]
    async with uow() as work:
        work.ratings.add(rating)
        for contact in contacts:
            work.contacts.add(contact)
        await work.commit()
    async with uow() as work:
        assert plain(await work.ratings.of_case("C1")) == plain(rating)
        assert plain(await work.contacts.newest("conversation", "10480001")) == plain(contacts[1])
        assert await work.contacts.newest("conversation", "10480002") is None
    async with uow() as work:
        work.ratings.add(Rating("C1", "conversation", "c1", 1, NOW))
        with pytest.raises(ConflictError):
            await work.commit()
