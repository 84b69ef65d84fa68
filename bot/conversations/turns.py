"""One after the other: the bot's turns in a conversation, and people who take it or give it back."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock for each conversation, kept only while somebody holds or awaits it.

    Without it an agent could join between a customer's message and the bot's answer, and both would talk at once.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, conversation_id: str) -> asyncio.Lock:
        """Return the lock of a conversation."""
        lock = self._locks.get(conversation_id)
        if lock is None:
            lock = self._locks[conversation_id] = asyncio.Lock()
        return lock
