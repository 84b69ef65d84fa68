"""``python -m bench.process_diagrams``: docs/process.md, every lifecycle as a diagram generated from the code."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from bot import aftersales
from bot.aftersales.states import Machine

#: Of a state with more lines than this nothing is seen any more.
_MOST_LINES = 8

PAGE = Path(__file__).resolve().parents[1] / "docs" / "process.md"

_HEAD = """\
# Lifecycles

Everything in the after-sales process that takes time has a state, and a state changes only along these lines: whatever
else is tried is refused with an error that names both states. This page is generated from the code by `make docs`; the
tests fail when it is out of date. What moves the machines from outside is told in [shop-events.md](shop-events.md),
what moves them by itself in [scheduler.md](scheduler.md).
"""

#: Machines by kind, in the order of the page, each with what it is.
SENTENCES = {
    "case": (
        "A case is one complaint or wish of one customer: it is registered, looked into, agreed on, carried out and "
        "closed, and at any time it may wait for the customer, go to a person, or be taken back."
    ),
    "offer": "An offer is a remedy that one side proposes and the other accepts, declines or counters.",
    "return": (
        "A return is goods on their way back: allowed, sent, received in whole or in part, inspected, and settled; "
        "what comes after it has expired takes it up again."
    ),
    "exchange": (
        "An exchange is a return with a replacement that is set aside at once and leaves when the goods are back, or "
        "right away where policy ships exchanges in advance; where the carrier loses it, it leaves a second time or "
        "is given up for the money."
    ),
    "repair": (
        "A repair is goods that come in, are mended, free of charge or for a price that the customer agreed to, and go "
        "back."
    ),
    "reshipment": (
        "A reshipment is goods that never came and are sent again, once the carrier has had its time to find them; "
        "where they are lost again, they leave once more, or are paid for."
    ),
    "customs": "A customs matter is a parcel that an authority holds until it has papers or money.",
    "refund": (
        "A refund is money that the shop owes from the moment it is agreed; while it is being sent nobody knows "
        "whether the provider has taken it, and what bounces is sent again."
    ),
    "coupon": "A coupon is given as goodwill, and used up once or not in time.",
    "claim": "A claim is what the shop demands from a carrier or a supplier who answers for a complaint.",
    "approval": "An approval is what an agent asks a supervisor for, because it goes beyond the agent's own limit.",
    "task": "A task is what a department has to do for a case; it is called off where something else has settled it.",
    "escalation": "An escalation is a conversation that a person takes over from the bot, or from a colleague.",
    "shop event": (
        "A shop event is one report of the shop's own systems; what comes before its time waits for it, and what comes "
        "too late changes nothing."
    ),
}


@dataclasses.dataclass(frozen=True)
class Lifecycle:
    """A machine of the code with the states in which its things begin."""

    machine: Machine[Any]
    begins: tuple[Enum, ...]


def lifecycles() -> dict[str, Lifecycle]:
    """Return every public machine of the business by its kind."""
    found = {}
    for module in _modules():
        for name, value in vars(module).items():
            if isinstance(value, Machine) and not name.startswith("_"):
                states = _states(value)
                begins = tuple(state for state in _defaults(module) if state in states)
                found[value.kind] = Lifecycle(value, begins)
    return found


def page() -> str:
    """Return docs/process.md as it should be; raises KeyError for a machine that has no sentence."""
    known = lifecycles()
    missing = known.keys() - SENTENCES.keys()
    if missing:
        raise KeyError(f"say in {Path(__file__).name} what this is: {', '.join(sorted(missing))}")
    parts = [_HEAD]
    for kind, sentence in SENTENCES.items():
        diagram = "\n".join(f"  {line}" for line in _lines(known[kind]))
        parts.append(f"\n## {kind.capitalize()}\n\n{sentence}\n\n```mermaid\nstateDiagram-v2\n{diagram}\n```\n")
        parts += [f"\n{words}\n" for words in _undrawn(known[kind].machine)]
    return "".join(parts)


def _lines(lifecycle: Lifecycle) -> Iterator[str]:
    machine = lifecycle.machine
    states, sources, targets = _states(machine), _everywhere_from(machine), _everywhere_to(machine)
    for state in states:
        if state in lifecycle.begins:
            yield f"[*] --> {state.value}"
    for state in states:
        following = machine.changes.get(state, frozenset())
        for wanted in states:
            if wanted in following and state not in sources and wanted not in targets:
                yield f"{state.value} --> {wanted.value}"
        if not following:
            yield f"{state.value} --> [*]"


def _undrawn(machine: Machine[Any]) -> Iterator[str]:
    """Yield in words the changes of which there are so many that lines would hide all others."""
    states, sources = _states(machine), _everywhere_from(machine)
    follow: dict[str, list[str]] = {}
    for wanted in _everywhere_to(machine):
        before = [s for s in states if wanted in machine.changes.get(s, frozenset()) and s not in sources]
        follow.setdefault(_named(before), []).append(wanted.value)
    for before, wanted in follow.items():
        yield f"Not drawn: each of {_named(wanted)} may follow {before}."
    lead: dict[str, list[str]] = {}
    for source in sources:
        lead.setdefault(_named([s for s in states if s in machine.changes[source]]), []).append(source.value)
    for after, source in lead.items():
        yield f"Not drawn: each of {_named(source)} may lead to {after}."


def _everywhere_from(machine: Machine[Any]) -> list[Any]:
    """Return the states that lead nearly everywhere."""
    return [state for state in _states(machine) if len(machine.changes.get(state, ())) > _MOST_LINES]


def _everywhere_to(machine: Machine[Any]) -> list[Any]:
    """Return the states that may follow nearly all others."""
    sources = _everywhere_from(machine)
    others = [following for state, following in machine.changes.items() if state not in sources]
    return [state for state in _states(machine) if sum(state in following for following in others) >= _MOST_LINES]


def _named(states: list[Any]) -> str:
    return ", ".join(f"`{getattr(state, 'value', state)}`" for state in states)


def _states(machine: Machine[Any]) -> list[Any]:
    """Return a machine's states in the order in which they are declared."""
    return list(type(next(iter(machine.changes))))


def _modules() -> Iterator[Any]:
    for found in pkgutil.iter_modules(aftersales.__path__):
        yield importlib.import_module(f"{aftersales.__name__}.{found.name}")


def _defaults(module: Any) -> Iterator[Enum]:
    """Yield the states in which the things of a module begin."""
    for value in vars(module).values():
        if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__:
            for field in dataclasses.fields(value):
                if field.name == "state" and isinstance(field.default, Enum):
                    yield field.default


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
