"""The audit log over HTTP: filters, pages, export, and that nobody changes it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from bot.aftersales.audit import AuditEvent
from bot.desk import audit
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def record(world: World, *events: tuple[str, str, str], data: dict[str, Any] | None = None) -> None:
    async with world.uow() as uow:
        for actor, action, subject in events:
            uow.audit.add(AuditEvent(world.now, actor, action, subject, data=data or {}))
        await uow.commit()


def actions(html: str) -> list[str]:
    return re.findall(r'<code class="muted">([\w.]+)</code></td>', html)


async def export(browser: Browser, query: str = "") -> list[dict[str, str]]:
    answer = await browser.get(f"/desk/audit.csv{query}")
    assert answer.status == 200
    return list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))


async def test_the_newest_events_come_first(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    await record(world, ("bot", "case.opened", "case:C1"), ("agent:ana", "case.approved", "case:C1"))
    html = await root.text("/desk/audit")
    assert actions(html)[:3] == ["case.approved", "case.opened", "account.logged_in"]
    assert "Ana Lima" in html


async def test_actions_are_words_in_the_language_of_the_desk(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    await record(world, ("system", "conversation.taken_over", "conversation:c1"), ("system", "new.thing", "thing:1"))
    await root.submit("/desk/preferences", language="de")
    html = await root.text("/desk/audit")
    assert re.search(r"<td>Gespräch übernommen<br><code", html)
    assert re.search(r'<option value="conversation.">Gespräche</option>', html)
    # What an older version wrote has no words any more, and is shown nevertheless.
    assert "New thing<br>" in html


async def test_events_are_filtered_by_who_what_to_what_and_when(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    await record(world, ("bot", "case.opened", "case:C1"))
    world.now += timedelta(days=2)
    root = await logged_in("root")
    await record(
        world, ("agent:ana", "case.approved", "case:C1"), ("agent:ana", "note.written", "conversation:c-anna"),
        ("agent:ben", "case.declined", "case:C2"),
    )  # fmt: skip
    today = f"{world.now:%Y-%m-%d}"
    earlier = f"{world.now - timedelta(days=1):%Y-%m-%d}"
    for query, expected in (
        ("actor=agent:ana&action=case.", ["case.approved"]),
        ("action=case.", ["case.declined", "case.approved", "case.opened"]),
        ("action=case.declined", ["case.declined"]),
        ("subject=case:", ["case.declined", "case.approved", "case.opened"]),
        ("subject=case:C1", ["case.approved", "case.opened"]),
        (f"subject=case:C1&since={today}", ["case.approved"]),
        (f"subject=case:C1&until={earlier}", ["case.opened"]),
        (f"subject=case:C1&since={earlier}&until={today}", ["case.approved"]),
        ("actor=agent:nobody", []),
        ("subject=case%25", []),
    ):
        assert actions(await root.text(f"/desk/audit?{query}")) == expected, query


async def test_a_day_that_is_none_is_explained(logged_in: LogIn) -> None:
    root = await logged_in("root")
    for value in ("yesterday", "2026-02-30", "9999-12-31"):
        answer = await root.get(f"/desk/audit?until={value}")
        assert answer.status == 400
        assert "year, month and day" in await answer.text()
    assert (await root.get("/desk/audit.csv?since=yesterday")).status == 400


async def test_older_events_are_on_further_pages_and_none_is_lost_or_shown_twice(
    world: World, logged_in: LogIn
) -> None:
    root = await logged_in("root")
    await record(world, *(("bot", f"thing.number{n}", "thing:1") for n in range(2 * audit.PAGE + 10)))
    path, found = "/desk/audit?subject=thing:1", []
    for _ in range(3):
        html = await root.text(path)
        found += actions(html)
        # What is written meanwhile moves nothing on the pages that follow.
        await record(world, ("bot", "thing.late", "thing:1"))
        older = re.search(r'href="(/desk/audit\?[^"]+)" rel="next"', html)
        path = unquote(older[1].replace("&amp;", "&")) if older else ""
    assert path == ""
    assert found == [f"thing.number{n}" for n in reversed(range(2 * audit.PAGE + 10))]


async def test_everything_is_exported_and_the_export_is_an_event(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    count = audit.EXPORTED_AT_ONCE + 5
    await record(world, *(("agent:ana", "thing.done", "thing:1") for _ in range(count)), data={"amount": "12.50"})
    rows = await export(root, "?subject=thing:1")
    assert len(rows) == count
    assert (rows[0]["actor"], rows[0]["actor_name"], rows[0]["data"]) == (
        "agent:ana",
        "Ana Lima",
        '{"amount": "12.50"}',
    )
    assert [int(row["number"]) for row in rows] == sorted((int(row["number"]) for row in rows), reverse=True)
    async with world.uow() as uow:
        (event,) = await uow.audit.of_subject("audit:all")
    assert (event.actor, event.action, event.data) == ("agent:root", "audit.exported", {"subject": "thing:1"})


async def test_an_export_is_a_file_that_is_not_kept_by_caches(logged_in: LogIn) -> None:
    answer = await (await logged_in("root")).get("/desk/audit.csv")
    assert answer.content_type == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_no_cell_of_an_export_is_a_formula(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    await record(world, ("=1+1", "@SUM(A1)", "-2+3"), ("+1", "\t=1", "＝1"))
    rows = await export(root)
    cells = [cell for row in rows[:2] for name, cell in row.items() if name not in ("number", "at")]
    assert {"'=1+1", "'@SUM(A1)", "'-2+3", "'+1", "'\t=1", "'＝1"} <= set(cells)


async def test_agents_neither_read_nor_export_it(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await ana.get("/desk/audit")).status == 403
    assert (await ana.get("/desk/audit.csv")).status == 403


async def test_nothing_of_the_desk_changes_it(logged_in: LogIn) -> None:
    root = await logged_in("root")
    for method in ("post", "put", "patch", "delete"):
        for path in ("/desk/audit", "/desk/audit.csv"):
            answer = await getattr(root.client, method)(path, headers={"X-CSRF-Token": root.csrf})
            assert answer.status == 405, (method, path)
