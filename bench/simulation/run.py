"""``python -m bench.simulation.run``: a scripted year of a shop; the exit code is 1 on any difference."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bench.installation import ROOT, Installation
from bench.processes import BenchError
from bench.simulation import check, report, script
from bench.simulation.clock import Time
from bench.simulation.desk import Agent
from bench.simulation.process import Killer, simulated
from bench.simulation.story import Story, World
from bot import training
from bot.settings import Settings

_CUSTOMERS_AT_ONCE = 4
_out = Console(highlight=False)


def main(
    n: Annotated[int, typer.Option("-n", help="How many complaints; 1000 make a year.")] = 60,
    kills: Annotated[int, typer.Option(help="How often the served process is killed at a random moment.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed plays the same complaints.")] = 2026,
    like: Annotated[Path | None, typer.Option(help="The outcome.json of another run, to be reached again.")] = None,
    limit_seconds: Annotated[
        int | None, typer.Option(help="How long it may take; as long as it needs if left out.")
    ] = None,
) -> None:
    """Play the complaints, compare everything with what was expected, and print a report."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("simulation: terminated"))
    folder = ROOT / "bench" / "work" / f"simulation-{n}-{seed}{f'-{kills}' if kills else ''}"
    before = json.loads(like.read_text("utf-8")) if like else None
    shutil.rmtree(folder, ignore_errors=True)
    # One model for the whole run, however often Parley starts.
    model = training.ensure_model(Settings.from_environment())
    started = time.monotonic()
    installation = simulated(folder, model)
    try:
        problems, outcome, result = _simulate(installation, n, kills, seed)
    except BenchError as error:
        sys.exit(f"simulation: {error}")
    finally:
        installation.stop()
    if before is not None:
        problems += [
            f"#{serial}: ends otherwise than in {like}" for serial in outcome if outcome[serial] != before.get(serial)
        ]
    text = json.dumps(outcome, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "outcome.json").write_text(text + "\n", "utf-8")
    result["seconds"] = round(time.monotonic() - started)
    (folder / "report.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    report.show(result, _out)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    _out.print(f"{result['seconds']} s, {result['kills']} kills, outcome {digest} in {folder.relative_to(ROOT)}")
    for problem in problems:
        print(problem, file=sys.stderr)
    failure = why_failed(problems, result["seconds"], limit_seconds)
    if failure:
        sys.exit(f"simulation: {failure}")


def why_failed(problems: list[str], seconds: int, limit_seconds: int | None) -> str | None:
    """Return what a run is told to have failed for, or None where everything is right and in time."""
    reasons = [f"{len(problems)} differences"] if problems else []
    if limit_seconds is not None and seconds > limit_seconds:
        reasons.append(f"it took {seconds} s, {limit_seconds} s are allowed")
    return ", and ".join(reasons) or None


def _simulate(
    installation: Installation, n: int, kills: int, seed: int
) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    stories, shop = script.write(n, seed, installation.base)
    (installation.folder / "shop.json").write_text(json.dumps(shop, ensure_ascii=False), "utf-8")
    imported = installation.command("shop", "import", str(installation.folder / "shop.json"))
    if imported.returncode:
        raise BenchError(f"the shop was not imported: {imported.stderr[-500:]}")
    agent, clock = Agent(installation), Time(installation, script.START - script.TICK)
    installation.start()
    killer = Killer(installation, kills, 2 * script.days_of(n) + 40, seed)
    try:
        _play(stories, World(installation.base, clock, agent), killer)
    finally:
        killer.stop()
    for story in stories:
        # Whoever polls has got everything then.
        story.talk.transcript()
    problems, outcome = _look(stories, installation)
    return problems, outcome, {**report.figures(stories), "kills": killer.done}


def _play(stories: list[Story], world: World, killer: Killer) -> None:
    moment, tick = script.START, 0
    last = max(story.starts_at for story in stories) + script.REST
    with ThreadPoolExecutor(_CUSTOMERS_AT_ONCE) as threads:
        while moment < last and not all(story.is_over for story in stories):
            killer.reach(tick)
            world.time.move(moment)
            due = [story for story in stories if not story.is_over and story.due_at <= moment]
            list(threads.map(lambda story: story.play(world), due))
            moment += script.TICK if tick % 2 == 0 else script.NIGHT
            tick += 1
    world.time.move(moment)
    for story in stories:
        if not story.is_over:
            story.problems.append("never came to its end")


def _look(stories: list[Story], installation: Installation) -> tuple[list[str], dict[str, Any]]:
    """Check everything while customers can still be asked what they were told, then the books."""
    time.sleep(1)
    problems, outcome = check.differences(stories, check.Books(installation.folder))
    installation.stop()
    ledger = installation.command("ledger", "check")
    if ledger.returncode:
        problems.append(f"parley ledger check: {ledger.stderr.strip()}")
    return problems, outcome


if __name__ == "__main__":
    typer.run(main)
