"""What people do to conversations in the inbox: tag them, put them out of sight for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services import desk_settings
from bot.services.inbox_ports import Snooze
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork

MOST_TAGS = 12
LONGEST_SNOOZE = timedelta(days=90)


async def tag(uow: UnitOfWork, conversation_id: str, tag_id: str, agent_id: str, now: datetime) -> bool:
    """Give a conversation one of the desk's tags; return False where it has it already.

    Raises InvalidInputError where there is no such tag, or where the conversation has as many as it can have.
    """
    if (await desk_settings.read(uow)).tag(tag_id) is None:
        raise InvalidInputError("tag", "unknown")
    given = (await uow.tags.of([conversation_id])).get(conversation_id, [])
    if tag_id not in given and len(given) >= MOST_TAGS:
        raise InvalidInputError("tag", "too_many")
    is_new = await uow.tags.add(conversation_id, tag_id, agent_id, now)
    if is_new:
        _record(uow, conversation_id, "conversation.tagged", f"agent:{agent_id}", now, tag=tag_id)
        await uow.commit()
    return is_new


async def untag(uow: UnitOfWork, conversation_id: str, tag_id: str, agent_id: str, now: datetime) -> bool:
    """Take a tag from a conversation, one that the desk has no more too; return False where it has it not."""
    was_there = await uow.tags.remove(conversation_id, tag_id)
    if was_there:
        _record(uow, conversation_id, "conversation.untagged", f"agent:{agent_id}", now, tag=tag_id)
        await uow.commit()
    return was_there


async def snooze(
    uow: UnitOfWork, conversation_id: str, until: datetime, agent_id: str, now: datetime, *, for_others: bool = False
) -> Snooze:
    """Put an open conversation out of sight until a moment, or until its customer writes.

    Raises InvalidInputError where the moment is over or too far away, NotFoundError where the bot has the conversation,
    and ConflictError where a colleague holds it, unless somebody may do so ``for_others``.
    """
    if not now < until <= now + LONGEST_SNOOZE:
        raise InvalidInputError("until", "out_of_range")
    handoff = await uow.escalations.open_of(conversation_id)
    if handoff is None:
        raise NotFoundError("open handoff", conversation_id)
    if handoff.agent_id not in (None, agent_id) and not for_others:
        raise ConflictError(conversation=conversation_id, held_by=handoff.agent_id)
    newest = await uow.snoozes.newest_message(conversation_id)
    kept = await uow.snoozes.get(conversation_id)
    if kept is None:
        kept = Snooze(conversation_id, until, now, agent_id, newest)
        uow.snoozes.add(kept)
    else:
        kept.until, kept.began_at, kept.agent_id, kept.after_message = until, now, agent_id, newest
    data = {"until": until.isoformat()}
    _record(uow, conversation_id, "conversation.snoozed", f"agent:{agent_id}", now, **data)
    await uow.commit()
    return kept


async def wake(uow: UnitOfWork, conversation_id: str, agent_id: str, now: datetime) -> bool:
    """Bring a conversation back into sight; return False where it was not out of it."""
    kept = await uow.snoozes.get(conversation_id)
    if kept is None:
        return False
    await uow.snoozes.remove(kept)
    _record(uow, conversation_id, "conversation.woken", f"agent:{agent_id}", now)
    await uow.commit()
    return True


async def wake_due(
    uow_factory: Callable[[], UnitOfWork], now: datetime, tell: Callable[[str], None] = lambda conversation_id: None
) -> int:
    """Bring back what is due, or whose customer wrote, and return how many; each in a transaction of its own.

    ``tell`` gets each conversation, for whoever looks at the inbox.
    """
    async with uow_factory() as uow:
        due = {snooze.conversation_id: by_customer for snooze, by_customer in await uow.snoozes.ended(now)}

    async def end(uow: UnitOfWork, conversation_id: str) -> None:
        kept = await uow.snoozes.get(conversation_id)
        # Meanwhile somebody may have put it out of sight anew.
        if kept is None or (kept.until > now and not due[conversation_id]):
            return
        await uow.snoozes.remove(kept)
        why = "customer_wrote" if due[conversation_id] else "time"
        _record(uow, conversation_id, "conversation.woken", "system", now, why=why)

    woken = await one_by_one(uow_factory, list(due), end)
    for conversation_id in due:
        tell(conversation_id)
    return woken


def _record(uow: UnitOfWork, conversation_id: str, action: str, actor: str, now: datetime, **data: str) -> None:
    uow.audit.add(AuditEvent(now, actor, action, f"conversation:{conversation_id}", conversation_id, data))
