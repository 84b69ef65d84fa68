"""One served installation with every channel on, and the platforms around it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.store.database import Database
from tests.channels import dovecot
from tests.channels.sides.every import SIDES
from tests.channels.world import World, a_world
from tests.e2e.channels.talk import Talk
from tests.e2e.conftest import Shop
from tests.e2e.desk_agent import DeskAgent
from tests.e2e.process import SHOP_SECRET, Parley

T = TypeVar("T")

#: A whole conversation, a death and a start in between included.
_LONGEST_SECONDS = 800


class Stage:
    """Platforms and customers live in a loop of their own, beside the process that serves them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._closing = AsyncExitStack()
        self._thread.start()
        self.world: World = self.run(self._closing.enter_async_context(a_world()))
        self.agent: DeskAgent
        self.shop: Shop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what work in the loop comes to."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_LONGEST_SECONDS)

    def open(self, parley: Parley) -> None:
        """Let customers find an installation that serves."""
        self.world.base = parley.base
        self.agent, self.shop = DeskAgent(parley), Shop(parley)
        self._store = self.run(Database.open(f"sqlite+aiosqlite:///{parley.folder / 'parley.db'}"))
        self._closing.push_async_callback(self._store.close)

    def talk(self, channel: str, number: int, language: str) -> Talk:
        """Return a customer's conversation on a channel."""
        side = SIDES[channel](self.world, number, language)
        self._closing.push_async_callback(side.close)
        return Talk(side, self._store)

    def close(self) -> None:
        """Let everybody go home."""
        self.run(self._closing.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    """All platforms."""
    reason = dovecot.missing()
    if reason:
        pytest.skip(reason)
    found = Stage()
    yield found
    found.close()


@pytest.fixture(scope="package")
def theatre(stage: Stage, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """All platforms around a running installation with the demo shop."""
    served = Parley(tmp_path_factory.mktemp("channels"), PARLEY_SHOP_SECRET=SHOP_SECRET, **stage.world.environment())
    served.start()
    stage.open(served)
    yield stage
    served.stop()
