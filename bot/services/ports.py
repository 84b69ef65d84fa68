"""What the use cases need of a database and a clock; implemented by ``bot.store`` and by fakes in tests."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, TypeVar

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.catalogue import Product
from bot.aftersales.escalation import Escalation
from bot.aftersales.exchange import Exchange
from bot.aftersales.identification import Identification
from bot.aftersales.notification import Notification
from bot.aftersales.order import Customer, Order
from bot.aftersales.return_ import Return
from bot.aftersales.task import Department, Task, Workload
from bot.services.account import Account, Presence, Session
from bot.services.api_ports import ApiTokens, Changes, IdempotencyKeys
from bot.services.decision_ports import LiabilityFindings
from bot.services.desk_decisions_ports import Approvals
from bot.services.evidence_ports import EvidencePieces
from bot.services.identity_ports import KnownCustomers, TryCounts
from bot.services.inbox_ports import Inboxes, SearchIndex, Snoozes, Tags
from bot.services.lifecycle_ports import CustomsMatters, Repairs, Reshipments, ShopEvents
from bot.services.money_ports import Coupons, Ledger, RecordedInstructions, Refunds, WarrantyExtensions
from bot.services.order_sources_ports import OrderOrigins
from bot.services.people_ports import AuditTrail
from bot.services.privacy_ports import PersonalData
from bot.services.record_ports import Claims, Records
from bot.services.routing_ports import RoutingBoard
from bot.services.service_level_ports import Contacts, Ratings, ServiceClocks
from bot.services.settings_ports import KeptSettings
from bot.services.statistics_ports import Statistics
from bot.services.words_ports import CannedResponses, Mentions, ReadStates, Revisions

Clock = Callable[[], datetime]
"""Return the present moment, aware and in UTC."""


class Products(Protocol):
    """All products with their variants."""

    def add(self, product: Product) -> None:
        """Keep a new product."""

    async def get(self, product_id: str) -> Product | None:
        """Return a product with its variants, or None."""

    async def by_sku(self, sku: str) -> Product | None:
        """Return the product with this variant, or None."""

    async def all(self) -> list[Product]:
        """Return every product, in order of category and title."""

    def arrange(self, product: Product) -> None:
        """Keep the order in which a known product's variants are listed now, and add those that are new."""


class Customers(Protocol):
    """All customers."""

    def add(self, customer: Customer) -> None:
        """Keep a new customer."""

    async def get(self, customer_id: str) -> Customer | None:
        """Return a customer, or None."""

    async def proved_in(self, conversation_ids: Collection[str]) -> dict[str, Customer]:
        """Return, by conversation, whose order was proved there last; conversations without proof are left out."""


class Orders(Protocol):
    """All orders with lines, products, payments, shipments and customer."""

    def add(self, order: Order) -> None:
        """Keep a new order."""

    async def get(self, number: str) -> Order | None:
        """Return the order of a normalised number with everything that belongs to it, or None."""

    async def read(self, number: str) -> Order | None:
        """Return the same as ``get``, faster, but only to look at: what is changed in it is not kept."""

    async def by_tracking(self, tracking_number: str) -> Order | None:
        """Return the newest order with a parcel of this number, or None."""

    async def of_customer(self, customer_id: str, limit: int = 20) -> list[Order]:
        """Return a customer's orders, newest first."""


class Cases(Protocol):
    """All cases with their offers."""

    def add(self, case: Case) -> None:
        """Keep a new case."""

    async def get(self, number: str) -> Case | None:
        """Return a case, or None."""

    async def by_numbers(self, numbers: Collection[str]) -> dict[str, Case]:
        """Return some cases by their numbers."""

    async def by_source_message(self, message_id: str) -> Case | None:
        """Return the case that this inbound message opened, or None."""

    async def of_order(self, order_number: str) -> list[Case]:
        """Return the cases of an order, newest first."""

    async def of_customer(self, customer_id: str, since: datetime) -> list[Case]:
        """Return the cases that a customer opened from a moment on, newest first."""

    async def of_conversation(self, conversation_id: str) -> list[Case]:
        """Return the cases opened in a conversation, newest first."""

    async def promised_until(self, now: datetime, limit: int = 200) -> list[Case]:
        """Return the cases whose customer waits for us and should have heard by now, the most overdue first."""

    async def waits_for_us(self, number: str, now: datetime) -> bool:
        """Tell whether a case's customer waits for us, neither for themselves nor for a carrier, an authority or a day.

        What departments have in hand for a case that is carried out has their time first. Who traces a lost parcel has
        that time alone, though the parcel counts as on its way.
        """

    async def told_since(self, case: Case, moment: datetime, besides: Collection[str]) -> datetime | None:
        """Return when a case's customer last heard from us after a moment, or None.

        By an announcement, other than of the responses ``besides``, or in an agent's words; what was given up on its
        way does not count.
        """

    async def owed_money(self, now: datetime, limit: int = 200) -> list[Case]:
        """Return the cases that money should have left for before today, and that should have heard by now.

        Money that is agreed, and that for goods which are here; the most overdue promises come first.
        """

    async def resolved_unasked(self, limit: int = 200) -> list[Case]:
        """Return the resolved cases whose customer has not been asked since whether it is solved."""

    async def offered_until(self, moment: datetime, limit: int = 200) -> list[Case]:
        """Return the cases with an agent's offer of that moment or before that nobody has answered."""

    async def silent_since(self, moment: datetime, number: str | None = None, limit: int = 200) -> list[Case]:
        """Return the resolved cases, or this very one, that all was silent about since a moment, oldest first.

        Their customers had been asked by then whether it is solved, and have not written since, wherever they proved
        the order; nor has a person had the conversation.
        """


class Returns(Protocol):
    """All returns with their lines."""

    def add(self, return_: Return) -> None:
        """Keep a new return."""

    async def get(self, rma: str) -> Return | None:
        """Return a return, or None."""

    async def of_order(self, order_number: str) -> list[Return]:
        """Return the returns of an order, newest first."""

    async def by_tracking(self, tracking_number: str) -> Return | None:
        """Return the return whose parcel has this number, or None."""

    async def overdue(self, today: date) -> list[Return]:
        """Return those whose parcel should have been handed over before today."""

    async def under_way_since(self, moment: datetime) -> list[Return]:
        """Return those whose parcel was handed over by then, and of which nothing has arrived yet."""


class Exchanges(Protocol):
    """All exchanges."""

    def add(self, exchange: Exchange) -> None:
        """Keep a new exchange."""

    async def of_order(self, order_number: str) -> list[Exchange]:
        """Return the exchanges of an order, newest first."""

    async def of_return(self, rma: str) -> Exchange | None:
        """Return the exchange that a return belongs to, or None."""

    async def by_tracking(self, tracking_number: str) -> Exchange | None:
        """Return the exchange whose replacement travels under this number, or None."""

    async def unpaid_since(self, moment: datetime) -> list[Exchange]:
        """Return those that wait for the price difference alone, as their returns were completed before then."""


class Escalations(Protocol):
    """All handoffs."""

    def add(self, escalation: Escalation) -> None:
        """Keep a new handoff."""

    async def open_of(self, conversation_id: str) -> Escalation | None:
        """Return the handoff that a conversation is in, or None while the bot handles it."""

    async def latest_of(self, conversation_id: str) -> Escalation | None:
        """Return a conversation's newest handoff, open or not, or None."""

    async def queue(self) -> list[Escalation]:
        """Return the open handoffs: overdue ones first, then the most pressing, then the longest waiting."""


class Identifications(Protocol):
    """The tries of conversations at order numbers."""

    def add(self, identification: Identification) -> None:
        """Keep a new record of tries."""

    async def get(self, conversation_id: str, order_number: str) -> Identification | None:
        """Return what is known of a conversation's tries at an order number, or None."""

    async def proved_in(self, conversation_id: str) -> list[str]:
        """Return the order numbers proved in a conversation, newest proof first."""

    async def of_conversation(self, conversation_id: str) -> list[Identification]:
        """Return a conversation's tries at all order numbers, the newest number first."""

    async def conversations_of(self, customer_id: str, order_number: str | None = None) -> list[str]:
        """Return the conversations in which one of a customer's orders was proved, or this very one, newest last."""


class AuditLog(Protocol):
    """The append-only record of changes."""

    def add(self, event: AuditEvent) -> None:
        """Append an event."""

    async def of_subject(self, subject: str) -> list[AuditEvent]:
        """Return what happened to a thing, oldest first."""


class Notifications(Protocol):
    """All announcements to customers."""

    def add(self, notification: Notification) -> None:
        """Keep a new announcement."""

    async def by_key(self, key: str) -> Notification | None:
        """Return the announcement of an event, or None."""

    async def conversations_waiting(self, limit: int = 500) -> list[str]:
        """Return the conversations with announcements not yet made, the longest waiting first."""

    async def oldest_unsent(self, conversation_id: str) -> Notification | None:
        """Return what a conversation's customer is to be told next, or None."""

    async def claim(self, notification: Notification, message_id: int | None, now: datetime) -> bool:
        """Record that a message made an announcement, or None will; return False where that was recorded before."""

    async def made_by(self, message_id: int, at: datetime) -> Notification | None:
        """Return the announcement that a message, written at that moment, made, or None."""

    async def of_case(self, case_number: str) -> list[Notification]:
        """Return what a case's customer was or will be told, oldest first."""


class Tasks(Protocol):
    """All tasks of departments."""

    def add(self, task: Task) -> None:
        """Keep a new task."""

    async def get(self, task_id: int) -> Task | None:
        """Return a task, or None."""

    async def by_key(self, key: str) -> Task | None:
        """Return the task of an occasion, or None."""

    async def of_case(self, case_number: str) -> list[Task]:
        """Return a case's tasks, oldest first."""

    async def open(
        self,
        department: Department | None = None,
        owners: Collection[str | None] | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[Task]:
        """Return the open tasks of a department, or of all, the soonest due first.

        ``owners`` are those whose tasks are wanted, with None for what is nobody's; without it they are everybody's.
        Those ``after`` a task, by its id, are the next page.
        """

    async def workload(
        self, now: datetime, owners: Collection[str | None] | None = None
    ) -> dict[Department, Workload]:  # fmt: skip
        """Return how much is open at each department that has something to do, for some owners as in ``open``."""

    async def newly_overdue(self, now: datetime, limit: int = 200) -> list[str]:
        """Return the keys of open tasks whose time has passed and of which that was not noted, the oldest first."""


class Accounts(Protocol):
    """The people of the desk and their sessions."""

    def add(self, account: Account) -> None:
        """Keep a new account."""

    async def get(self, account_id: str) -> Account | None:
        """Return an account, or None."""

    async def by_name(self, name: str) -> Account | None:
        """Return the account with a login name (case-folded), or None."""

    async def by_invitation(self, invitation_digest: str) -> Account | None:
        """Return the account whose invitation link has a digest, or None."""

    async def all(self) -> list[Account]:
        """Return every account, by name."""

    async def note_presence(self, account: Account, presence: Presence, now: datetime) -> None:
        """Record whether somebody is there, seen now; whoever edits the account at the same moment is not disturbed."""

    async def note_arrival(self, account: Account, now: datetime, *, unless_seen_since: datetime) -> bool:
        """Record that somebody is online, seen now, and tell whether that person had not been seen since a moment."""

    async def note_seen(self, account: Account, now: datetime) -> None:
        """Record that somebody is seen now, and load what that person last said of themselves."""

    def add_session(self, session: Session) -> None:
        """Keep a new session."""

    async def session(self, token_digest: str) -> Session | None:
        """Return the session of a token's digest, or None."""

    async def sessions_of(self, account_id: str) -> list[Session]:
        """Return the sessions of an account, over ones included, newest first."""

    async def end_session(self, token_digest: str) -> None:
        """Forget a session."""

    async def end_sessions_of(self, account_id: str) -> None:
        """Forget every session of an account."""


class UnitOfWork(Protocol):
    """One transaction over all repositories; leaving it without ``commit`` rolls back."""

    products: Products
    customers: Customers
    orders: Orders
    order_origins: OrderOrigins
    cases: Cases
    returns: Returns
    exchanges: Exchanges
    repairs: Repairs
    reshipments: Reshipments
    customs: CustomsMatters
    shop_events: ShopEvents
    escalations: Escalations
    identifications: Identifications
    known_customers: KnownCustomers
    try_counts: TryCounts
    audit: AuditLog
    audit_trail: AuditTrail
    notifications: Notifications
    tasks: Tasks
    evidence: EvidencePieces
    liability: LiabilityFindings
    approvals: Approvals
    accounts: Accounts
    service_clocks: ServiceClocks
    ratings: Ratings
    contacts: Contacts
    refunds: Refunds
    ledger: Ledger
    coupons: Coupons
    warranty_extensions: WarrantyExtensions
    payment_instructions: RecordedInstructions
    claims: Claims
    records: Records
    personal_data: PersonalData
    statistics: Statistics
    inboxes: Inboxes
    tags: Tags
    snoozes: Snoozes
    search: SearchIndex
    canned_responses: CannedResponses
    mentions: Mentions
    revisions: Revisions
    read_states: ReadStates
    desk_settings: KeptSettings
    routing: RoutingBoard
    api_tokens: ApiTokens
    idempotency_keys: IdempotencyKeys
    changes: Changes

    async def next_number(self, sequence: str) -> int:
        """Return the next number of a named sequence, starting at 1."""

    async def commit(self) -> None:
        """Make everything since entering durable, or raise ConflictError where a versioned row changed meanwhile."""

    async def __aenter__(self: Self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


Self = TypeVar("Self", bound=UnitOfWork)
