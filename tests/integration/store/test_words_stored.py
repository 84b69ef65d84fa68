"""Canned responses, mentions, revisions and read states in both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from bot.conversations.model import Author, Conversation, Message
from bot.errors import ConflictError
from bot.services import canned
from bot.services.account import Account, Role
from bot.services.words_model import CUSTOMER, Mention, ReadState, Revision, RevisionKind
from bot.store.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
Factory = Callable[[], SqlUnitOfWork]


@pytest.fixture
def uow(uow_factory: Factory) -> Factory:
    return uow_factory


async def a_message(uow: Factory) -> int:
    async with uow() as work:
        for name in ("ana", "ben"):
            work.accounts.add(Account(name, name, name, "", Role.AGENT, NOW))
        work.conversations.add(Conversation("c-1", "web", NOW, NOW, "de"))
        await work.commit()
        message = Message("c-1", Author.NOTE, "@ben look", NOW, agent_id="ana")
        await work.messages.add(message)
        await work.commit()
        assert message.id
        return message.id


async def test_a_canned_response_is_stored_and_its_version_noticed(uow: Factory) -> None:
    async with uow() as work:
        made = await canned.add(work, "hi", "Hi", {"en": "Hi", "zh": "您好"}, "ana", NOW)
    async with uow() as work:
        assert (await work.canned_responses.by_shortcut("hi")).texts == {"en": "Hi", "zh": "您好"}  # type: ignore[union-attr]
        changed = await canned.change(work, made.id or 0, made.version, "hi", "Hi", {"en": "Hello"}, "ana", NOW)
        assert changed.version == made.version + 1
    async with uow() as work:
        with pytest.raises(ConflictError):
            await canned.change(work, made.id or 0, made.version, "hi", "Hi", {"en": "Hey"}, "ben", NOW)
        await canned.remove(work, made.id or 0, changed.version, "ana", NOW)
    async with uow() as work:
        assert await work.canned_responses.all() == []


async def test_of_two_who_change_a_response_at_once_one_is_refused(uow: Factory) -> None:
    async with uow() as work:
        made = await canned.add(work, "hi", "Hi", {"en": "Hi"}, "ana", NOW)

    async def change(text: str) -> bool:
        async with uow() as work:
            try:
                await canned.change(work, made.id or 0, made.version, "hi", "Hi", {"en": text}, "ana", NOW)
            except ConflictError:
                return False
            return True

    assert sorted(await asyncio.gather(change("one"), change("two"))) == [False, True]


async def test_mentions_come_unseen_first_and_are_seen_by_conversation(uow: Factory) -> None:
    message = await a_message(uow)
    async with uow() as work:
        for number, seen in ((1, NOW), (2, None)):
            work.mentions.add(Mention("c-1", message, "ben", "ana", NOW + timedelta(minutes=number), seen))
        await work.commit()
    async with uow() as work:
        assert [found.seen_at for found in await work.mentions.of_account("ben")] == [None, NOW]
        assert (await work.mentions.unseen_of("ben"), await work.mentions.unseen_of("ana")) == (1, 0)
        assert await work.mentions.mark_seen("ben", "c-2", NOW) == 0
        assert await work.mentions.mark_seen("ben", "c-1", NOW) == 1
        await work.commit()
    async with uow() as work:
        assert await work.mentions.unseen_of("ben") == 0
        await work.mentions.forget(message)
        await work.commit()
        assert await work.mentions.of_account("ben") == []


async def test_revisions_are_numbered_in_the_order_of_changes(uow: Factory) -> None:
    message = await a_message(uow)
    async with uow() as work:
        for text in ("one", "two"):
            await work.revisions.add(Revision("c-1", message, RevisionKind.EDITED, NOW, "ana", text, {"a": 1}))
        await work.commit()
    async with uow() as work:
        first, second = await work.revisions.of_message(message)
        assert (first.text, second.text, first.custom, first.kind) == ("one", "two", {"a": 1}, RevisionKind.EDITED)
        assert [found.id for found in await work.revisions.of_conversation("c-1", first.id or 0)] == [second.id]


async def test_reading_only_goes_forward(uow: Factory) -> None:
    async with uow() as work:
        assert await work.read_states.advance("c-1", CUSTOMER, 5, NOW)
        assert not await work.read_states.advance("c-1", CUSTOMER, 4, NOW)
        assert await work.read_states.advance("c-1", "ana", 2, NOW)
        await work.commit()
    async with uow() as work:
        assert await work.read_states.of_conversation("c-1") == [ReadState("ana", 2, NOW), ReadState(CUSTOMER, 5, NOW)]


async def test_of_two_who_change_a_message_at_once_the_second_sees_the_first(uow: Factory) -> None:
    message = await a_message(uow)

    async def add(key: str) -> None:
        async with uow() as work:
            found = await work.messages.get(message, to_change=True)
            assert found is not None
            found.custom = {**found.custom, key: True}
            await work.messages.change(found)
            await work.commit()

    await asyncio.gather(*(add(key) for key in "abcd"))
    async with uow() as work:
        found = await work.messages.get(message)
        assert found is not None and sorted(found.custom) == ["a", "b", "c", "d"]
        assert [one.id for one in await work.messages.some("c-1", [message, 999])] == [message]
        assert await work.messages.some("c-2", [message]) == []


async def test_what_was_said_in_a_conversation_goes_with_it(uow: Factory) -> None:
    message = await a_message(uow)
    async with uow() as work:
        work.mentions.add(Mention("c-1", message, "ben", "ana", NOW))
        await work.revisions.add(Revision("c-1", message, RevisionKind.EDITED, NOW, "ana", "Anna Schmidt"))
        await work.read_states.advance("c-1", CUSTOMER, message, NOW)
        await work.commit()
    async with uow() as work:
        await work.personal_data.forget_transcripts(["c-1"])
        await work.commit()
    async with uow() as work:
        assert await work.mentions.of_account("ben") == []
        assert await work.revisions.of_conversation("c-1") == []
        assert await work.read_states.of_conversation("c-1") == []
