"""What agents are told in Slack: customers who wait, and for too long, tasks of supervisors and late ones, patterns.

The messages are in English, the language of the desk's logs, and tell codes and times, never who the customer is or
what they wrote. Each matter is told once: the key of an alert is what Slack's deliveries are unique by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.escalation import EscalationState
from bot.aftersales.labels import Priority
from bot.aftersales.task import Department
from bot.services import sla
from bot.services.ports import UnitOfWork

_DATE = "<!date^"
_LONGEST = 200
_PRESSING = frozenset({Priority.URGENT, Priority.HIGH})


@dataclass(frozen=True)
class Alert:
    """One message: ``key`` names the matter, ``body`` is what Slack's incoming webhooks take."""

    key: str
    type: str
    body: dict[str, Any]


async def alert_of(uow: UnitOfWork, event: AuditEvent, desk_url: str | None, now: datetime) -> Alert | None:
    """Return what agents are to be told of an audit event, or None where it is nothing, or over by now.

    ``desk_url`` is the public address of this server, None where there is none and the message has no link.
    """
    if event.action in ("conversation.handed_over", "case.prioritised"):
        return await _waiting(uow, event, desk_url, now)
    if event.action == "sla.breached":
        return await _late(uow, event, desk_url, now)
    if event.action in ("task.opened", "task.overdue"):
        return await _task(uow, event, desk_url)
    if event.action == "pattern.found":
        return _pattern(event, desk_url)
    return None


def connected(desk_url: str | None) -> dict[str, Any]:
    """Return the message by which somebody sees that the connection works."""
    return _message("Parley is connected: alerts for agents come here", {}, _link(desk_url))


async def _waiting(uow: UnitOfWork, event: AuditEvent, desk_url: str | None, now: datetime) -> Alert | None:
    handoff = await uow.escalations.latest_of(event.conversation_id or "")
    if handoff is None or handoff.state is not EscalationState.QUEUED or handoff.priority not in _PRESSING:
        return None
    case = await uow.cases.get(handoff.case_number) if handoff.case_number else None
    fields = {
        "Priority": handoff.priority.value,
        "Language": _language(handoff.language),
        "About": _issue(case) or _words((handoff.facts.get("known") or {}).get("reason")) or "not known yet",
        "Why a person": _words(handoff.reason.value),
        "Waiting": _since(handoff.opened_at, now),
        "Case": case.number if case else "",
    }
    title = f"A customer waits for a person ({handoff.priority.value})"
    return Alert(f"handoff:{handoff.id}", "handoff.queued", _message(title, fields, _link(desk_url, case)))


async def _late(uow: UnitOfWork, event: AuditEvent, desk_url: str | None, now: datetime) -> Alert | None:
    running = await uow.service_clocks.running_in(event.conversation_id or "")
    metric = event.data.get("metric")
    late = [clock for clock in running if clock.metric.value == metric and clock.breached_at is not None]
    if not late:
        return None
    clock = late[0]
    case = await uow.cases.get(clock.case_number) if clock.case_number else None
    handoff = await uow.escalations.open_of(clock.conversation_id)
    language = handoff.language if handoff else case.language if case else ""
    fields = {
        "Late": _words(clock.metric.value),
        "Priority": (case.priority if case else clock.priority).value,
        "Language": _language(language),
        "About": _issue(case) or "not known yet",
        "Waiting": _since(clock.started_at, now),
        "Case": case.number if case else "",
    }
    title = "A customer has waited for too long"
    return Alert(f"late:{clock.key}", "sla.breached", _message(title, fields, _link(desk_url, case)))


async def _task(uow: UnitOfWork, event: AuditEvent, desk_url: str | None) -> Alert | None:
    task = await uow.tasks.by_key(event.subject.partition(":")[2])
    if task is None or not task.is_open:
        return None
    is_late = event.action == "task.overdue"
    # A missed target, which opens a task too, is an alert of its own.
    if not is_late and (task.department is not Department.SUPERVISOR or sla.opened(task)):
        return None
    case = await uow.cases.get(task.case_number)
    owner = await uow.accounts.get(task.owner) if task.owner else None
    fields = {
        "To do": _words(task.what),
        "Department": _words(task.department.value),
        "Due": _local(task.due_at, "{date_short_pretty}, {time}"),
        "With": owner.display_name if owner else "nobody yet",
        "Priority": case.priority.value if case else "",
        "About": _issue(case),
        "Case": task.case_number,
    }
    title = "A task is overdue" if is_late else "A supervisor has something to do"
    link = _link(desk_url, page=f"/tasks?{urlencode({'department': task.department.value})}")
    return Alert(f"{event.action}:{task.key}", event.action, _message(title, fields, link))


def _pattern(event: AuditEvent, desk_url: str | None) -> Alert | None:
    data = event.data
    by, key, issue = data.get("by"), data.get("key"), data.get("issue")
    if not by or not key or not issue:
        return None
    fields = {
        _words(by): str(key),
        "Complaint": _words(issue),
        "Complaints": f"{data.get('complaints')} of {data.get('orders')} orders",
        "Share before": f"{float(data.get('rate_before', 0)):.1%}",
        "Share elsewhere": f"{float(data.get('rate_of_peers', 0)):.1%}",
    }
    # A pattern that lasts is found every week; agents hear of it once a month.
    key = f"pattern:{by}:{key}:{issue}:{event.at:%Y-%m}"
    return Alert(key, "pattern.found", _message("Complaints are rising", fields, _link(desk_url, page="/statistics")))


def _message(title: str, fields: dict[str, str], link: str | None) -> dict[str, Any]:
    """Return a message in Slack's Block Kit, with the text that notifications show."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": {"type": "plain_text", "text": title}}]
    told = {name: value for name, value in fields.items() if value}
    if told:
        texts = [{"type": "mrkdwn", "text": f"*{_escaped(name)}*\n{_shown(value)}"} for name, value in told.items()]
        blocks.append({"type": "section", "fields": texts})
    if link:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"<{link}|Open the desk>"}})
    return {"text": title, "blocks": blocks}


def _shown(value: str) -> str:
    # Slack's own marks for dates are ours; everything else is text.
    return value if value.startswith(_DATE) else _escaped(value)


def _escaped(text: str) -> str:
    return text[:_LONGEST].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _since(moment: datetime, now: datetime) -> str:
    """Return a moment in the reader's own time, with how long ago it was when this was written."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    return f"{_local(moment, 'since {date_short_pretty}, {time}')} ({minutes} min)"


def _local(moment: datetime, how: str) -> str:
    """Return a moment in Slack's own mark, written ``how`` it says; where that is not understood, in UTC."""
    return f"{_DATE}{int(moment.timestamp())}^{how}|{moment:%Y-%m-%d %H:%M} UTC>"


def _link(desk_url: str | None, case: Case | None = None, page: str = "") -> str | None:
    """Return the address of the desk: not that of the conversation, whose id opens it on some channels."""
    if desk_url is None:
        return None
    query = f"?{urlencode({'view': 'all', 'q': case.number})}" if case else ""
    return f"{desk_url}/desk{page}{query}"


def _issue(case: Case | None) -> str:
    return _words(case.issue_type.value) if case else ""


def _words(code: Any) -> str:
    return str(code).replace("_", " ") if code else ""


def _language(code: str) -> str:
    try:
        name = Locale.parse(code, sep="-").get_display_name("en")
    except (ValueError, UnknownLocaleError):
        return code
    return f"{name} ({code})"
