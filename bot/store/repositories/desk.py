"""Handoffs, identifications, the audit log, and the desk's accounts."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value

from bot.aftersales.audit import AuditEvent
from bot.aftersales.escalation import Escalation
from bot.aftersales.identification import Identification, KnownCustomer
from bot.aftersales.labels import Priority
from bot.services.account import Account, Presence, Session
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import aftersales, desk, service_levels, shop

_OPEN_ID = f"SELECT id FROM escalations WHERE conversation_id = ? AND {aftersales.OPEN_ESCALATION}"


class SqlEscalations(Repository):
    """All handoffs."""

    _table = aftersales.escalations

    def add(self, escalation: Escalation) -> None:
        """Keep a new handoff."""
        self._keep(escalation)

    async def open_of(self, conversation_id: str) -> Escalation | None:
        """Return the handoff that a conversation is in, or None while the bot handles it."""
        # Every turn of every conversation asks; mostly the answer is no, and then the ORM is not needed.
        if not self._transaction.has_session and not await self._transaction.read(_OPEN_ID, conversation_id):
            return None
        mine = self._table.c.conversation_id == conversation_id
        return await self._first(Escalation, mine, aftersales.OPEN_ESCALATION)

    async def latest_of(self, conversation_id: str) -> Escalation | None:
        """Return a conversation's newest handoff, open or not, or None."""
        mine = self._table.c.conversation_id == conversation_id
        return await self._first(Escalation, mine, order_by=(self._table.c.id.desc(),))

    async def queue(self) -> list[Escalation]:
        """Return the open handoffs: overdue ones first, then the most pressing, then the longest waiting."""
        return await self._find(Escalation, aftersales.OPEN_ESCALATION, order_by=most_pressing_first())


def most_pressing_first() -> tuple[Any, ...]:
    """Return the order of the queue: overdue handoffs, then the most pressing, then the longest waiting."""
    table, clocks = aftersales.escalations, service_levels.service_clocks
    rank: Any = case({priority: priority.rank for priority in Priority}, value=table.c.priority)
    mine = clocks.c.conversation_id == table.c.conversation_id
    late: Any = exists().where(and_(mine, clocks.c.breached_at.is_not(None), service_levels.RUNNING))
    overdue_first: Any = case((late, 0), else_=1)
    return overdue_first, rank, table.c.opened_at, table.c.id


class SqlIdentifications(Repository):
    """The tries of conversations at order numbers."""

    _table = aftersales.identifications

    def add(self, identification: Identification) -> None:
        """Keep a new record of tries."""
        self._keep(identification)

    async def get(self, conversation_id: str, order_number: str) -> Identification | None:
        """Return what is known of a conversation's tries at an order number, or None."""
        table = self._table
        mine = table.c.conversation_id == conversation_id
        return await self._first(Identification, mine, table.c.order_number == order_number)

    async def proved_in(self, conversation_id: str) -> list[str]:
        """Return the order numbers proved in a conversation, newest proof first."""
        table = self._table
        mine = table.c.conversation_id == conversation_id, table.c.proved_at.is_not(None)
        newest_first = (table.c.proved_at.desc(), table.c.id.desc())
        return [proof.order_number for proof in await self._find(Identification, *mine, order_by=newest_first)]

    async def of_conversation(self, conversation_id: str) -> list[Identification]:
        """Return a conversation's tries at all order numbers, the newest number first."""
        table = self._table
        mine = table.c.conversation_id == conversation_id
        return await self._find(Identification, mine, order_by=(table.c.id.desc(),))

    async def conversations_of(self, customer_id: str, order_number: str | None = None) -> list[str]:
        """Return the conversations in which one of a customer's orders was proved, or this very one, newest last."""
        table, orders = self._table, shop.orders
        theirs = select(orders.c.number).where(orders.c.customer_id == customer_id)
        if order_number is not None:
            theirs = theirs.where(orders.c.number == order_number)
        mine = table.c.order_number.in_(theirs), table.c.proved_at.is_not(None)
        proofs = await self._find(Identification, *mine, order_by=(table.c.proved_at, table.c.id))
        return list(dict.fromkeys(proof.conversation_id for proof in proofs))


_KNOWN = tuple(field.name for field in fields(KnownCustomer))
_known = Rows(aftersales.known_customers, _KNOWN, KnownCustomer)


class SqlKnownCustomers(Repository):
    """Whom the shop says that conversations are with."""

    _one = f"{_known.select} WHERE conversation_id = ?"
    _theirs = f"{_known.select} WHERE customer_id = ? ORDER BY known_since, conversation_id"
    _insert = _known.insert(_KNOWN, once=True)
    _extend = _known.update(("known_until",), "conversation_id = ? AND known_until < ?")

    async def of(self, conversation_id: str) -> KnownCustomer | None:
        """Return whom a conversation is with, or None where the shop has not said."""
        rows = await self._transaction.read(self._one, conversation_id)
        return next((_known.load(row, self._transaction.dialect) for row in rows), None)

    async def conversations_of(self, customer_id: str) -> list[str]:
        """Return the conversations that the shop said are with a customer, newest last."""
        rows = await self._transaction.read(self._theirs, customer_id)
        return [_known.load(row, self._transaction.dialect).conversation_id for row in rows]

    async def add(self, known: KnownCustomer) -> bool:
        """Keep whom a conversation is with, and tell whether nobody was kept before."""
        row = _known.values(known, _KNOWN, self._transaction.dialect)
        return (await self._transaction.write(self._insert, *row)).changed == 1

    async def extend(self, conversation_id: str, until: datetime) -> None:
        """Keep that the shop's word stands until a later moment."""
        later = _known.value("known_until", until, self._transaction.dialect)
        await self._transaction.write(self._extend, later, conversation_id, later)


class SqlAuditLog(Repository):
    """The append-only record of changes."""

    _table = aftersales.audit_events

    def add(self, event: AuditEvent) -> None:
        """Append an event."""
        self._keep(event)

    async def of_subject(self, subject: str) -> list[AuditEvent]:
        """Return what happened to a thing, oldest first."""
        table = self._table
        return await self._find(AuditEvent, table.c.subject == subject, order_by=(table.c.id,))


class SqlAccounts(Repository):
    """The people of the desk and their sessions."""

    def add(self, account: Account) -> None:
        """Keep a new account."""
        self._keep(account)

    async def get(self, account_id: str) -> Account | None:
        """Return an account, or None."""
        return await self._get(Account, account_id)

    async def by_name(self, name: str) -> Account | None:
        """Return the account with a login name (case-folded), or None."""
        return await self._first(Account, desk.accounts.c.name == name.casefold())

    async def by_invitation(self, invitation_digest: str) -> Account | None:
        """Return the account whose invitation link has a digest, or None."""
        return await self._first(Account, desk.accounts.c.invitation_digest == invitation_digest)

    async def all(self) -> list[Account]:
        """Return every account, by name."""
        return await self._find(Account, order_by=(desk.accounts.c.name,))

    async def note_presence(self, account: Account, presence: Presence, now: datetime) -> None:
        """Record whether somebody is there, seen now; whoever edits the account at the same moment is not disturbed."""
        await self._note(account, presence=presence, seen_at=now)
        set_committed_value(account, "presence", presence)

    async def note_arrival(self, account: Account, now: datetime, *, unless_seen_since: datetime) -> bool:
        """Record that somebody is online, seen now, and tell whether that person had not been seen since a moment."""
        seen_at = desk.accounts.c.seen_at
        arrived = await self._note(account, or_(seen_at.is_(None), seen_at < unless_seen_since),
                                   presence=Presence.ONLINE, seen_at=now)  # fmt: skip
        if arrived:
            set_committed_value(account, "presence", Presence.ONLINE)
        return arrived

    async def note_seen(self, account: Account, now: datetime) -> None:
        """Record that somebody is seen now, and load what that person last said of themselves."""
        await self._note(account, seen_at=now)
        said = select(desk.accounts.c.presence).where(desk.accounts.c.id == account.id)
        set_committed_value(account, "presence", (await (await self._transaction.orm()).scalars(said)).one())

    async def _note(self, account: Account, *conditions: Any, **values: Any) -> bool:
        # Past the ORM, which would count the version up: this is written all the time and concerns nobody's edit.
        await self._transaction.take_turn()
        written = update(desk.accounts).where(desk.accounts.c.id == account.id, *conditions).values(**values)
        done: Any = await (await self._transaction.orm()).execute(written)
        changed = bool(done.rowcount == 1)
        if changed:
            set_committed_value(account, "seen_at", values["seen_at"])
        return changed

    def add_session(self, session: Session) -> None:
        """Keep a new session."""
        self._keep(session)

    async def session(self, token_digest: str) -> Session | None:
        """Return the session of a token's digest, or None."""
        return await self._get(Session, token_digest)

    async def sessions_of(self, account_id: str) -> list[Session]:
        """Return the sessions of an account, over ones included, newest first."""
        newest_first = (desk.sessions.c.created_at.desc(), desk.sessions.c.token_digest)
        return await self._find(Session, desk.sessions.c.account_id == account_id, order_by=newest_first)

    async def end_session(self, token_digest: str) -> None:
        """Forget a session."""
        session = await self.session(token_digest)
        if session is not None:
            await (await self._transaction.orm()).delete(session)

    async def end_sessions_of(self, account_id: str) -> None:
        """Forget every session of an account."""
        for session in await self._find(Session, desk.sessions.c.account_id == account_id):
            await (await self._transaction.orm()).delete(session)
