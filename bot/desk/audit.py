"""The audit log: who did what, to read and to take along, never to change."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta, timezone
from urllib.parse import urlencode

from aiohttp import web

from bot.aftersales.audit import AuditEvent
from bot.desk.audit_codes import code_of, group_code
from bot.desk.keys import Desk, desk_of, visitor_of
from bot.desk.middlewares import harden
from bot.desk.numbers import number_of
from bot.desk.pages import page, texts_of
from bot.desk.permissions import Permission, needs
from bot.services.csv_cells import harmless
from bot.services.people_ports import AuditFilter

PAGE = 100
EXPORTED_AT_ONCE = 1000
COLUMNS = ("number", "at", "actor", "actor_name", "action", "subject", "conversation", "data")
_FIELDS = ("actor", "action", "subject")
_LONGEST = 200


@needs(Permission.AUDIT)
async def show(request: web.Request) -> web.Response:
    """Show the newest events that fit the filter, and the way to older ones."""
    desk, asked = desk_of(request), _asked(request.query)
    wanted, problem = _filter(request, asked)
    before = number_of(request.query.get("before"))
    async with desk.uow() as uow:
        events = await uow.audit_trail.page(wanted, PAGE + 1, before)
        actions = await uow.audit_trail.actions()
        people = await uow.accounts.all()
    older = {**asked, "before": str(events[PAGE - 1].id)} if len(events) > PAGE else None
    values = {
        "events": events[:PAGE],
        "asked": {field: asked.get(field, "") for field in (*_FIELDS, "since", "until")},
        "problem": problem,
        "groups": _groups(actions),
        "group_code": group_code,
        "code_of": code_of,
        "people": {f"agent:{account.id}": account.display_name for account in people},
        "older": urlencode(older) if older else None,
        "is_first": before is None,
        "export": urlencode(asked),
    }
    return page(request, "audit.html", values, status=400 if problem else 200)


@needs(Permission.AUDIT)
async def export(request: web.Request) -> web.StreamResponse:
    """Send every event that fits the filter as CSV, newest first; that it was taken along is an event itself."""
    desk, visitor, asked = desk_of(request), visitor_of(request), _asked(request.query)
    wanted, problem = _filter(request, asked)
    if problem:
        raise web.HTTPBadRequest(reason="Give a day as year, month and day.")
    now = desk.clock()
    async with desk.uow() as uow:
        names = {f"agent:{account.id}": account.display_name for account in await uow.accounts.all()}
        newest = await uow.audit_trail.page(AuditFilter(), 1)
        taken = {name: str(value) for name, value in asdict(wanted).items() if value}
        uow.audit.add(AuditEvent(now, f"agent:{visitor.account.id}", "audit.exported", "audit:all", data=taken))
        await uow.commit()
    response = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="audit-{now:%Y-%m-%d}.csv"'})
    response.content_type, response.charset = "text/csv", "utf-8"
    harden(request, response)
    await response.prepare(request)
    # The mark tells spreadsheets that it is UTF-8.
    await response.write(b"\xef\xbb\xbf" + _lines([COLUMNS]))
    before = (newest[0].id or 0) + 1 if newest else 0
    while events := await _next(desk, wanted, before):
        await response.write(_lines([_row(event, names) for event in events]))
        before = events[-1].id or 0
    await response.write_eof()
    return response


async def _next(desk: Desk, wanted: AuditFilter, before: int) -> list[AuditEvent]:
    async with desk.uow() as uow:
        return await uow.audit_trail.page(wanted, EXPORTED_AT_ONCE, before)


def _row(event: AuditEvent, names: Mapping[str, str]) -> tuple[str, ...]:
    data = json.dumps(event.data, ensure_ascii=False, sort_keys=True) if event.data else ""
    cells = (event.actor, names.get(event.actor, ""), event.action, event.subject, event.conversation_id or "", data)
    return (str(event.id), event.at.astimezone(timezone.utc).isoformat(), *map(harmless, cells))


def _lines(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    found = {field: query.get(field, "").strip()[:_LONGEST] for field in (*_FIELDS, "since", "until")}
    return {field: value for field, value in found.items() if value}


def _filter(request: web.Request, asked: Mapping[str, str]) -> tuple[AuditFilter, str | None]:
    wanted = AuditFilter(asked.get("actor", ""), asked.get("action", ""), asked.get("subject", ""))
    try:
        since, until = _start(asked.get("since")), _start(asked.get("until"))
        # Whoever asks for events until a day wants those of the day too.
        last = until + timedelta(days=1) if until else None
    except (ValueError, OverflowError):
        return wanted, texts_of(request)("Give a day as year, month and day.")
    return replace(wanted, since=since, until=last), None


def _start(day: str | None) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time(), timezone.utc) if day else None


def _groups(actions: list[str]) -> dict[str, list[str]]:
    """Return the actions by what they are done to."""
    found: dict[str, list[str]] = {}
    for action in actions:
        found.setdefault(action.partition(".")[0] + ".", []).append(action)
    return found


ROUTES = [
    web.get("/audit", show),
    web.get("/audit.csv", export),
]
