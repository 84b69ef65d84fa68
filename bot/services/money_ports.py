"""What the use cases about money need of a database and of a payment provider."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.aftersales.grant import Coupon, WarrantyExtension
from bot.aftersales.ledger import Account, JournalEntry
from bot.aftersales.money import Money
from bot.aftersales.payment import Instruction, Receipt, RecordedInstruction
from bot.aftersales.refund import Refund
from bot.services.api_ports import Place


class Refunds(Protocol):
    """All refunds with their parts."""

    def add(self, refund: Refund) -> None:
        """Keep a new refund.

        Where its order was read in this transaction, another refund of it added meanwhile is a conflict.
        """

    async def get(self, number: str) -> Refund | None:
        """Return a refund, or None."""

    async def by_key(self, key: str) -> Refund | None:
        """Return the refund of an occasion, or None."""

    async def of_order(self, order_number: str) -> list[Refund]:
        """Return the refunds of an order, oldest first."""

    async def due(self, now: datetime, limit: int = 100) -> list[Refund]:
        """Return the refunds that are to be sent by now, the longest due first."""

    async def after(self, number: str, limit: int = 500) -> list[Refund]:
        """Return the refunds whose number follows, in the order of their numbers."""


class Ledger(Protocol):
    """The append-only book of journal entries."""

    async def add(self, entry: JournalEntry) -> None:
        """Append an entry; one whose id is there already is left out."""

    async def get(self, id: str) -> JournalEntry | None:
        """Return an entry, or None."""

    async def of_subject(self, subject: str) -> list[JournalEntry]:
        """Return what was booked about a thing, oldest first."""

    async def unbalanced(self, limit: int = 100) -> list[str]:
        """Return the ids of entries that do not add up to nothing in every currency, or have no postings."""

    async def totals(self) -> list[tuple[Account, Money]]:
        """Return the balance of every account in every currency, debit positive, in the order of their names."""

    async def balances(self, account: Account) -> dict[str, Money]:
        """Return an account's balance by subject, without those where it is nothing."""


class Coupons(Protocol):
    """All coupons."""

    def add(self, coupon: Coupon) -> None:
        """Keep a new coupon."""

    async def get(self, number: str) -> Coupon | None:
        """Return a coupon, or None."""

    async def by_key(self, key: str) -> Coupon | None:
        """Return the coupon of an occasion, or None."""

    async def by_code(self, code: str) -> Coupon | None:
        """Return the coupon with a code, or None."""

    async def of_case(self, case_number: str) -> list[Coupon]:
        """Return a case's coupons, oldest first."""

    async def overdue(self, now: datetime, limit: int = 100) -> list[Coupon]:
        """Return the coupons that nobody used in time and that are not recorded as expired."""


class WarrantyExtensions(Protocol):
    """All warranty extensions."""

    def add(self, extension: WarrantyExtension) -> None:
        """Keep a new extension."""

    async def by_key(self, key: str) -> WarrantyExtension | None:
        """Return the extension of an occasion, or None."""

    async def of_order(self, order_number: str) -> list[WarrantyExtension]:
        """Return the extensions of an order's lines, oldest first."""


class RecordedInstructions(Protocol):
    """What the embedded payment provider has taken on."""

    def add(self, instruction: RecordedInstruction) -> None:
        """Keep a new instruction; a second one with its key is a conflict."""

    async def get(self, key: str) -> RecordedInstruction | None:
        """Return the instruction with an idempotency key, or None."""

    async def page(self, since: datetime | None, after: Place | None, limit: int) -> list[RecordedInstruction]:
        """Return the instructions recorded from a moment on and behind a place, oldest first."""


class PaymentProvider(Protocol):
    """Who moves the money."""

    async def refund(self, instruction: Instruction) -> Receipt:
        """Take an instruction on and return the receipt; the same key returns the same receipt and moves nothing.

        Raises PaymentRefusedError where it will not do it, PaymentUnavailableError where nobody knows.
        """
