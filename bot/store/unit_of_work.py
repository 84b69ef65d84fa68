"""One transaction over all repositories, on either database."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

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


class SqlUnitOfWork:
    """A unit of work in the database; enter it, use its repositories, commit, leave.

    What was read stays readable after leaving. It may be entered again, which begins anew.
    """

    products: ports.Products
    customers: ports.Customers
    orders: ports.Orders
    order_origins: OrderOrigins
    cases: ports.Cases
    returns: ports.Returns
    exchanges: ports.Exchanges
    repairs: lifecycle_ports.Repairs
    reshipments: lifecycle_ports.Reshipments
    customs: lifecycle_ports.CustomsMatters
    shop_events: lifecycle_ports.ShopEvents
    escalations: ports.Escalations
    identifications: ports.Identifications
    known_customers: KnownCustomers
    try_counts: TryCounts
    audit: ports.AuditLog
    audit_trail: AuditTrail
    notifications: ports.Notifications
    tasks: ports.Tasks
    evidence: evidence_ports.EvidencePieces
    liability: decision_ports.LiabilityFindings
    approvals: Approvals
    accounts: ports.Accounts
    service_clocks: service_level_ports.ServiceClocks
    ratings: service_level_ports.Ratings
    contacts: service_level_ports.Contacts
    job_leases: Leases
    refunds: money_ports.Refunds
    ledger: money_ports.Ledger
    coupons: money_ports.Coupons
    warranty_extensions: money_ports.WarrantyExtensions
    payment_instructions: money_ports.RecordedInstructions
    claims: Claims
    records: Records
    personal_data: PersonalData
    statistics: Statistics
    inboxes: Inboxes
    tags: Tags
    snoozes: Snoozes
    search: SearchIndex
    desk_settings: KeptSettings
    routing: RoutingBoard
    api_tokens: ApiTokens
    idempotency_keys: IdempotencyKeys
    changes: Changes
    conversations: conversation_ports.Conversations
    messages: conversation_ports.Messages
    inbox: conversation_ports.Inbox
    outbox: conversation_ports.Outbox
    correspondents: conversation_ports.Correspondents
    dialogue: conversation_ports.DialogueLog
    conversation_export: ConversationExport
    translations: TranslationCache
    canned_responses: CannedResponses
    mentions: Mentions
    revisions: Revisions
    read_states: ReadStates
    webhooks: Webhooks

    def __init__(self, engine: AsyncEngine, turn: WriteTurn | None, shelf: Shelf) -> None:
        self._engine = engine
        self._turn = turn
        self._shelf = shelf
        self._transaction: Transaction

    async def __aenter__(self) -> Self:
        transaction = self._transaction = Transaction(self._engine, self._turn, self._shelf)
        self.products = SqlProducts(transaction)
        self.customers = SqlCustomers(transaction)
        self.orders = SqlOrders(transaction)
        self.order_origins = SqlOrderOrigins(transaction)
        self.cases = SqlCases(transaction)
        self.returns = SqlReturns(transaction)
        self.exchanges = SqlExchanges(transaction)
        self.repairs = SqlRepairs(transaction)
        self.reshipments = SqlReshipments(transaction)
        self.customs = SqlCustomsMatters(transaction)
        self.shop_events = SqlShopEvents(transaction)
        self.escalations = SqlEscalations(transaction)
        self.identifications = SqlIdentifications(transaction)
        self.known_customers = SqlKnownCustomers(transaction)
        self.try_counts = SqlTryCounts(transaction)
        self.audit = SqlAuditLog(transaction)
        self.audit_trail = SqlAuditTrail(transaction)
        self.notifications = SqlNotifications(transaction)
        self.tasks = SqlTasks(transaction)
        self.evidence = SqlEvidencePieces(transaction)
        self.liability = SqlLiabilityFindings(transaction)
        self.approvals = SqlApprovals(transaction)
        self.accounts = SqlAccounts(transaction)
        self.service_clocks = SqlServiceClocks(transaction)
        self.ratings = SqlRatings(transaction)
        self.contacts = SqlContacts(transaction)
        self.job_leases = SqlJobLeases(transaction)
        self.refunds = SqlRefunds(transaction)
        self.ledger = SqlLedger(transaction)
        self.coupons = SqlCoupons(transaction)
        self.warranty_extensions = SqlWarrantyExtensions(transaction)
        self.payment_instructions = SqlRecordedInstructions(transaction)
        self.claims = SqlClaims(transaction)
        self.records = SqlRecords(transaction)
        self.personal_data = SqlPersonalData(transaction)
        self.statistics = SqlStatistics(transaction)
        self.inboxes = SqlInboxes(transaction)
        self.tags = SqlTags(transaction)
        self.snoozes = SqlSnoozes(transaction)
        self.search = SqlSearchIndex(transaction)
        self.desk_settings = SqlKeptSettings(transaction)
        self.routing = SqlRoutingBoard(transaction)
        self.api_tokens = SqlApiTokens(transaction)
        self.idempotency_keys = SqlIdempotencyKeys(transaction)
        self.changes = SqlChanges(transaction)
        self.conversations = SqlConversations(transaction)
        self.messages = SqlMessages(transaction)
        self.inbox = SqlInbox(transaction)
        self.outbox = SqlOutbox(transaction)
        self.correspondents = SqlCorrespondents(transaction)
        self.dialogue = SqlDialogueLog(transaction)
        self.conversation_export = SqlConversationExport(transaction)
        self.translations = SqlTranslations(transaction)
        self.canned_responses = SqlCannedResponses(transaction)
        self.mentions = SqlMentions(transaction)
        self.revisions = SqlRevisions(transaction)
        self.read_states = SqlReadStates(transaction)
        self.webhooks = SqlWebhooks(transaction)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transaction.close()
        # Asking for something saves what was added before, so a conflict may show before commit.
        raise_conflict(error)

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
