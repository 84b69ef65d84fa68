"""Two minutes of mixed traffic, with kills, redeliveries and platforms that fail: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median

import pytest

from bench.channels.traffic import Plan, Traffic
from tests.channels import dovecot


def test_two_minutes_of_mixed_traffic_lose_nothing_and_double_nothing(model: Path, tmp_path: Path) -> None:
    reason = dovecot.missing()
    if reason:
        pytest.skip(reason)
    outcome = asyncio.run(Traffic(tmp_path, Plan(seconds=120, kill_every_seconds=8)).play())
    assert outcome.problems == []
    assert outcome.breaches == []
    assert sum(outcome.sent.values()) > 100
    assert outcome.counts["again later"]
    assert outcome.kills > 1
    # Stored first, whatever else goes on: a platform waits for no turn, and gives up after some seconds.
    assert median(outcome.webhook_seconds) < 2
    assert outcome.comparison.cases > 0
    assert set(outcome.comparison.dead) <= {"telegram: blocked"}
