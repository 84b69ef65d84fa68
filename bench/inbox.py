"""How long the inbox of the desk takes on a large database: ``python -m bench.inbox [--open 5000] [--url URL]``.

It fills an empty database with made-up conversations, makes them findable, serves it, and times pages, updates and
searches as an agent's browser asks for them over HTTP. Without a URL it uses an SQLite file in a temporary folder.
Everything comes from a seed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.desk_load.agents import Agent, add_agents
from bench.installation import Installation
from bot import training
from bot.aftersales.case import CaseState
from bot.aftersales.escalation import EscalationReason, EscalationState
from bot.aftersales.labels import IssueType, Liability, Priority
from bot.aftersales.order import Address, OrderState
from bot.aftersales.sla import Metric
from bot.conversations.model import Author
from bot.desk.inbox_address import Asked
from bot.services import search
from bot.services.inbox_ports import Filters, Sort, View
from bot.settings import Settings
from bot.store.engine import create_engine, migrate
from bot.store.tables import aftersales, conversations, service_levels, shop
from bot.store.unit_of_work import unit_of_work_factory

NOW = datetime.now(timezone.utc).replace(microsecond=0)
AGENTS = 50
LANGUAGES = ("de", "fr", "en", "pt", "ja", "zh", "es", "tr", "it", "pl", "nl", "ko", "ar", "ru")
COUNTRIES = ("DE", "FR", "GB", "US", "BR", "JP", "CN", "MX", "TR", "AU")
SAYINGS = (
    "My parcel has not arrived and the tracking has not moved for days",
    "Ich möchte die Schuhe zurückgeben, sie sind zu klein",
    "靴のサイズが合わないので交換したいです",
    "我想退货,鞋子太小了,请帮我处理退款",
    "배송이 너무 늦어요. 환불을 받고 싶습니다",
    "Le produit est arrivé cassé, je voudrais être remboursée",
    "Quiero hablar con una persona sobre mi reembolso",
    "أريد استرجاع المبلغ لأن المنتج تالف",
)
SEARCHES = (
    "退货", "款", "交換", "환불", "zuruckgeben", "parcel tracking", "10000123", "anna77@example.org", "ann",
)  # fmt: skip
_BATCH = 2000


def rows(open_ones: int, others: int, seed: int = 1) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Return the rows of one table after the other: open handoffs, and as many other conversations."""
    pick = random.Random(seed)
    total = open_ones + others
    began = [
        NOW - timedelta(minutes=pick.randrange(60 * 24 * (3 if place < open_ones else 300))) for place in range(total)
    ]
    language = [pick.choice(LANGUAGES) for _ in range(total)]
    yield shop.customers, [_customer(place) for place in range(total)]
    yield shop.orders, [_order(place, began[place]) for place in range(total)]
    yield conversations.conversations, [
        {"id": _id(place), "channel": pick.choice(("web", "telegram", "whatsapp")), "created_at": began[place],
         "last_message_at": began[place] + timedelta(minutes=9), "language": language[place], "locale": None}
        for place in range(total)
    ]  # fmt: skip
    yield (
        conversations.messages,
        [
            _message(pick, place, began[place] + timedelta(minutes=step), step)
            for place in range(total)
            for step in range(8)
        ],
    )
    yield aftersales.identifications, [
        {"conversation_id": _id(place), "order_number": _number(place), "wrong_tries": 0, "proved_at": began[place],
         "locked_until": None, "row_version": 1}
        for place in range(total) if place % 2
    ]  # fmt: skip
    yield (
        aftersales.cases,
        [_case(pick, place, began[place], language[place], place < open_ones) for place in range(total) if place % 2],
    )
    yield (
        aftersales.escalations,
        [
            _handoff(pick, place, began[place], language[place], place < open_ones)
            for place in range(total)
            if place < open_ones or pick.random() < 0.5
        ],
    )
    yield (
        service_levels.service_clocks,
        [
            _clock(pick, place, began[place], metric)
            for place in range(open_ones)
            for metric in (Metric.NEXT_RESPONSE, *([Metric.RESOLUTION] if place % 2 else []))
        ],
    )


def _id(place: int) -> str:
    return f"c{place:07d}"


def _agent(number: int) -> str:
    return f"agent{number:02d}"


def _number(place: int) -> str:
    return str(10_000_000 + place)


def _customer(place: int) -> dict[str, Any]:
    return {
        "id": f"k{place}", "name": f"Anna Beispiel {place}", "email": f"anna{place}@example.org",
        "country": COUNTRIES[place % len(COUNTRIES)], "language": "en", "phone": None, "created_at": NOW,
    }  # fmt: skip


def _order(place: int, at: datetime) -> dict[str, Any]:
    amounts = {f"{what}_{part}": 0 if part == "minor" else "EUR" for what in ("shipping_fee", "total", "duties")
               for part in ("minor", "currency")}  # fmt: skip
    return {
        "number": _number(place), "customer_id": f"k{place}", "state": OrderState.DELIVERED, "placed_at": at,
        "address": Address("A", "B", "1", "C", "DE"), "row_version": 1, **amounts,
    }  # fmt: skip


def _message(pick: random.Random, place: int, at: datetime, step: int) -> dict[str, Any]:
    author = Author.CUSTOMER if step % 2 == 0 or step == 7 else Author.BOT
    text = f"{pick.choice(SAYINGS)} {pick.randrange(10**6)}"
    return {
        "conversation_id": _id(place), "author": author, "text": text, "at": at, "response": None, "language": None,
        "buttons": [], "image": None, "custom": {}, "reply_to": None, "agent_id": None,
    }  # fmt: skip


def _case(pick: random.Random, place: int, at: datetime, language: str, is_open: bool) -> dict[str, Any]:
    # Nothing is overdue that the jobs would have seen to long ago.
    return {
        "number": f"C{place}", "conversation_id": _id(place), "customer_id": f"k{place}", "language": language,
        "order_number": _number(place), "issue_type": pick.choice(list(IssueType)), "opened_at": at,
        "next_contact_by": max(at, NOW) + timedelta(days=1), "channel": "web",
        "source_message_id": f"m{place}", "story": pick.choice(SAYINGS),
        "wish": None, "lines": {1: 1}, "priority": Priority.NORMAL, "liability": Liability.UNDETERMINED,
        "policy_version": None, "policy_name": None, "policy_rules": [], "version": 1,
        "state": CaseState.INVESTIGATING if is_open else CaseState.CLOSED,
        "resolved_at": None if is_open else at + timedelta(hours=1),
    }  # fmt: skip


def _handoff(pick: random.Random, place: int, at: datetime, language: str, is_open: bool) -> dict[str, Any]:
    agent = _agent(pick.randrange(AGENTS)) if pick.random() < 0.3 else None
    state = (EscalationState.ASSIGNED if agent else EscalationState.QUEUED) if is_open else EscalationState.RESOLVED
    return {
        "conversation_id": _id(place), "reason": EscalationReason.ASKED_FOR_HUMAN, "opened_at": at,
        "language": language,
        "priority": pick.choice(list(Priority)), "case_number": f"C{place}" if place % 2 else None, "facts": {},
        "state": state, "agent_id": agent, "assigned_at": at if agent else None, "version": 1,
        "ended_at": None if is_open else at + timedelta(hours=1), "team": pick.choice(("europe", "east_asia", None)),
    }  # fmt: skip


def _clock(pick: random.Random, place: int, at: datetime, metric: Metric) -> dict[str, Any]:
    due = at + timedelta(minutes=pick.randrange(60 * 24 * 4))
    warn = due - timedelta(minutes=30)
    case = f"C{place}" if metric is Metric.RESOLUTION else None
    return {
        "key": f"{metric.value}:{place}", "metric": metric, "conversation_id": _id(place), "priority": Priority.NORMAL,
        "team": "europe", "started_at": at, "warn_at": warn, "due_at": due, "case_number": case,
        "paused_at": None, "pauses": [], "warned_at": warn if warn < NOW else None,
        "breached_at": due if due < NOW else None,
        "stopped_at": None, "row_version": 1,
    }  # fmt: skip


async def fill(url: str, open_ones: int, others: int) -> dict[str, Any]:
    """Fill an empty database, and return how many texts were made findable, and how many a second."""
    await migrate(url)
    engine = create_engine(url)
    factory = unit_of_work_factory(engine)
    async with engine.begin() as connection:
        for table, found in rows(open_ones, others):
            for start in range(0, len(found), _BATCH):
                await connection.execute(table.insert(), found[start : start + _BATCH])
    began = time.perf_counter()
    indexed = await search.follow(factory, 10**9)
    seconds = time.perf_counter() - began
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE")
    await engine.dispose()
    return {"indexed": indexed, "indexed_per_second": round(indexed / seconds)}


async def measure(base: str) -> dict[str, Any]:
    """Return milliseconds (median and 95th percentile) of whole answers over HTTP by what an agent's browser asks."""
    agent = Agent(_agent(1), frozenset(), random.Random(0))
    await agent.log_in(base)
    try:
        return {name: await _timed(partial(agent.fetch, path)) for name, path in _paths().items()}
    finally:
        await agent.log_out()


def _paths() -> dict[str, str]:
    asked = {f"page {view.value}": Asked(view) for view in View}
    asked |= {f"page all by {sort.value}": Asked(sort=sort) for sort in Sort}
    filters = Filters(language="ja", country="JP", issue_type=IssueType.DAMAGED)
    asked["page all in Japanese, from Japan"] = Asked(filters=filters)
    asked |= {f"search {words}": Asked(query=words) for words in SEARCHES}
    paths = {name: f"?{found.address}" for name, found in asked.items()}
    return paths | {"update of two rows": f"/queue/changes?view=all&id={_id(7)}&id={_id(8)}"}


async def _timed(act: Callable[[], Awaitable[Any]], times: int = 40) -> dict[str, float]:
    await act()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        taken.append((time.perf_counter() - began) * 1000)
    return {"median_ms": round(median(taken), 1), "p95_ms": round(quantiles(taken, n=20, method="inclusive")[-1], 1)}


def main() -> None:
    """Fill, serve, measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=5000)
    parser.add_argument("--others", type=int, default=20_000)
    parser.add_argument("--url")
    given = parser.parse_args()
    model = training.ensure_model(Settings.from_environment())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = given.url or f"sqlite+aiosqlite:///{folder}/parley.db"
        found = asyncio.run(fill(url, given.open, given.others))
        environment = {"PARLEY_VAR": str(folder), "PARLEY_DATABASE_URL": url}
        asyncio.run(add_agents(environment, [_agent(number) for number in range(AGENTS)], ["europe"]))
        served = Installation(
            folder, "bench.desk_load.served", ("{port}", str(model)), log="served.log", environment=environment
        )
        served.start()
        try:
            found |= asyncio.run(measure(served.base))
        finally:
            served.stop()
        print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
