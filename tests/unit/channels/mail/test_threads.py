"""A mail goes on with a conversation only where its sender may."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.aftersales.identification import Identification
from bot.channels.intake import conversation_id
from bot.channels.mail.parsing import Mail, parsed
from bot.channels.mail.threads import MOST_IDS, MOST_REFERENCES, PLACE, Thread, plain_subject, thread_of
from bot.channels.mail.verdicts import Trust
from bot.conversations.handling import inbound_of
from bot.conversations.model import Correspondent, OutboundMessage, OutboxState
from tests.fakes import FakeDatabase, FakeUnitOfWork
from tests.integration.store import things

NOW = datetime(2026, 11, 23, 10, 4, tzinfo=timezone.utc)
FIXTURES = Path(__file__).parents[3] / "channels" / "email"
OUR_LETTER = "<parley.7.0123456789abcdef0123@shop.example>"
FIRST = parsed((FIXTURES / "plain.eml").read_bytes(), "service@shop.example", most_attachments=0)

OWN = conversation_id("email", FIRST.address, FIRST.message_id)
CASE = "C1000042"


def following(**changes: Any) -> Mail:
    return replace(FIRST, message_id="<m2@mail.example>", **changes)


@pytest.fixture
async def uow() -> FakeUnitOfWork:
    """A database in which Anna has written, was answered, and has a case."""
    uow = FakeUnitOfWork(FakeDatabase())
    await remember(uow, await thread_of(uow, "email", FIRST))
    await uow.inbox.add(inbound_of(OWN, "email", FIRST.text, NOW, FIRST.message_id))
    uow.outbox.add(OutboundMessage(7, OWN, "email", NOW, OutboxState.SENT, sent_at=NOW, platform_message_id=OUR_LETTER))
    case = things.a_case(CASE)
    case.conversation_id = OWN
    uow.cases.add(case)
    return uow


async def remember(uow: FakeUnitOfWork, thread: Thread) -> None:
    await uow.correspondents.keep(Correspondent(OWN, "email", FIRST.address, NOW, {**thread.facts, PLACE: "1/7"}))


async def prove(uow: FakeUnitOfWork) -> None:
    """Let Anna prove an order."""
    uow.identifications.add(Identification(OWN, "1001", proved_at=NOW))


async def test_the_first_mail_begins_a_thread_named_after_it(uow: FakeUnitOfWork) -> None:
    thread = await thread_of(FakeUnitOfWork(FakeDatabase()), "email", FIRST)
    assert (thread.name, thread.is_new) == ("<m1@mail.example>", True)
    assert thread.facts["subject"] == "Torn shirt"


@pytest.mark.parametrize("references", [(OUR_LETTER,), ("<m1@mail.example>",), ("<strange@x>", OUR_LETTER, "<z@x>")])
async def test_an_answer_goes_on_with_the_thread(uow: FakeUnitOfWork, references: tuple[str, ...]) -> None:
    thread = await thread_of(uow, "email", following(references=references))
    assert (thread.name, thread.is_new) == ("<m1@mail.example>", False)


@pytest.mark.parametrize("trust", list(Trust))
async def test_the_same_mail_again_goes_to_the_same_thread_whatever_it_refers_to(
    uow: FakeUnitOfWork, trust: Trust
) -> None:
    await prove(uow)
    thread = await thread_of(uow, "email", replace(FIRST, references=(), trust=trust))
    assert (thread.is_new, thread.taken_at) == (False, "1/7")


async def test_an_id_that_was_only_referred_to_is_no_mail_that_was_taken(uow: FakeUnitOfWork) -> None:
    await prove(uow)
    await remember(uow, await thread_of(uow, "email", following(references=(OUR_LETTER, "<seen@x>"))))
    strange = replace(FIRST, message_id="<seen@x>", references=(), trust=Trust.DOUBTED)
    assert (await thread_of(uow, "email", strange)).is_new


@pytest.mark.parametrize("references", [(OUR_LETTER,), ("<m1@mail.example>",)])
async def test_another_address_never_joins(uow: FakeUnitOfWork, references: tuple[str, ...]) -> None:
    assert (await thread_of(uow, "email", following(references=references, address="eve@other.example"))).is_new


async def test_who_may_not_be_the_sender_joins_only_by_our_letters_id(uow: FakeUnitOfWork) -> None:
    doubtful = following(trust=Trust.DOUBTED)
    assert (await thread_of(uow, "email", replace(doubtful, references=("<m1@mail.example>",)))).is_new
    assert (await thread_of(uow, "email", replace(doubtful, subject=f"Case {CASE}"))).is_new
    assert not (await thread_of(uow, "email", replace(doubtful, references=(OUR_LETTER,)))).is_new


@pytest.mark.parametrize("changes", [{"references": ("<m1@mail.example>",)}, {"subject": f"Case {CASE}"}])
async def test_where_an_order_was_proved_only_who_is_vouched_for_joins_without_our_letters_id(
    uow: FakeUnitOfWork, changes: dict[str, Any]
) -> None:
    assert not (await thread_of(uow, "email", following(trust=Trust.UNKNOWN, **changes))).is_new
    await prove(uow)
    assert (await thread_of(uow, "email", following(trust=Trust.UNKNOWN, **changes))).is_new
    assert not (await thread_of(uow, "email", following(trust=Trust.VERIFIED, **changes))).is_new
    answer = following(trust=Trust.UNKNOWN, **{**changes, "references": (OUR_LETTER,)})
    assert not (await thread_of(uow, "email", answer)).is_new


async def test_what_is_remembered_of_a_thread_is_bounded(uow: FakeUnitOfWork) -> None:
    many = tuple(f"<r{number}@x>" for number in range(500))
    facts = (await thread_of(uow, "email", following(references=("<m1@mail.example>", *many)))).facts
    assert (len(facts["ids"]), len(facts["references"])) == (MOST_IDS, MOST_REFERENCES)
    assert (facts["references"][0], facts["references"][-1]) == ("<m1@mail.example>", "<m2@mail.example>")


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("Re: Torn shirt", "Torn shirt"),
        ("AW: Re: SV: Torn shirt", "Torn shirt"),
        ("回复：订单", "订单"),
        ("Return of order 1001", "Return of order 1001"),
        ("", ""),
    ],
)
def test_the_marks_of_an_answer_are_no_part_of_a_subject(subject: str, plain: str) -> None:
    assert plain_subject(subject) == plain
