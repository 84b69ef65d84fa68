"""Sessions of Socket.IO, and what a page tells of itself."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from bot.channels import limits
from bot.channels.limits import BadMessageError


@dataclass
class Session:
    """A conversation that at least one connection takes part in; its room holds all of them."""

    id: str
    base_url: str
    leave_feed: ExitStack
    is_customers: bool
    connections: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    task: asyncio.Task[None] | None = None

    @property
    def room(self) -> str:
        """Return the name of the room that holds all connections."""
        # A blank is in no session id and in no connection's id, and those name rooms too.
        return f"session {self.id}"


def known_id(value: Any) -> str | None:
    """Return a client's session id, or None for what is none or could be guessed."""
    try:
        return limits.session(value)
    except BadMessageError:
        return None


def new_id() -> str:
    """Return an id for a session that nobody guesses."""
    return secrets.token_hex(16)


def language(data: dict[str, Any]) -> str | None:
    """Return the language that the page says it has."""
    return next(filter(None, map(limits.language, told("language", data))), None)


def told(name: str, data: Any, auth: Any = None) -> Iterator[Any]:
    """Yield what a page tells under a name: in Rasa's metadata, in the widget's customData, or when it connected."""
    places = (data.get("metadata"), data.get("customData")) if isinstance(data, dict) else ()
    for facts in (*places, auth):
        if isinstance(facts, str):
            try:
                facts = json.loads(facts)
            except (ValueError, RecursionError):
                continue
        if isinstance(facts, dict) and facts.get(name):
            yield facts[name]
