"""The base of all messaging platforms: what each of them has, beside what it does in its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, BinaryIO

from aiohttp import web

from bot.conversations.model import Correspondent
from bot.conversations.platform import Letter, Shape
from bot.errors import DeliveryError
from bot.findings import Finding


class Channel(ABC):
    """A messaging platform; see docs/add-a-channel.md.

    It takes messages in through its routes, or by itself once it is started, with ``intake.take``.
    """

    channel: str
    shape: Shape

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes of the platform's webhook: ``/webhooks/<channel>/…``."""
        return ()

    async def start(self, app: web.Application) -> None:  # noqa: B027 - most have nothing to start
        """Begin what runs beside requests; raises nothing, whatever the platform does."""

    async def stop(self) -> None:  # noqa: B027 - most have nothing to stop
        """End what ``start`` began, before the conversations end; what is being sent still goes out."""

    @abstractmethod
    async def send(self, letter: Letter) -> str | None:
        """Hand a letter over and return what the platform calls it; raises DeliveryError saying what to do next."""

    async def change(self, to: Correspondent, platform_message_id: str, letter: Letter | None) -> None:
        """Put a letter in the place of what was sent, or nothing; for platforms whose shape ``changes``."""
        raise DeliveryError("cannot_change", is_permanent=True)

    async def show_typing(self, to: Correspondent) -> None:  # noqa: B027 - not all of them can
        """Show for some seconds that somebody is typing, where the platform can; raises DeliveryError."""

    @abstractmethod
    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        """Write what a customer sent into a file; raises DeliveryError or EvidenceRefusedError."""

    async def diagnose(self, public_url: str | None) -> list[Finding]:
        """Return how the platform stands with us, for ``parley doctor``; ``public_url`` is where it should call us."""
        return []

    @abstractmethod
    async def close(self) -> None:
        """Give connections back."""
