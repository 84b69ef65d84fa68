"""Refunds, the ledger and what customers are given, in memory."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.grant import Coupon, CouponState, WarrantyExtension
from bot.aftersales.ledger import Account, JournalEntry, Posting, balances
from bot.aftersales.money import Money
from bot.aftersales.payment import RecordedInstruction
from bot.aftersales.refund import TRIED, Refund
from bot.errors import ConflictError
from bot.services.api_ports import Place
from tests.fake_tables import Table


class FakeRefunds(Table[Refund]):
    async def get(self, number: str) -> Refund | None:
        return self.one(number=number)

    async def by_key(self, key: str) -> Refund | None:
        return self.one(key=key)

    async def of_order(self, order_number: str) -> list[Refund]:
        return self.find(order_number=order_number)

    async def due(self, now: datetime, limit: int = 100) -> list[Refund]:
        waiting = [found for found in self.rows if found.state in TRIED and found.next_attempt_at <= now]
        return sorted(waiting, key=lambda found: (found.next_attempt_at, found.number))[:limit]

    async def after(self, number: str, limit: int = 500) -> list[Refund]:
        return sorted((found for found in self.rows if found.number > number), key=lambda found: found.number)[:limit]


class FakeCoupons(Table[Coupon]):
    async def get(self, number: str) -> Coupon | None:
        return self.one(number=number)

    async def by_key(self, key: str) -> Coupon | None:
        return self.one(key=key)

    async def by_code(self, code: str) -> Coupon | None:
        return self.one(code=code)

    async def of_case(self, case_number: str) -> list[Coupon]:
        return self.find(case_number=case_number)

    async def overdue(self, now: datetime, limit: int = 100) -> list[Coupon]:
        return [found for found in self.find(state=CouponState.ISSUED) if found.expires_at < now][:limit]


class FakeWarrantyExtensions(Table[WarrantyExtension]):
    def add(self, thing: WarrantyExtension) -> None:
        self.number(thing)
        super().add(thing)

    async def by_key(self, key: str) -> WarrantyExtension | None:
        return self.one(key=key)

    async def of_order(self, order_number: str) -> list[WarrantyExtension]:
        return self.find(order_number=order_number)


class FakeRecordedInstructions(Table[RecordedInstruction]):
    def add(self, thing: RecordedInstruction) -> None:
        if self.one(key=thing.key):
            raise ConflictError(what="key")
        super().add(thing)

    async def get(self, key: str) -> RecordedInstruction | None:
        return self.one(key=key)

    async def page(self, since: datetime | None, after: Place | None, limit: int) -> list[RecordedInstruction]:
        ordered = sorted(self.rows, key=lambda found: (found.recorded_at, found.key))
        return [
            found
            for found in ordered
            if (since is None or found.recorded_at >= since)
            and (after is None or (found.recorded_at, found.key) > (after.moment, after.key))
        ][:limit]


class FakeLedger(Table[JournalEntry]):
    async def add(self, entry: JournalEntry) -> None:  # type: ignore[override]
        if self.one(id=entry.id) is None:
            super().add(entry)

    async def get(self, id: str) -> JournalEntry | None:
        return self.one(id=id)

    async def of_subject(self, subject: str) -> list[JournalEntry]:
        return sorted(self.find(subject=subject), key=lambda entry: (entry.at, entry.id))

    async def unbalanced(self, limit: int = 100) -> list[str]:
        broken = [entry.id for entry in self.rows if not entry.postings or any(balances(entry.postings).values())]
        return sorted(broken)[:limit]

    async def totals(self) -> list[tuple[Account, Money]]:
        postings = [posting for entry in self.rows for posting in entry.postings]
        return [(account, money) for account in sorted(Account) for money in _sums(postings, account)]

    async def balances(self, account: Account) -> dict[str, Money]:
        found = {}
        for subject in {entry.subject for entry in self.rows}:
            for money in _sums([p for entry in self.find(subject=subject) for p in entry.postings], account):
                if money:
                    found[subject] = money
        return found


def _sums(postings: list[Posting], account: Account) -> list[Money]:
    sums = balances(posting for posting in postings if posting.account is account)
    return [sums[currency] for currency in sorted(sums)]
