"""How long the inbox of the desk takes on a large database: ``python -m bench.inbox [--open 5000] [--url URL]``.

It fills an empty, migrated database with made-up conversations, makes them findable, and times pages, updates and
searches as the desk's views do them. Without a URL it uses an SQLite file in a temporary folder. Everything comes from
a seed.
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
from statistics import median, quantiles
from typing import Any

from bot.aftersales.escalation import EscalationReason, EscalationState
from bot.aftersales.labels import IssueType, Liability, Priority
from bot.aftersales.order import Address, OrderState
from bot.aftersales.sla import Metric
from bot.conversations.model import Author
from bot.desk import queue
from bot.desk.inbox_address import Asked
from bot.services import search
from bot.services.account import Account, Role
from bot.services.inbox_ports import Filters, Sort, View
from bot.store.engine import create_engine, migrate
from bot.store.tables import aftersales, conversations, service_levels, shop
from bot.store.unit_of_work import unit_of_work_factory

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
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
    yield aftersales.cases, [_case(pick, place, began[place], language[place]) for place in range(total) if place % 2]
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
            for metric in (Metric.NEXT_RESPONSE, Metric.RESOLUTION)
        ],
    )


def _id(place: int) -> str:
    return f"c{place:07d}"


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


def _case(pick: random.Random, place: int, at: datetime, language: str) -> dict[str, Any]:
    return {
        "number": f"C{place}", "conversation_id": _id(place), "customer_id": f"k{place}", "language": language,
        "order_number": _number(place), "issue_type": pick.choice(list(IssueType)), "opened_at": at,
        "next_contact_by": at, "channel": "web", "source_message_id": f"m{place}", "story": pick.choice(SAYINGS),
        "wish": None, "lines": {1: 1}, "priority": Priority.NORMAL, "liability": Liability.UNDETERMINED,
        "policy_version": None, "policy_name": None, "policy_rules": [], "state": "registered", "resolved_at": None,
        "version": 1,
    }  # fmt: skip


def _handoff(pick: random.Random, place: int, at: datetime, language: str, is_open: bool) -> dict[str, Any]:
    agent = f"agent{pick.randrange(AGENTS)}" if pick.random() < 0.3 else None
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
    return {
        "key": f"{metric.value}:{place}", "metric": metric, "conversation_id": _id(place), "priority": Priority.NORMAL,
        "team": "europe", "started_at": at, "warn_at": due - timedelta(minutes=30), "due_at": due, "case_number": None,
        "paused_at": None, "pauses": [], "warned_at": None, "breached_at": due if due < NOW else None,
        "stopped_at": None, "row_version": 1,
    }  # fmt: skip


async def measure(url: str, open_ones: int, others: int) -> dict[str, Any]:
    """Fill a database, and return milliseconds (median and 95th percentile) by what was done."""
    await migrate(url)
    engine = create_engine(url)
    factory = unit_of_work_factory(engine)
    async with engine.begin() as connection:
        for table, found in rows(open_ones, others):
            for start in range(0, len(found), _BATCH):
                await connection.execute(table.insert(), found[start : start + _BATCH])
    async with factory() as uow:
        for number in range(AGENTS):
            name = f"agent{number}"
            account = Account(name, name, name, "", Role.AGENT, NOW, ["en"], teams=["europe"])
            uow.accounts.add(account)
        await uow.commit()
    began = time.perf_counter()
    indexed = await search.follow(factory, 10**9)
    seconds = time.perf_counter() - began
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE")
    found: dict[str, Any] = {"indexed": indexed, "indexed_per_second": round(indexed / seconds)}
    for name, act in _acts(factory).items():
        found[name] = await _timed(act)
    await engine.dispose()
    return found


def _acts(factory: Callable[[], Any]) -> dict[str, Callable[[], Awaitable[Any]]]:
    def page(**asked: Any) -> Callable[[], Awaitable[Any]]:
        async def load() -> None:
            async with factory() as uow:
                await queue.load(uow, (await uow.accounts.get("agent1")), Asked(**asked), NOW)
                await queue.offered(uow)

        return load

    async def later_page() -> None:
        async with factory() as uow:
            account = await uow.accounts.get("agent1")
            first = await queue.load(uow, account, Asked(view=View.ALL), NOW)
            await queue.more(uow, account, Asked(view=View.ALL, after=first.next_key), NOW)

    async def update() -> None:
        async with factory() as uow:
            account = await uow.accounts.get("agent1")
            await queue.changes(uow, account, Asked(view=View.ALL), [_id(7), _id(8)], NOW)

    acts = {f"page {view.value}": page(view=view) for view in View}
    acts |= {f"page all by {sort.value}": page(view=View.ALL, sort=sort) for sort in Sort}
    acts["page all in Japanese, from Japan"] = page(
        view=View.ALL, filters=Filters(language="ja", country="JP", issue_type=IssueType.DAMAGED)
    )
    acts["first and second page"] = later_page
    acts["update of two rows"] = update
    for words in (
        "退货",
        "款",
        "交換",
        "환불",
        "zuruckgeben",
        "parcel tracking",
        "10000123",
        "anna77@example.org",
        "ann",
    ):
        acts[f"search {words}"] = page(query=words)
    return acts


async def _timed(act: Callable[[], Awaitable[Any]], times: int = 15) -> dict[str, float]:
    await act()
    taken = []
    worked = time.process_time()
    for _ in range(times):
        began = time.perf_counter()
        await act()
        taken.append((time.perf_counter() - began) * 1000)
    # On a machine that is busy with other things this says more; of PostgreSQL it leaves out the server's part.
    cpu = (time.process_time() - worked) * 1000 / times
    return {
        "median_ms": round(median(taken), 1),
        "p95_ms": round(quantiles(taken, n=20)[-1], 1),
        "cpu_ms": round(cpu, 1),
    }


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=5000)
    parser.add_argument("--others", type=int, default=20_000)
    parser.add_argument("--url")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite+aiosqlite:///{folder}/inbox.db"
        print(json.dumps(asyncio.run(measure(url, given.open, given.others)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
