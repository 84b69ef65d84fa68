"""State machines as data: which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from bot.errors import IllegalStateError

State = TypeVar("State", bound=Enum)


class Machine(Generic[State]):
    """The allowed changes of one kind of thing."""

    def __init__(self, kind: str, changes: Mapping[State, frozenset[State]]) -> None:
        self.kind = kind
        self.changes = changes

    def move(self, current: State, wanted: State) -> State:
        """Return the wanted state, or raise IllegalStateError naming both states."""
        if wanted not in self.changes.get(current, frozenset()):
            raise IllegalStateError(self.kind, current.value, wanted.value)
        return wanted

    def leads_to(self, current: State, wanted: State) -> bool:
        """Tell whether the wanted state may still follow, at once or after others."""
        seen: set[State] = set()
        ahead = [current]
        while ahead:
            following = self.changes.get(ahead.pop(), frozenset()) - seen
            if wanted in following:
                return True
            seen |= following
            ahead.extend(following)
        return False
