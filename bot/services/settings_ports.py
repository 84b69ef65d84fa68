"""What the settings of the desk need of a database."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol


class Kept(NamedTuple):
    """A setting that somebody changed, as JSON; ``version`` counts its changes from 1."""

    key: str
    value: Any
    version: int


class KeptSettings(Protocol):
    """All settings that were changed; those that are missing are as the files in ``data/`` say."""

    async def all(self) -> dict[str, Kept]:
        """Return every changed setting by its key."""

    async def put(self, key: str, value: Any, version: int) -> bool:
        """Keep a value in place of a version, 0 for the files'; return False where that is not the newest one."""
