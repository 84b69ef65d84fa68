"""Refunds, the ledger, coupons, warranty extensions, and what the embedded payment provider recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from bot.aftersales.grant import Coupon, CouponState, WarrantyExtension
from bot.aftersales.ledger import Account, JournalEntry, Posting
from bot.aftersales.money import Money
from bot.aftersales.payment import RecordedInstruction
from bot.aftersales.refund import TRIED, Refund
from bot.services.api_ports import Place
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import money


class SqlRefunds(Repository):
    """All refunds with their parts."""

    _table = money.refunds

    def add(self, refund: Refund) -> None:
        """Keep a new refund.

        Where its order was read in this transaction, another refund of it added meanwhile is a conflict.
        """
        self._keep(refund)

    async def get(self, number: str) -> Refund | None:
        """Return a refund, or None."""
        return await self._get(Refund, number)

    async def by_key(self, key: str) -> Refund | None:
        """Return the refund of an occasion, or None."""
        return await self._first(Refund, self._table.c.key == key)

    async def of_order(self, order_number: str) -> list[Refund]:
        """Return the refunds of an order, oldest first."""
        return await self._find(Refund, self._table.c.order_number == order_number, order_by=(self._table.c.number,))

    async def due(self, now: datetime, limit: int = 100) -> list[Refund]:
        """Return the refunds that are to be sent by now, the longest due first."""
        t = self._table.c
        waits = (t.state.in_(TRIED), t.next_attempt_at <= now)
        return await self._find(Refund, *waits, order_by=(t.next_attempt_at, t.number), limit=limit)

    async def after(self, number: str, limit: int = 500) -> list[Refund]:
        """Return the refunds whose number follows, in the order of their numbers."""
        return await self._find(Refund, self._table.c.number > number, order_by=(self._table.c.number,), limit=limit)


class SqlCoupons(Repository):
    """All coupons."""

    _table = money.coupons

    def add(self, coupon: Coupon) -> None:
        """Keep a new coupon."""
        self._keep(coupon)

    async def get(self, number: str) -> Coupon | None:
        """Return a coupon, or None."""
        return await self._get(Coupon, number)

    async def by_key(self, key: str) -> Coupon | None:
        """Return the coupon of an occasion, or None."""
        return await self._first(Coupon, self._table.c.key == key)

    async def by_code(self, code: str) -> Coupon | None:
        """Return the coupon with a code, or None."""
        return await self._first(Coupon, self._table.c.code == code)

    async def of_case(self, case_number: str) -> list[Coupon]:
        """Return a case's coupons, oldest first."""
        return await self._find(Coupon, self._table.c.case_number == case_number, order_by=(self._table.c.number,))

    async def overdue(self, now: datetime, limit: int = 100) -> list[Coupon]:
        """Return the coupons that nobody used in time and that are not recorded as expired."""
        t = self._table.c
        return await self._find(
            Coupon, t.state == CouponState.ISSUED, t.expires_at < now, order_by=(t.expires_at, t.number), limit=limit
        )


class SqlWarrantyExtensions(Repository):
    """All warranty extensions."""

    _table = money.warranty_extensions

    def add(self, extension: WarrantyExtension) -> None:
        """Keep a new extension."""
        self._keep(extension)

    async def by_key(self, key: str) -> WarrantyExtension | None:
        """Return the extension of an occasion, or None."""
        return await self._first(WarrantyExtension, self._table.c.key == key)

    async def of_order(self, order_number: str) -> list[WarrantyExtension]:
        """Return the extensions of an order's lines, oldest first."""
        mine = self._table.c.order_number == order_number
        return await self._find(WarrantyExtension, mine, order_by=(self._table.c.id,))


class SqlRecordedInstructions(Repository):
    """What the embedded payment provider has taken on."""

    _table = money.payment_instructions

    def add(self, instruction: RecordedInstruction) -> None:
        """Keep a new instruction; a second one with its key is a conflict."""
        self._keep(instruction)

    async def get(self, key: str) -> RecordedInstruction | None:
        """Return the instruction with an idempotency key, or None."""
        return await self._get(RecordedInstruction, key)

    async def page(self, since: datetime | None, after: Place | None, limit: int) -> list[RecordedInstruction]:
        """Return the instructions recorded from a moment on and behind a place, oldest first."""
        t, wanted = self._table.c, list[Any]()
        if since is not None:
            wanted.append(t.recorded_at >= since)
        if after is not None:
            same = and_(t.recorded_at == after.moment, t.key > after.key)
            wanted.append(or_(t.recorded_at > after.moment, same))
        return await self._find(RecordedInstruction, *wanted, order_by=(t.recorded_at, t.key), limit=limit)


_ENTRIES = Rows(money.journal_entries, ("id", "at", "subject", "what"), lambda *values: values)
_POSTINGS = Rows(
    money.journal_postings,
    ("account", "amount_minor", "amount_currency"),
    lambda account, minor, currency: Posting(account, _money(minor, currency)),
)


class SqlLedger(Repository):
    """The append-only book of journal entries, which are values and not mapped."""

    async def add(self, entry: JournalEntry) -> None:
        """Append an entry; one whose id is there already is left out."""
        transaction = self._transaction
        columns = ("id", "at", "subject", "what")
        written = await transaction.write(
            _ENTRIES.insert(columns, once=True), *_ENTRIES.values(entry, columns, transaction.dialect)
        )
        if written.changed:
            await transaction.write_all(
                "INSERT INTO journal_postings (entry_id, account, amount_minor, amount_currency) VALUES (?, ?, ?, ?)",
                [(entry.id, p.account.value, p.amount.minor, p.amount.currency) for p in entry.postings],
            )

    async def get(self, id: str) -> JournalEntry | None:
        """Return an entry, or None."""
        return next(iter(await self._entries("id = ?", id)), None)

    async def of_subject(self, subject: str) -> list[JournalEntry]:
        """Return what was booked about a thing, oldest first."""
        return await self._entries("subject = ? ORDER BY at, id", subject)

    async def unbalanced(self, limit: int = 100) -> list[str]:
        """Return the ids of entries that do not add up to nothing in every currency, or have no postings."""
        rows = await self._transaction.read(
            "SELECT DISTINCT id FROM (SELECT e.id AS id FROM journal_entries e "
            "LEFT JOIN journal_postings p ON p.entry_id = e.id GROUP BY e.id, p.amount_currency "
            "HAVING COALESCE(SUM(p.amount_minor), 1) <> 0) AS found ORDER BY id LIMIT ?",
            limit,
        )
        return [str(id) for (id,) in rows]

    async def totals(self) -> list[tuple[Account, Money]]:
        """Return the balance of every account in every currency, debit positive, in the order of their names."""
        t = money.journal_postings.c
        session = await self._transaction.orm()
        rows = await session.execute(
            select(t.account, t.amount_currency, func.sum(t.amount_minor))
            .group_by(t.account, t.amount_currency)
            .order_by(t.account, t.amount_currency)
        )
        return [(account, _money(int(minor), currency)) for account, currency, minor in rows]

    async def balances(self, account: Account) -> dict[str, Money]:
        """Return an account's balance by subject, without those where it is nothing."""
        rows = await self._transaction.read(
            "SELECT e.subject, p.amount_currency, SUM(p.amount_minor) FROM journal_postings p "
            "JOIN journal_entries e ON e.id = p.entry_id WHERE p.account = ? "
            "GROUP BY e.subject, p.amount_currency HAVING SUM(p.amount_minor) <> 0",
            account.value,
        )
        return {subject: _money(int(minor), currency) for subject, currency, minor in rows}

    async def _entries(self, where: str, value: str) -> list[JournalEntry]:
        found: Sequence[Any] = await self._transaction.read(f"{_ENTRIES.select} WHERE {where}", value)
        return [await self._entry(_ENTRIES.load(row, self._transaction.dialect)) for row in found]

    async def _entry(self, values: tuple[Any, ...]) -> JournalEntry:
        rows = await self._transaction.read(f"{_POSTINGS.select} WHERE entry_id = ? ORDER BY id", values[0])
        postings = tuple(_POSTINGS.load(row, self._transaction.dialect) for row in rows)
        id, at, subject, what = values
        return JournalEntry(id, at, subject, what, postings)


def _money(minor: int, currency: str) -> Money:
    amount = Money.from_minor(minor, currency)
    assert amount is not None
    return amount
