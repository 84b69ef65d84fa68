"""What a source tells about the money of an order."""

from __future__ import annotations

from bot.aftersales.apportion import total
from bot.aftersales.money import Money
from bot.aftersales.order import Order, Payment
from bot.aftersales.refund import Refund, RefundState
from bot.services.ports import UnitOfWork

# Refunds whose money the shop's system may have counted already.
_CARRIED_OUT = frozenset({RefundState.SENDING, RefundState.SENT, RefundState.SETTLED})


async def merge_payments(uow: UnitOfWork, known: Order, order: Order, refunded: Money) -> bool:
    """Bring the payments of a known order up to date, and tell whether that changed them.

    Refunds that the shop made by itself count as not paid, so that nobody pays them back again. Those that Parley has
    carried out are told apart by their sum; they stand in its own books.
    """
    before = [(payment.id, payment.amount) for payment in known.payments]
    received = {payment.id: payment for payment in order.payments}
    if not {payment.id for payment in known.told_payments} <= received.keys():
        # They were entered by other means and cannot be matched: adding ours would count them twice.
        return False
    if known is not order and received:
        _take_over(known, received)
    elif known.assumed_payment:
        known.assumed_payment.amount = await _assumed(uow, known)
    refunds = [
        refund for refund in await uow.refunds.of_order(order.number) if refund.state is not RefundState.CANCELED
    ]
    excess = _paid_back_by_shop(known, refunds, refunded)
    if excess:
        known.assume_payment()
        _take_off(known, excess, refunds)
    return before != [(payment.id, payment.amount) for payment in known.payments]


def _take_over(known: Order, received: dict[str, Payment]) -> None:
    """Let told payments take the place of what was assumed, and stand beside those that were told before."""
    known.payments[:] = [payment for payment in known.payments if payment.id in received]
    mine = {payment.id for payment in known.payments}
    known.payments.extend(payment for id, payment in received.items() if id not in mine)
    for payment in known.payments:
        told = received[payment.id]
        payment.method, payment.amount, payment.paid_at = told.method, told.amount, told.paid_at


async def _assumed(uow: UnitOfWork, order: Order) -> Money:
    """Return what was paid where no payments are told: the total before it was changed here after payment."""
    paid = order.total
    for event in await uow.audit.of_subject(f"order:{order.number}"):
        if event.action == "order.items_changed" and "unpaid" not in event.data:
            paid -= Money.from_minor(int(event.data.get("difference", 0)), order.currency) or Money.zero(order.currency)
    return paid


def _paid_back_by_shop(order: Order, refunds: list[Refund], refunded: Money) -> Money:
    ours = total((_carried_out(refund) for refund in refunds), order.currency)
    return refunded - ours if ours < refunded else Money.zero(order.currency)


def _carried_out(refund: Refund) -> Money:
    """Return what of a refund has gone out; of one that was refused in the middle, the parts before that."""
    if refund.state in _CARRIED_OUT:
        return refund.amount
    return total((part.amount for part in refund.parts if part.reference), refund.amount.currency)


def _take_off(order: Order, excess: Money, refunds: list[Refund]) -> None:
    """Lower the payments, the last one first, but none below what Parley pays back from it."""
    nothing = Money.zero(order.currency)
    parts = [part for refund in refunds for part in refund.parts]
    for payment in reversed(order.payments):
        names = {payment.id, None} if payment is order.assumed_payment else {payment.id}
        ours = sum((part.amount for part in parts if part.payment_id in names), start=nothing)
        free = payment.amount - ours if ours < payment.amount else nothing
        off = free if free < excess else excess
        payment.amount, excess = payment.amount - off, excess - off
