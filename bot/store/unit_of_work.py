"""One transaction over all repositories, on either database."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import Self

from bot.conversations import ports as conversation_ports
from bot.conversations.export import ConversationExport
from bot.scheduler.lease import Leases
from bot.services import decision_ports, evidence_ports, lifecycle_ports, money_ports, ports, service_level_ports
from bot.services.api_ports import ApiTokens, Changes, IdempotencyKeys
from bot.services.desk_decisions_ports import Approvals
from bot.services.identity_ports import KnownCustomers, TryCounts
from bot.services.inbox_ports import Inboxes, SearchIndex, Snoozes, Tags
from bot.services.order_sources_ports import OrderOrigins
from bot.services.people_ports import AuditTrail
from bot.services.privacy_ports import PersonalData
from bot.services.record_ports import Claims, Records
from bot.services.routing_ports import RoutingBoard
from bot.services.settings_ports import KeptSettings
from bot.services.statistics_ports import Statistics
from bot.services.webhooks_ports import Webhooks
from bot.services.words_ports import CannedResponses, Mentions, ReadStates, Revisions
from bot.store.mapping import start_mappers
from bot.store.repositories.api import SqlApiTokens, SqlChanges, SqlConversationExport, SqlIdempotencyKeys
from bot.store.repositories.approvals import SqlApprovals
from bot.store.repositories.audit import SqlAuditTrail
from bot.store.repositories.cases import SqlCases, SqlExchanges, SqlReturns
from bot.store.repositories.claims import SqlClaims
from bot.store.repositories.conversations import SqlConversations, SqlDialogueLog, SqlMessages
from bot.store.repositories.correspondents import SqlCorrespondents
from bot.store.repositories.decisions import SqlLiabilityFindings
from bot.store.repositories.desk import SqlAccounts, SqlAuditLog, SqlEscalations, SqlIdentifications, SqlKnownCustomers
from bot.store.repositories.evidence import SqlEvidencePieces
from bot.store.repositories.follow_up import SqlNotifications, SqlTasks
from bot.store.repositories.inboxes import SqlInboxes
from bot.store.repositories.lifecycles import SqlCustomsMatters, SqlRepairs, SqlReshipments, SqlShopEvents
from bot.store.repositories.marks import SqlSnoozes, SqlTags
from bot.store.repositories.money import (
    SqlCoupons,
    SqlLedger,
    SqlRecordedInstructions,
    SqlRefunds,
    SqlWarrantyExtensions,
)
from bot.store.repositories.order_origins import SqlOrderOrigins
from bot.store.repositories.personal_data import SqlPersonalData
from bot.store.repositories.records import SqlRecords
from bot.store.repositories.routing import SqlRoutingBoard
from bot.store.repositories.search import SqlSearchIndex
from bot.store.repositories.service_levels import SqlContacts, SqlJobLeases, SqlRatings, SqlServiceClocks
from bot.store.repositories.settings import SqlKeptSettings
from bot.store.repositories.shop import SqlCustomers, SqlOrders, SqlProducts
from bot.store.repositories.statistics import SqlStatistics
from bot.store.repositories.translations import SqlTranslations
from bot.store.repositories.try_counts import SqlTryCounts
from bot.store.repositories.webhooks import SqlWebhooks
from bot.store.repositories.words import SqlCannedResponses, SqlMentions, SqlReadStates, SqlRevisions
from bot.store.repositories.worklists import SqlInbox, SqlOutbox
from bot.store.shelf import Shelf
from bot.store.sqlite import WriteTurn
from bot.store.transaction import Transaction, raise_conflict
from bot.translation.cache import TranslationCache

_NEXT_NUMBER = (
    "INSERT INTO sequences (name, value) VALUES (?, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = sequences.value + 1 RETURNING value"
)


R = TypeVar("R")


def _made(kind: Callable[[Transaction], R]) -> R:
    """Return what makes a repository for a unit of work when it is first asked for: most need few of the many."""
    return cast(R, _Repository(kind))


class _Repository:
    def __init__(self, kind: Callable[[Transaction], Any]) -> None:
        self._kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, uow: SqlUnitOfWork, owner: type) -> Any:
        return uow.repository(self._name, self._kind)


class SqlUnitOfWork:
    """A unit of work in the database; enter it, use its repositories, commit, leave.

    What was read stays readable after leaving. It may be entered again, which begins anew.
    """

    products: ports.Products = _made(SqlProducts)
    customers: ports.Customers = _made(SqlCustomers)
    orders: ports.Orders = _made(SqlOrders)
    order_origins: OrderOrigins = _made(SqlOrderOrigins)
    cases: ports.Cases = _made(SqlCases)
    returns: ports.Returns = _made(SqlReturns)
    exchanges: ports.Exchanges = _made(SqlExchanges)
    repairs: lifecycle_ports.Repairs = _made(SqlRepairs)
    reshipments: lifecycle_ports.Reshipments = _made(SqlReshipments)
    customs: lifecycle_ports.CustomsMatters = _made(SqlCustomsMatters)
    shop_events: lifecycle_ports.ShopEvents = _made(SqlShopEvents)
    escalations: ports.Escalations = _made(SqlEscalations)
    identifications: ports.Identifications = _made(SqlIdentifications)
    known_customers: KnownCustomers = _made(SqlKnownCustomers)
    try_counts: TryCounts = _made(SqlTryCounts)
    audit: ports.AuditLog = _made(SqlAuditLog)
    audit_trail: AuditTrail = _made(SqlAuditTrail)
    notifications: ports.Notifications = _made(SqlNotifications)
    tasks: ports.Tasks = _made(SqlTasks)
    evidence: evidence_ports.EvidencePieces = _made(SqlEvidencePieces)
    liability: decision_ports.LiabilityFindings = _made(SqlLiabilityFindings)
    approvals: Approvals = _made(SqlApprovals)
    accounts: ports.Accounts = _made(SqlAccounts)
    service_clocks: service_level_ports.ServiceClocks = _made(SqlServiceClocks)
    ratings: service_level_ports.Ratings = _made(SqlRatings)
    contacts: service_level_ports.Contacts = _made(SqlContacts)
    job_leases: Leases = _made(SqlJobLeases)
    refunds: money_ports.Refunds = _made(SqlRefunds)
    ledger: money_ports.Ledger = _made(SqlLedger)
    coupons: money_ports.Coupons = _made(SqlCoupons)
    warranty_extensions: money_ports.WarrantyExtensions = _made(SqlWarrantyExtensions)
    payment_instructions: money_ports.RecordedInstructions = _made(SqlRecordedInstructions)
    claims: Claims = _made(SqlClaims)
    records: Records = _made(SqlRecords)
    personal_data: PersonalData = _made(SqlPersonalData)
    statistics: Statistics = _made(SqlStatistics)
    inboxes: Inboxes = _made(SqlInboxes)
    tags: Tags = _made(SqlTags)
    snoozes: Snoozes = _made(SqlSnoozes)
    search: SearchIndex = _made(SqlSearchIndex)
    desk_settings: KeptSettings = _made(SqlKeptSettings)
    routing: RoutingBoard = _made(SqlRoutingBoard)
    api_tokens: ApiTokens = _made(SqlApiTokens)
    idempotency_keys: IdempotencyKeys = _made(SqlIdempotencyKeys)
    changes: Changes = _made(SqlChanges)
    conversations: conversation_ports.Conversations = _made(SqlConversations)
    messages: conversation_ports.Messages = _made(SqlMessages)
    inbox: conversation_ports.Inbox = _made(SqlInbox)
    outbox: conversation_ports.Outbox = _made(SqlOutbox)
    correspondents: conversation_ports.Correspondents = _made(SqlCorrespondents)
    dialogue: conversation_ports.DialogueLog = _made(SqlDialogueLog)
    conversation_export: ConversationExport = _made(SqlConversationExport)
    translations: TranslationCache = _made(SqlTranslations)
    canned_responses: CannedResponses = _made(SqlCannedResponses)
    mentions: Mentions = _made(SqlMentions)
    revisions: Revisions = _made(SqlRevisions)
    read_states: ReadStates = _made(SqlReadStates)
    webhooks: Webhooks = _made(SqlWebhooks)

    def __init__(self, engine: AsyncEngine, turn: WriteTurn | None, shelf: Shelf) -> None:
        self._engine = engine
        self._turn = turn
        self._shelf = shelf
        self._transaction: Transaction
        self._repositories: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        self._transaction = Transaction(self._engine, self._turn, self._shelf)
        self._repositories.clear()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transaction.close()
        # Asking for something saves what was added before, so a conflict may show before commit.
        raise_conflict(error)

    def repository(self, name: str, kind: Callable[[Transaction], R]) -> R:
        """Return the repository of this name in the transaction, made at the first call."""
        if name not in self._repositories:
            self._repositories[name] = kind(self._transaction)
        return cast(R, self._repositories[name])

    async def next_number(self, sequence: str) -> int:
        """Return the next number of a named sequence, starting at 1; a rollback gives it back."""
        ((number,),) = (await self._transaction.write(_NEXT_NUMBER, sequence)).rows
        return int(number)

    async def commit(self) -> None:
        """Make everything since entering durable, or raise ConflictError where somebody else was first."""
        await self._transaction.commit()


def unit_of_work_factory(engine: AsyncEngine) -> Callable[[], SqlUnitOfWork]:
    """Return what makes units of work on an engine.

    Call it once for an engine, and before anything is made that shall be saved: it maps the classes.
    """
    start_mappers()
    turn = WriteTurn() if engine.dialect.name == "sqlite" else None
    shelf = Shelf()
    return lambda: SqlUnitOfWork(engine, turn, shelf)
