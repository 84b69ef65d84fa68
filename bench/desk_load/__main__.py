"""``python -m bench.desk_load``: agents with live pages and customers who chat, all at one process of the server.

Customers write at a person's pace, some of them ask for a person. Afterwards everything that was sent is compared with
the database and with what arrived; the exit code is 1 where anything was lost, doubled or not told.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from bench.conversations import Writer
from bench.desk_load import findings
from bench.desk_load.agents import Agent, add_agents
from bench.desk_load.customers import Customer
from bench.installation import Installation
from bench.processes import BenchError

_SETTLE_SECONDS = 45
_ASK_FOR_PERSON = 5
"""Every so many customers one asks for a person."""


def people(agents: int, customers: int, turns: int, seed: int) -> tuple[list[Agent], list[Customer]]:
    """Return agents and customers; each agent has some of the customers who ask for a person."""
    writer, found = Writer(seed), []
    for number in range(customers):
        texts = [step.text for step in writer.conversation(turns)]
        asks_at = 1 if number % _ASK_FOR_PERSON == 0 else None
        found.append(Customer(f"customer-of-the-load-{number}", texts, asks_at, random.Random(f"{seed} {number}")))
    asking = [customer.id for customer in found if customer.asks_at is not None]
    desk = [
        Agent(f"agent{number:02d}", frozenset(asking[number::agents]), random.Random(f"{seed} agent {number}"))
        for number in range(agents)
    ]
    return desk, found


async def load(base: str, agents: list[Agent], customers: list[Customer], pause: float, seconds: float) -> float:
    """Let everybody talk, wait until everything is answered, and return how many seconds people wrote."""
    for agent in agents:
        await agent.log_in(base)
    is_over, arrived = asyncio.Event(), asyncio.Semaphore(0)
    at_the_desk = [asyncio.create_task(agent.work(is_over, arrived.release)) for agent in agents]
    for _ in agents:
        await asyncio.wait_for(arrived.acquire(), 60)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        began = time.monotonic()
        until = began + seconds
        chats = [asyncio.create_task(one.chat(http, base, pause, until, is_over)) for one in customers]
        await asyncio.sleep(seconds)
        deadline = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < deadline and not all(customer.is_settled() for customer in customers):
            await asyncio.sleep(0.2)
        # What agents are about to write, and what the last hints lead to, shall arrive, too.
        await asyncio.sleep(8)
        is_over.set()
        results = await asyncio.gather(*chats, *at_the_desk, return_exceptions=True)
    for problem in results:
        if isinstance(problem, BaseException):
            raise BenchError(f"{type(problem).__name__}: {problem}") from problem
    return seconds


class Meter:
    """What a process uses, looked at every second."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._began, self._used = time.monotonic(), self._seconds()
        self.most_bytes = 0

    async def run(self) -> None:
        """Look at the memory until cancelled."""
        while True:
            self.most_bytes = max(self.most_bytes, self._process.memory_info().rss)
            await asyncio.sleep(1)

    def cpu_percent(self) -> float:
        """Return how much of a core the process used since the beginning."""
        return 100 * (self._seconds() - self._used) / (time.monotonic() - self._began)

    def _seconds(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


async def measure(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Serve in a folder, put the load on, and return figures and faults."""
    # A mean pause gives twice as many turns at most, and nobody runs out of words.
    turns = int(given.seconds / given.pause * 4) + 5
    agents, customers = people(given.agents, given.customers, turns, given.seed)
    await add_agents({"PARLEY_VAR": str(folder)}, [agent.name for agent in agents])
    served = Installation(
        folder, "bench.desk_load.served", ("{port}", str(given.model)), log="served.log", environment={}
    )
    await asyncio.to_thread(served.start)
    try:
        meter = Meter(served.pid)
        watching = asyncio.create_task(meter.run())
        seconds = await load(served.base, agents, customers, given.pause, given.seconds)
        used = {"cpu percent of a core": round(meter.cpu_percent()), "memory MB": round(meter.most_bytes / 2**20)}
        watching.cancel()
    finally:
        await asyncio.to_thread(served.stop)
    database = findings.kept(folder / "parley.db")
    return {
        "agents": given.agents,
        "customers": given.customers,
        "load average": [round(value, 1) for value in os.getloadavg()],
        **findings.figures(customers, agents, seconds),
        **used,
        "faults": findings.faults(customers, agents, database),
        "problems": sorted({problem for agent in agents for problem in agent.problems})[:10],
    }


def main() -> None:
    """Measure, print JSON, and fail where something was lost."""
    from bot import training
    from bot.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=20, help="seconds between a customer's messages, on average")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path, help="instead of the one that fits the training data")
    parser.add_argument("--keep", type=Path, help="folder to keep database and log in")
    given = parser.parse_args()
    given.model = given.model or training.model_path(Settings.from_environment())
    if not given.model.exists():
        sys.exit(f"there is no model {given.model}: run `python -m bot train`, or name another one with --model")
    with tempfile.TemporaryDirectory() as temporary:
        result = asyncio.run(measure(given.keep or Path(temporary), given))
    print(json.dumps(result, indent=2, ensure_ascii=False))
    sys.exit(1 if any(result["faults"].values()) else 0)


if __name__ == "__main__":
    main()
