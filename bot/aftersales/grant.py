"""What a customer is given instead of money: coupons, and a longer warranty."""

from __future__ import annotations

import secrets
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.aftersales.states import Machine
from bot.errors import IllegalStateError

# Without letters and digits that look alike; 16 of 31 symbols are 79 bits, which nobody guesses.
_SYMBOLS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 4, 4


class CouponState(Label):
    """Where a coupon stands."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"


COUPON_MACHINE = Machine("coupon", {CouponState.ISSUED: frozenset({CouponState.REDEEMED, CouponState.EXPIRED})})


@dataclass(eq=False)
class Coupon:
    """A discount on a later order: ``percent`` of it, or an ``amount``, never both.

    ``key`` names the occasion, so that it is issued once. ``code`` is what the customer enters; whoever has it has the
    coupon, so it is in no log, and records name the coupon by its ``number``.
    """

    number: str
    code: str
    key: str
    case_number: str
    issued_at: datetime
    expires_at: datetime
    percent: Decimal | None = None
    amount: Money | None = None
    state: CouponState = CouponState.ISSUED
    redeemed_at: datetime | None = None

    def redeem(self, at: datetime) -> None:
        """Use the coupon up; raises IllegalStateError where its time has passed."""
        if at > self.expires_at:
            raise IllegalStateError("coupon", CouponState.EXPIRED.value, CouponState.REDEEMED.value)
        self.state = COUPON_MACHINE.move(self.state, CouponState.REDEEMED)
        self.redeemed_at = at

    def expire(self) -> None:
        """Record that nobody used it in time."""
        self.state = COUPON_MACHINE.move(self.state, CouponState.EXPIRED)


@dataclass(eq=False)
class WarrantyExtension:
    """A longer warranty for one order line: ``months`` more, so that it lasts ``until`` a day."""

    key: str
    case_number: str
    order_number: str
    position: int
    months: int
    until: date
    granted_at: datetime
    id: int | None = None


def new_code() -> str:
    """Return a coupon code that cannot be guessed, such as ``7KQF-2MXD-H9TB-R4WZ``."""
    return "-".join("".join(secrets.choice(_SYMBOLS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def months_after(day: date, months: int) -> date:
    """Return the day some months later; where that month is shorter, its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    _, longest = monthrange(day.year + years, month + 1)
    return date(day.year + years, month + 1, min(day.day, longest))
