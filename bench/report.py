"""The result: a JSON document with ratios and raw figures, and a table for people."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.measures import Figures, percentile, ratios, share_as_expected

#: What each ratio may be: at most, or at least where the flag says so.
TARGETS: Mapping[str, tuple[float, bool]] = {
    "p50_turn_10": (0.25, False),
    "turn_300_over_turn_10": (1.3, False),
    "throughput": (4.0, True),
    "memory": (0.7, False),
    "training": (1.0, False),
}

_PACKAGES = ("rasa", "rasa-sdk", "tensorflow-cpu", "tensorflow", "numpy", "scikit-learn", "aiohttp", "sanic")
_MEGABYTE = 1024 * 1024


def document(parley: Figures, stock: Figures, turns: Sequence[int], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole result as JSON takes it."""
    found = ratios(parley, stock, turns)
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "ratios": {name: round(value, 3) for name, value in found.items()},
        "targets": {
            name: {"limit": limit, "met": is_met(name, found, is_stock_short=settings.get("stock_epochs") is not None)}
            for name, (limit, _) in TARGETS.items()
        },
        "parley": _side(parley, turns),
        "stock": _side(stock, turns),
        "settings": dict(settings),
        "machine": _machine(),
        "versions": _versions(),
    }


def is_met(name: str, found: Mapping[str, float], *, is_stock_short: bool = False) -> bool | None:
    """Tell whether a ratio reaches its target; None where it was not measured.

    Where stock was trained for a part of its epochs only, its training is not measured, except that it takes longer.
    """
    if name not in found:
        return None
    limit, is_minimum = TARGETS[name]
    is_reached = found[name] >= limit if is_minimum else found[name] <= limit
    return None if name == "training" and is_stock_short and not is_reached else is_reached


def show(result: Mapping[str, Any], console: Console) -> None:
    """Print the result as a table."""
    table = Table("", "Parley", "stock Rasa", "ratio", "target", title="Parley against stock Rasa")
    for label, ratio, read in _rows(result["parley"]["turns"]):
        values = [read(result[side]) for side in ("parley", "stock")]
        table.add_row(
            label,
            *("–" if value is None else f"{value:,.1f}" for value in values),
            _ratio(values),
            _target(result, ratio),
        )
    aged = result["ratios"]
    table.add_row(
        "last turn over first (own p50)",
        f"{aged['turn_300_over_turn_10']:.2f}",
        f"{aged['stock_turn_300_over_turn_10']:.2f}",
        "",
        _target(result, "turn_300_over_turn_10"),
    )
    console.print(table)


def _rows(turns: Mapping[str, Any]) -> list[tuple[str, str | None, Any]]:
    rows: list[tuple[str, str | None, Any]] = []
    for turn in turns:
        for measure in ("p50", "p95"):
            target = f"p50_turn_{turn}" if measure == "p50" else None
            rows.append((
                f"turn {turn}, {measure} (ms)",
                target,
                lambda side, turn=turn, measure=measure: side["turns"][turn][f"{measure}_ms"],
            ))  # fmt: skip
    return [
        *rows,
        ("turns per second, customers at once", "throughput", lambda side: side["throughput_turns_per_second"]),
        ("memory after the load (MB)", "memory", lambda side: side["memory_mb"]["total"]),
        ("start to first answer (s)", None, lambda side: side["start_seconds"]),
        ("training (s)", "training", lambda side: side["training_seconds"]),
        ("answered as expected (%)", None, lambda side: 100 * side["answered_as_expected"]),
    ]


def _ratio(values: Sequence[float | None]) -> str:
    ours, theirs = values
    return "" if ours is None or theirs is None else f"{ours / theirs:.2f}"


def _target(result: Mapping[str, Any], name: str | None) -> str:
    if name is None or name not in TARGETS:
        return ""
    limit, is_minimum = TARGETS[name]
    verdict = {True: "met", False: "[bold]missed[/]", None: "not measured"}[result["targets"][name]["met"]]
    return f"{'≥' if is_minimum else '≤'} {limit:g}  {verdict}"


def _side(figures: Figures, turns: Sequence[int]) -> dict[str, Any]:
    memory = {name: round(size / _MEGABYTE, 1) for name, size in figures.memory_bytes.items()}
    return {
        "turns": {str(turn): _turn(figures.times_around(turn)) for turn in turns},
        "answered_as_expected": round(share_as_expected(figures.samples), 4),
        "throughput_turns_per_second": round(median(figures.turns_per_second), 2),
        "throughput_runs": [round(value, 2) for value in figures.turns_per_second],
        "memory_mb": {**memory, "total": round(sum(figures.memory_bytes.values()) / _MEGABYTE, 1)},
        "start_seconds": round(median(figures.start_seconds), 2),
        "start_runs": [round(value, 2) for value in figures.start_seconds],
        "training_seconds": None if figures.training_seconds is None else round(figures.training_seconds, 1),
    }


def _turn(times: Sequence[float]) -> dict[str, Any]:
    return {
        "p50_ms": round(percentile(times, 50), 2),
        "p95_ms": round(percentile(times, 95), 2),
        "samples_ms": [round(value, 2) for value in times],
    }


def _machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1024**3, 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
