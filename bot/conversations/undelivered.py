"""Messages that no platform would take: given up, listed for people, and sent again.

People may do so, singly or for all of a kind; customers do when they write after news came too late for their platform.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from bot.aftersales.audit import AuditEvent
from bot.aftersales.notification import QUESTIONS_AFTERWARDS, Notification
from bot.aftersales.task import REACH_CUSTOMER, TaskState
from bot.conversations.model import Conversation, Message, OutboundMessage, OutboxState
from bot.conversations.ports import UnitOfWork
from bot.errors import NotFoundError
from bot.services import notifications, tasks

RESENT = "message.resent"

_CUSTOMER = "customer"
_TOO_LATE = frozenset({"window_closed", "template_missing"})
_NEVER = datetime.min.replace(tzinfo=timezone.utc)

MOST_AT_ONCE = 200
"""How many messages are sent again at once: one transaction, which keeps no database busy for long."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that did not reach its customer, and why (``entry.error``)."""

    entry: OutboundMessage
    message: Message
    conversation: Conversation


async def dead_letters(uow: UnitOfWork, limit: int, before: int | None = None) -> list[DeadLetter]:
    """Return what was given up, newest first; only what was said before a message, where one is given."""
    found = []
    for entry in await uow.outbox.dead(limit, before):
        message = await uow.messages.get(entry.message_id)
        conversation = await uow.conversations.get(entry.conversation_id)
        if message is not None and conversation is not None:
            found.append(DeadLetter(entry, message, conversation))
    return found


async def give_up(
    uow: UnitOfWork, entries: Iterable[OutboundMessage], reason: str | None, now: datetime, *, is_claimed: bool = False
) -> None:
    """Note that messages do not arrive; what of them were announcements a person has to tell; commits nothing."""
    for entry in entries:
        lost = replace(entry, state=OutboxState.FAILED, next_attempt_at=now, error=reason)
        await uow.outbox.settle(lost, is_claimed=is_claimed)
        announced = await _announcement(uow, entry)
        if announced is not None:
            await notifications.leave_to_person(uow, announced, now)


async def tell_late(uow: UnitOfWork, conversation_id: str, now: datetime) -> None:
    """Let announcements that came too late for a platform go out, now that their customer has written; commits nothing.

    In their order, each once, and those alone that are still news and that no person has told meanwhile. What a person
    wrote is that person's to send again.
    """
    failed = await uow.outbox.failed_in(conversation_id)
    for entry in await uow.outbox.some([message_id for message_id, why in failed.items() if why in _TOO_LATE]):
        late = await _announcement(uow, entry)
        if late is None or await was_resent_by(uow, entry, _CUSTOMER):
            continue
        if _is_for_person(late) and entry.next_attempt_at <= await _told_by_person_until(uow, late.case_number):
            continue
        if await notifications.is_news(uow, late, now):
            await _send_again(uow, entry, now)
            await _note_again(uow, entry, _CUSTOMER, now)


async def resend(uow: UnitOfWork, message_id: int, agent_id: str, now: datetime) -> OutboundMessage:
    """Let a dead message be tried again from now on; the caller commits.

    Raises NotFoundError where it is not dead (any more).
    """
    entry = await uow.outbox.get(message_id)
    if entry is None or entry.state is not OutboxState.FAILED:
        raise NotFoundError("dead message", str(message_id))
    await _send_again(uow, entry, now)
    await _note_again(uow, entry, f"agent:{agent_id}", now)
    return entry


async def resend_all(
    uow: UnitOfWork, channel: str, reason: str, agent_id: str, now: datetime, limit: int = MOST_AT_ONCE
) -> list[OutboundMessage]:
    """Let what a channel gave up for a reason be tried again from now on, the oldest first; the caller commits.

    Raises NotFoundError where nothing of it is dead (any more).
    """
    entries = await uow.outbox.revive(channel, reason, now, limit)
    if not entries:
        raise NotFoundError("dead messages", channel)
    for entry in entries:
        await _note_again(uow, entry, f"agent:{agent_id}", now)
    return entries


def note_resent(uow: UnitOfWork, entry: OutboundMessage, actor: str, now: datetime) -> None:
    """Keep who let a message be sent again."""
    uow.audit.add(AuditEvent(now, actor, RESENT, _subject(entry), entry.conversation_id, {"channel": entry.channel}))


async def was_resent_by(uow: UnitOfWork, entry: OutboundMessage, actor: str) -> bool:
    """Tell whether somebody has let a message be sent again."""
    told = await uow.audit.of_subject(_subject(entry))
    return any((event.actor, event.action) == (actor, RESENT) for event in told)


async def _send_again(uow: UnitOfWork, entry: OutboundMessage, now: datetime) -> None:
    await uow.outbox.settle(replace(entry, state=OutboxState.PENDING, attempts=0, next_attempt_at=now, error=None))


async def _note_again(uow: UnitOfWork, entry: OutboundMessage, actor: str, now: datetime) -> None:
    """Keep who let a message be sent again; a person has to reach its customer only for what else is lost."""
    note_resent(uow, entry, actor, now)
    told = await _announcement(uow, entry)
    if told is not None and not await _is_anything_lost(uow, told.case_number):
        await tasks.cancel_kinds(uow, told.case_number, {REACH_CUSTOMER}, now)


async def _is_anything_lost(uow: UnitOfWork, case_number: str) -> bool:
    """Tell whether a customer has yet to hear from a person what announcements about a case did not tell."""
    made = [found for found in await uow.notifications.of_case(case_number) if _is_for_person(found) and found.sent_at]
    letters = await uow.outbox.some([found.message_id for found in made if found.message_id is not None])
    lost_at = [letter.next_attempt_at for letter in letters if letter.state is OutboxState.FAILED]
    lost_at += [found.sent_at for found in made if found.sent_at is not None and found.message_id is None]
    return max(lost_at, default=_NEVER) > await _told_by_person_until(uow, case_number)


async def _told_by_person_until(uow: UnitOfWork, case_number: str) -> datetime:
    """Return until when a person has told a customer all that announcements about a case did not."""
    done = [task for task in await uow.tasks.of_case(case_number) if task.what == REACH_CUSTOMER]
    ended_at = [task.ended_at for task in done if task.state is TaskState.DONE and task.ended_at is not None]
    return max(ended_at, default=_NEVER)


def _is_for_person(announced: Notification) -> bool:
    return announced.response not in QUESTIONS_AFTERWARDS


async def _announcement(uow: UnitOfWork, entry: OutboundMessage) -> Notification | None:
    message = await uow.messages.get(entry.message_id)
    return await uow.notifications.made_by(entry.message_id, message.at) if message else None


def _subject(entry: OutboundMessage) -> str:
    return f"message:{entry.message_id}"
