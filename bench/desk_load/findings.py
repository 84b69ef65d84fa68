"""What a run under load came to: everything compared with the database, and the figures."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.desk_load.agents import Agent
from bench.desk_load.customers import Customer
from bench.measures import percentile

FAULTS = (
    "messages lost", "messages doubled", "messages refused", "answers missing", "answers not delivered",
    "answers delivered twice", "answers out of order", "replies lost", "replies doubled", "hints missing",
    "turns left undone", "turns answered twice", "problems of agents",
)  # fmt: skip


_TWICE = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM messages WHERE reply_to IS NOT NULL GROUP BY reply_to, text
                              HAVING count(*) > 1))
     + (SELECT count(*) FROM (SELECT 1 FROM dialogue_turns AS turns GROUP BY conversation_id HAVING count(*)
                              > (SELECT count(*) FROM inbox WHERE conversation_id = turns.conversation_id)))
"""
"""Answers with the same words in them twice, and conversations with more turns than there were messages."""


@dataclass(frozen=True)
class Kept:
    """What the database has: customers' messages by conversation, what was said to each, and what is undone."""

    from_customers: dict[str, Counter[str]]
    to_customers: dict[str, list[int]]
    of_agents: Counter[str]
    unprocessed: int
    answered_twice: int


def kept(database: Path) -> Kept:
    """Read what a server that has stopped left in its database."""
    found = Kept({}, {}, Counter(), 0, 0)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for conversation_id, client_id in connection.execute(
            "SELECT conversation_id, json_extract(custom, '$.client_message_id') FROM messages WHERE author='customer'"
        ):
            found.from_customers.setdefault(conversation_id, Counter())[client_id] += 1
        for number, conversation_id, author, text in connection.execute(
            "SELECT id, conversation_id, author, text FROM messages"
            " WHERE author NOT IN ('customer', 'note') ORDER BY id"
        ):
            found.to_customers.setdefault(conversation_id, []).append(number)
            if author == "agent":
                found.of_agents[text] += 1
        (unprocessed,) = connection.execute("SELECT count(*) FROM inbox WHERE state != 'processed'").fetchone()
        (twice,) = connection.execute(_TWICE).fetchone()
    return Kept(found.from_customers, found.to_customers, found.of_agents, unprocessed, twice)


def faults(customers: Sequence[Customer], agents: Sequence[Agent], database: Kept) -> dict[str, int]:
    """Return how often each thing went wrong that must never go wrong."""
    found: Counter[str] = Counter(dict.fromkeys(FAULTS, 0))
    for customer in customers:
        in_database = database.from_customers.get(customer.id, Counter())
        for one in customer.sent:
            found["messages lost"] += in_database[one.id] == 0
            found["messages doubled"] += in_database[one.id] > 1
            found["answers missing"] += one.awaits_bot and one.answered_at is None
        found["messages refused"] += len(customer.refused)
        said = database.to_customers.get(customer.id, [])
        found["answers not delivered"] += sum(customer.received[number] == 0 for number in said)
        found["answers delivered twice"] += sum(count > 1 for count in customer.received.values())
        found["answers out of order"] += customer.order != sorted(customer.order)
        for agent in agents:
            found["hints missing"] += max(0, len(customer.sent) - len(agent.hints[customer.id]))
    for agent in agents:
        found["replies lost"] += sum(database.of_agents[text] == 0 for text in agent.replies)
        found["replies doubled"] += sum(database.of_agents[text] > 1 for text in agent.replies)
        found["problems of agents"] += len(agent.problems)
    found["turns left undone"], found["turns answered twice"] = database.unprocessed, database.answered_twice
    return dict(found)


def figures(customers: Sequence[Customer], agents: Sequence[Agent], seconds: float) -> dict[str, Any]:
    """Return how much was done, and how long it took in milliseconds."""
    sent = [one for customer in customers for one in customer.sent]
    turns = [one.answered_at - one.at for one in sent if one.awaits_bot and one.answered_at is not None]
    taken = [one.acknowledged_at - one.at for one in sent if one.acknowledged_at is not None]
    fetches = [took for agent in agents for took in agent.fetches]
    return {
        "messages of customers": len(sent),
        "messages a second": round(len(sent) / seconds, 1),
        "turns of the bot": len(turns),
        "replies of agents": sum(len(agent.replies) for agent in agents),
        "hints to agents": sum(agent.heard for agent in agents),
        "fetches of agents' pages": len(fetches),
        "reconnections of customers": sum(customer.reconnections for customer in customers),
        "turn ms": _times(turns),
        "message kept ms": _times(taken),
        "hint ms": _times(list(_hints(customers, agents))),
        "fetch ms": _times(fetches),
    }


def _hints(customers: Sequence[Customer], agents: Sequence[Agent]) -> Iterator[float]:
    for customer in customers:
        for agent in agents:
            # Within a conversation hints come in the order of its messages.
            for one, heard_at in zip(customer.sent, agent.hints[customer.id]):
                yield heard_at - one.at


def _times(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    return {f"p{share}": round(percentile(seconds, share) * 1000, 1) for share in (50, 95, 99)}
