"""Transcripts, inbox, outbox and dialogue events, on either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.conversations.model import (
    Author,
    Conversation,
    InboxState,
    Message,
    OutboundMessage,
    OutboxState,
)
from bot.errors import ConflictError
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, an_inbound, plain


def a_conversation(id: str = "conversation") -> Conversation:
    return Conversation(id, "web", NOW, NOW)


def a_message(text: str = "Hallo", author: Author = Author.BOT, **fields: Any) -> Message:
    return Message("conversation", author, text, NOW, **fields)


async def a_transcript(uow_factory: UowFactory, *messages: Message) -> None:
    async with uow_factory() as uow:
        uow.conversations.add(a_conversation())
        for message in messages:
            await uow.messages.add(message)
        await uow.commit()


async def test_a_conversation_comes_back_and_its_changes_are_saved(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.conversations.add(a_conversation())
        conversation = await uow.conversations.get("conversation")
        assert conversation is not None
        conversation.language = "de"
        await uow.commit()
        conversation.locale = "de-AT"
        await uow.commit()
    async with uow_factory() as uow:
        conversation = await uow.conversations.get("conversation")
        assert conversation is await uow.conversations.get("conversation")
        assert await uow.conversations.get("other") is None
        assert conversation is not None
        conversation.last_message_at += timedelta(minutes=1)
        await uow.commit()
    async with uow_factory() as uow:
        kept = await uow.conversations.get("conversation")
    expected = Conversation("conversation", "web", NOW, NOW + timedelta(minutes=1), "de", "de-AT")
    assert plain(kept) == plain(expected)


async def test_a_change_without_commit_is_not_saved(uow_factory: UowFactory) -> None:
    await a_transcript(uow_factory)
    async with uow_factory() as uow:
        conversation = await uow.conversations.get("conversation")
        assert conversation is not None
        conversation.language = "de"
    async with uow_factory() as uow:
        kept = await uow.conversations.get("conversation")
    assert kept is not None
    assert kept.language is None


async def test_two_first_messages_at_once_make_one_conversation(uow_factory: UowFactory) -> None:
    async with uow_factory() as first, uow_factory() as second:
        for uow in (first, second):
            assert await uow.conversations.get("conversation") is None
            uow.conversations.add(a_conversation())
        await first.commit()
        await second.commit()
    async with uow_factory() as uow:
        assert len(await uow.conversations.recent()) == 1


async def test_recent_conversations_come_newest_first(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        for minutes in (2, 3, 1):
            conversation = a_conversation(str(minutes))
            conversation.last_message_at += timedelta(minutes=minutes)
            uow.conversations.add(conversation)
        await uow.commit()
        assert [found.id for found in await uow.conversations.recent(2)] == ["3", "2"]


async def test_a_message_comes_back_whole(uow_factory: UowFactory) -> None:
    message = a_message(
        "您好",
        response="utter_greet",
        language="zh",
        buttons=[{"title": "退货", "payload": "/return_item"}],
        image="https://shop.example/1.png",
        custom={"items": [{"line": 1}]},
        reply_to="i1",
    )
    await a_transcript(uow_factory, message)
    async with uow_factory() as uow:
        (kept,) = await uow.messages.replies_to("i1")
        assert await uow.messages.replies_to("i2") == []
    assert isinstance(message.id, int)
    assert plain(kept) == plain(message)


async def test_a_transcript_grows_and_can_be_followed(uow_factory: UowFactory) -> None:
    first, note, last = a_message("eins", Author.CUSTOMER), a_message("zwei", Author.NOTE), a_message("drei")
    await a_transcript(uow_factory, first, note, last)
    assert first.id and note.id and last.id
    assert first.id < note.id < last.id
    async with uow_factory() as uow:
        of = uow.messages.of
        assert [message.text for message in await of("conversation")] == ["eins", "drei"]
        assert [message.text for message in await of("conversation", with_notes=True)] == [
            "eins",
            "zwei",
            "drei",
        ]
        assert [message.text for message in await of("conversation", after=first.id)] == ["drei"]
        assert [message.text for message in await of("conversation", limit=1)] == ["drei"]
        assert await of("other") == []
        newest = await uow.messages.newest_in(["conversation", "other"])
        assert {key: message.text for key, message in newest.items()} == {"conversation": "drei"}
        assert await uow.messages.newest_in([]) == {}


async def test_an_inbound_message_comes_back_with_its_position(uow_factory: UowFactory) -> None:
    first, second = an_inbound("i1"), an_inbound("i2")
    async with uow_factory() as uow:
        assert await uow.inbox.add(first)
        assert await uow.inbox.add(second)
        await uow.commit()
    assert first.position and second.position
    assert first.position < second.position
    async with uow_factory() as uow:
        assert plain(await uow.inbox.get("i1")) == plain(first)
        assert plain(await uow.inbox.by_platform_id("web", "i2")) == plain(second)
        assert await uow.inbox.get("i3") is None


async def test_a_message_that_was_put_off_is_tried_by_one_and_taken_up_once(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        for id in ("i1", "i2"):
            inbound = an_inbound(id)
            assert await uow.inbox.add(inbound)
            inbound.state, inbound.processed_at = InboxState.PUT_OFF, NOW
            await uow.inbox.update(inbound)
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.inbox.waiting("conversation") == []
        first, second = await uow.inbox.put_off(10)
        assert (first.id, second.id) == ("i1", "i2")
        assert await uow.inbox.claim_put_off(first, NOW + timedelta(minutes=1))
        assert not await uow.inbox.claim_put_off(first, NOW + timedelta(minutes=2))
        assert [found.id for found in await uow.inbox.put_off(10)] == ["i2", "i1"]
        assert [found.id for found in await uow.inbox.put_off(1)] == ["i2"]
        assert await uow.inbox.take_up("i1")
        assert not await uow.inbox.take_up("i1")
        assert not await uow.inbox.claim_put_off(first, NOW + timedelta(minutes=3))
        await uow.commit()
    async with uow_factory() as uow:
        assert [found.id for found in await uow.inbox.waiting(first.conversation_id)] == ["i1"]


async def test_a_redelivered_message_is_stored_once(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        assert await uow.inbox.add(an_inbound("i1", platform_id="p1"))
        await uow.commit()
    async with uow_factory() as uow:
        assert not await uow.inbox.add(an_inbound("i2", platform_id="p1"))
        # The transaction goes on after it.
        uow.conversations.add(a_conversation())
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.inbox.get("i2") is None
        assert await uow.conversations.get("conversation") is not None


async def test_waiting_messages_are_those_not_processed_in_the_order_of_arrival(
    uow_factory: UowFactory,
) -> None:
    async with uow_factory() as uow:
        for id, conversation in (("1", "b"), ("2", "a"), ("3", "b"), ("4", "c")):
            await uow.inbox.add(an_inbound(id, conversation))
        await uow.commit()
    async with uow_factory() as uow:
        (done,) = await uow.inbox.waiting("c")
    done.state, done.processed_at = InboxState.PROCESSED, NOW
    async with uow_factory() as uow:
        await uow.inbox.update(done)
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.inbox.conversations_waiting() == ["b", "a"]
        assert [message.id for message in await uow.inbox.waiting("b")] == ["1", "3"]
        assert await uow.inbox.waiting("c") == []
        kept = await uow.inbox.get("4")
    assert plain(kept) == plain(done)


async def test_a_message_processed_twice_is_a_conflict(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        await uow.inbox.add(an_inbound())
        await uow.commit()
    async with uow_factory() as uow:
        (mine,) = await uow.inbox.waiting("conversation")
        (theirs,) = await uow.inbox.waiting("conversation")
    for message in (mine, theirs):
        message.state = InboxState.PROCESSED
    async with uow_factory() as uow:
        await uow.inbox.update(theirs)
        await uow.commit()
    with pytest.raises(ConflictError):
        async with uow_factory() as uow:
            await uow.inbox.update(mine)


async def test_outbound_messages_are_pending_until_sent(uow_factory: UowFactory) -> None:
    messages = [a_message(str(number)) for number in range(3)]
    await a_transcript(uow_factory, *messages)
    ids = [message.id for message in messages if message.id]
    async with uow_factory() as uow:
        for id in ids:
            uow.outbox.add(OutboundMessage(id, "conversation", "web", NOW))
        assert [message.message_id for message in await uow.outbox.pending("conversation")] == ids
        await uow.commit()
    async with uow_factory() as uow:
        await uow.outbox.mark_sent(ids[:2], NOW)
        await uow.outbox.mark_sent([], NOW)
        await uow.commit()
    async with uow_factory() as uow:
        (kept,) = await uow.outbox.pending("conversation")
        assert await uow.outbox.pending("other") == []
    assert plain(kept) == plain(OutboundMessage(ids[2], "conversation", "web", NOW, OutboxState.PENDING))


async def test_when_a_message_arrived_is_kept_once_and_survives_sending_it_again(uow_factory: UowFactory) -> None:
    messages = [a_message(str(number)) for number in range(4)]
    await a_transcript(uow_factory, *messages)
    ids = [message.id for message in messages if message.id]
    sent, later = NOW + timedelta(seconds=3), NOW + timedelta(seconds=9)
    async with uow_factory() as uow:
        for id in ids:
            uow.outbox.add(OutboundMessage(id, "conversation", "whatsapp", NOW, OutboxState.SENT))
        assert await uow.outbox.last_delivered_in("conversation") is None
        assert await uow.outbox.mark_delivered(ids[1:3], sent) == 2
        assert await uow.outbox.mark_delivered(ids[:3], later) == 1
        assert await uow.outbox.mark_delivered([], later) == 0
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.outbox.some(ids[:0:-1])
        assert [(entry.message_id, entry.delivered_at) for entry in found] == [*zip(ids[1:], [sent, sent, None])]
        assert await uow.outbox.some([]) == []
        assert await uow.outbox.last_delivered_in("conversation") == (ids[2], sent)
        assert await uow.outbox.last_delivered_in("other") is None
        await uow.outbox.settle(replace(found[1], state=OutboxState.FAILED, delivered_at=None))
        assert await uow.outbox.last_delivered_in("conversation") == (ids[1], sent)
        await uow.outbox.settle(replace(found[1], state=OutboxState.PENDING, delivered_at=None))
        assert await uow.outbox.last_delivered_in("conversation") == (ids[2], sent)


async def test_dialogue_events_come_back_in_order(uow_factory: UowFactory) -> None:
    turns: list[list[dict[str, Any]]] = [
        [{"event": "user", "text": "你好"}, {"event": "slot", "value": None}],
        [{"event": "bot", "data": {"buttons": [1.5, True]}}],
    ]
    async with uow_factory() as uow:
        for turn in turns:
            await uow.dialogue.append("conversation", turn)
        await uow.dialogue.append("other", [{"event": "restart"}])
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.dialogue.load("conversation") == turns[0] + turns[1]
        assert await uow.dialogue.load("unknown") == []
