"""Signs that an agent is typing, on platforms."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.conversations.model import Correspondent
from bot.conversations.typing_signs import EVERY_SECONDS, TypingSigns
from bot.errors import DeliveryError
from tests.fake_platform import FakePlatform
from tests.fakes import FakeDatabase, FakeUnitOfWork, fake_unit_of_work_factory

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


class Signs:
    """Signs to one platform, and a clock that may be moved."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.platform = FakePlatform()
        self.database = FakeDatabase()
        make = fake_unit_of_work_factory(self.database)
        self.held: set[str] = set()
        self.signs = TypingSigns(make, {"pigeon": self.platform}, self.held.__contains__, lambda: self.seconds)

    async def know(self, conversation_id: str, channel: str = "pigeon") -> None:
        uow = FakeUnitOfWork(self.database)
        await uow.correspondents.keep(Correspondent(conversation_id, channel, f"nest of {conversation_id}", NOW))
        uow.undo.clear()


async def test_a_customer_sees_it_again_and_again_but_not_at_every_letter() -> None:
    signs = Signs()
    await signs.know("a")
    await signs.know("b")
    for seconds in (0, 1, 3.9):
        signs.seconds = seconds
        await signs.signs.show("a")
    await signs.signs.show("b")
    assert signs.platform.typed_to == ["nest of a", "nest of b"]
    signs.seconds = EVERY_SECONDS
    await signs.signs.show("a")
    assert signs.platform.typed_to == ["nest of a", "nest of b", "nest of a"]


async def test_a_platform_that_asked_to_be_left_alone_is_not_bothered() -> None:
    signs = Signs()
    await signs.know("a")
    signs.held.add("pigeon")
    await signs.signs.show("a")
    assert signs.platform.typed_to == []


async def test_who_writes_elsewhere_sees_nothing_and_a_failure_troubles_nobody() -> None:
    signs = Signs()
    await signs.know("a")
    await signs.know("w", "dove")
    signs.platform.failures = [DeliveryError("unreachable")]
    for conversation_id in ("unknown", "w", "a"):
        await signs.signs.show(conversation_id)
    assert signs.platform.typed_to == []
