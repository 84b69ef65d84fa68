"""What was given up, whom was written to, and how often, on either database."""

from __future__ import annotations

from datetime import timedelta

from bot.conversations.model import (
    Author,
    Conversation,
    Correspondent,
    DeadGroup,
    Message,
    OutboundMessage,
    OutboxState,
)
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW

HOUR = timedelta(hours=1)


async def letters(
    uow_factory: UowFactory, own: str, channel: str, *entries: tuple[OutboxState, str | None]
) -> list[int]:
    """Keep a conversation with letters that are in some states for some reasons, and return their ids."""
    ids = []
    async with uow_factory() as uow:
        uow.conversations.add(Conversation(own, channel, NOW, NOW))
        for state, error in entries:
            message = Message(own, Author.BOT, "news", NOW)
            await uow.messages.add(message)
            assert message.id is not None
            uow.outbox.add(OutboundMessage(message.id, own, channel, NOW - HOUR, state, 7, error=error))
            ids.append(message.id)
        await uow.commit()
    return ids


async def test_what_is_dead_is_listed_in_pages_and_counted_by_channel_and_reason(uow_factory: UowFactory) -> None:
    dead = OutboxState.FAILED
    line = await letters(uow_factory, "line~1", "line", (dead, "monthly_limit"), (dead, "blocked"), (dead, "blocked"))
    (mail, *_) = await letters(uow_factory, "email~1", "email", (dead, "blocked"), (OutboxState.PENDING, "timeout"))
    async with uow_factory() as uow:
        newest = [entry.message_id for entry in await uow.outbox.dead(2)]
        older = [entry.message_id for entry in await uow.outbox.dead(2, newest[-1])]
        assert (newest, older) == ([mail, line[2]], [line[1], line[0]])
        assert await uow.outbox.dead_groups() == [
            DeadGroup("line", "blocked", 2), DeadGroup("email", "blocked", 1), DeadGroup("line", "monthly_limit", 1)
        ]  # fmt: skip


async def test_what_a_channel_gave_up_for_a_reason_is_tried_again_the_oldest_first(uow_factory: UowFactory) -> None:
    dead = OutboxState.FAILED
    ids = await letters(
        uow_factory,
        "line~1",
        "line",
        (dead, "blocked"),
        (dead, "blocked"),
        (dead, "gone"),
        (dead, "blocked"),
        (dead, None),
    )
    await letters(uow_factory, "email~1", "email", (dead, "blocked"), (OutboxState.PENDING, "blocked"))
    async with uow_factory() as uow:
        revived = await uow.outbox.revive("line", "blocked", NOW, 2)
        await uow.commit()
        assert [entry.message_id for entry in revived] == ids[:2]
        assert {(e.state, e.attempts, e.next_attempt_at, e.error) for e in revived} == {
            (OutboxState.PENDING, 0, NOW, None)
        }
        assert [entry.message_id for entry in await uow.outbox.revive("line", "", NOW, 9)] == ids[4:]
        assert [entry.message_id for entry in await uow.outbox.revive("line", "blocked", NOW, 9)] == ids[3:4]
        assert await uow.outbox.revive("line", "blocked", NOW, 9) == []


async def test_answers_to_an_address_are_counted_with_its_tags_and_without_what_people_wrote(
    uow_factory: UowFactory,
) -> None:
    # By address: letters that are counted, and some that are not.
    async with uow_factory() as uow:
        for number, address in enumerate(
            ["a_b@x.example", "a_b+1@x.example", "a_b+2@x.example", "axb@x.example", "a_b@y.example", "a_bc@x.example"]
        ):
            own = f"email~{number}"
            uow.conversations.add(Conversation(own, "email", NOW, NOW))
            await uow.correspondents.keep(Correspondent(own, "email", address, NOW))
            for author, ago, platform_id in (
                (Author.BOT, timedelta(minutes=59), "one"), (Author.SYSTEM, timedelta(0), "two"),
                (Author.BOT, timedelta(0), "two"), (Author.BOT, HOUR, "old"), (Author.AGENT, timedelta(0), "agent"),
            ):  # fmt: skip
                message = Message(own, author, "words", NOW - 2 * HOUR)
                await uow.messages.add(message)
                assert message.id is not None
                entry = OutboundMessage(message.id, own, "email", NOW, OutboxState.SENT, sent_at=NOW - ago)
                entry.platform_message_id = f"{platform_id} {number}"
                uow.outbox.add(entry)
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.correspondents.answers_to("email", "a_b@x.example", NOW - HOUR) == 2 * 3
        assert await uow.correspondents.answers_to("email", "axb@x.example", NOW - HOUR) == 2
        assert await uow.correspondents.answers_to("line", "a_b@x.example", NOW - HOUR) == 0


async def test_of_an_address_with_many_threads_the_newest_are_looked_at(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        for number in range(60):
            one = Correspondent(f"email~{number}", "email", "anna@x.example", NOW + timedelta(minutes=number))
            await uow.correspondents.keep(one)
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.correspondents.at("email", "anna@x.example")
    assert [one.conversation_id for one in found] == [f"email~{number}" for number in range(59, 9, -1)]
