"""Announcements reach the customer's conversation exactly once and in order, whatever dies in between."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, cast

import pytest

from bot.aftersales.identification import Identification
from bot.aftersales.task import REACH_CUSTOMER, Department
from bot.conversations.feed import EVERYTHING, Feed
from bot.conversations.model import Author, Conversation, Message
from bot.conversations.notifier import Notifier
from bot.services.document_links import DocumentLinks
from bot.services.escalations import EscalationReason, hand_over
from bot.services.notifications import notify
from tests.channels.platform_server import until
from tests.integration.conftest import UowFactory
from tests.integration.follow_up.things import Announcer, Crash, Mortal, Plan
from tests.integration.store.things import NOW, a_case, a_shop


def clock() -> datetime:
    return NOW


def a_notifier(uow: Any, feed: Feed | None = None) -> Notifier:
    return Notifier(uow, Announcer(), feed or Feed(), clock, DocumentLinks(b"a key for tests"))


async def announce(uow_factory: UowFactory, *keys: str, response: str = "utter_notify_return_received") -> None:
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
        assert case is not None
        for key in keys:
            await notify(uow, case, response, key, NOW, rma=key, facts={"rma": key})
        await uow.commit()


@pytest.fixture
async def uow(uow_factory: UowFactory) -> UowFactory:
    """A database with a case whose customer writes Dutch by now."""
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        uow.conversations.add(Conversation("conversation", "web", NOW, NOW, language="nl"))
        await uow.commit()
    return uow_factory


async def transcript(uow_factory: UowFactory) -> list[Message]:
    async with uow_factory() as uow:
        return await uow.messages.of("conversation")


async def test_an_announcement_becomes_a_message_in_the_language_of_the_moment(uow: UowFactory) -> None:
    await announce(uow, "R1")
    feed = Feed()
    with feed.listen(EVERYTHING) as news:
        assert await a_notifier(uow, feed).deliver() == 1
        assert news.get_nowait()["message"]["response"] == "utter_notify_return_received"
    (message,) = await transcript(uow)
    assert (message.author, message.language, message.custom) == (Author.BOT, "nl", {"rma": "R1"})
    async with uow() as work:
        (pending,) = await work.outbox.pending("conversation")
        notification = await work.notifications.by_key("R1")
    assert notification is not None
    assert pending.message_id == notification.message_id == message.id
    assert notification.sent_at == NOW


@pytest.mark.parametrize(("channel", "is_appended"), [("rest", True), ("web", False)])
async def test_the_link_of_a_document_is_text_where_no_widget_shows_it(
    uow_factory: UowFactory, channel: str, is_appended: bool
) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as work:
        case = a_case()
        work.cases.add(case)
        work.conversations.add(Conversation("conversation", channel, NOW, NOW, language="nl"))
        facts = {"document": {"kind": "return", "number": "R1"}}
        await notify(work, case, "utter_notify_return_approved", "R1", NOW, facts=facts)
        await work.commit()
    links = DocumentLinks(b"a key for tests")
    notifier = Notifier(uow_factory, Announcer(), Feed(), clock, links, "https://chat.example.com")
    assert await notifier.deliver() == 1
    (message,) = await transcript(uow_factory)
    url = message.custom["document"]["url"]
    assert links.read(url.removeprefix("/documents/"), NOW).number == "R1"
    assert message.text.endswith(f"\nhttps://chat.example.com{url}") == is_appended
    assert ("https://" in message.text) == is_appended


async def from_another_channel(uow_factory: UowFactory, order_number: str, *, wrote_last: str) -> None:
    """Let the case's customer prove an order in a conversation by Telegram too, and write last in one of the two."""
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
        assert case is not None
        uow.conversations.add(Conversation("telegram~1", "telegram", NOW, NOW, language="fr"))
        for conversation in ("conversation", "telegram~1"):
            uow.identifications.add(Identification(conversation, order_number, proved_at=NOW))
        for conversation in sorted(("conversation", "telegram~1"), key=lambda each: each == wrote_last):
            await uow.messages.add(Message(conversation, Author.CUSTOMER, "hello", NOW))
        await uow.commit()


@pytest.mark.parametrize("last", ["conversation", "telegram~1"])
async def test_a_customer_with_two_channels_hears_where_they_wrote_last(uow: UowFactory, last: str) -> None:
    await from_another_channel(uow, a_case().order_number, wrote_last=last)
    await announce(uow, "R1")
    assert await a_notifier(uow).deliver() == 1
    async with uow() as work:
        told = {name: await work.messages.of(name) for name in ("conversation", "telegram~1")}
    assert {name: [m.author for m in messages] for name, messages in told.items()} == {
        name: [Author.CUSTOMER, Author.BOT] if name == last else [Author.CUSTOMER] for name in told
    }
    assert told[last][-1].language == ("nl" if last == "conversation" else "fr")


async def test_nobody_hears_of_an_order_that_was_not_proved_there(uow: UowFactory) -> None:
    await from_another_channel(uow, "another order", wrote_last="telegram~1")
    await announce(uow, "R1")
    await a_notifier(uow).deliver()
    async with uow() as work:
        assert [m.author for m in await work.messages.of("telegram~1")] == [Author.CUSTOMER]


async def test_announcements_come_in_order_and_are_not_repeated(uow: UowFactory) -> None:
    await announce(uow, "R1", "R2")
    await announce(uow, "R2", "R3")
    notifier = a_notifier(uow)
    assert await notifier.deliver() == 3
    assert await notifier.deliver() == 0
    assert [message.custom["rma"] for message in await transcript(uow)] == ["R1", "R2", "R3"]


async def test_announcements_come_through_while_a_person_handles_the_conversation(uow: UowFactory) -> None:
    async with uow() as work:
        await hand_over(work, "conversation", EscalationReason.ASKED_FOR_HUMAN, "nl", NOW)
    await announce(uow, "R1")
    assert await a_notifier(uow).deliver() == 1


async def test_several_replicas_at_once_double_nothing_and_keep_the_order(uow: UowFactory) -> None:
    keys = [f"R{number}" for number in range(12)]
    await announce(uow, *keys)
    made = await asyncio.gather(*(a_notifier(uow).deliver() for _ in range(4)))
    assert sum(made) == len(keys)
    assert [message.custom["rma"] for message in await transcript(uow)] == keys


async def test_dying_at_any_moment_neither_loses_nor_doubles(uow: UowFactory) -> None:
    moments = 0
    for after in (False, True):
        step = 0
        while True:
            key = f"R-{after}-{step}"
            await announce(uow, key)
            plan = Plan(step, after=after)
            try:
                await a_notifier(lambda plan=plan: Mortal(uow(), plan)).deliver()
                died = False
            except Crash:
                died = True
            await a_notifier(uow).deliver()
            assert [m.custom["rma"] for m in await transcript(uow)].count(key) == 1
            if not died:
                break
            moments += 1
            step += 1
    messages = await transcript(uow)
    async with uow() as work:
        outbox = await work.outbox.pending("conversation")
    assert [queued.message_id for queued in outbox] == [message.id for message in messages]
    # Looking, reading, the conversation, the message, the claim, the commit, and looking again: each before and after.
    assert moments >= 14


async def test_what_cannot_be_said_holds_up_its_own_conversation_only(uow: UowFactory) -> None:
    await announce(uow, "R1", response="utter_unknown")
    await announce(uow, "R2")
    async with uow() as work:
        other = a_case("C2", message="m2")
        other.conversation_id = "another"
        work.cases.add(other)
        await notify(work, other, "utter_notify_return_received", "R3", NOW)
        await work.commit()
    notifier = a_notifier(uow)
    assert await notifier.deliver() == 1
    assert await transcript(uow) == []
    async with uow() as work:
        conversation = await work.conversations.get("another")
    assert conversation is not None
    assert (conversation.channel, conversation.language) == ("web", "de")


async def test_what_cannot_be_said_at_all_is_set_aside_for_a_person_and_the_next_one_comes_through(
    uow: UowFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.conversations.notifier._HELD_SECONDS", 0.0)
    await announce(uow, "R1", response="utter_unknown")
    await announce(uow, "R2")
    notifier = a_notifier(uow)
    made = [await notifier.deliver() for _ in range(5)]
    assert made == [0, 0, 0, 0, 1]
    assert [message.custom["rma"] for message in await transcript(uow)] == ["R2"]
    assert await notifier.deliver() == 0
    async with uow() as work:
        aside = await work.notifications.by_key("R1")
        (task,) = await work.tasks.of_case("C1")
    assert aside is not None and (aside.sent_at, aside.message_id) == (NOW, None)
    assert (task.what, task.department) == (REACH_CUSTOMER, Department.SUPERVISOR)


async def test_a_database_that_fails_sets_nothing_aside(uow: UowFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.conversations.notifier._HELD_SECONDS", 0.0)
    await announce(uow, "R1")
    is_away = True

    class Away(Sick):
        async def commit(self) -> None:
            if is_away:
                raise ConnectionError("away")
            await self._uow.commit()

    notifier = a_notifier(lambda: Away(uow()))
    assert [await notifier.deliver() for _ in range(9)] == [0] * 9
    is_away = False
    assert await notifier.deliver() == 1
    async with uow() as work:
        assert await work.tasks.of_case("C1") == []


class Sick:
    """A unit of work of which a subclass breaks something."""

    def __init__(self, uow: Any) -> None:
        self._uow = uow

    async def __aenter__(self) -> Any:
        await self._uow.__aenter__()
        return self

    async def __aexit__(self, *details: Any) -> None:
        await self._uow.__aexit__(*details)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uow, name)


async def test_waking_delivers_at_once_and_closing_ends(uow: UowFactory) -> None:
    notifier = a_notifier(uow)
    notifier.start()
    await asyncio.sleep(0.2)
    await announce(uow, "R1")
    notifier.wake()
    await until(lambda: transcript(uow))
    assert len(await transcript(uow)) == 1
    await asyncio.wait_for(notifier.close(), 60)


async def test_the_language_set_by_a_turn_meanwhile_survives_an_announcement(uow: UowFactory) -> None:
    async with uow() as first:
        mine = cast(Conversation, await first.conversations.get("conversation"))
        async with uow() as second:
            theirs = cast(Conversation, await second.conversations.get("conversation"))
            theirs.language = "fr"
            await second.commit()
        mine.last_message_at = NOW.replace(year=2027)
        await first.commit()
    async with uow() as work:
        kept = cast(Conversation, await work.conversations.get("conversation"))
    assert (kept.language, kept.last_message_at.year) == ("fr", 2027)
