"""How long the statistics take on a large database: ``python -m bench.statistics [--cases 100000] [--url URL]``.

It fills an empty database with made-up orders and cases and times every query. Without a URL it uses an SQLite file in
a temporary folder. Everything comes from a seed. Where a figure that people wait for takes longer than ``--limit-ms``,
the exit code is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bot.aftersales.labels import IssueType, Liability
from bot.services.statistics import refresh
from bot.services.statistics_ports import Dimension, Span
from bot.store.engine import create_engine, migrate
from bot.store.unit_of_work import unit_of_work_factory

START = datetime(2025, 1, 6, tzinfo=timezone.utc)
DAYS = 364
SPAN = Span(START.date(), START.date() + timedelta(days=DAYS + 30))
PRODUCTS, SUPPLIERS = 300, 25
CARRIERS = ("DHL", "GLS", "Kranich Paket", "PostNL", "UPS", "Yun Express")
COUNTRIES = ("DE", "FR", "GB", "US", "BR", "JP", "CN", "MX", "TR", "AU", "IT", "ES", "PL", "NL", "KR")
LANGUAGES = ("de", "fr", "en", "pt", "ja", "zh", "es", "tr", "it", "pl", "nl", "ko", "ar", "ru", "vi", "id")
CURRENCIES = ("EUR", "USD", "GBP", "JPY")

LIMIT_MS = 300.0
FIGURES = ("counts", "first_responses", "resolutions", "refunds")
PATTERNS = ("shipped", "complaints")
"""What people wait for, and what a job asks once a week."""

Row = dict[str, Any]


class Question(NamedTuple):
    """A query, and the dimension by which it is asked."""

    query: str
    by: Dimension | None

    def __str__(self) -> str:
        return f"{self.query} by {self.by.value if self.by else 'nothing'}"


class Taken(NamedTuple):
    """How long the answers to a question took, in milliseconds."""

    shortest: float
    middle: float


def rows(cases: int, seed: int = 1) -> Iterator[tuple[str, list[Row]]]:
    """Return the rows of one table after the other; there are half as many orders again as cases."""
    pick = random.Random(seed)
    orders = cases + cases // 2
    yield "products", [_product(number) for number in range(PRODUCTS)]
    yield "variants", [_variant(number) for number in range(PRODUCTS)]
    yield "customers", [_customer(number) for number in range(orders // 3 + 1)]
    placed = [START + timedelta(seconds=pick.randrange(DAYS * 86_400)) for _ in range(orders)]
    yield "orders", [_order(pick, number, at) for number, at in enumerate(placed)]
    lines = [_line(pick, number, position) for number in range(orders) for position in range(1, pick.choice((2, 2, 3)))]
    yield "order_lines", [{"id": place, **line} for place, line in enumerate(lines, 1)]
    yield "shipments", [_shipment(pick, number, at) for number, at in enumerate(placed)]
    chosen = [_case(pick, number, placed[number * 3 // 2]) for number in range(cases)]
    yield "cases", chosen
    yield "escalations", [_handoff(pick, place, case) for place, case in enumerate(chosen, 1) if pick.random() < 0.3]
    clocks = [clock for case in chosen for clock in _clocks(pick, case)]
    yield "service_clocks", [{"id": place, **clock} for place, clock in enumerate(clocks, 1)]
    yield "refunds", [_refund(pick, place, case) for place, case in enumerate(chosen) if pick.random() < 0.4]
    done = [case for case in chosen if case["resolved_at"]]
    yield "ratings", [_rating(pick, place, case) for place, case in enumerate(done, 1) if pick.random() < 0.3]
    contacts = [contact for case in chosen for contact in _contacts(pick, case)]
    yield "contacts", [{"id": place, **contact} for place, contact in enumerate(contacts, 1)]
    # Without ids of their own: unlike the other tables, this one is written to by what is measured.
    decided = [case for case in chosen if pick.random() < 0.2]
    yield "audit_events", [_decision(pick, place, case) for place, case in enumerate(decided, 1)]


def fill_sqlite(file: Path, cases: int) -> None:
    """Fill a migrated SQLite file."""
    with sqlite3.connect(file) as connection:
        for table, found in rows(cases):
            names = list(found[0])
            marks = ", ".join("?" for _ in names)
            values = (tuple(_as_text(row[name]) for name in names) for row in found)
            connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)
        connection.execute("ANALYZE")


async def fill_postgres(url: str, cases: int) -> None:
    """Fill a migrated PostgreSQL database."""
    import asyncpg

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for table, found in rows(cases):
            names = list(found[0])
            values = [tuple(_as_json(row[name]) for name in names) for row in found]
            await connection.copy_records_to_table(table, records=values, columns=names)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def measure(url: str, times: int = 5) -> dict[Question, Taken]:
    """Return how long every query takes by every dimension that it is asked by."""
    engine = create_engine(url)
    uow = unit_of_work_factory(engine)
    began = time.perf_counter()
    taken_down = await refresh(uow, SPAN.until)
    print(f"figures of {taken_down} cases taken down in {time.perf_counter() - began:.0f} s")
    asked = [Question(name, by) for name in FIGURES for by in (None, *Dimension)]
    of_goods = (Dimension.PRODUCT, Dimension.SUPPLIER, Dimension.CARRIER, Dimension.DESTINATION)
    asked += [Question(name, by) for name in PATTERNS for by in of_goods]
    found = {}
    for question in asked:
        taken = []
        for _ in range(times):
            async with uow() as work:
                query = getattr(work.statistics, question.query)
                began = time.perf_counter()
                await query(SPAN, question.by)
                taken.append((time.perf_counter() - began) * 1000)
        found[question] = Taken(min(taken), median(taken))
    await engine.dispose()
    return found


def too_slow(found: Mapping[Question, Taken], limit_ms: float) -> list[Question]:
    """Return the questions that people wait for too long, by the shortest time: other work makes each time longer."""
    return [asked for asked, taken in found.items() if asked.query in FIGURES and taken.shortest > limit_ms]


def _product(number: int) -> Row:
    return {
        "id": f"p{number}", "title": f"Product {number}", "category": f"k{number % 12}", "return_class": "standard",
        "warranty_months": 24, "supplier": f"Supplier {number % SUPPLIERS}", "titles": {},
    }  # fmt: skip


def _variant(number: int) -> Row:
    return {
        "sku": f"p{number}-1", "product_id": f"p{number}", "position": 0, "price_minor": 2500, "price_currency": "EUR",
        "stock": 9, "row_version": 1,
    }  # fmt: skip


def _customer(number: int) -> Row:
    return {"id": f"c{number}", "name": "A", "email": f"c{number}@example.org", "country": "DE", "language": "de"}


def _order(pick: random.Random, number: int, at: datetime) -> Row:
    country = pick.choice(COUNTRIES)
    address = {"name": "A", "street": "B", "postcode": "10115", "city": "C", "country": country}
    return {
        "number": f"O{number}", "customer_id": f"c{number // 3}", "state": "delivered", "placed_at": at,
        "address": address, **_money("shipping_fee", 490), **_money("total", 5490), **_money("duties", 0),
        "row_version": 1,
    }  # fmt: skip


def _line(pick: random.Random, number: int, position: int) -> Row:
    product = min(int(pick.expovariate(1 / 60)), PRODUCTS - 1)
    return {
        "order_number": f"O{number}", "position": position, "product_id": f"p{product}", "sku": f"p{product}-1",
        "quantity": 1, **_money("unit_price", 2500), **_money("discount", 0), **_money("tax", 399),
    }  # fmt: skip


def _shipment(pick: random.Random, number: int, at: datetime) -> Row:
    return {
        "id": f"s{number}", "order_number": f"O{number}", "carrier": pick.choice(CARRIERS),
        "tracking_number": f"T{number}", "state": "delivered", "shipped_at": at + timedelta(days=1),
        "delivered_at": at + timedelta(days=5),
    }  # fmt: skip


def _case(pick: random.Random, number: int, placed_at: datetime) -> Row:
    opened_at = placed_at + timedelta(seconds=pick.randrange(5 * 86_400, 25 * 86_400))
    is_done = pick.random() < 0.9
    order = number * 3 // 2
    return {
        "number": f"C{number}", "conversation_id": f"v{number}", "customer_id": f"c{order // 3}",
        "order_number": f"O{order}", "issue_type": pick.choice(list(IssueType)).value, "opened_at": opened_at,
        "next_contact_by": opened_at + timedelta(days=2), "language": pick.choice(LANGUAGES),
        "channel": pick.choice(("web", "email", "telegram", "whatsapp")), "source_message_id": f"m{number}",
        "story": "It does not work any more since yesterday.", "lines": pick.choice(({}, {"1": 1})),
        "priority": "normal", "liability": pick.choice(list(Liability)).value, "policy_rules": [],
        "state": pick.choice(("closed", "resolved")) if is_done else "investigating",
        "resolved_at": opened_at + timedelta(seconds=pick.randrange(60, 20 * 86_400)) if is_done else None,
        "version": 1,
    }  # fmt: skip


def _handoff(pick: random.Random, place: int, case: Row) -> Row:
    return {
        "id": place, "conversation_id": case["conversation_id"], "reason": "review_needed", "priority": "normal",
        "opened_at": case["opened_at"] + timedelta(minutes=1), "language": case["language"],
        "case_number": case["number"], "facts": {}, "state": "resolved", "agent_id": f"agent{pick.randrange(20)}",
        "version": 1,
    }  # fmt: skip


def _clocks(pick: random.Random, case: Row) -> Iterator[Row]:
    for metric, hours, ended_at in (
        ("first_response", 1, case["opened_at"] + timedelta(seconds=pick.randrange(1, 7200))),
        ("resolution", 240, case["resolved_at"]),
    ):
        due_at = case["opened_at"] + timedelta(hours=hours)
        is_late = ended_at is not None and ended_at > due_at
        yield {
            "key": f"{metric}:{case['number']}", "metric": metric, "conversation_id": case["conversation_id"],
            "priority": "normal", "team": "support", "started_at": case["opened_at"], "warn_at": due_at,
            "due_at": due_at, "case_number": case["number"], "pauses": [], "breached_at": due_at if is_late else None,
            "stopped_at": ended_at, "row_version": 1,
        }  # fmt: skip


def _refund(pick: random.Random, place: int, case: Row) -> Row:
    currency = pick.choice(CURRENCIES)
    return {
        "number": f"F{place}", "key": f"f{place}", "case_number": case["number"], "order_number": case["order_number"],
        "reason": "offer", "agreed_at": case["opened_at"], "next_attempt_at": case["opened_at"], "breakdown": {},
        "amount_minor": pick.randrange(100, 9000), "amount_currency": currency, "state": "settled", "attempts": 1,
        "row_version": 1,
    }  # fmt: skip


def _rating(pick: random.Random, place: int, case: Row) -> Row:
    return {
        "id": place, "case_number": case["number"], "conversation_id": case["conversation_id"],
        "customer_id": case["customer_id"], "rating": pick.choice((1, 3, 4, 5, 5)), "rated_at": case["resolved_at"],
        "row_version": 1,
    }  # fmt: skip


def _contacts(pick: random.Random, case: Row) -> Iterator[Row]:
    for days in (0, 3) if pick.random() < 0.1 else (0,):
        at = case["opened_at"] + timedelta(days=days, minutes=-1)
        yield {
            "customer_id": case["customer_id"], "order_number": case["order_number"], "channel": case["channel"],
            "conversation_id": case["conversation_id"], "began_at": at, "last_at": at, "row_version": 1,
        }  # fmt: skip


def _decision(pick: random.Random, place: int, case: Row) -> Row:
    subject = pick.choice((f"case:{case['number']}", f"return:R{place}"))
    return {
        "at": case["opened_at"] + timedelta(minutes=pick.randrange(1, 3000)), "subject": subject,
        "actor": f"agent:agent{pick.randrange(20)}", "action": "case.approved", "data": {"case": case["number"]},
        "conversation_id": case["conversation_id"],
    }  # fmt: skip


def _money(name: str, minor: int) -> Row:
    return {f"{name}_minor": minor, f"{name}_currency": "EUR"}


def _as_json(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _as_text(value: Any) -> Any:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else _as_json(value)


async def _main(cases: int, url: str | None, limit_ms: float, folder: Path) -> int:
    target = url or f"sqlite+aiosqlite:///{folder}/parley.db"
    await migrate(target)
    began = time.perf_counter()
    if url is None:
        fill_sqlite(folder / "parley.db", cases)
    else:
        await fill_postgres(url, cases)
    print(f"{cases} cases in {time.perf_counter() - began:.0f} s")
    found = await measure(target)
    for question, taken in found.items():
        print(f"{question!s:<34}{taken.shortest:>8.0f}{taken.middle:>8.0f} ms")
    slow = too_slow(found, limit_ms)
    print(f"over {limit_ms:.0f} ms: {', '.join(map(str, slow)) or 'nothing'}")
    return 1 if slow else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--url", help="an empty PostgreSQL database, postgresql+asyncpg://…")
    parser.add_argument("--limit-ms", type=float, default=LIMIT_MS, help="for each figure, at its fastest")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        outcome = asyncio.run(_main(given.cases, given.url, given.limit_ms, Path(temporary)))
    sys.exit(outcome)
