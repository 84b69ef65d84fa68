"""Everything that happened to a case, from wherever it was written down, as one list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timezone
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.claim import subject_of as claim_subject
from bot.aftersales.escalation import Escalation
from bot.aftersales.liability import LiabilityFinding
from bot.aftersales.notification import Notification
from bot.aftersales.offer import Offer
from bot.aftersales.task import Task
from bot.errors import NotFoundError
from bot.services.ports import UnitOfWork
from bot.services.record_ports import Exchanged

# Findings hold more than the events written beside them.
_TOLD_BETTER = frozenset({"liability.found", "liability.overruled"})

# What is written about a conversation names no case, but one conversation can be about several.
_OF_CONVERSATION = ("conversation:", "order:")


@dataclass(frozen=True)
class Entry:
    """One thing that happened: ``kind`` says where it is from, ``what`` is a code, ``data`` plain JSON.

    ``kind`` is ``event``, ``offer``, ``finding``, ``notification``, ``handoff`` or ``messages``; ``who`` is ``bot``,
    ``system``, ``shop``, ``customer`` or ``agent:<id>``.
    """

    at: datetime
    kind: str
    who: str
    what: str
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the entry ready for JSON."""
        return {"at": self.at.isoformat(), "kind": self.kind, "who": self.who, "what": self.what, "data": self.data}


async def timeline(uow: UnitOfWork, case_number: str) -> list[Entry]:
    """Return what happened to a case, oldest first, each thing once; raises NotFoundError for no such case.

    Messages are counted by day, not repeated. What the audit log knows less of than another record is left to that.
    """
    case = await uow.cases.get(case_number)
    if case is None:
        raise NotFoundError("case", case_number)
    # What was to do for a duplicate goes on under the case that goes on.
    tasks = await uow.tasks.of_case(case.merged_into or case.number)
    subjects = await _subjects(uow, case) | {_subject(task) for task in tasks}
    others = await uow.cases.of_order(case.order_number)
    absorbed = {other.number for other in others if other.merged_into == case.number}
    events = await uow.records.events_about(subjects, case.conversation_id)
    written = _written(tasks)
    entries = [_event(event, written) for event in events if _is_about(event, case, subjects, absorbed)]
    entries += [_offer(offer) for offer in case.offers]
    entries += [_finding(found) for found in await uow.liability.of_case(case_number)]
    entries += [_notification(found) for found in await uow.notifications.of_case(case_number)]
    entries += [_handoff(found) for found in await uow.records.handoffs_of(case_number)]
    began = datetime.combine(case.opened_at.date(), time.min, timezone.utc)
    exchanged = await uow.records.messages_by_day(case.conversation_id, began)
    entries += [_messages(found) for found in exchanged]
    # The sort is stable: what happened at one moment stays in the order of writing.
    return sorted(entries, key=lambda entry: entry.at)


async def _subjects(uow: UnitOfWork, case: Case) -> set[str]:
    number, order = case.number, case.order_number
    subjects = {f"case:{number}"}
    for found in await uow.returns.of_order(order):
        subjects |= {f"return:{found.rma}", f"exchange:{found.rma}"} if found.case_number == number else set()
    subjects |= {f"repair:{found.number}" for found in await uow.repairs.of_order(order) if found.case_number == number}
    subjects |= {
        f"reshipment:{found.number}" for found in await uow.reshipments.of_order(order) if found.case_number == number
    }
    subjects |= {
        f"customs:{found.number}" for found in await uow.customs.of_order(order) if found.case_number == number
    }
    subjects |= {f"refund:{found.number}" for found in await uow.refunds.of_order(order) if found.case_number == number}
    subjects |= {f"coupon:{found.number}" for found in await uow.coupons.of_case(number)}
    subjects |= {f"evidence:{found.id}" for found in await uow.evidence.of_case(number)}
    subjects |= {claim_subject(found) for found in await uow.claims.of_case(number)}
    # Warranty extensions and changes of an order are written about the order; their data names the case.
    return subjects | {f"order:{order}"}


def _is_about(event: AuditEvent, case: Case, subjects: set[str], absorbed: set[str]) -> bool:
    if event.action in _TOLD_BETTER:
        return False
    named = event.data.get("case")
    if named is not None:
        # What began under a duplicate and goes on under this case has its beginning in both histories.
        return bool(named == case.number or (named in absorbed and event.subject in subjects))
    if event.subject == f"order:{case.order_number}":
        return event.conversation_id == case.conversation_id
    return event.subject in subjects and not event.subject.startswith(_OF_CONVERSATION)


def _subject(task: Task) -> str:
    return f"task:{task.key}"


def _written(tasks: list[Task]) -> dict[tuple[str, str], dict[str, str]]:
    """Return what people wrote about tasks, which no event repeats, by the subject and the action that tell of it."""
    notes = {(_subject(task), "task.opened"): {"note": task.note} for task in tasks if task.note}
    results = {(_subject(task), "task.finished"): {"result": task.result} for task in tasks if task.result}
    return {**notes, **results}


def _event(event: AuditEvent, written: dict[tuple[str, str], dict[str, str]]) -> Entry:
    data = {name: value for name, value in event.data.items() if name != "case"}
    if not event.subject.startswith("case:"):
        data["subject"] = event.subject
    data.update(written.get((event.subject, event.action), {}))
    return Entry(event.at, "event", event.actor, event.action, data)


def _offer(offer: Offer) -> Entry:
    data: dict[str, Any] = {"remedy": offer.remedy.value, "state": offer.state.value, "reasons": list(offer.reasons)}
    if offer.amount is not None:
        data["amount"] = str(offer.amount)
    return Entry(offer.proposed_at, "offer", offer.proposed_by.value, "offer.proposed", data)


def _finding(found: LiabilityFinding) -> Entry:
    data = {
        "liable": found.liable.value,
        "rule": found.rule,
        "confidence": str(found.confidence),
        "facts": dict(found.facts),
        "reason": found.reason,
    }
    return Entry(found.at, "finding", found.actor, "liability.found", data)


def _notification(found: Notification) -> Entry:
    data = {"key": found.key, "sent": found.message_id is not None, "message": found.message_id}
    return Entry(found.sent_at or found.created_at, "notification", "bot", found.response, data)


def _handoff(found: Escalation) -> Entry:
    data = {
        "reason": found.reason.value,
        "state": found.state.value,
        "agent": found.agent_id,
        "assigned_at": found.assigned_at.isoformat() if found.assigned_at else None,
        "ended_at": found.ended_at.isoformat() if found.ended_at else None,
    }
    return Entry(found.opened_at, "handoff", "bot", "handoff.opened", data)


def _messages(found: Exchanged) -> Entry:
    data = {"count": sum(found.counts.values()), **found.counts, "until": found.last_at.isoformat()}
    return Entry(found.first_at, "messages", "customer", "messages.exchanged", data)
