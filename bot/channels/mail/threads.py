"""Which conversation a mail belongs to; its sender's address alone never opens somebody else's, nor an old one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.channels import intake
from bot.channels.mail.parsing import Mail
from bot.channels.mail.verdicts import Trust
from bot.conversations.model import Correspondent
from bot.conversations.ports import UnitOfWork

PLACE = "place"
"""What is kept with an address: where in the mailbox the thread's newest mail lies."""

MOST_IDS = 60
MOST_REFERENCES = 20
_MOST_CASES = 3
_CASE_NUMBER = re.compile(r"(?<![A-Z0-9])C\d{7,10}(?!\d)", re.IGNORECASE)
_ANSWER = re.compile(
    r"(?:\s*(?:re|aw|sv|vs|antw|rif|odp|回复|回覆|答复|답장|ynt|yan|απ|rép|res|ref|hv|bls|balas|ตอบ|पुनः|השב|رد)\s*[:：])+\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Thread:
    """A conversation by mail: its name beside the address, and what an answer in it needs to know.

    ``taken_at`` is the place in the mailbox from which a mail of this very id was taken before.
    """

    name: str
    is_new: bool
    facts: dict[str, Any] = field(default_factory=dict)
    taken_at: str | None = None


async def thread_of(uow: UnitOfWork, channel: str, mail: Mail) -> Thread:
    """Return the thread that a mail goes on with, or a new one.

    A letter of ours that it answers has an id that nobody can guess, so it is enough beside the address. Ids of the
    customer's own mails and numbers of cases count only where our mail server vouches for the sender; where nobody says
    which server that is, they lead to conversations alone in which no order was proved.
    """
    of_address = await uow.correspondents.at(channel, mail.address)
    taken = await _taken_before(uow, of_address, mail)
    known = (
        taken
        or await _by_our_letter(uow, channel, mail)
        or await _open_to(uow, mail, _by_id(of_address, mail.references))
        or await _open_to(uow, mail, await _by_case(uow, channel, mail))
    )
    facts = known.facts if known else {}
    ids = [*facts.get("ids", ()), *mail.references, mail.message_id]
    references = [*facts.get("references", ()), *mail.references, mail.message_id]
    return Thread(
        name=str(facts["thread"]) if known else mail.message_id,
        is_new=known is None,
        taken_at=str(taken.facts.get(PLACE)) if taken else None,
        facts={
            "thread": str(facts["thread"]) if known else mail.message_id,
            "subject": plain_subject(mail.subject) or facts.get("subject", ""),
            "last": mail.message_id,
            # The first one names the thread to mailers, the last ones the place in it.
            "references": _bounded(references, MOST_REFERENCES),
            "ids": _bounded(ids, MOST_IDS),
        },
    )


def plain_subject(subject: str) -> str:
    """Return a subject without the marks of an answer, in whatever language they are."""
    found = _ANSWER.match(subject)
    return (subject[found.end() :] if found else subject).strip()


async def _taken_before(uow: UnitOfWork, correspondents: list[Correspondent], mail: Mail) -> Correspondent | None:
    """Return where this very mail went already: only that it has been stored proves that it has."""
    for found in correspondents:
        if mail.message_id in found.facts.get("ids", ()) and await intake.was_taken(uow, found, mail.message_id):
            return found
    return None


async def _open_to(uow: UnitOfWork, mail: Mail, found: Correspondent | None) -> Correspondent | None:
    """Return a conversation where a mail may go on with it, though it answers no letter of ours."""
    if found is None or mail.trust is Trust.VERIFIED:
        return found
    is_open = mail.trust is Trust.UNKNOWN and not await uow.identifications.proved_in(found.conversation_id)
    return found if is_open else None


def _by_id(correspondents: list[Correspondent], ids: tuple[str, ...]) -> Correspondent | None:
    wanted = set(ids)
    return next((found for found in correspondents if wanted.intersection(found.facts.get("ids", ()))), None)


async def _by_our_letter(uow: UnitOfWork, channel: str, mail: Mail) -> Correspondent | None:
    for reference in reversed(mail.references[-MOST_REFERENCES:]):
        for letter in await uow.outbox.by_platform_id(channel, reference):
            if found := await _own(uow, channel, letter.conversation_id, mail.address):
                return found
    return None


async def _by_case(uow: UnitOfWork, channel: str, mail: Mail) -> Correspondent | None:
    for number in _CASE_NUMBER.findall(mail.subject)[:_MOST_CASES]:
        case = await uow.cases.get(number.upper())
        if case and (found := await _own(uow, channel, case.conversation_id, mail.address)):
            return found
    return None


async def _own(uow: UnitOfWork, channel: str, conversation_id: str, address: str) -> Correspondent | None:
    """Return a conversation's correspondent where it is this very address, so that no case leaks to another."""
    found = await uow.correspondents.get(conversation_id)
    return found if found and found.channel == channel and found.address == address else None


def _bounded(ids: list[str], most: int) -> list[str]:
    unique = list(dict.fromkeys(ids))
    return unique if len(unique) <= most else [unique[0], *unique[1 - most :]]
