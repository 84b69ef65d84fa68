"""Live news inside one process: who listens to a conversation hears what happens in it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EVERYTHING = "*"
_BACKLOG = 1000


class Feed:
    """Publish and subscribe by conversation id; a listener that does not keep up loses the oldest news.

    News are JSON-ready dicts with ``type`` (``message``, ``note``, ``state``, ``typing``, ``delivered``) and
    ``conversation_id``; they are hints to look again, the database is the truth.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Queue[dict[str, Any]]]] = defaultdict(set)

    def publish(self, conversation_id: str, news: dict[str, Any]) -> None:
        """Tell the listeners of a conversation, and those who hear everything."""
        entry = {**news, "conversation_id": conversation_id}
        for topic in (conversation_id, EVERYTHING):
            for queue in self._listeners.get(topic, ()):
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(entry)

    @contextmanager
    def listen(self, topic: str) -> Iterator[asyncio.Queue[dict[str, Any]]]:
        """Give a queue of the news of one conversation, or of ``EVERYTHING``, while the context lasts."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_BACKLOG)
        self._listeners[topic].add(queue)
        try:
            yield queue
        finally:
            self._listeners[topic].discard(queue)
            if not self._listeners[topic]:
                del self._listeners[topic]
