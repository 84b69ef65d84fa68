"""Whom a mail goes to in the end, however the address is dressed up."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.channels.mail.limits import ANSWERS, WITHIN, may_answer, untagged
from bot.conversations.model import Author, Correspondent, Message, OutboundMessage, OutboxState
from tests.fakes import FakeDatabase, FakeUnitOfWork

NOW = datetime(2026, 11, 23, 10, 4, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("anna@x.example", "anna@x.example"),
        ("anna+shop@x.example", "anna@x.example"),
        ("anna+a+b@x.example", "anna@x.example"),
        ("+anna@x.example", "+anna@x.example"),
    ],
)
def test_a_tag_makes_no_other_mailbox(address: str, mailbox: str) -> None:
    assert untagged(address) == mailbox


async def test_an_address_gets_so_many_letters_an_hour_and_no_more() -> None:
    uow = FakeUnitOfWork(FakeDatabase())
    for number in range(ANSWERS):
        assert await may_answer(uow, "email", "anna@x.example", NOW)
        own = f"email~{number}"
        await uow.correspondents.keep(Correspondent(own, "email", f"anna+{number}@x.example", NOW))
        message = Message(own, Author.BOT, "words", NOW)
        await uow.messages.add(message)
        assert message.id is not None
        sent = OutboundMessage(message.id, own, "email", NOW, OutboxState.SENT, sent_at=NOW)
        sent.platform_message_id = f"<{number}>"
        uow.outbox.add(sent)
    assert not await may_answer(uow, "email", "anna+again@x.example", NOW + WITHIN - timedelta(seconds=1))
    assert await may_answer(uow, "email", "eve@x.example", NOW)
    assert await may_answer(uow, "email", "anna@x.example", NOW + WITHIN)
