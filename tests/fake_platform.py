"""A messaging platform in memory: what it took, and what it is told to refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, BinaryIO

from bot.conversations.model import Correspondent
from bot.conversations.platform import Letter, Shape
from bot.errors import DeliveryError

PLAIN = Shape(max_text=4000)


@dataclass
class FakePlatform:
    """Takes letters, unless the next of ``failures`` says otherwise; ``files`` are what customers sent it."""

    channel: str = "pigeon"
    shape: Shape = PLAIN
    failures: list[DeliveryError | None] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    taken: list[Letter] = field(default_factory=list)
    fetch_failures: int = 0
    is_closed: bool = False
    changed: list[tuple[str, str | None]] = field(default_factory=list)
    typed_to: list[str] = field(default_factory=list)

    async def send(self, letter: Letter) -> str | None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.taken.append(letter)
        return f"p-{letter.id}"

    async def change(self, to: Correspondent, platform_message_id: str, letter: Letter | None) -> None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.changed.append((platform_message_id, letter.text if letter else None))

    async def show_typing(self, to: Correspondent) -> None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.typed_to.append(to.address)

    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        if self.fetch_failures:
            self.fetch_failures -= 1
            raise DeliveryError("unreachable")
        content = self.files.get(media["id"])
        if content is None:
            raise DeliveryError("no_file", is_permanent=True)
        file.write(content)

    async def close(self) -> None:
        self.is_closed = True

    @property
    def texts(self) -> list[str]:
        return [letter.text for letter in self.taken]
