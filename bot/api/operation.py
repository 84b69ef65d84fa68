"""What an operation of the API takes and answers: one description, by which requests are checked and documented."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from bot.conversations.ports import UnitOfWork
from bot.services.api_ports import Scope

Schema = dict[str, Any]
UowFactory = Callable[[], UnitOfWork]


class EventDoor(Protocol):
    """Where the shop's events are taken; its requests may be signed instead of carrying a token."""

    header: str
    max_bytes: int

    def check(self, body: bytes, signature: str | None, now: datetime) -> None:
        """Raise ProblemError unless a request is signed by the shop, just now."""

    async def take(self, body: bytes, now: datetime) -> dict[str, Any]:
        """Return what became of the events of a request, or raise ProblemError."""


@dataclass(frozen=True)
class Parameter:
    """A parameter in the path or the query; ``read`` returns its value or raises ValueError with the reason.

    One that is ``repeatable`` may be given several times, and is read as a tuple.
    """

    name: str
    schema: Schema
    description: str
    read: Callable[[str], Any]
    is_in_path: bool = False
    repeatable: bool = False


@dataclass(frozen=True)
class Call:
    """A checked request: values by parameter, the body, and on whose behalf it is done."""

    uow: UowFactory
    now: datetime
    actor: str
    values: Mapping[str, Any]
    raw: bytes
    body: Any


@dataclass(frozen=True)
class Answer:
    """What is answered; the body of an answer to a write holds no personal data, since it is kept for a day."""

    status: int
    body: dict[str, Any]


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    ``body`` is the schema of a request's body; ``takes_json`` is False where the body is read by the handler alone.
    ``refusals`` are the statuses of problems beside those that any operation has, each with when it is answered.
    Without a ``scope`` everybody may call it.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    scope: Scope | None
    answers: Mapping[int, tuple[str, Schema]]
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Schema | None = None
    max_bytes: int = 0
    refusals: Mapping[int, str] = field(default_factory=dict)
    door: EventDoor | None = None

    @property
    def writes(self) -> bool:
        """Tell whether the operation changes something."""
        return self.method != "GET"


UOW: web.AppKey[UowFactory] = web.AppKey("api_uow")
