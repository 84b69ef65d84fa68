"""What conversations need of a messaging platform: what it can show, and how to send and fetch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from bot.conversations.model import Author, Correspondent

SEPARATOR = "~"
"""Stands in the ids of platforms' conversations and in no id that a client may choose, so nobody can read them."""


@dataclass(frozen=True)
class Shape:
    """What a platform shows of a message; whatever is beyond it becomes text.

    ``max_buttons`` 0 means none; ``max_text_with_buttons`` counts where buttons stand below a text. A platform that
    ``merges`` gets everything that one answer consists of as one letter; one that takes no ``files`` gets links to
    them; one that ``changes`` what it has shown is asked to when an agent edits or retracts a message.
    """

    max_text: int
    max_buttons: int = 0
    max_title: int = 20
    max_text_with_buttons: int = 0
    merges: bool = False
    files: bool = True
    changes: bool = False


@dataclass(frozen=True)
class Button:
    """An answer to press; ``reference`` comes back when it is pressed and is at most 24 ASCII characters long."""

    title: str
    reference: str


@dataclass(frozen=True)
class Attachment:
    """A file that an agent sends; ``read`` returns its bytes."""

    name: str
    media_type: str
    read: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True)
class Letter:
    """A message as a platform gets it; ``id`` and ``at``, when it was written, are the same at every try."""

    id: str
    to: Correspondent
    author: Author
    text: str
    language: str
    at: datetime
    buttons: tuple[Button, ...] = ()
    attachment: Attachment | None = None


class Platform(Protocol):
    """A messaging platform; the rest of Parley knows nothing else of it."""

    @property
    def channel(self) -> str:
        """Return the channel's name, which is also the path of its webhook."""

    @property
    def shape(self) -> Shape:
        """Return what it can show."""

    async def send(self, letter: Letter) -> str | None:
        """Hand a letter over and return what the platform calls it; raises DeliveryError saying what to do next."""

    async def change(self, to: Correspondent, platform_message_id: str, letter: Letter | None) -> None:
        """Put a letter in the place of what was sent, or nothing; raises DeliveryError.

        Only those are asked whose shape ``changes``.
        """

    async def show_typing(self, to: Correspondent) -> None:
        """Show for some seconds that somebody is typing, where the platform can; raises DeliveryError."""

    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        """Write what a customer sent into a file.

        ``media`` is what the webhook said of it. Raises DeliveryError where it is not to be had, EvidenceRefusedError
        where it is larger than ``most_bytes``.
        """

    async def close(self) -> None:
        """Give connections back."""
