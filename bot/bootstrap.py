"""The composition root: the only place that wires parts together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog

from actions import context
from bot.aftersales.catalogue import Product
from bot.aftersales.policy import Policy
from bot.channels import platforms, signatures
from bot.channels.channel import Channel
from bot.conversations.arrivals import Arrivals
from bot.conversations.bot import Bot
from bot.conversations.configured_bot import ConfiguredBot
from bot.conversations.courier import Courier
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.late_files import LateFiles
from bot.conversations.letters import FileLink, Letters
from bot.conversations.notifier import Notifier
from bot.conversations.plain_links import PlainLinks
from bot.conversations.router import Router
from bot.conversations.routing_rounds import EVERY, RoutingRounds
from bot.conversations.sent_changes import SentChanges
from bot.conversations.translated_bot import TranslatedBot
from bot.dialogue.without_tensorflow import leave_out_tensorflow
from bot.documents.key import kept_key
from bot.errors import SettingsError, StartupError
from bot.evidence.files import EvidenceFiles
from bot.jobs import channel_jobs, inbox_jobs, jobs, webhook_jobs
from bot.l10n.languages import DEFAULT_LANGUAGE
from bot.orders.http import HttpOrders
from bot.orders.shopify import ShopifyOrders
from bot.orders.woocommerce import WooCommerceOrders
from bot.payments.recorded import RecordedPayments
from bot.scheduler.scheduler import Job, Scheduler
from bot.services import desk_settings
from bot.services.document_links import DocumentKind, DocumentLinks
from bot.services.money_ports import PaymentProvider
from bot.services.order_sources import Inquiries
from bot.services.order_sources import Limits as SourceLimits
from bot.services.order_sources_ports import OrderSource
from bot.services.orders import SourcedOrders
from bot.services.policy_files import load_policy
from bot.services.ports import Clock
from bot.services.privacy import Retention
from bot.services.service_level_files import load_service_levels
from bot.services.team_zones import TeamZones
from bot.services.warehouses import shop_warehouses
from bot.services.webhooks import SlackSettings
from bot.settings import Settings
from bot.settings.components import component_names
from bot.settings.folders import make_writable
from bot.store.database import Database
from bot.store.repositories.translations import StoredTranslations
from bot.store.unit_of_work import SqlUnitOfWork
from bot.translation.cache import TranslationCache
from bot.translation.engines import DeepTranslatorEngine
from bot.translation.guard import GuardedEngine, Limits
from bot.translation.service import Translations
from bot.webhooks.http_sender import HttpSender
from bot.widget.strings import file_refused, machine_translated

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
    channels: dict[str, Channel] = field(default_factory=dict)
    courier: Courier | None = None
    late_files: LateFiles | None = None
    orders: SourcedOrders | None = None
    is_model_loaded: Callable[[], bool] = lambda: True
    is_running: bool = False
    """Whether messages are being answered: begun, and not about to end."""

    @property
    def uow(self) -> Callable[[], SqlUnitOfWork]:
        """Return the factory of transactions."""
        return self.store.uow

    async def products(self) -> list[Product]:
        """Return what the shop sells."""
        async with self.uow() as uow:
            return await uow.products.all()

    async def fetch_late_files(self, now: datetime) -> None:
        """Ask platforms again for files that they were not able to give."""
        if self.late_files is not None:
            await self.late_files.run(now)

    async def start(self) -> None:
        """Take up what an earlier process left, and begin to do what happens by itself."""
        await self.router.recover()
        self.notifier.start()
        self.scheduler.start()
        if self.courier is not None:
            self.courier.start()
        self.is_running = True

    async def close(self) -> None:
        """Let running jobs and turns end, then disconnect."""
        self.is_running = False
        await self.scheduler.close()
        await self.rounds.close()
        await self.notifier.close()
        await self.router.close()
        if self.courier is not None:
            await self.courier.close()
        if self.orders is not None:
            await self.orders.close()
        await self.translations.close()
        await self.store.close()


async def open_store(settings: Settings) -> Database:
    """Return the migrated database; raises StartupError where that is impossible."""
    make_writable(settings.var, "PARLEY_VAR", mode=0o700)
    return await Database.open(settings.database_url)


def evidence_store(settings: Settings) -> EvidenceFiles:
    """Return where the files are that customers send."""
    return EvidenceFiles(settings.var / "evidence")


def document_links(settings: Settings) -> DocumentLinks:
    """Return what makes and reads links to documents; without PARLEY_SECRET its key is kept in PARLEY_VAR."""
    return DocumentLinks(settings.secret or kept_key(settings.var / "documents.key"))


def webhook_sender(settings: Settings) -> HttpSender:
    """Return what posts events to the shop's systems and alerts to Slack."""
    return HttpSender(signatures.sign, insecure=settings.webhooks_insecure)


def slack(settings: Settings) -> SlackSettings | None:
    """Return where alerts for agents go, or None where that is nowhere."""
    return SlackSettings(settings.slack_webhook_url, settings.public_url) if settings.slack_webhook_url else None


def read_policy(settings: Settings) -> Policy:
    """Return law, shop policy and service levels; raises SettingsError naming file, line and field of each mistake."""
    # A mistake among the warehouses or the settings of the desk ends the start, too, not the first return.
    shop_warehouses()
    desk_settings.defaults()
    return replace(load_policy(settings.policy), levels=load_service_levels(settings.service_levels))


def order_source(settings: Settings) -> OrderSource | None:
    """Return the system that the shop takes its orders in, or None where that is Parley's own database."""
    chosen = settings.orders
    if chosen.backend == "http":
        return HttpOrders(chosen.url, chosen.token)
    if chosen.backend == "shopify":
        version, pattern = chosen.api_version, chosen.name_pattern
        return ShopifyOrders(chosen.url, chosen.token, chosen.secret, api_version=version, name_pattern=pattern)
    if chosen.backend == "woocommerce":
        return WooCommerceOrders(chosen.url, chosen.token, chosen.secret)
    return None


def payment_provider(settings: Settings) -> PaymentProvider | None:
    """Return the provider that the shop has plugged in, or None where money is only recorded.

    Raises SettingsError where PARLEY_PAYMENTS names nothing that makes one.
    """
    if settings.payments is None:
        return None
    module, _, name = settings.payments.partition(":")
    try:
        provider: PaymentProvider = getattr(import_module(module), name)()
    except Exception as error:
        # It is the shop's own code, and may fail in any way.
        raise SettingsError(f"PARLEY_PAYMENTS is '{settings.payments}': {type(error).__name__}: {error}") from error
    return provider


def sourced_orders(settings: Settings, store: Database, clock: Clock = utc_now) -> SourcedOrders | None:
    """Return what keeps the copies of orders fresh, or None where Parley's own database is all there is."""
    source, chosen = order_source(settings), settings.orders
    if source is None:
        return None
    limits = SourceLimits(deadline_seconds=chosen.deadline_seconds, requests_per_minute=chosen.requests_per_minute)
    keep = timedelta(seconds=chosen.keep_seconds)
    return SourcedOrders(store.uow, Inquiries(source, limits), clock, keep=keep)


def bind_actions(settings: Settings, store: Database, policy: Policy, clock: Clock = utc_now) -> SourcedOrders | None:
    """Give the actions of this process what they work with, and return what of it is to be closed."""
    orders = sourced_orders(settings, store, clock)
    context.bind(context.Context(store.uow, policy, clock, document_links(settings), orders))
    return orders


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
    orders = bind_actions(settings, store, policy, clock)

    async def load_events(conversation_id: str) -> list[dict[str, Any]]:
        async with store.uow() as uow:
            return await uow.dialogue.load(conversation_id)

    zones = TeamZones(policy.levels)
    async with store.uow() as uow:
        zones.follow(await desk_settings.read(uow))
    assistant = _assistant(settings, model, load_events, clock, zones)
    await assistant.warm_up()
    translating = translations(settings, StoredTranslations(store.uow))
    bot: Bot = TranslatedBot(assistant, translating) if settings.translation.orders else assistant
    bot = PlainLinks(bot, settings.public_url) if settings.public_url else bot
    configured = ConfiguredBot(bot, store.uow, clock, policy.levels, zones)
    router = Router(store.uow, configured, Feed(), Delivery(store.uow, clock), clock, policy.levels)
    rounds = RoutingRounds(store.uow, router.handling, clock, policy.levels)
    notifier = Notifier(store.uow, assistant, router.feed, clock, document_links(settings), settings.public_url)
    router.announced = notifier.wake
    router.hears = assistant.hears
    keep = Retention(settings.transcript_days, settings.evidence_days)
    payments = payment_provider(settings) or RecordedPayments(store.uow, clock)
    work = jobs(store.uow, policy.levels, payments, evidence_store(settings), keep, router.feed)
    work += inbox_jobs(store.uow, router.feed)
    work += webhook_jobs(store.uow, webhook_sender(settings), slack(settings), clock)
    work += channel_jobs(lambda now: parley.fetch_late_files(now))
    # What a replica received before it died; one that lives has answered by then.
    take_up = Job("take_up_received", timedelta(seconds=30), lambda now: router.recover(now - timedelta(minutes=1)))
    scheduler = Scheduler(store.uow, [*work, take_up, Job("routing", EVERY, rounds.run)], clock)
    parley = Parley(store, policy, router, clock, notifier, scheduler, rounds, translating, orders=orders)
    parley.is_model_loaded = assistant.is_loaded
    connect_channels(parley, configured, settings)
    return parley


def connect_channels(parley: Parley, bot: Bot, settings: Settings) -> None:
    """Let messaging platforms take part: what they bring is made ready for the bot, what is said is brought to them."""
    channels, files, router = platforms.configured(settings), evidence_store(settings), parley.router
    router.prepare = Arrivals(parley.uow, channels, files, bot, router.feed, parley.clock, file_refused).prepare
    letters = Letters(
        files,
        lambda response, language: router.phrase(response, language, {}),
        machine_translated,
        _file_link(settings),
    )
    parley.channels = dict(channels)
    parley.late_files = LateFiles(parley.uow, channels, files, router.feed, parley.clock, router.wake)
    router.words.sent = SentChanges(parley.uow, channels, letters)
    parley.courier = Courier(parley.uow, channels, letters, router.feed, parley.clock)


def _file_link(settings: Settings) -> FileLink | None:
    public_url = settings.public_url
    if public_url is None:
        return None
    links = document_links(settings)
    return lambda evidence_id, at: public_url + links.link(DocumentKind.FILE, evidence_id, DEFAULT_LANGUAGE, at)


def _assistant(settings: Settings, model: Path, load_events: Any, clock: Clock, zones: TeamZones) -> Any:
    leave_out_tensorflow(component_names())
    # Rasa takes seconds to import; commands that need no dialogue never do.
    from bot.dialogue.assistant import Assistant, action_endpoint

    try:
        return Assistant(model, load_events, clock, action_endpoint(settings.actions_url), zones.of)
    except Exception as error:
        log.debug("bootstrap.model_failed", exc_info=True)
        words = (str(error).splitlines() or [""])[0]
        raise StartupError(
            f"cannot load the model {model.name}: {type(error).__name__}: {words}; train a new one with `make train`"
        ) from error
