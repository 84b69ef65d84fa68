"""A customer's side of a channel: what reaches Parley as the platform brings it, and what the customer got."""

from __future__ import annotations

import asyncio
import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.intake import conversation_id
from tests.channels.world import World

Event = Any
"""Something that a customer did, as one platform tells of it; it keeps its id however often it is delivered."""

#: A browser's file has no id, so that one which is sent again comes twice: the answer may take long.
_ANSWERED_WITHIN_SECONDS = 60


class NotTakenError(Exception):
    """Raised when Parley did not acknowledge what was delivered: a platform tries again later."""


@dataclass(frozen=True)
class Received:
    """A message that the customer got: its id, where the platform carries one, its text, and the buttons below."""

    id: str | None
    text: str
    titles: tuple[str, ...] = ()


class Side(ABC):
    """One customer on one channel."""

    channel: str
    has_batches = False
    """Whether the platform may bring several messages in one call, in any order, each with its time."""

    def __init__(self, world: World, number: int, language: str) -> None:
        self.world = world
        self.number = number
        self.language = language
        self.count = itertools.count(1)

    @property
    @abstractmethod
    def own(self) -> str:
        """Return the conversation's id."""

    @abstractmethod
    def words(self, text: str) -> Event:
        """Return that the customer wrote something."""

    @abstractmethod
    def pressed(self, title: str) -> Event:
        """Return that the customer pressed a button of the newest message that has it; raises LookupError."""

    @abstractmethod
    def photo(self, content: bytes) -> Event:
        """Return that the customer sent a photo."""

    @abstractmethod
    async def deliver(self, *events: Event) -> None:
        """Bring events to Parley, in one call where the platform does so; raises NotTakenError."""

    @abstractmethod
    async def got(self) -> list[Received]:
        """Return what the customer got, oldest first, as often as it came."""

    async def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Give connections back."""


class WebhookSide(Side):
    """A customer of a platform that calls a webhook."""

    address: str

    @property
    def own(self) -> str:
        return conversation_id(self.channel, self.address)

    async def call(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Call the webhook as the platform does; raises NotTakenError unless the answer is 2xx."""
        url = f"{self.world.base}/webhooks/{self.channel}/webhook"
        started = time.monotonic()
        headers = {"Content-Type": "application/json", **headers}
        await request(self.world, "POST", url, data=body, headers=headers)
        self.world.seconds.append(time.monotonic() - started)


async def request(world: World, method: str, url: str, **options: Any) -> Any:
    """Return the JSON that an address answers, None where it is none; raises NotTakenError unless it is 2xx."""
    try:
        timeout = aiohttp.ClientTimeout(total=_ANSWERED_WITHIN_SECONDS)
        async with world.http.request(method, url, timeout=timeout, **options) as answer:
            is_json = "json" in answer.headers.get("Content-Type", "")
            body = await (answer.json() if is_json else answer.read())
            if answer.status >= 300:
                raise NotTakenError(f"{answer.status} {body!r:.200}")
            return body if is_json else None
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
        raise NotTakenError(type(error).__name__) from error


def newest(received: Sequence[Received], title: str) -> Received:
    """Return the newest message with a button; raises LookupError where there is none."""
    found = next((message for message in reversed(received) if title in message.titles), None)
    if found is None:
        raise LookupError(title)
    return found
