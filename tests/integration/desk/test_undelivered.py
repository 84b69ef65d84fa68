"""What did not reach its customer: people see it, with the reason, and send it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timezone

import pytest

from bot.aftersales.identification import Identification
from bot.conversations.model import Author, Conversation, Message, OutboundMessage, OutboxState
from bot.conversations.undelivered import MOST_AT_ONCE
from bot.desk.undelivered import PAGE as ROWS
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
PAGE = "/desk/undelivered"
CHAT = "telegram~7f"
NOW = datetime.now(timezone.utc)


@pytest.fixture
async def dead(world: World) -> int:
    """A message that Telegram would not take."""
    async with world.uow() as uow:
        uow.conversations.add(Conversation(CHAT, "telegram", NOW, NOW, "de"))
        message = Message(CHAT, Author.BOT, "<b>Ihr Paket</b> ist da.", NOW)
        await uow.messages.add(message)
        assert message.id is not None
        uow.outbox.add(OutboundMessage(message.id, CHAT, "telegram", NOW, OutboxState.FAILED, 3, error="blocked"))
        await uow.commit()
    return message.id


async def test_a_dead_letter_is_listed_with_its_reason_and_may_be_sent_again(
    logged_in: LogIn, world: World, dead: int
) -> None:
    ana = await logged_in("ana")
    listed = await ana.text(PAGE)
    assert "The customer has blocked us there." in listed and "Telegram" in listed
    assert "&lt;b&gt;Ihr Paket&lt;/b&gt; ist da." in listed
    assert "Not delivered" in await ana.text(f"/desk/conversations/{CHAT}")
    assert (await ana.submit(f"{PAGE}/{dead}/resend")).status == 303
    async with world.uow() as uow:
        entry = await uow.outbox.get(dead)
        actions = [event.action for event in await uow.audit.of_subject(f"message:{dead}")]
    assert entry is not None and (entry.state, entry.error) == (OutboxState.PENDING, None)
    assert actions == ["message.resent"]
    assert "Everything that was written has reached its customers." in await ana.text(PAGE)
    assert (await ana.submit(f"{PAGE}/{dead}/resend")).status == 404


async def give_up(world: World, count: int, error: str, channel: str = "telegram") -> list[int]:
    """Say something so many times that a channel does not take for a reason."""
    ids = []
    async with world.uow() as uow:
        chat = f"{channel}~8a"
        if await uow.conversations.get(chat) is None:
            uow.conversations.add(Conversation(chat, channel, NOW, NOW, "de"))
        for number in range(count):
            message = Message(chat, Author.BOT, f"news {number} {error}", NOW)
            await uow.messages.add(message)
            assert message.id is not None
            ids.append(message.id)
            uow.outbox.add(OutboundMessage(message.id, chat, channel, NOW, OutboxState.FAILED, 3, error=error))
        await uow.commit()
    return ids


async def states(world: World, ids: list[int]) -> list[OutboxState]:
    async with world.uow() as uow:
        entries = [await uow.outbox.get(one) for one in ids]
    return [entry.state for entry in entries if entry is not None]


async def test_all_of_a_channel_and_reason_are_sent_again_at_once(logged_in: LogIn, world: World, dead: int) -> None:
    lost = await give_up(world, 3, "gave_up: unreachable")
    others = [*await give_up(world, 2, "gave_up: unreachable", "line"), *await give_up(world, 2, "bounced_5.1.1"), dead]
    ana = await logged_in("ana")
    listed = await ana.text(PAGE)
    assert "Tried for a day without success. <code" in listed and "· 3 messages" in listed
    assert listed.count("Send all again") == 3, "not for a single one"
    kind = {"channel": "telegram", "reason": "gave_up: unreachable"}
    answer = await ana.submit(f"{PAGE}/resend", **kind)
    assert (answer.status, answer.headers["Location"]) == (303, f"{PAGE}?sent=3")
    assert "3 messages are on their way again." in await ana.text(f"{PAGE}?sent=3")
    assert set(await states(world, lost)) == {OutboxState.PENDING}
    assert set(await states(world, others)) == {OutboxState.FAILED}
    async with world.uow() as uow:
        told = [event for one in lost for event in await uow.audit.of_subject(f"message:{one}")]
    assert [(event.action, event.data) for event in told] == [("message.resent", {"channel": "telegram"})] * 3
    assert (await ana.submit(f"{PAGE}/resend", **kind)).status == 404
    assert (await ana.submit(f"{PAGE}/resend")).status == 404


async def test_no_more_than_so_many_go_at_once_and_the_oldest_first(logged_in: LogIn, world: World) -> None:
    lost = await give_up(world, MOST_AT_ONCE + 5, "monthly_limit", "line")
    ana = await logged_in("ana")
    assert f"Send the oldest {MOST_AT_ONCE} again" in await ana.text(PAGE)
    answer = await ana.submit(f"{PAGE}/resend", channel="line", reason="monthly_limit")
    assert answer.headers["Location"] == f"{PAGE}?sent={MOST_AT_ONCE}"
    assert await states(world, lost[-5:]) == [OutboxState.FAILED] * 5
    assert set(await states(world, lost[:-5])) == {OutboxState.PENDING}


async def test_the_list_has_pages(logged_in: LogIn, world: World) -> None:
    lost = await give_up(world, ROWS + 1, "blocked")
    ana = await logged_in("ana")
    first, second = await ana.text(PAGE), await ana.text(f"{PAGE}?before={lost[1]}")
    assert first.count('action="/desk/undelivered/') == ROWS + 1, "one for each row, and one for all"
    assert f"?before={lost[1]}" in first and ">Newest<" not in first
    assert "news 0 blocked" in second and "news 1 blocked" not in second
    assert ">Newest<" in second and ">Older<" not in second
    for odd in ("0", "x", "-1", "1" * 30):
        await ana.text(f"{PAGE}?before={odd}")


async def test_both_channels_of_a_customer_lead_to_each_other(logged_in: LogIn, world: World) -> None:
    async with world.uow() as uow:
        (proved, *_) = await _proved(world)
        order = await uow.orders.get(proved[1])
        assert order is not None
        uow.conversations.add(Conversation(CHAT, "telegram", NOW, NOW, "de"))
        uow.identifications.add(Identification(CHAT, order.number, proved_at=NOW))
        await uow.commit()
    ana = await logged_in("ana")
    page = await ana.text(f"/desk/conversations/{proved[0]}")
    assert "Also writes here" in page and f"/desk/conversations/{CHAT}" in page


async def _proved(world: World) -> list[tuple[str, str]]:
    """Return conversations with an order that was proved in them."""
    async with world.uow() as uow:
        return [
            (conversation.id, number)
            for conversation in await uow.conversations.recent()
            for number in await uow.identifications.proved_in(conversation.id)
        ]
