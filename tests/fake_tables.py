"""What the fakes of the database's ports are built from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

Thing = TypeVar("Thing")


@dataclass
class FakeDatabase:
    """What outlives a unit of work; ``commits`` counts, for tests that something was made durable once."""

    things: dict[type, list[Any]] = field(default_factory=dict)
    dialogue: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    tries: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    read_states: dict[tuple[str, str], Any] = field(default_factory=dict)
    given: int = 0
    commits: int = 0

    def all(self, kind: type[Thing]) -> list[Thing]:
        """Return the things of a kind in the order they were added."""
        return self.things.setdefault(kind, [])


class HasDatabase(Protocol):
    """A unit of work as its tables see it."""

    database: FakeDatabase
    undo: list[Callable[[], Any]]


class Table(Generic[Thing]):
    def __init__(self, uow: HasDatabase, kind: type[Thing]) -> None:
        self.uow = uow
        self.rows: list[Thing] = uow.database.all(kind)

    def add(self, thing: Thing) -> None:
        self.rows.append(thing)
        self.uow.undo.append(lambda: self.rows.remove(thing))

    def number(self, thing: Any) -> None:
        if thing.id is None:
            self.uow.database.given += 1
            thing.id = self.uow.database.given

    def find(self, **wanted: Any) -> list[Thing]:
        return [row for row in self.rows if all(getattr(row, name) == value for name, value in wanted.items())]

    def one(self, **wanted: Any) -> Thing | None:
        return next(iter(self.find(**wanted)), None)
