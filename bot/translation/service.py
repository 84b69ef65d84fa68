"""Translations for people who read what others wrote: by several engines in order, within a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone

import structlog

from bot import metrics, tracing
from bot.translation.cache import RememberedTranslation, TranslationCache, cache_key
from bot.translation.guard import GuardedEngine
from bot.translation.protection import DamagedTranslationError, ProtectedText, protect
from bot.translation.result import EngineError, Reason, Translation, Unavailable

log = structlog.get_logger(__name__)

_FORGET_EVERY = timedelta(hours=1)
# The rest of the deadline is for saying which engines failed and why.
_FOR_ENGINES = 0.95


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(timezone.utc)


class Translations:
    """Translates texts; never raises for an engine's sake and never takes longer than its deadline.

    ``orders`` maps a pair of languages (``es-en``), one side of it (``es-*``, ``*-en``) or ``*`` to the names of
    engines in the order they are asked; without any, nothing is translated and nothing leaves the process.
    """

    def __init__(
        self,
        engines: Mapping[str, GuardedEngine],
        orders: Mapping[str, Sequence[str]],
        *,
        deadline_seconds: float = 8.0,
        cache: TranslationCache | None = None,
        keep: timedelta = timedelta(days=30),
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engines = engines
        self._orders = orders
        self._deadline_seconds = deadline_seconds
        self._cache = cache if keep else None
        self._keep = keep
        self._now = now
        self._clock = clock
        self._forgot_at: datetime | None = None

    def order(self, source: str, target: str) -> tuple[str, ...]:
        """Return the engines that are asked for a pair, in order; the most particular rule counts."""
        for rule in (f"{source}-{target}", f"{source}-*", f"*-{target}", "*"):
            if rule in self._orders:
                return tuple(self._orders[rule])
        return ()

    async def translate(self, text: str, source: str, target: str) -> Translation | Unavailable:
        """Return a text in another language (BCP 47), or why it is not to be had; then show the original."""
        order = self.order(source, target)
        if not order:
            return Unavailable(Reason.OFF)
        if source == target:
            return Unavailable(Reason.SAME_LANGUAGE)
        protected = protect(text)
        if not protected.has_words:
            return Unavailable(Reason.NOTHING_TO_TRANSLATE)
        tried: list[tuple[str, Reason]] = []
        try:
            return await asyncio.wait_for(
                self._translate(text, protected, source, target, order, tried), self._deadline_seconds
            )
        except asyncio.TimeoutError:
            return Unavailable(Reason.DEADLINE, tuple(tried))

    async def probe(self, engine: str, text: str, source: str, target: str) -> str:
        """Return what one engine makes of a text, remembering nothing; raises EngineError."""
        return await self._engines[engine].translate(text, source, target, self._deadline_seconds)

    async def close(self) -> None:
        """Let the engines' threads end."""
        for engine in self._engines.values():
            engine.close()

    async def _translate(
        self,
        text: str,
        protected: ProtectedText,
        source: str,
        target: str,
        order: Sequence[str],
        tried: list[tuple[str, Reason]],
    ) -> Translation | Unavailable:
        ends_at = self._clock() + self._deadline_seconds * _FOR_ENGINES
        key = cache_key(text, source, target)
        known = await self._remembered(key)
        if known is not None:
            return Translation(known.text, known.engine, is_cached=True)
        for position, name in enumerate(order):
            # What is left is shared, so that the last engine gets its turn even when the others are silent.
            seconds = (ends_at - self._clock()) / (len(order) - position)
            try:
                with tracing.span("translation", engine=name), metrics.TRANSLATION_SECONDS.labels(name).time():
                    answer = await self._engines[name].translate(protected.masked, source, target, seconds)
                translated = protected.restore(answer)
            except (EngineError, DamagedTranslationError) as error:
                reason = error.reason if isinstance(error, EngineError) else Reason.DAMAGED
                tried.append((name, reason))
                metrics.TRANSLATIONS.labels(name, reason.value).inc()
                # That an engine is down is said once for each failure, not for each time it is then left alone.
                say = log.info if reason in (Reason.UNSUPPORTED, Reason.PAUSED) else log.warning
                say("translation.failed", engine=name, source=source, target=target, reason=reason.value)
                continue
            metrics.TRANSLATIONS.labels(name, "translated").inc()
            await self._remember(RememberedTranslation(key, translated, name, self._now()), ends_at)
            return Translation(translated, name)
        return Unavailable(_worst(tried), tuple(tried))

    async def _remembered(self, key: str) -> RememberedTranslation | None:
        if self._cache is None:
            return None
        try:
            return await self._cache.get(key, self._now() - self._keep)
        except Exception as error:
            # A cache that is down makes us slower, not silent.
            log.warning("translation.cache_failed", error=type(error).__name__)
            return None

    async def _remember(self, translation: RememberedTranslation, ends_at: float) -> None:
        if self._cache is None:
            return
        try:
            await asyncio.wait_for(self._keep_and_tidy(self._cache, translation), max(ends_at - self._clock(), 0.0) / 2)
        except Exception as error:
            log.warning("translation.cache_failed", error=type(error).__name__)

    async def _keep_and_tidy(self, cache: TranslationCache, translation: RememberedTranslation) -> None:
        await cache.put(translation)
        now = self._now()
        if self._forgot_at is None or now - self._forgot_at >= _FORGET_EVERY:
            self._forgot_at = now
            await cache.forget_before(now - self._keep)


def _worst(tried: Sequence[tuple[str, Reason]]) -> Reason:
    """Return the reason that says most: that an engine lacks the pair only where all do."""
    return next((reason for _, reason in tried if reason is not Reason.UNSUPPORTED), Reason.UNSUPPORTED)
