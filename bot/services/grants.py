"""Coupons and longer warranties: what customers are given instead of money."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.aftersales import bookings
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.grant import Coupon, CouponState, WarrantyExtension, months_after, new_code
from bot.aftersales.guarantee import maker_until
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine
from bot.errors import InvalidInputError, NotFoundError
from bot.services.ports import UnitOfWork

COUPON_VALID_FOR = timedelta(days=365)
"""How long a coupon can be used."""

_LONGEST_MONTHS = 60


async def issue_coupon(
    uow: UnitOfWork, case: Case, worth: Money | Decimal, now: datetime, *, key: str, actor: str = "bot"
) -> Coupon:
    """Add a coupon to the transaction, or return the one with this key; commits nothing.

    ``worth`` is an amount, or a percentage up to 100 of the next order. From here on the shop owes an amount's worth;
    what a percentage costs, nobody knows yet. Raises InvalidInputError for nothing, or more than everything.
    """
    known = await uow.coupons.by_key(key)
    if known is not None:
        return known
    amount, percent = (worth, None) if isinstance(worth, Money) else (None, worth)
    if (amount is not None and amount.amount <= 0) or (percent is not None and not 0 < percent <= 100):
        raise InvalidInputError("worth", "out_of_range")
    coupon = Coupon(
        number=f"G{1_000_000 + await uow.next_number('coupon')}",
        code=new_code(),
        key=key,
        case_number=case.number,
        issued_at=now,
        expires_at=now + COUPON_VALID_FOR,
        percent=percent,
        amount=amount,
    )
    uow.coupons.add(coupon)
    if amount is not None:
        await uow.ledger.add(bookings.coupon_granted(coupon, amount, now))
    _record(uow, coupon, actor, "coupon.issued", now)
    return coupon


async def redeem_coupon(uow: UnitOfWork, code: str, at: datetime) -> Coupon:
    """Use a coupon up, as the shop reports it; twice does nothing more; commits nothing.

    Raises NotFoundError for an unknown code, IllegalStateError for a coupon whose time has passed.
    """
    coupon = await uow.coupons.by_code(code.strip().upper())
    if coupon is None:
        # Whatever was entered may be a mistyped code: it goes nowhere.
        raise NotFoundError("coupon", "")
    if coupon.state is not CouponState.REDEEMED:
        coupon.redeem(at)
        if coupon.amount is not None:
            await uow.ledger.add(bookings.coupon_redeemed(coupon, coupon.amount, at))
        _record(uow, coupon, "shop", "coupon.redeemed", at)
    return coupon


async def expire_coupons(uow: UnitOfWork, now: datetime) -> int:
    """Record which coupons nobody used in time, 100 at most, and return how many; commits nothing."""
    overdue = await uow.coupons.overdue(now)
    for coupon in overdue:
        coupon.expire()
        if coupon.amount is not None:
            await uow.ledger.add(bookings.coupon_expired(coupon, coupon.amount, now))
        _record(uow, coupon, "system", "coupon.expired", now)
    return len(overdue)


async def extend_warranty(
    uow: UnitOfWork,
    case: Case,
    position: int,
    months: int,
    now: datetime,
    *,
    key: str,
    after: date | None = None,
    actor: str = "bot",
) -> WarrantyExtension:
    """Add a longer warranty for an order line to the transaction, or return the one with this key; commits nothing.

    It begins when the present warranty ends, or now where that is over, and never before the end of what the shop owes
    anyway, which is ``after``. Raises NotFoundError for a line that the order
    has not, InvalidInputError for less than one month or more than 60.
    """
    known = await uow.warranty_extensions.by_key(key)
    if known is not None:
        return known
    if not 1 <= months <= _LONGEST_MONTHS:
        raise InvalidInputError("months", "out_of_range")
    order = await uow.orders.get(case.order_number)
    line = order.line(position) if order else None
    if order is None or line is None:
        raise NotFoundError("order line", str(position))
    begins = max(await warranty_until(uow, order, line) or now.date(), now.date(), after or now.date())
    until = months_after(begins, months)
    extension = WarrantyExtension(key, case.number, order.number, position, months, until, now)
    uow.warranty_extensions.add(extension)
    data = {"case": case.number, "line": position, "months": months, "until": until.isoformat()}
    uow.audit.add(AuditEvent(now, actor, "warranty.extended", f"order:{order.number}", data=data))
    return extension


async def warranty_until(uow: UnitOfWork, order: Order, line: OrderLine) -> date | None:
    """Return the last day of a line's warranty with its extensions, or None before delivery."""
    extensions = await uow.warranty_extensions.of_order(order.number)
    ends = [extension.until for extension in extensions if extension.position == line.position]
    if order.arrived_at is not None:
        ends.append(maker_until(order.arrived_at.date(), line))
    return max(ends, default=None)


def _record(uow: UnitOfWork, coupon: Coupon, actor: str, action: str, now: datetime) -> None:
    # Without the code: whoever reads the log must not be able to use it.
    worth = str(coupon.amount) if coupon.amount else f"{coupon.percent:f} %"
    data = {"case": coupon.case_number, "worth": worth}
    uow.audit.add(AuditEvent(now, actor, action, f"coupon:{coupon.number}", data=data))
