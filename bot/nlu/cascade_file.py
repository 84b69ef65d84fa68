"""How a trained cascade is kept on disk: names as JSON, weights as arrays, no pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.cascade import STEPS, Cascade, Judge
from bot.nlu.kernel import Head

_NAMES = "cascade.json"
_WEIGHTS = "cascade.npz"


def write_cascade(cascade: Cascade, folder: Path) -> None:
    """Write the cascade into a folder; weights in half precision, to which they were rounded."""
    names = {
        "labels": cascade.labels,
        "shares": cascade.shares,
        "steps": {
            name: {
                "languages": sorted(judge.own),
                "temperature": judge.temperature,
                "shared_temperature": judge.shared_temperature,
            }
            for name, judge in cascade.judges.items()
        },
    }
    arrays: dict[str, Any] = {}
    for name, judge in cascade.judges.items():
        arrays[f"{name} centres"] = judge.centres
        arrays[f"{name} shared"] = judge.shared.weights.astype(np.float16)
        for language, head in judge.own.items():
            arrays[f"{name} {language}"] = head.weights.astype(np.float16)
    (folder / _NAMES).write_text(json.dumps(names, indent=1), encoding="utf-8")
    np.savez(folder / _WEIGHTS, **arrays)


def read_cascade(folder: Path, sure: float) -> Cascade:
    """Return the cascade written into a folder."""
    names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    judges = {}
    with np.load(folder / _WEIGHTS, allow_pickle=False) as stored:
        for step in STEPS:
            if about := names["steps"].get(step.name):
                judges[step.name] = Judge(
                    step,
                    stored[f"{step.name} centres"],
                    Head(step.shared, stored[f"{step.name} shared"].astype(np.float32)),
                    {
                        language: Head(step.own, stored[f"{step.name} {language}"].astype(np.float32))
                        for language in about["languages"]
                    },
                    about["temperature"],
                    about["shared_temperature"],
                )
    return Cascade(names["labels"], judges, sure, names["shares"])
