"""Promises: until when a customer hears from us, and what happens when that time passes in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ServiceLevels
from bot.aftersales.task import BROKEN_AGAIN, Department
from bot.services import escalations, lifecycle, refunds, scans, tasks
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork
from bot.services.wording import moment

_RENEWED = "case.contact_promised"
_BROKEN = "case.delayed"
_REOPENED = "case.reopened"
_DELAY = "utter_notify_delay"
_DELAY_HANDED_OVER = "utter_notify_delay_handed_over"
_KEEPS_NONE = scans.PROMISING | {_DELAY, _DELAY_HANDED_OVER}


def renew(uow: UnitOfWork, levels: ServiceLevels, case: Case, contacted_at: datetime) -> None:
    """Promise the next contact after one that took place; commits nothing."""
    case.next_contact_by = levels.next_contact(case.language, case.priority, contacted_at)
    _record(uow, case, _RENEWED, contacted_at)


async def detect_delays(uow_factory: Callable[[], UnitOfWork], levels: ServiceLevels, now: datetime) -> int:
    """Deal with every promise whose time has passed, and return how many; each in a transaction of its own.

    An announcement or an agent's words have kept the promise, unless they were given up on their way or only made one,
    and a new one counts from them. Otherwise the customer is told of the delay with a new promise, and the case becomes
    more pressing; the second time in a row a person takes over, from the third on a supervisor gets a task as well.
    Only cases whose customer waits for us count, and those whose customer should have been paid by now, which are taken
    up again where they had ended.
    """
    async with uow_factory() as uow:
        waiting = [*await uow.cases.promised_until(now), *await uow.cases.owed_money(now)]
        numbers = list(dict.fromkeys(case.number for case in waiting))

    async def look_at(uow: UnitOfWork, number: str) -> None:
        case = await uow.cases.get(number)
        if case is None or case.next_contact_by > now:
            return
        if not (await uow.cases.waits_for_us(number, now) or await refunds.are_unpaid(uow, case, now.date())):
            return
        events = await uow.audit.of_subject(f"case:{number}")
        history = [event for event in events if event.action in (_RENEWED, _BROKEN)]
        promised_at = history[-1].at if history else case.opened_at
        # Who says that it is not solved after all is answered at once, and waits from then on.
        contacts = [event.at for event in events if event.action == _REOPENED and event.at > promised_at]
        told_at = await uow.cases.told_since(case, promised_at, _KEEPS_NONE)
        if told_at is not None:
            contacts.append(told_at)
        if contacts:
            renew(uow, levels, case, max(contacts))
            await tasks.cancel_kinds(uow, number, {BROKEN_AGAIN}, now)
        if case.next_contact_by <= now:
            await _delay(uow, levels, case, 1 + _broken_in_a_row(history, bool(contacts)), now)

    return await one_by_one(uow_factory, numbers, look_at)


async def _delay(uow: UnitOfWork, levels: ServiceLevels, case: Case, times: int, now: datetime) -> None:
    key = f"case:{case.number}:delay:{case.next_contact_by.isoformat()}"
    if case.is_open:
        case.raise_priority()
    else:
        # Its money has not left, or came back: paying it resolves it.
        lifecycle.take_up(uow, case, now)
    # A person has it from the second time on; the customer shall not be told of nothing more than once a day or so.
    pace = case.priority if times == 1 else Priority.HIGH
    case.next_contact_by = levels.next_contact(case.language, pace, now)
    _record(uow, case, _BROKEN, now)
    hands_over = times == 2 and await uow.escalations.open_of(case.conversation_id) is None
    facts = {"handoff": {"state": "queued"}} if hands_over else {}
    response = _DELAY_HANDED_OVER if hands_over else _DELAY
    until = moment(case.next_contact_by)
    await notify(uow, case, response, key, now, case=case.number, until=until, facts=facts)
    if times > 2:
        task_key = f"case:{case.number}:delayed:{times}"
        await tasks.open_task(uow, case.number, Department.SUPERVISOR, BROKEN_AGAIN, task_key, now)
    if hands_over:
        # This commits, and with it all of the above.
        await escalations.hand_over(
            uow,
            case.conversation_id,
            EscalationReason.PROMISE_BROKEN,
            case.language,
            now,
            case_number=case.number,
            facts={"order_number": case.order_number},
            priority=case.priority,
        )


def _broken_in_a_row(history: list[AuditEvent], was_contacted: bool) -> int:
    if was_contacted:
        return 0
    count = 0
    for event in reversed(history):
        if event.action != _BROKEN:
            break
        count += 1
    return count


def _record(uow: UnitOfWork, case: Case, action: str, at: datetime) -> None:
    data = {"until": case.next_contact_by.isoformat()}
    uow.audit.add(AuditEvent(at, "system", action, f"case:{case.number}", case.conversation_id, data))
