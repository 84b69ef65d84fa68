"""``python -m bench.channels``: mixed traffic on all channels; exits with 1 where anything was lost or doubled."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import sys
import warnings
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.channels.traffic import Outcome, Plan, Traffic
from bench.installation import ROOT
from bot import training
from bot.settings import Settings
from tests.channels import dovecot

_out = Console(highlight=False)
_LONG_MINUTES = 10


def main(
    minutes: Annotated[float, typer.Option(help="How long customers write.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed plans the same traffic, kills and faults.")] = 2026,
    kill_every: Annotated[float, typer.Option(help="Seconds between two kills, on average.")] = 20,
) -> None:
    """Play the traffic, compare message by message, and print a report."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("channels: terminated"))
    # The server of mails that is only tested finds fault with itself.
    warnings.simplefilter("ignore")
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    reason = dovecot.missing()
    if reason:
        sys.exit(f"channels: {reason}")
    folder = ROOT / "bench" / "work" / f"channels-{minutes:g}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    training.ensure_model(Settings.from_environment())
    is_long = minutes >= _LONG_MINUTES
    plan = Plan(
        minutes * 60, seed, kill_every,
        # An hour of a platform's absence, shortened.
        longest_outage_seconds=150 if is_long else 12,
        expires_tokens=is_long,
    )  # fmt: skip
    outcome = asyncio.run(Traffic(folder, plan).play())
    _show(outcome)
    for problem in outcome.problems:
        _out.print(f"- {problem}", markup=False)
    _out.print("Nothing lost, nothing doubled." if not outcome.problems else f"{len(outcome.problems)} problems.")
    sys.exit(1 if outcome.problems or outcome.breaches else 0)


def _show(outcome: Outcome) -> None:
    found = outcome.comparison
    table = Table("channel", "sent", "stored", "letters", "of them twice")
    for channel in outcome.sent:
        numbers = (outcome.sent, found.stored, found.letters, found.twice)
        table.add_row(channel, *(str(counter[channel]) for counter in numbers))
    _out.print(table)
    seconds = sorted(outcome.webhook_seconds) or [0.0]
    late = sum(second > 1 for second in seconds)
    _out.print(
        f"Killed {outcome.kills} times. Cases: {found.cases}. Webhooks took {seconds[len(seconds) // 2] * 1000:.0f} ms "
        f"(median), {seconds[int(len(seconds) * 0.99)] * 1000:.0f} ms (99 %), {late} of {len(seconds)} over a second."
    )
    for name, count in (*sorted(outcome.counts.items()), *((f"dead, {n}", c) for n, c in found.dead.items())):
        _out.print(f"  {name}: {count}")
    for breach in outcome.breaches[:20]:
        _out.print(f"- not as documented: {breach}", markup=False)


if __name__ == "__main__":
    typer.run(main)
