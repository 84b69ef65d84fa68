"""How a trained cascade is kept on disk: names as JSON, weights as arrays, no pickle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from bot.nlu.cascade import Cascade
from bot.nlu.kernel import Head, View

_NAMES = "cascade.json"
_WEIGHTS = "cascade.npz"


def write_cascade(cascade: Cascade, folder: Path) -> None:
    """Write the cascade into a folder; weights in half precision, to which they were rounded."""
    heads = list(cascade.heads.values())
    names = {
        "labels": cascade.labels,
        "shares": cascade.shares,
        "languages": sorted(cascade.languages),
        "heads": [{"views": [view.value for view in head.views], "temperature": head.temperature} for head in heads],
    }
    (folder / _NAMES).write_text(json.dumps(names, indent=1), encoding="utf-8")
    np.savez(folder / _WEIGHTS, *[head.weights.astype(np.float16) for head in heads])


def read_cascade(folder: Path, sure: float) -> Cascade:
    """Return the cascade written into a folder."""
    names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    heads = {}
    with np.load(folder / _WEIGHTS, allow_pickle=False) as stored:
        for position, head in enumerate(names["heads"]):
            views = tuple(View(view) for view in head["views"])
            weights = stored[f"arr_{position}"].astype(np.float32)
            heads[views] = Head(views, weights, head["temperature"])
    return Cascade(names["labels"], frozenset(names["languages"]), heads, sure, names["shares"])
