"""What WhatsApp and Messenger report as delivered is known of the letter, whatever comes twice or out of order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.channels.intake import conversation_id
from bot.conversations.model import OutboundMessage
from tests.channels.graph_server import fixture, graph_error
from tests.channels.graph_talk import Talk, environment
from tests.channels.messenger_server import MessengerServer
from tests.channels.platform_server import until
from tests.channels.whatsapp_server import ANNA, WhatsAppServer
from tests.integration.server.parts import a_server, now

SECOND = timedelta(seconds=1)


@pytest.fixture
async def whatsapp(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Talk[WhatsAppServer]]:
    async with WhatsAppServer().running() as platform:
        async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(platform)) as server:
            yield Talk(server, platform, "whatsapp")
        assert platform.breaches == []


@pytest.fixture
async def messenger(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Talk[MessengerServer]]:
    async with MessengerServer().running() as platform:
        async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(platform)) as server:
            yield Talk(server, platform, "messenger")
        assert platform.breaches == []


async def answered(talk: Talk[Any], number: int = 1) -> OutboundMessage:
    """Let the customer write, and return the answer once it is sent."""
    await talk.write("hello")
    await talk.got(number)
    return await until(lambda: _sent(talk))


async def _sent(talk: Talk[Any]) -> OutboundMessage | None:
    letter = await newest(talk)
    return letter if letter is not None and letter.sent_at else None


async def newest(talk: Talk[Any]) -> OutboundMessage | None:
    """Return the newest letter."""
    async with talk.server.parley.uow() as uow:
        said = await uow.messages.of(talk.own)
        return await uow.outbox.get(said[-1].id or 0)


async def delivered_at(talk: Talk[Any], letter: OutboundMessage) -> datetime | None:
    async with talk.server.parley.uow() as uow:
        found = await uow.outbox.get(letter.message_id)
    assert found is not None and found.state is letter.state
    return found.delivered_at


async def read_id(talk: Talk[Any]) -> int | None:
    async with talk.server.parley.uow() as uow:
        states = await uow.read_states.of_conversation(talk.own)
    return states[0].message_id if states else None


def whole(moment: datetime) -> datetime:
    """Return a moment as WhatsApp tells it."""
    return moment.replace(microsecond=0)


# --- WhatsApp ---------------------------------------------------------------------------------------------------------


async def report(
    talk: Talk[WhatsAppServer], state: str, message: str | None, moment: datetime, letter: str = "", to: str = ANNA
) -> None:
    """Deliver a report on a message, by its own id or by the letter's."""
    payload = fixture("whatsapp", "status_delivered")
    (status,) = payload["entry"][0]["changes"][0]["value"]["statuses"]
    status |= {"id": message or "wamid.unknown", "status": state, "timestamp": str(int(moment.timestamp()))}
    status |= {"biz_opaque_callback_data": letter, "recipient_id": to, "recipient_user_id": ""}
    await talk.deliver(payload)


async def test_a_letter_is_delivered_when_whatsapp_says_so_however_often(whatsapp: Talk[WhatsAppServer]) -> None:
    letter, moment = await answered(whatsapp), now()
    assert await delivered_at(whatsapp, letter) is None
    with whatsapp.server.router.feed.listen(whatsapp.own) as news:
        for later in (timedelta(), timedelta(), 5 * SECOND, -5 * SECOND):
            await report(whatsapp, "delivered", letter.platform_message_id, moment + later)
            assert await delivered_at(whatsapp, letter) == whole(moment)
        assert [news.get_nowait()["type"] for _ in range(news.qsize())] == ["delivered"]
    assert await read_id(whatsapp) is None


async def test_what_is_read_before_it_is_reported_as_delivered_has_arrived(whatsapp: Talk[WhatsAppServer]) -> None:
    letter, moment = await answered(whatsapp), now()
    await report(whatsapp, "read", letter.platform_message_id, moment)
    assert await delivered_at(whatsapp, letter) == whole(moment)
    await report(whatsapp, "delivered", letter.platform_message_id, moment - SECOND)
    assert await delivered_at(whatsapp, letter) == whole(moment)
    assert await read_id(whatsapp) == letter.message_id


async def test_a_letter_is_delivered_with_its_last_piece(whatsapp: Talk[WhatsAppServer]) -> None:
    await answered(whatsapp)
    await whatsapp.say("\n".join(f"line-{number:04}" for number in range(900)))
    await whatsapp.got(4)
    letter = await until(lambda: _sent(whatsapp))
    await report(whatsapp, "delivered", None, now(), str(letter.message_id))
    assert await delivered_at(whatsapp, letter) is None
    await report(whatsapp, "delivered", letter.platform_message_id, now(), str(letter.message_id))
    assert await delivered_at(whatsapp, letter) is not None


async def test_a_report_may_come_before_we_know_what_the_platform_calls_the_letter(
    whatsapp: Talk[WhatsAppServer],
) -> None:
    await answered(whatsapp)
    # It is taken, but its answer is lost.
    whatsapp.platform.fail(500, graph_error(131000, "Something went wrong"), times=float("inf"))
    await whatsapp.say("Are you there?")
    letter = await newest(whatsapp)
    assert letter is not None and letter.platform_message_id is None
    for stranger in ("491700000000", ""):
        await report(whatsapp, "delivered", None, now(), str(letter.message_id), stranger)
        assert await delivered_at(whatsapp, letter) is None
    await report(whatsapp, "delivered", None, now(), str(letter.message_id))
    assert await delivered_at(whatsapp, letter) is not None


# --- Messenger --------------------------------------------------------------------------------------------------------


async def tell(talk: Talk[MessengerServer], moment: datetime, mids: Any = None, by: str | None = None) -> None:
    """Deliver the event of a delivery, with the ids of messages or without."""
    payload = fixture("messenger", "delivery")
    event = payload["entry"][0]["messaging"][0]
    event["sender"]["id"] = by or talk.address
    event["delivery"] = {"watermark": int(moment.timestamp() * 1000), **({} if mids is None else {"mids": mids})}
    await talk.deliver(payload)


async def test_what_messenger_names_is_delivered_once(messenger: Talk[MessengerServer]) -> None:
    # Its clock and ours need not agree, so that a named message counts whatever its watermark is.
    moment = now() - timedelta(hours=1)
    letter = await answered(messenger)
    for later in (timedelta(), timedelta(), SECOND):
        await tell(messenger, moment + later, [letter.platform_message_id])
        found = await delivered_at(messenger, letter)
        assert found is not None and abs(found - moment) < SECOND / 1000
    assert await read_id(messenger) is None


async def test_what_was_sent_before_the_watermark_is_delivered(messenger: Talk[MessengerServer]) -> None:
    before = now() - timedelta(minutes=1)
    letter = await answered(messenger)
    await tell(messenger, before)
    await tell(messenger, before, ["m_of_somebody_else", 7, None])
    assert await delivered_at(messenger, letter) is None
    await tell(messenger, now())
    assert await delivered_at(messenger, letter) is not None


async def test_what_is_on_its_way_is_not_delivered(messenger: Talk[MessengerServer]) -> None:
    await answered(messenger)
    messenger.platform.fail(500, graph_error(2, "Service temporarily unavailable"), times=float("inf"))
    await messenger.say("not there yet")
    letter = await newest(messenger)
    assert letter is not None
    await tell(messenger, now())
    assert await delivered_at(messenger, letter) is None


async def test_an_event_counts_in_its_own_conversation_only(messenger: Talk[MessengerServer]) -> None:
    letter = await answered(messenger)
    await tell(messenger, now(), [letter.platform_message_id], by="5273812345670000")
    assert await delivered_at(messenger, letter) is None


async def test_what_is_read_before_its_delivery_is_told_has_arrived(messenger: Talk[MessengerServer]) -> None:
    letter, moment = await answered(messenger), now()
    payload = fixture("messenger", "read")
    payload["entry"][0]["messaging"][0]["read"]["watermark"] = int(moment.timestamp() * 1000)
    await messenger.deliver(payload)
    first = await delivered_at(messenger, letter)
    assert first is not None
    await tell(messenger, now(), [letter.platform_message_id])
    assert await delivered_at(messenger, letter) == first
    assert await read_id(messenger) == letter.message_id


@pytest.mark.parametrize("told", [{}, {"watermark": "now"}, {"watermark": -1}, {"watermark": 10**30}, {"mids": "m_1"}])
async def test_a_delivery_of_an_odd_form_is_left_alone(messenger: Talk[MessengerServer], told: dict[str, Any]) -> None:
    letter = await answered(messenger)
    payload = fixture("messenger", "delivery")
    payload["entry"][0]["messaging"][0]["delivery"] = told
    await messenger.deliver(payload)
    assert await delivered_at(messenger, letter) is None


async def test_the_desk_is_told_of_the_newest_that_arrived(messenger: Talk[MessengerServer]) -> None:
    first = await answered(messenger)
    await messenger.say("Are you there?")
    await messenger.got(2)
    second = await until(lambda: _sent(messenger))
    assert second.message_id != first.message_id
    for letter in (second, first):
        await tell(messenger, datetime.fromtimestamp(1, timezone.utc), [letter.platform_message_id])
        async with messenger.server.parley.uow() as uow:
            found = await uow.outbox.last_delivered_in(conversation_id("messenger", messenger.address))
        assert found is not None and found[0] == second.message_id
