"""Refunds: agreed once, sent exactly once in effect, in the ledger at every step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog

from bot.aftersales import apportion, bookings
from bot.aftersales.audit import AuditEvent
from bot.aftersales.bookings import subject_of
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.payment import Instruction, Receipt
from bot.aftersales.refund import STUCK, TRIED, Refund, RefundBreakdown, RefundPart, RefundState, split
from bot.aftersales.task import Department
from bot.errors import (
    ConflictError,
    IllegalStateError,
    InvalidInputError,
    NotFoundError,
    PaymentRefusedError,
    PaymentUnavailableError,
    RefundTooHighError,
)
from bot.services import case_verdicts, lifecycle, recoveries, tasks, wording
from bot.services.money_ports import PaymentProvider
from bot.services.notifications import notify
from bot.services.ports import UnitOfWork

log = structlog.get_logger(__name__)

# After so many attempts without an answer a person asks the provider.
_PATIENCE = 3

METHODS = ("bank_transfer", "card", "wallet", "invoice")
"""How money can be told to travel; anything else is the way the customer paid."""

# Within the single euro payments area it is a day, elsewhere up to a week.
_DAYS_BY_HAND = 5


async def agree(
    uow: UnitOfWork,
    case: Case,
    breakdown_or_amount: RefundBreakdown | Money,
    reason: str,
    now: datetime,
    *,
    key: str,
    actor: str = "bot",
    pay_by: date | None = None,
) -> Refund:
    """Add a refund to the transaction, or return the one with this key; commits nothing.

    ``key`` names the occasion, such as ``offer:17`` or ``return:R1000001``; ``reason`` is a code. A bare amount is
    goodwill, or what was paid too much where the case is about that. From here on the shop owes the money, which has to
    leave by ``pay_by``, or else within the time that the case's verdict promised. Raises RefundTooHighError above what
    earlier refunds left of what the customer paid, InvalidInputError for no money, NotFoundError without the order.
    """
    known = await uow.refunds.by_key(key)
    if known is not None:
        return known
    order = await uow.orders.get(case.order_number)
    if order is None:
        raise NotFoundError("order", case.order_number)
    breakdown = _breakdown(case, breakdown_or_amount)
    if not Money.zero(order.currency) < breakdown.total:
        raise InvalidInputError("amount", "not_positive")
    earlier = await standing(uow, order.number)
    left = _left(order, earlier)
    if left < breakdown.total:
        raise RefundTooHighError(order.number, str(breakdown.total), str(left))
    refund = Refund(
        number=f"F{1_000_000 + await uow.next_number('refund')}",
        key=key,
        case_number=case.number,
        order_number=order.number,
        reason=reason,
        agreed_at=now,
        next_attempt_at=now,
        breakdown=breakdown,
        amount=breakdown.total,
        parts=split(breakdown.total, order, earlier),
        pay_by=pay_by or case_verdicts.pay_by(case, now),
    )
    uow.refunds.add(refund)
    await uow.ledger.add(bookings.refund_agreed(refund))
    _record(uow, refund, actor, "refund.agreed", now, reason=reason, amount=str(refund.amount))
    await recoveries.follow(uow, case, now)
    return refund


async def get(uow: UnitOfWork, number: str) -> Refund:
    """Return a refund, or raise NotFoundError."""
    return lifecycle.required(await uow.refunds.get(number), "refund", number)


async def earlier(uow: UnitOfWork, order_number: str) -> list[RefundBreakdown]:
    """Return what an order's refunds that stand consist of, oldest first, for ``breakdown``."""
    return [refund.breakdown for refund in await standing(uow, order_number)]


async def left(uow: UnitOfWork, order: Order) -> Money:
    """Return how much of what the customer paid for an order can still be refunded."""
    return _left(order, await standing(uow, order.number))


async def are_unpaid(uow: UnitOfWork, case: Case, today: date) -> bool:
    """Tell whether money of a case should have left before today.

    That for goods which are here, or proved to be on their way, need not be agreed; what was paid since their return
    was agreed counts.
    """
    agreed = [refund for refund in await standing(uow, case.order_number) if refund.case_number == case.number]
    if any(refund.is_unpaid(today) for refund in agreed):
        return True
    for return_ in await uow.returns.of_order(case.order_number):
        since = (refund.amount for refund in agreed if refund.agreed_at >= return_.requested_at)
        is_owed = return_.is_unpaid(today) and apportion.total(since, return_.refund.currency) < return_.refund
        if return_.case_number == case.number and is_owed:
            return True
    return False


async def standing(uow: UnitOfWork, order_number: str) -> list[Refund]:
    """Return an order's refunds that were not called off, oldest first."""
    return [refund for refund in await uow.refunds.of_order(order_number) if refund.state is not RefundState.CANCELED]


async def send_due(uow_factory: Callable[[], UnitOfWork], provider: PaymentProvider, now: datetime) -> int:
    """Send what is due, 100 refunds at most, and return how many left the shop; several processes may do so at once.

    First it is written down that a refund may have been sent, then the provider is asked, outside of any
    transaction, then the answer is booked. Whoever dies in between leaves a refund that is sent again with the same
    idempotency keys.
    """
    async with uow_factory() as uow:
        numbers = [refund.number for refund in await uow.refunds.due(now)]
    sent = 0
    for number in numbers:
        try:
            sent += await _send(uow_factory, provider, number, now)
        except ConflictError:
            # Another process is at it; should it fail, the refund is due again.
            log.info("refunds.taken_elsewhere", refund=number)
    return sent


async def settle(uow: UnitOfWork, number: str, at: datetime) -> Refund:
    """Record that the money has arrived; twice does nothing more; commits nothing.

    Raises NotFoundError for no such refund, IllegalStateError for one that was not sent.
    """
    refund = await get(uow, number)
    if refund.state is RefundState.SETTLED:
        return refund
    refund.settle(at)
    _record(uow, refund, "system", "refund.settled", at)
    case = await uow.cases.get(refund.case_number)
    if case is not None:
        values = {"amount": wording.money(refund.amount), "refund": refund.number}
        await notify(uow, case, "utter_notify_refund_settled", f"{subject_of(refund)}:settled", at, **values)
    return refund


async def fail(uow: UnitOfWork, number: str, failure: str, now: datetime) -> Refund:
    """Record that a sent refund came back from the customer's bank: it is owed again; commits nothing.

    Finance gets a task, and a day later it is tried again, unless it came back often enough. Twice does nothing more.
    Raises NotFoundError, IllegalStateError for one that was not sent.
    """
    refund = await get(uow, number)
    if refund.state in STUCK:
        return refund
    entries = [bookings.part_bounced(refund, part, now) for part in refund.parts]
    refund.bounce(failure, now)
    for entry in entries:
        await uow.ledger.add(entry)
    await _call_finance(uow, refund, now)
    _record(uow, refund, "system", "refund.failed", now, failure=failure)
    return refund


async def pay_otherwise(
    uow: UnitOfWork, number: str, reference: str, method: str, now: datetime, *, actor: str
) -> Refund:
    """Record that somebody paid what the provider refused by other means, and tell the customer; commits nothing.

    ``reference`` is the payment's, ``method`` one of METHODS. Raises NotFoundError, InvalidInputError without a
    reference or for another method, IllegalStateError for a refund that the provider may still carry out.
    """
    refund = await get(uow, number)
    if not reference.strip():
        raise InvalidInputError("reference", "missing")
    if method not in METHODS:
        raise InvalidInputError("method", "unknown")
    if refund.state not in STUCK:
        raise IllegalStateError("refund", refund.state.value, RefundState.SENT.value)
    for part in refund.unsent:
        await _book_part(uow, refund, part, reference.strip(), now)
    await _sent(uow, refund, method, _DAYS_BY_HAND, now, actor, reference=reference.strip())
    return refund


async def call_off(uow: UnitOfWork, number: str, reason: str, now: datetime, *, actor: str) -> Refund:
    """Call a refund off for a reason that is kept with the case, which goes on to a person; commits nothing.

    Raises what ``cancel`` raises, and IllegalStateError for one that was called off before.
    """
    refund = await get(uow, number)
    if refund.state is RefundState.CANCELED:
        raise IllegalStateError("refund", refund.state.value, RefundState.CANCELED.value)
    await cancel(uow, number, actor, now, reason=reason)
    case = await lifecycle.case_of(uow, refund.case_number)
    if not await lifecycle.is_under_way(uow, case):
        lifecycle.leave_to_person(case)
    return refund


async def cancel(uow: UnitOfWork, number: str, actor: str, now: datetime, **data: str) -> Refund:
    """Call a refund off that no part of which was sent; twice does nothing more; commits nothing.

    ``data`` is kept with the record of it. Raises NotFoundError, IllegalStateError where the money is or may be on its
    way.
    """
    refund = await get(uow, number)
    if refund.state is RefundState.CANCELED:
        return refund
    refund.cancel()
    await uow.ledger.add(bookings.refund_canceled(refund, now))
    await _release_finance(uow, refund, now)
    _record(uow, refund, actor, "refund.canceled", now, **data)
    await recoveries.follow(uow, await lifecycle.case_of(uow, refund.case_number), now)
    return refund


async def _send(uow_factory: Callable[[], UnitOfWork], provider: PaymentProvider, number: str, now: datetime) -> bool:
    async with uow_factory() as uow:
        refund = await get(uow, number)
        if refund.state not in TRIED or now < refund.next_attempt_at:
            return False
        refund.begin(now)
        await uow.commit()
    receipts: dict[int, Receipt] = {}
    refusal: tuple[int, str] | None = None
    waiting = refund.unsent
    for part in waiting:
        try:
            receipts[part.position] = await provider.refund(_instruction(refund, part))
        except PaymentRefusedError as error:
            refusal = (part.position, error.reason)
            break
        except PaymentUnavailableError:
            log.warning("refunds.provider_unavailable", refund=number, attempt=refund.attempts)
            break
    async with uow_factory() as uow:
        await _book(uow, number, refund.attempts, receipts, refusal, now)
        await uow.commit()
    return len(receipts) == len(waiting)


async def _book(
    uow: UnitOfWork,
    number: str,
    attempt: int,
    receipts: dict[int, Receipt],
    refusal: tuple[int, str] | None,
    now: datetime,
) -> None:
    refund = await get(uow, number)
    if refund.state is not RefundState.SENDING or refund.attempts != attempt:
        raise ConflictError(what="refund")
    for part in refund.unsent:
        receipt = receipts.get(part.position)
        if receipt is not None:
            await _book_part(uow, refund, part, receipt.reference, now)
    if refusal is not None:
        position, reason = refusal
        refund.refuse(next(part for part in refund.parts if part.position == position), reason, now)
        await _call_finance(uow, refund, now)
        _record(uow, refund, "system", "refund.failed", now, failure=reason)
    elif refund.unsent:
        if refund.attempts >= _PATIENCE:
            await _call_finance(uow, refund, now)
    else:
        methods = {part.method for part in refund.parts}
        method = methods.pop() if len(methods) == 1 else "original"
        await _sent(uow, refund, method, max(receipt.days for receipt in receipts.values()), now)


async def _book_part(uow: UnitOfWork, refund: Refund, part: RefundPart, reference: str, now: datetime) -> None:
    part.reference = reference
    await uow.ledger.add(bookings.part_paid(refund, part, now))


async def _sent(
    uow: UnitOfWork, refund: Refund, method: str, days: int, now: datetime, actor: str = "system", **data: str
) -> None:
    refund.send((now + timedelta(days=days)).date(), now)
    await _release_finance(uow, refund, now)
    _record(uow, refund, actor, "refund.sent", now, amount=str(refund.amount), **data)
    case = await uow.cases.get(refund.case_number)
    if case is None:
        return
    await notify(
        uow,
        case,
        "utter_notify_refund_sent",
        # A refund that came back and was sent again is news.
        f"{subject_of(refund)}:sent:{refund.round}",
        now,
        amount=wording.money(refund.amount),
        refund=refund.number,
        method=wording.label(f"label_payment_method_{method if method in METHODS else 'original'}"),
        days=days,
    )
    await lifecycle.finish(uow, case, now)


def _instruction(refund: Refund, part: RefundPart) -> Instruction:
    return Instruction(
        refund.key_of(part), refund.order_number, refund.number, part.method, part.amount, part.payment_id
    )


def _breakdown(case: Case, given: RefundBreakdown | Money) -> RefundBreakdown:
    if isinstance(given, RefundBreakdown):
        return given
    if case.issue_type is IssueType.OVERCHARGED:
        return RefundBreakdown.of_overpaid(given)
    return RefundBreakdown.of_goodwill(given)


def _left(order: Order, standing: list[Refund]) -> Money:
    return order.paid - sum((refund.amount for refund in standing), start=Money.zero(order.currency))


async def _call_finance(uow: UnitOfWork, refund: Refund, now: datetime) -> None:
    """Let finance look into a refund, once at a time: what goes wrong after that was done is another task."""
    known = await uow.tasks.of_case(refund.case_number)
    if not any(task.is_open and task.key.startswith(_failed(refund)) for task in known):
        key = f"{_failed(refund)}{refund.round}"
        await tasks.open_task(uow, refund.case_number, Department.FINANCE, "check_refund", key, now)


async def _release_finance(uow: UnitOfWork, refund: Refund, now: datetime) -> None:
    await tasks.cancel_under(uow, refund.case_number, _failed(refund), now)


def _failed(refund: Refund) -> str:
    return f"{subject_of(refund)}:failed:"


def _record(uow: UnitOfWork, refund: Refund, actor: str, action: str, now: datetime, **data: str) -> None:
    facts = {"case": refund.case_number, "order": refund.order_number, **data}
    uow.audit.add(AuditEvent(now, actor, action, subject_of(refund), data=facts))
