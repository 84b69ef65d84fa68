"""When WhatsApp lets us answer counts by its own clock: by when customers wrote, and by what it reports afterwards."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.conversations import undelivered
from bot.conversations.model import Author, Message, OutboundMessage, OutboxState
from tests.channels import steps
from tests.channels.graph_talk import Talk
from tests.channels.platform_server import until
from tests.channels.whatsapp_server import WhatsAppServer
from tests.integration.server.parts import now
from tests.unit.evidence import samples

PLATFORM = WhatsAppServer
WhatsAppTalk = Talk[WhatsAppServer]


async def write(talk: WhatsAppTalk, text: str, ago: timedelta) -> None:
    """Deliver now what a customer wrote some time ago."""
    payload = talk.text(text)
    (message,) = payload["entry"][0]["changes"][0]["value"]["messages"]
    message["timestamp"] = str(int((now() - ago).timestamp()))
    await talk.deliver(payload)


async def heard_at(talk: WhatsAppTalk) -> datetime:
    async with talk.server.parley.uow() as uow:
        found = await uow.correspondents.get(talk.own)
    assert found is not None
    return found.heard_at


async def tell(talk: WhatsAppTalk, text: str, **facts: Any) -> OutboundMessage:
    """Tell the customer something that nobody asked for, and return the letter once it is sent."""
    message = Message(talk.own, Author.BOT, text, now(), "utter_note", "en", **facts)
    await talk.server.router.sender.send(message)
    assert message.id is not None
    return await sent(talk, message.id)


async def sent(talk: WhatsAppTalk, message_id: int, before: OutboundMessage | None = None) -> OutboundMessage:
    """Return a letter once it is sent, under another id of the platform's than before."""

    async def look() -> OutboundMessage | None:
        async with talk.server.parley.uow() as uow:
            found = await uow.outbox.get(message_id)
        is_new = before is None or found.platform_message_id != before.platform_message_id
        return found if found.state is OutboxState.SENT and is_new else None

    return await until(look)


async def report_late(talk: WhatsAppTalk, letter: OutboundMessage) -> None:
    await talk.deliver("status_window_closed", MESSAGE=letter.platform_message_id or "")


async def test_what_is_delivered_a_day_late_is_answered_with_the_template(talk: WhatsAppTalk) -> None:
    await write(talk, "hello", timedelta(hours=25))
    assert await talk.got(1) == ["[en] heard hello Yes"]
    await write(talk, "still there?", timedelta(hours=23))
    assert (await talk.got(2))[1] == "heard still there?"
    # What comes later, and was written before, closes nothing again.
    await write(talk, "are you?", timedelta(hours=24, minutes=30))
    assert (await talk.got(3))[2] == "heard are you?"


async def test_no_clock_of_the_platforms_is_ahead_of_ours(talk: WhatsAppTalk) -> None:
    await write(talk, "hello", timedelta(days=-3))
    await talk.got(1)
    assert await heard_at(talk) <= now()


async def test_a_letter_that_is_reported_as_late_goes_once_more_as_the_template(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    first, second = await tell(talk, "news"), await tell(talk, "more news")
    await report_late(talk, first)
    await report_late(talk, second)
    again = [await sent(talk, letter.message_id, letter) for letter in (first, second)]
    assert sorted((await talk.got(5))[3:]) == ["[en] more news", "[en] news"]
    # Meta delivers its reports again, and may say the same of the template.
    await report_late(talk, first)
    assert await steps.dead(talk.server) == []
    await report_late(talk, again[0])
    assert [(letter.message_id, letter.error) for letter in await talk.dead()] == [(first.message_id, "window_closed")]
    await asyncio.sleep(1.2)
    assert len(talk.platform.messages) == 5
    async with talk.server.parley.uow() as uow:
        (event,) = await uow.audit.of_subject(f"message:{first.message_id}")
    assert (event.actor, event.action) == ("system", "message.resent")


async def test_whoever_writes_again_is_answered_freely(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    letter = await tell(talk, "news")
    await report_late(talk, letter)
    await sent(talk, letter.message_id, letter)
    await write(talk, "thanks", timedelta(seconds=-1))
    assert (await talk.got(4))[2:] == ["[en] news", "heard thanks"]


async def test_a_letter_that_an_agent_sends_again_is_not_sent_by_itself_any_more(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    letter = await tell(talk, "news")
    await report_late(talk, letter)
    letter = await sent(talk, letter.message_id, letter)
    await report_late(talk, letter)
    async with talk.server.parley.uow() as uow:
        await undelivered.resend(uow, letter.message_id, "agent-1", now())
        await uow.commit()
    await report_late(talk, await sent(talk, letter.message_id, letter))
    assert [found.error for found in await talk.dead()] == ["window_closed"]


async def test_a_file_that_is_reported_as_late_is_a_dead_letter(talk: WhatsAppTalk, tmp_path: Path) -> None:
    await talk.write("hello")
    await talk.got(1)
    letter = await tell(talk, "Please sign this", custom=await talk.attached(tmp_path, samples.paper()))
    await report_late(talk, letter)
    assert [found.error for found in await talk.dead()] == ["window_closed"]
