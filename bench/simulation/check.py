"""The end of a run: every row and every announcement compared with what the scenarios say, each difference named."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.simulation import script
from bench.simulation.goods import STOCK
from bench.simulation.story import Story
from bot.services.case_report import report
from bot.store.database import Database

_ASKED = "utter_ask_solved"
_KINDS = ("returns", "exchanges", "repairs", "reshipments", "customs")
_GENERATED = (
    (re.compile(r"\b([CRFWSKGL])\d{7}\b"), r"\1"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "id"),
    (re.compile(r"\d{4}-\d\d-\d\d(T[\d:.+]+)?"), "when"),
)


class Books:
    """The database of an installation that has come to rest."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "parley.db"
        self._rows = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        return self._rows.execute(query, values).fetchall()

    def reports(self, orders: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """Return the cases of each order, as ``parley cases --json`` prints them."""

        async def read() -> dict[str, list[dict[str, Any]]]:
            store = await Database.open(f"sqlite+aiosqlite:///{self._file}")
            try:
                async with store.uow() as uow:
                    return {order: (await report(uow, order))["cases"] for order in orders}
            finally:
                await store.close()

        return asyncio.run(read())


def differences(stories: list[Story], books: Books) -> tuple[list[str], dict[str, Any]]:
    """Return what is otherwise than it should be, and the outcome without generated numbers and moments."""
    found = [f"{story.name}: {problem}" for story in stories for problem in story.problems]
    reports = books.reports(story.bought.number for story in stories)
    outcome: dict[str, Any] = {}
    for story in stories:
        cases = reports[story.bought.number]
        told = _told(story)
        open_tasks = sorted(
            what for case in cases
            for (what,) in books.rows("SELECT what FROM tasks WHERE case_number = ? AND state = 'open'", case["number"])
        )  # fmt: skip
        stock = _stock(story, books)
        for problem in (
            *_about_case(story, cases),
            *_about_money(story, cases),
            *_counted("announcements", story.scenario.end.told, told),
            *_counted("open tasks", _tasks(story), open_tasks),
            *_differs("stock", dict(story.scenario.end.stock), stock),
            *_about_order(story, books),
            *_about_people(story, books),
        ):
            found.append(f"{story.name}: {problem}")
        outcome[str(story.serial)] = _plain({"cases": cases, "told": told, "tasks": open_tasks, "stock": stock})
    return [*found, *_left_over(books)], outcome


def _tasks(story: Story) -> list[str]:
    """Return what departments have yet to do: what the scenario says, and a claim to be filed where there is one."""
    end = story.scenario.end
    return [*end.open, *(f"file_{end.liability}_claim" for _ in end.claims)]


def _about_case(story: Story, cases: list[dict[str, Any]]) -> Iterable[str]:
    end = story.scenario.end
    if len(cases) != 1:
        yield from _differs("number of cases", 1, len(cases))
        return
    (case,) = cases
    yield from _differs("case", end.case, case["state"])
    yield from _differs("issue", story.scenario.issue, case["issue_type"])
    yield from _differs("language", story.talk.language, case["language"])
    if end.liability:
        yield from _differs("liability", end.liability, case["liability"])
    states = {kind: case[kind][0]["state"] for kind in _KINDS if case[kind]}
    yield from _differs("lifecycles", dict(end.things), states)
    coupons = [int(coupon["percent"]) for coupon in case["coupons"]]
    yield from _differs("coupons", [end.coupon] if end.coupon else [], coupons)
    months = [extension["months"] for extension in case["warranty_extensions"]]
    yield from _differs("warranty extensions", [end.extension] if end.extension else [], months)


def _about_money(story: Story, cases: list[dict[str, Any]]) -> Iterable[str]:
    end = story.scenario.end
    refunds = [refund for case in cases for refund in case["refunds"]]
    claims = [claim for case in cases for claim in case["claims"]]
    claimed = sorted(story.bought.place.rounded(worth(story.bought)) for worth in end.claims)
    yield from _differs("claims", claimed, sorted(Decimal(claim["amount"]) for claim in claims))
    expected = sorted(story.bought.place.rounded(worth(story.bought)) for worth in end.refunds)
    yield from _differs("refunds", expected, sorted(Decimal(refund["amount"]) for refund in refunds))
    yield from _differs(
        "currencies", {story.bought.place.currency} if expected else set(), {r["currency"] for r in refunds}
    )
    yield from _differs("states of refunds", {end.refund_state} if expected else set(), {r["state"] for r in refunds})


def _about_order(story: Story, books: Books) -> Iterable[str]:
    wanted = story.scenario.end.order_state or story.scenario.situation.state
    ((state,),) = books.rows("SELECT state FROM orders WHERE number = ?", story.bought.number)
    yield from _differs("order", wanted, state)


def _about_people(story: Story, books: Books) -> Iterable[str]:
    """Note whether a person had to do with a complaint, and yield where that is otherwise than it should be."""
    ((people,),) = books.rows(
        "SELECT (SELECT count(*) FROM escalations WHERE conversation_id = ?1)"
        " + (SELECT count(*) FROM audit_events WHERE conversation_id = ?1 AND actor LIKE 'agent:%')",
        story.talk.sender,
    )
    story.had_person = people > 0
    wanted = story.scenario.needs_person or story.aftermath == script.REOPENED
    yield from _differs("a person", "needed" if wanted else "not needed", "needed" if people else "not needed")


def _told(story: Story) -> list[str]:
    said = [message["response"] or "" for message in story.talk.transcript() if message["author"] == "bot"]
    return sorted(response for response in said if response.startswith("utter_notify_") or response == _ASKED)


def _stock(story: Story, books: Books) -> dict[str, int]:
    number, is_scarce = story.bought.number, story.scenario.situation.scarce
    changed = {}
    for sku, stock in books.rows("SELECT sku, stock FROM variants WHERE product_id LIKE ? || '-%'", number):
        _, line, size = sku.split("-")
        began = 0 if is_scarce and size == "m" else STOCK
        if stock != began:
            changed[f"{line}-{size.upper()}"] = stock - began
    return changed


def _left_over(books: Books) -> Iterable[str]:
    """Yield what should have been done by now and was not, whomever it is about."""
    for what, query in (
        ("messages to customers are undelivered", "SELECT count(*) FROM outbox WHERE state != 'sent'"),
        ("messages of customers are unanswered", "SELECT count(*) FROM inbox WHERE state != 'processed'"),
        ("announcements were not made", "SELECT count(*) FROM notifications WHERE sent_at IS NULL"),
        ("handoffs are open", "SELECT count(*) FROM escalations WHERE state IN ('queued', 'assigned')"),
        ("events of the shop are not applied", "SELECT count(*) FROM shop_events WHERE state IN ('waiting', 'failed')"),
        ("jobs failed the last time", "SELECT count(*) FROM job_leases WHERE last_error != ''"),
    ):
        ((count,),) = books.rows(query)
        if count:
            yield f"{count} {what}"


def _differs(what: str, expected: Any, found: Any) -> Iterable[str]:
    if expected != found:
        yield f"{what}: expected {_short(expected)}, found {_short(found)}"


def _counted(what: str, expected: Iterable[str], found: Iterable[str]) -> Iterable[str]:
    wanted, had = Counter(expected), Counter(found)
    for name, count in sorted((wanted - had).items()):
        yield f"{what}: {name} is missing{f' {count} times' if count > 1 else ''}"
    for name, count in sorted((had - wanted).items()):
        yield f"{what}: {name} is there{f' {count} times' if count > 1 else ''} but should not be"


def _short(value: Any) -> str:
    if isinstance(value, (list, set)):
        return ", ".join(sorted(map(str, value))) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {part}" for key, part in sorted(value.items())) or "none"
    return str(value)


def _plain(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    for pattern, instead in _GENERATED:
        text = pattern.sub(instead, text)
    return json.loads(text)
