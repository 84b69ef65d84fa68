"""An engine that answers as it is told, and counts how often it was asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.translation.cache import RememberedTranslation
from bot.translation.result import EngineError, Reason

Answer = Callable[[str], str]


class FakeEngine:
    """``script`` holds the first outcomes, reasons for failures; after it ``answer`` translates."""

    def __init__(
        self,
        name: str = "fake",
        answer: Answer = str.upper,
        script: tuple[Reason | None, ...] = (),
        *,
        limit_bytes: int = 1_000,
        retry_after: float | None = None,
    ) -> None:
        self.name = name
        self.limit_bytes = limit_bytes
        self.asked: list[str] = []
        self._answer = answer
        self._script = list(script)
        self._retry_after = retry_after

    def translate(self, text: str, source: str, target: str, timeout_seconds: float) -> str:
        self.asked.append(text)
        reason = self._script.pop(0) if self._script else None
        if reason is not None:
            raise EngineError(reason, self._retry_after)
        return self._answer(text)


class FakeCache:
    """Translations in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, RememberedTranslation] = {}

    async def get(self, key: str, not_before: datetime) -> RememberedTranslation | None:
        found = self.kept.get(key)
        return found if found is not None and found.created_at >= not_before else None

    async def put(self, translation: RememberedTranslation) -> None:
        self.kept[translation.key] = translation

    async def forget_before(self, moment: datetime) -> int:
        old = [key for key, kept in self.kept.items() if kept.created_at < moment]
        for key in old:
            del self.kept[key]
        return len(old)


class FakeClock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
