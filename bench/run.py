"""``python -m bench.run``: stock Rasa and Parley on the same machine, in the same run, in the same conversations."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bench import load, report
from bench.conversations import CYCLE_TURNS, OPENING_TURNS, Writer
from bench.expectations import Expectations
from bench.measures import Figures, share_as_expected, window
from bench.processes import BenchError
from bench.sides import ParleySide, Side, StockSide

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "bench" / "work" / "turn"
RESULT = ROOT / "bench" / "results" / "turn.json"

_out = Console(highlight=False)


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    turns: tuple[int, ...] = (10, 100, 300)
    conversations: int = 5
    starts: int = 3
    customers: int = 16
    conversations_per_customer: int = 3
    throughput_runs: int = 3
    stock_epochs: int | None = None
    least_as_expected: float = 0.5
    """A side that answers less of the conversation as it should does other work, so comparing it means nothing."""


_FULL = Plan()
_QUICK = Plan(
    turns=(10, 20, 30),
    conversations=2,
    starts=1,
    conversations_per_customer=1,
    throughput_runs=1,
    stock_epochs=5,
    least_as_expected=0.0,
)


def main(
    quick: Annotated[
        bool,
        typer.Option(help="Only try it out: little load, short training, kept in bench/work; results mean nothing."),
    ] = False,
    stock_epochs: Annotated[
        int | None,
        typer.Option(min=1, max=100, help="Train stock Rasa for fewer than its 100 epochs, to have the rest sooner."),
    ] = None,
) -> None:
    """Measure both sides, print the table and write bench/results/turn.json."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: terminated"))
    try:
        if quick and stock_epochs:
            raise BenchError("--quick has a number of epochs of its own: leave --stock-epochs away")
        plan = _QUICK if quick else _FULL
        result = _measure(replace(plan, stock_epochs=stock_epochs or plan.stock_epochs), is_fresh=not quick)
    except BenchError as error:
        sys.exit(f"bench: {error}")
    path = WORK / "quick.json" if quick else RESULT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    report.show(result, _out)
    _out.print(f"Written to {path.relative_to(ROOT)}")


def _measure(plan: Plan, *, is_fresh: bool) -> dict[str, Any]:
    started = time.monotonic()
    parley, stock = _prepare(plan, is_fresh=is_fresh)
    sides: tuple[Side, Side] = (stock, parley)
    figures = {side.name: Figures() for side in sides}
    with ExitStack() as cleanup:
        for side in sides:
            cleanup.callback(side.stop)
        for side in sides:
            if is_fresh or not side.is_trained():
                figures[side.name].training_seconds = _told(f"training {side.name}", side.train)
        for repetition in range(plan.starts):
            for side in sides:
                figures[side.name].start_seconds.append(_told(f"starting {side.name}", side.start))
                if repetition < plan.starts - 1:
                    side.stop()
        asyncio.run(_load(plan, sides, figures))
        for side in sides:
            figures[side.name].memory_bytes = side.memory_bytes()
    settings = {**asdict(plan), "cycle_turns": CYCLE_TURNS, "seconds": round(time.monotonic() - started)}
    return report.document(figures["parley"], figures["stock"], plan.turns, settings)


def _prepare(plan: Plan, *, is_fresh: bool) -> tuple[ParleySide, StockSide]:
    parley = ParleySide(WORK / "parley")
    stock = StockSide(WORK / "stock", actions_folder=parley.folder)
    if is_fresh:
        shutil.rmtree(WORK, ignore_errors=True)
    if not stock.folder.exists():
        shutil.rmtree(WORK, ignore_errors=True)
        parley.prepare(ROOT)
        stock.prepare(ROOT, parley.database(), plan.stock_epochs)
    return parley, stock


async def _load(plan: Plan, sides: tuple[Side, Side], figures: dict[str, Figures]) -> None:
    writer = Writer()
    expectations = Expectations.of_domain(WORK / "parley" / "domain")
    urls = {side.name: side.url for side in sides}
    one_cycle = OPENING_TURNS + CYCLE_TURNS

    _out.print("warming up")
    conversations = [writer.conversation(one_cycle) for _ in range(2)]
    for name, samples in (await load.latency(urls, conversations, expectations, lambda *_: None)).items():
        share = share_as_expected(samples)
        if share < plan.least_as_expected:
            raise BenchError(f"{name} answered only {share:.0%} of the warm-up as expected; see {WORK}/*.log")

    for repetition in range(1, plan.throughput_runs + 1):
        customers = [
            [writer.conversation(one_cycle) for _ in range(plan.conversations_per_customer)]
            for _ in range(plan.customers)
        ]
        for side in sides:
            rate = await load.throughput(side.url, customers)
            figures[side.name].turns_per_second.append(rate)
            _out.print(f"{plan.customers} customers, run {repetition}, {side.name}: {rate:.1f} turns/s")

    length = window(plan.turns[-1]).stop - 1
    conversations = [writer.conversation(length) for _ in range(plan.conversations)]
    for name, samples in (await load.latency(urls, conversations, expectations, _progress)).items():
        figures[name].samples = samples


def _progress(turn: int, turns: int) -> None:
    if turn % 25 == 0 or turn == turns:
        _out.print(f"long conversations: turn {turn} of {turns}")


def _told(what: str, step: Any) -> float:
    _out.print(f"{what} …", end=" ")
    seconds = float(step())
    _out.print(f"{seconds:.1f} s")
    return seconds


if __name__ == "__main__":
    typer.run(main)
