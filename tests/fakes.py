"""The database's ports in memory, for unit tests of whatever stands on them.

What is added is visible at once and taken out again where the unit of work is left without ``commit``;
changes of things that were there before are not undone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any

from typing_extensions import Self

from bot.aftersales import waits
from bot.aftersales.approval import Approval
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import AWAITS_SHOP, Case, CaseState
from bot.aftersales.catalogue import Product
from bot.aftersales.claim import Claim
from bot.aftersales.contact import Contact
from bot.aftersales.customs import CustomsMatter
from bot.aftersales.escalation import Escalation
from bot.aftersales.evidence import Evidence
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.grant import Coupon, WarrantyExtension
from bot.aftersales.identification import Identification, KnownCustomer
from bot.aftersales.ledger import JournalEntry
from bot.aftersales.liability import LiabilityFinding
from bot.aftersales.notification import ASK_SOLVED, Notification
from bot.aftersales.offer import OfferState
from bot.aftersales.order import Customer, Order
from bot.aftersales.payment import RecordedInstruction
from bot.aftersales.rating import Rating
from bot.aftersales.refund import Refund
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment
from bot.aftersales.return_ import UNDECIDED, Return
from bot.aftersales.shop_event import ShopEvent
from bot.aftersales.sla import ServiceClock
from bot.aftersales.task import Task
from bot.conversations.model import (
    Author,
    Conversation,
    Correspondent,
    InboundMessage,
    Message,
    OutboundMessage,
    OutboxState,
)
from bot.errors import ConflictError
from bot.services.account import Account, Presence, Session
from bot.services.api_ports import ApiToken, KeptAnswer, Place
from bot.services.inbox_ports import Snooze
from bot.services.words_model import CannedResponse, Mention, Revision
from tests.fake_api import FakeApiTokens, FakeChanges, FakeConversationExport, FakeIdempotencyKeys
from tests.fake_conversations import (
    FakeConversations,
    FakeCorrespondents,
    FakeDialogueLog,
    FakeInbox,
    FakeMessages,
    FakeOutbox,
)
from tests.fake_decisions import FakeLiabilityFindings
from tests.fake_desk_decisions import FakeApprovals
from tests.fake_evidence import FakeEvidencePieces
from tests.fake_follow_up import FakeNotifications, FakeTasks
from tests.fake_inbox import FakeInboxes, FakeSearchIndex, FakeSnoozes, FakeTags
from tests.fake_lifecycles import FakeCustomsMatters, FakeRepairs, FakeReshipments, FakeShopEvents
from tests.fake_money import (
    FakeCoupons,
    FakeLedger,
    FakeRecordedInstructions,
    FakeRefunds,
    FakeWarrantyExtensions,
)
from tests.fake_orders import FakeOrderOrigins
from tests.fake_people import FakeAuditTrail
from tests.fake_records import FakeClaims, FakeRecords
from tests.fake_routing import FakeRoutingBoard
from tests.fake_service_levels import FakeContacts, FakeRatings, FakeServiceClocks
from tests.fake_settings import FakeKeptSettings
from tests.fake_tables import FakeDatabase, HasDatabase, Table
from tests.fake_webhooks import FakeWebhooks
from tests.fake_words import FakeCannedResponses, FakeMentions, FakeReadStates, FakeRevisions

__all__ = ["FakeDatabase", "FakeUnitOfWork", "fake_unit_of_work_factory"]


class FakeProducts(Table[Product]):
    def arrange(self, product: Product) -> None:
        """Lists keep their order here."""

    async def get(self, product_id: str) -> Product | None:
        return self.one(id=product_id)

    async def by_sku(self, sku: str) -> Product | None:
        mine = [product for product in self._sold() if any(variant.sku == sku for variant in product.variants)]
        return next(iter(mine), None)

    def _sold(self) -> list[Product]:
        ordered = [line.product for order in self.uow.database.all(Order) for line in order.lines]
        return [*self.rows, *ordered]

    async def all(self) -> list[Product]:
        return sorted(self.rows, key=lambda product: (product.category, product.title, product.id))


class FakeCustomers(Table[Customer]):
    async def get(self, customer_id: str) -> Customer | None:
        return self.one(id=customer_id)

    async def proved_in(self, conversation_ids: Collection[str]) -> dict[str, Customer]:
        proofs = [p for p in self.uow.database.all(Identification) if p.proved_at is not None]
        orders = {order.number: order for order in self.uow.database.all(Order)}
        return {
            proof.conversation_id: orders[proof.order_number].customer
            for proof in sorted(proofs, key=lambda proof: (proof.proved_at, proof.id))
            if proof.conversation_id in conversation_ids and proof.order_number in orders
        }


class FakeOrders(Table[Order]):
    async def get(self, number: str) -> Order | None:
        return self.one(number=number)

    async def read(self, number: str) -> Order | None:
        return self.one(number=number)

    async def by_tracking(self, tracking_number: str) -> Order | None:
        mine = [order for order in self.rows if any(s.tracking_number == tracking_number for s in order.shipments)]
        return max(mine, key=lambda order: (order.placed_at, order.number), default=None)

    async def of_customer(self, customer_id: str, limit: int = 20) -> list[Order]:
        mine = [order for order in self.rows if order.customer.id == customer_id]
        return sorted(mine, key=lambda order: (order.placed_at, order.number), reverse=True)[:limit]


class FakeCases(Table[Case]):
    async def get(self, number: str) -> Case | None:
        return self.one(number=number)

    async def by_numbers(self, numbers: Collection[str]) -> dict[str, Case]:
        return {case.number: case for case in self.rows if case.number in numbers}

    async def by_source_message(self, message_id: str) -> Case | None:
        return self.one(source_message_id=message_id)

    async def of_order(self, order_number: str) -> list[Case]:
        return _newest_first(self.find(order_number=order_number))

    async def of_customer(self, customer_id: str, since: datetime) -> list[Case]:
        return _newest_first([case for case in self.find(customer_id=customer_id) if case.opened_at >= since])

    async def of_conversation(self, conversation_id: str) -> list[Case]:
        return _newest_first(self.find(conversation_id=conversation_id))

    async def promised_until(self, now: datetime, limit: int = 200) -> list[Case]:
        mine = [case for case in self.rows if self._waits(case, now) and case.next_contact_by <= now]
        return sorted(mine, key=lambda case: (case.next_contact_by, case.number))[:limit]

    async def waits_for_us(self, number: str, now: datetime) -> bool:
        case = self.one(number=number)
        return case is not None and self._waits(case, now)

    async def told_since(self, case: Case, moment: datetime, besides: Collection[str]) -> datetime | None:
        letters = self.uow.database.all(OutboundMessage)
        lost = {entry.message_id for entry in letters if entry.state is OutboxState.FAILED}
        handed = {one.conversation_id for one in self.uow.database.all(Escalation) if one.case_number == case.number}
        announced = [
            found.sent_at
            for found in self.uow.database.all(Notification)
            if found.case_number == case.number and found.response not in besides
            and found.message_id is not None and found.message_id not in lost
        ]  # fmt: skip
        spoken = [
            said.at
            for said in self.uow.database.all(Message)
            if said.conversation_id in {case.conversation_id, *handed}
            and said.author is Author.AGENT and said.id not in lost
        ]  # fmt: skip
        return max((at for at in (*announced, *spoken) if at is not None and at > moment), default=None)

    def _waits(self, case: Case, now: datetime) -> bool:
        if case.state is not CaseState.EXECUTING:
            return case.state in AWAITS_SHOP
        every = self.uow.database.all
        open_tasks = [t for t in every(Task) if t.is_open and t.case_number == case.number]
        if any(t.due_at > now and t.key.startswith(waits.STEPS) for t in open_tasks):
            return False
        traces = [t for t in open_tasks if t.what in waits.TRACES and not t.key.endswith(waits.SEARCH)]
        if any(t.due_at <= now for t in traces):
            return True
        elsewhere = {
            Return: waits.RETURNS, Exchange: waits.EXCHANGES, Repair: waits.REPAIRS, Reshipment: waits.RESHIPMENTS,
            CustomsMatter: waits.CUSTOMS, Refund: waits.REFUNDS,
        }  # fmt: skip
        found = [thing for kind, states in elsewhere.items() for thing in every(kind) if thing.state in states]
        found += [r for r in every(Return) if r.state in UNDECIDED and r.refund and r.pay_by is not None]
        found += [e for e in every(Exchange) if e.state is ExchangeState.REPLACEMENT_RESERVED and e.is_unpaid]
        return all(thing.case_number != case.number for thing in found)

    async def owed_money(self, now: datetime, limit: int = 200) -> list[Case]:
        things = [*self.uow.database.all(Refund), *self.uow.database.all(Return)]
        owed = {thing.case_number for thing in things if thing.is_unpaid(now.date())}
        mine = [case for case in self.rows if case.number in owed and case.next_contact_by <= now]
        return sorted(mine, key=lambda case: (case.next_contact_by, case.number))[:limit]

    async def resolved_unasked(self, limit: int = 200) -> list[Case]:
        asked = [found for found in self.uow.database.all(Notification) if found.response == ASK_SOLVED]
        return [
            case
            for case in self._resolved()
            if not any(found.case_number == case.number and found.created_at >= case.resolved_at for found in asked)
        ][:limit]

    async def offered_until(self, moment: datetime, limit: int = 200) -> list[Case]:
        return [
            case
            for case in self.find(state=CaseState.OFFERED)
            if any(o.agent_id and o.state is OfferState.PROPOSED and o.proposed_at <= moment for o in case.offers)
        ][:limit]

    async def silent_since(self, moment: datetime, number: str | None = None, limit: int = 200) -> list[Case]:
        wanted = [case for case in self._resolved() if number in (None, case.number)]
        return [case for case in wanted if self._is_silent(case, moment)][:limit]

    def _is_silent(self, case: Case, moment: datetime) -> bool:
        database = self.uow.database
        proofs = [proof for proof in database.all(Identification) if proof.proved_at]
        theirs = {proof.conversation_id for proof in proofs if proof.order_number == case.order_number}
        theirs.add(case.conversation_id)
        said = [message for message in database.all(Message) if message.author is Author.CUSTOMER]
        is_disturbed = any(m.conversation_id in theirs and m.at > moment for m in said) or any(
            handoff.conversation_id in theirs and (handoff.ended_at is None or handoff.ended_at > moment)
            for handoff in database.all(Escalation)
        )
        asked = [n for n in database.all(Notification) if (n.case_number, n.response) == (case.number, ASK_SOLVED)]
        return not is_disturbed and any(
            case.resolved_at and n.created_at >= case.resolved_at and n.sent_at and n.sent_at <= moment for n in asked
        )

    def _resolved(self) -> list[Any]:
        return sorted(self.find(state=CaseState.RESOLVED), key=lambda case: (case.resolved_at, case.number))


class FakeReturns(Table[Return]):
    async def get(self, rma: str) -> Return | None:
        return self.one(rma=rma)

    async def of_order(self, order_number: str) -> list[Return]:
        mine = self.find(order_number=order_number)
        return sorted(mine, key=lambda return_: (return_.requested_at, return_.rma), reverse=True)

    async def by_tracking(self, tracking_number: str) -> Return | None:
        return self.one(tracking_number=tracking_number)

    async def overdue(self, today: date) -> list[Return]:
        return [found for found in self.rows if found.is_overdue(today)]

    async def under_way_since(self, moment: datetime) -> list[Return]:
        return [found for found in self.rows if found.is_under_way_since(moment)]


class FakeExchanges(Table[Exchange]):
    def add(self, thing: Exchange) -> None:
        self.number(thing)
        super().add(thing)

    async def of_order(self, order_number: str) -> list[Exchange]:
        return self.find(order_number=order_number)[::-1]

    async def of_return(self, rma: str) -> Exchange | None:
        return next(iter(self.find(rma=rma)[::-1]), None)

    async def unpaid_since(self, moment: datetime) -> list[Exchange]:
        done = {found.rma for found in self.uow.database.all(Return) if found.was_completed_before(moment)}
        return [found for found in self.rows if found.rma in done and found.awaits_payment]

    async def by_tracking(self, tracking_number: str) -> Exchange | None:
        return self.one(tracking_number=tracking_number)


class FakeEscalations(Table[Escalation]):
    def add(self, thing: Escalation) -> None:
        self.number(thing)
        super().add(thing)

    async def open_of(self, conversation_id: str) -> Escalation | None:
        return next((found for found in self.find(conversation_id=conversation_id) if found.is_open), None)

    async def latest_of(self, conversation_id: str) -> Escalation | None:
        return next(reversed(self.find(conversation_id=conversation_id)), None)

    async def queue(self) -> list[Escalation]:
        waiting = [found for found in self.rows if found.is_open]
        late = {
            clock.conversation_id
            for clock in self.uow.database.all(ServiceClock)
            if clock.is_running and clock.breached_at is not None
        }
        return sorted(
            waiting,
            key=lambda found: (found.conversation_id not in late, found.priority.rank, found.opened_at, found.id),
        )


class FakeKnownCustomers(Table[KnownCustomer]):
    async def of(self, conversation_id: str) -> KnownCustomer | None:
        return self.one(conversation_id=conversation_id)

    async def conversations_of(self, customer_id: str) -> list[str]:
        theirs = sorted(
            self.find(customer_id=customer_id), key=lambda known: (known.known_since, known.conversation_id)
        )
        return [known.conversation_id for known in theirs]

    async def add(self, known: KnownCustomer) -> bool:  # type: ignore[override]
        if self.one(conversation_id=known.conversation_id) is not None:
            return False
        super().add(known)
        return True

    async def extend(self, conversation_id: str, until: datetime) -> None:
        (known,) = self.find(conversation_id=conversation_id)
        self.rows[self.rows.index(known)] = replace(known, known_until=max(until, known.known_until))


class FakeTryCounts:
    """Counts in memory; leaving a transaction without a commit does not undo them."""

    def __init__(self, uow: HasDatabase) -> None:
        self._counts = uow.database.tries

    async def add(self, subject: str, count: int, within: timedelta, now: datetime) -> int:
        before = await self.of(subject, within, now)
        since = self._counts[subject][1] if before else now
        self._counts[subject] = (before + count, since)
        return before

    async def take_back(self, subject: str, count: int) -> None:
        if subject in self._counts:
            tries, since = self._counts[subject]
            self._counts[subject] = (max(0, tries - count), since)

    async def of(self, subject: str, within: timedelta, now: datetime) -> int:
        tries, since = self._counts.get(subject, (0, now))
        return tries if since > now - within else 0

    async def forget(self, before: datetime) -> None:
        for subject in [subject for subject, (_, since) in self._counts.items() if since < before]:
            del self._counts[subject]


class FakeIdentifications(Table[Identification]):
    def add(self, thing: Identification) -> None:
        self.number(thing)
        super().add(thing)

    async def get(self, conversation_id: str, order_number: str) -> Identification | None:
        return self.one(conversation_id=conversation_id, order_number=order_number)

    async def proved_in(self, conversation_id: str) -> list[str]:
        proofs = [
            (found.proved_at, found.id, found.order_number)
            for found in self.find(conversation_id=conversation_id)
            if found.proved_at
        ]
        return [number for _, _, number in sorted(proofs, reverse=True)]

    async def of_conversation(self, conversation_id: str) -> list[Identification]:
        return self.find(conversation_id=conversation_id)[::-1]

    async def conversations_of(self, customer_id: str, order_number: str | None = None) -> list[str]:
        theirs = {order.number for order in self.uow.database.all(Order) if order.customer.id == customer_id}
        numbers = theirs if order_number is None else theirs & {order_number}
        proofs = [found for found in self.rows if found.proved_at and found.order_number in numbers]
        proofs.sort(key=lambda found: (found.proved_at, found.id))
        return list(dict.fromkeys(found.conversation_id for found in proofs))


class FakeAuditLog(Table[AuditEvent]):
    def add(self, thing: AuditEvent) -> None:
        self.number(thing)
        super().add(thing)

    async def of_subject(self, subject: str) -> list[AuditEvent]:
        return self.find(subject=subject)


class FakeAccounts(Table[Account]):
    def __init__(self, uow: HasDatabase, kind: type[Account]) -> None:
        super().__init__(uow, kind)
        self._sessions = Table(uow, Session)

    async def get(self, account_id: str) -> Account | None:
        return self.one(id=account_id)

    async def by_name(self, name: str) -> Account | None:
        return self.one(name=name.casefold())

    async def by_invitation(self, invitation_digest: str) -> Account | None:
        return self.one(invitation_digest=invitation_digest)

    async def all(self) -> list[Account]:
        return sorted(self.rows, key=lambda account: account.name)

    async def note_presence(self, account: Account, presence: Presence, now: datetime) -> None:
        account.presence, account.seen_at = presence, now

    async def note_arrival(self, account: Account, now: datetime, *, unless_seen_since: datetime) -> bool:
        arrived = account.seen_at is None or account.seen_at < unless_seen_since
        if arrived:
            account.presence, account.seen_at = Presence.ONLINE, now
        return arrived

    async def note_seen(self, account: Account, now: datetime) -> None:
        account.seen_at = now

    def add_session(self, session: Session) -> None:
        self._sessions.add(session)

    async def session(self, token_digest: str) -> Session | None:
        return self._sessions.one(token_digest=token_digest)

    async def sessions_of(self, account_id: str) -> list[Session]:
        mine = self._sessions.find(account_id=account_id)
        return sorted(mine, key=lambda session: session.created_at, reverse=True)

    async def end_session(self, token_digest: str) -> None:
        self._forget(token_digest=token_digest)

    async def end_sessions_of(self, account_id: str) -> None:
        self._forget(account_id=account_id)

    def _forget(self, **wanted: str) -> None:
        for session in self._sessions.find(**wanted):
            self._sessions.rows.remove(session)
            self.uow.undo.append(partial(self._sessions.rows.append, session))


class FakeUnitOfWork:
    """A unit of work over a FakeDatabase; ``committed`` tells whether the last one entered was committed."""

    def __init__(self, database: FakeDatabase | None = None) -> None:
        self.database = database or FakeDatabase()
        self.undo: list[Callable[[], Any]] = []
        self.committed = False
        self.products = FakeProducts(self, Product)
        self.customers = FakeCustomers(self, Customer)
        self.orders = FakeOrders(self, Order)
        self.order_origins = FakeOrderOrigins(self)
        self.cases = FakeCases(self, Case)
        self.returns = FakeReturns(self, Return)
        self.exchanges = FakeExchanges(self, Exchange)
        self.repairs = FakeRepairs(self, Repair)
        self.reshipments = FakeReshipments(self, Reshipment)
        self.customs = FakeCustomsMatters(self, CustomsMatter)
        self.shop_events = FakeShopEvents(self, ShopEvent)
        self.escalations = FakeEscalations(self, Escalation)
        self.identifications = FakeIdentifications(self, Identification)
        self.known_customers = FakeKnownCustomers(self, KnownCustomer)
        self.try_counts = FakeTryCounts(self)
        self.audit = FakeAuditLog(self, AuditEvent)
        self.audit_trail = FakeAuditTrail(self)
        self.notifications = FakeNotifications(self, Notification)
        self.tasks = FakeTasks(self, Task)
        self.evidence = FakeEvidencePieces(self, Evidence)
        self.liability = FakeLiabilityFindings(self, LiabilityFinding)
        self.approvals = FakeApprovals(self, Approval)
        self.accounts = FakeAccounts(self, Account)
        self.service_clocks = FakeServiceClocks(self, ServiceClock)
        self.ratings = FakeRatings(self, Rating)
        self.contacts = FakeContacts(self, Contact)
        self.refunds = FakeRefunds(self, Refund)
        self.ledger = FakeLedger(self, JournalEntry)
        self.coupons = FakeCoupons(self, Coupon)
        self.warranty_extensions = FakeWarrantyExtensions(self, WarrantyExtension)
        self.payment_instructions = FakeRecordedInstructions(self, RecordedInstruction)
        self.claims = FakeClaims(self, Claim)
        self.records = FakeRecords(self)
        self.inboxes = FakeInboxes(self)
        self.tags = FakeTags(self)
        self.snoozes = FakeSnoozes(self, Snooze)
        self.search = FakeSearchIndex(self)
        self.desk_settings = FakeKeptSettings(self)
        self.routing = FakeRoutingBoard(self)
        self.api_tokens = FakeApiTokens(self, ApiToken)
        self.idempotency_keys = FakeIdempotencyKeys(self, KeptAnswer)
        self.changes = FakeChanges(self, Place)
        self.conversation_export = FakeConversationExport(self, Conversation)
        self.conversations = FakeConversations(self, Conversation)
        self.messages = FakeMessages(self, Message)
        self.inbox = FakeInbox(self, InboundMessage)
        self.outbox = FakeOutbox(self, OutboundMessage)
        self.correspondents = FakeCorrespondents(self, Correspondent)
        self.dialogue = FakeDialogueLog(self)
        self.canned_responses = FakeCannedResponses(self, CannedResponse)
        self.mentions = FakeMentions(self, Mention)
        self.revisions = FakeRevisions(self, Revision)
        self.read_states = FakeReadStates(self.database.read_states)
        self.webhooks = FakeWebhooks(self)

    async def next_number(self, sequence: str) -> int:
        self.database.numbers[sequence] = self.database.numbers.get(sequence, 0) + 1
        return self.database.numbers[sequence]

    async def commit(self) -> None:
        sources = [case.source_message_id for case in self.database.all(Case)]
        if len(sources) != len(set(sources)):
            raise ConflictError(what="key")
        self.undo.clear()
        self.committed = True
        self.database.commits += 1

    async def __aenter__(self) -> Self:
        self.committed = False
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self.undo:
            self.undo.pop()()


def fake_unit_of_work_factory(database: FakeDatabase | None = None) -> Callable[[], FakeUnitOfWork]:
    """Return what makes units of work over one database in memory."""
    shared = database or FakeDatabase()
    return lambda: FakeUnitOfWork(shared)


def _newest_first(cases: list[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: (case.opened_at, case.number), reverse=True)
