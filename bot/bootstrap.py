"""The composition root: the only place that wires parts together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import structlog

from actions import context
from bot.aftersales.catalogue import Product
from bot.aftersales.policy import Policy
from bot.conversations.bot import Bot
from bot.conversations.configured_bot import ConfiguredBot
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.notifier import Notifier
from bot.conversations.plain_links import PlainLinks
from bot.conversations.router import Router
from bot.conversations.routing_rounds import EVERY, RoutingRounds
from bot.conversations.translated_bot import TranslatedBot
from bot.documents.key import kept_key
from bot.errors import StartupError
from bot.evidence.files import EvidenceFiles
from bot.jobs import inbox_jobs, jobs
from bot.payments.recorded import RecordedPayments
from bot.scheduler.scheduler import Job, Scheduler
from bot.services import desk_settings
from bot.services.document_links import DocumentLinks
from bot.services.money_ports import PaymentProvider
from bot.services.policy_files import load_policy
from bot.services.ports import Clock
from bot.services.privacy import Retention
from bot.services.service_level_files import load_service_levels
from bot.services.warehouses import shop_warehouses
from bot.settings import Settings
from bot.store.database import Database
from bot.store.repositories.translations import StoredTranslations
from bot.store.unit_of_work import SqlUnitOfWork
from bot.translation.cache import TranslationCache
from bot.translation.engines import DeepTranslatorEngine
from bot.translation.guard import GuardedEngine, Limits
from bot.translation.service import Translations

log = structlog.get_logger()


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(timezone.utc)


@dataclass
class Parley:
    """Everything a running process needs; closed as one."""

    store: Database
    policy: Policy
    router: Router
    clock: Clock
    notifier: Notifier
    scheduler: Scheduler
    rounds: RoutingRounds
    translations: Translations = field(default_factory=lambda: Translations({}, {}))

    @property
    def uow(self) -> Callable[[], SqlUnitOfWork]:
        """Return the factory of transactions."""
        return self.store.uow

    @property
    def payments(self) -> PaymentProvider:
        """Return who moves the money."""
        return RecordedPayments(self.uow, self.clock)

    async def products(self) -> list[Product]:
        """Return what the shop sells."""
        async with self.uow() as uow:
            return await uow.products.all()

    async def start(self) -> None:
        """Take up what an earlier process left, and begin to do what happens by itself."""
        await self.router.recover()
        self.notifier.start()
        self.scheduler.start()

    async def close(self) -> None:
        """Let running jobs and turns end, then disconnect."""
        await self.scheduler.close()
        await self.rounds.close()
        await self.notifier.close()
        await self.router.close()
        await self.translations.close()
        await self.store.close()


async def open_store(settings: Settings) -> Database:
    """Return the migrated database; raises StartupError where that is impossible."""
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
        probe = settings.var / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartupError(
            f"cannot write to {settings.var}: {error.strerror}; set PARLEY_VAR to another folder"
        ) from error
    return await Database.open(settings.database_url)


def evidence_store(settings: Settings) -> EvidenceFiles:
    """Return where the files are that customers send."""
    return EvidenceFiles(settings.var / "evidence")


def document_links(settings: Settings) -> DocumentLinks:
    """Return what makes and reads links to documents; without PARLEY_SECRET its key is kept in PARLEY_VAR."""
    return DocumentLinks(settings.secret or kept_key(settings.var / "documents.key"))


def read_policy(settings: Settings) -> Policy:
    """Return law, shop policy and service levels; raises SettingsError naming file, line and field of each mistake."""
    # A mistake among the warehouses or the settings of the desk ends the start, too, not the first return.
    shop_warehouses()
    desk_settings.defaults()
    return replace(load_policy(settings.policy), levels=load_service_levels(settings.service_levels))


def bind_actions(settings: Settings, store: Database, policy: Policy, clock: Clock = utc_now) -> None:
    """Give the actions of this process what they work with."""
    context.bind(context.Context(store.uow, policy, clock, document_links(settings)))


def translations(
    settings: Settings,
    cache: TranslationCache | None = None,
    *,
    deadline_seconds: float | None = None,
    patience_seconds: float = 0.0,
) -> Translations:
    """Return the translations that are configured; without a cache nothing is remembered.

    Who has more time than somebody in a conversation gives a deadline, and patience with an engine's rate limit.
    """
    chosen = settings.translation
    engines = {
        name: GuardedEngine(
            DeepTranslatorEngine(name, options),
            Limits(
                timeout_seconds=chosen.timeout_seconds,
                requests_per_minute=chosen.requests_per_minute.get(name, Limits.requests_per_minute),
                patience_seconds=patience_seconds,
            ),
        )
        for name, options in chosen.engines.items()
    }
    return Translations(
        engines,
        chosen.orders,
        deadline_seconds=deadline_seconds or chosen.deadline_seconds,
        cache=cache,
        keep=timedelta(days=chosen.keep_days),
        now=utc_now,
    )


async def build(settings: Settings, model: Path, clock: Clock = utc_now) -> Parley:
    """Return a whole Parley with a trained model; raises StartupError or SettingsError in one clear line."""
    policy = read_policy(settings)
    store = await open_store(settings)
    bind_actions(settings, store, policy, clock)

    async def load_events(conversation_id: str) -> list[dict[str, Any]]:
        async with store.uow() as uow:
            return await uow.dialogue.load(conversation_id)

    assistant = _assistant(settings, model, load_events, clock)
    await assistant.warm_up()
    translating = translations(settings, StoredTranslations(store.uow))
    bot: Bot = TranslatedBot(assistant, translating) if settings.translation.orders else assistant
    bot = PlainLinks(bot, settings.public_url) if settings.public_url else bot
    configured = ConfiguredBot(bot, store.uow, clock, policy.levels)
    router = Router(store.uow, configured, Feed(), Delivery(store.uow, clock), clock, policy.levels)
    rounds = RoutingRounds(store.uow, router.handling, clock, policy.levels)
    notifier = Notifier(store.uow, assistant, router.feed, clock, document_links(settings), settings.public_url)
    router.announced = notifier.wake
    keep = Retention(settings.transcript_days, settings.evidence_days)
    work = jobs(store.uow, policy.levels, RecordedPayments(store.uow, clock), evidence_store(settings), keep)
    scheduler = Scheduler(
        store.uow, [*work, *inbox_jobs(store.uow, router.feed), Job("routing", EVERY, rounds.run)], clock
    )
    return Parley(store, policy, router, clock, notifier, scheduler, rounds, translating)


def _assistant(settings: Settings, model: Path, load_events: Any, clock: Clock) -> Any:
    # TensorFlow comes with Rasa and takes seconds; commands that need no dialogue never import this.
    from bot.dialogue.assistant import Assistant, action_endpoint

    try:
        return Assistant(model, load_events, clock, action_endpoint(settings.actions_url))
    except Exception as error:
        log.debug("bootstrap.model_failed", exc_info=True)
        words = (str(error).splitlines() or [""])[0]
        raise StartupError(
            f"cannot load the model {model.name}: {type(error).__name__}: {words}; train a new one with `make train`"
        ) from error
