"""``python -m tests.e2e.channels.dying serve …``: Parley that ends at once at the moment that a file names.

It ends as by SIGKILL, once; the file ``die`` in PARLEY_VAR holds the moment and is gone afterwards.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.__main__ import main
from bot.conversations.arrivals import Arrivals
from bot.conversations.courier import Courier
from bot.conversations.router import Router

BEFORE, AFTER = "before", "after"
#: Where the process ends: at the beginning or the end of a step.
MOMENTS: dict[str, tuple[type, str, str]] = {
    "received": (Router, "_process", BEFORE),
    "fetched": (Arrivals, "prepare", AFTER),
    "acted": (Router, "_finish", BEFORE),
    "stored": (Router, "_finish", AFTER),
    "claimed": (Courier, "_hand_over", BEFORE),
    "sent": (Courier, "_hand_over", AFTER),
    "settled": (Courier, "_settle", AFTER),
}
ORDER = "die"


def mortal(moment: str, step: Callable[..., Awaitable[Any]], when: str) -> Callable[..., Awaitable[Any]]:
    """Return a step at whose beginning or end the process ends where it was ordered to."""
    order = Path(os.environ["PARLEY_VAR"]) / ORDER

    def perhaps_die() -> None:
        if order.exists() and order.read_text("utf-8") == moment:
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    async def run(*arguments: Any, **named: Any) -> Any:
        if when == BEFORE:
            perhaps_die()
        result = await step(*arguments, **named)
        if when == AFTER:
            perhaps_die()
        return result

    return run


if __name__ == "__main__":
    for moment, (owner, name, when) in MOMENTS.items():
        setattr(owner, name, mortal(moment, getattr(owner, name), when))
    main()
