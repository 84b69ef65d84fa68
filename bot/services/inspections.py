"""Inspecting what came back: good pieces are paid for at once, a person decides about the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.aftersales.case import Case
from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import WITHDRAWALS
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.refund import Deduction, RefundBreakdown
from bot.aftersales.return_ import Finding, Refusal, Return, ReturnLine
from bot.aftersales.task import Department
from bot.errors import InvalidInputError
from bot.services import case_verdicts, refunds, replacements, returns, stock, tasks, wording
from bot.services.decisions import replacements_held
from bot.services.lifecycle import SHOP, case_of, finish, order_of, record
from bot.services.notifications import notify
from bot.services.ports import UnitOfWork
from bot.services.return_money import worth
from bot.services.returns import get


async def inspect(
    uow: UnitOfWork, rma: str, findings: Mapping[int, Mapping[Finding, int]], now: datetime, *, actor: str = SHOP
) -> Return:
    """Record what was found of each line and pay for what is as described; commits nothing.

    Lines that are left out came as described; what never arrived is not paid for. Anything else waits for a person,
    who ends it with ``settle`` or ``decline``.
    """
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    order = await order_of(uow, return_.order_number)
    return_.inspect(findings, now)
    # What is not here by now is not waited for.
    return_.pay_by = return_.pay_by or case_verdicts.pay_by(case, now)
    subject = return_.subject
    await tasks.cancel_by_key(uow, f"{subject}:inspect", now)
    record(uow, actor, "return.inspected", subject, case, now, lines=[_found(line) for line in return_.lines])
    await _restock(uow, return_, order)
    paid = await _pay(uow, return_, case, await worth(uow, return_, order, return_.good), "as_described", now)
    if return_.is_disputed:
        await tasks.open_task(uow, case.number, Department.QUALITY, "decide_return", f"{subject}:decide", now)
        await notify(uow, case, "utter_notify_return_disputed", f"{subject}:inspected", now, rma=rma)
        return return_
    await _complete(uow, return_, case, order, paid, now)
    return return_


async def settle(uow: UnitOfWork, rma: str, amount: Money, reason: str, now: datetime, *, actor: str) -> Return:
    """End an inspected return of which something is disputed by paying an amount for that; commits nothing.

    ``reason`` is the agent's, for the records. Raises InvalidInputError without a reason, or for more than the
    disputed pieces cost.
    """
    if not reason.strip():
        raise InvalidInputError("reason", "missing")
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    order = await order_of(uow, return_.order_number)
    disputed = {line.position: line.disputed for line in return_.lines if line.disputed}
    whole = await worth(uow, return_, order, disputed)
    if amount < Money.zero(order.currency) or whole.total < amount:
        raise InvalidInputError("amount", "out_of_range")
    record(uow, actor, "return.settled", return_.subject, case, now, amount=str(amount), reason=reason.strip())
    await tasks.cancel_by_key(uow, f"{return_.subject}:decide", now)
    less = (Deduction("not_as_sent", whole.total - amount),) if amount < whole.total else ()
    decided = await worth(uow, return_, order, disputed, less)
    paid = await _pay(uow, return_, case, decided, "disputed", now)
    for what in ("as_described", "instead"):
        earlier = await uow.refunds.by_key(f"{return_.subject}:{what}")
        paid += earlier.amount if earlier is not None else Money.zero(order.currency)
    await _complete(uow, return_, case, order, paid, now)
    return return_


async def decline(uow: UnitOfWork, rma: str, reason: Refusal, now: datetime, *, actor: str) -> Return:
    """Refuse a return, or, where some of its pieces came as described, only the others; commits nothing.

    What is refused goes back to the customer. What is in order stays paid for, also in an exchange whose replacement
    has not left: that is given up.
    """
    return_ = await get(uow, rma)
    if not return_.good:
        return await returns.decline(uow, rma, reason, now, actor=actor)
    case = await case_of(uow, return_.case_number)
    order = await order_of(uow, return_.order_number)
    exchange = await uow.exchanges.of_return(rma)
    if exchange is not None and exchange.is_to_leave:
        await replacements.give_up(uow, exchange, now)
        await _pay(uow, return_, case, await worth(uow, return_, order, return_.good), "instead", now)
    await tasks.open_task(uow, case.number, Department.WAREHOUSE, "send_goods_back", f"{return_.subject}:back", now)
    return await settle(uow, rma, Money.zero(order.currency), reason.value, now, actor=actor)


async def _pay(
    uow: UnitOfWork, return_: Return, case: Case, refund: RefundBreakdown, what: str, now: datetime
) -> Money:
    if refund.total:
        key = f"{return_.subject}:{what}"
        await refunds.agree(uow, case, refund, "goods_returned", now, key=key, pay_by=return_.pay_by)
    return refund.total


async def _complete(uow: UnitOfWork, return_: Return, case: Case, order: Order, paid: Money, now: datetime) -> None:
    subject = return_.subject
    return_.complete(now)
    record(uow, SHOP, "return.completed", subject, case, now, refund=str(paid))
    if order.duties:
        # What was paid to the authority on import can be claimed back when the goods leave the country again.
        await tasks.open_task(uow, case.number, Department.FINANCE, "reclaim_duties", f"{subject}:duties", now)
    key = f"{subject}:completed"
    await _give_difference_back(uow, return_, paid, now)
    exchange = await uow.exchanges.of_return(return_.rma)
    if exchange is not None and exchange.awaits_payment:
        until = wording.day((now + replacements.DIFFERENCE_HOLDS).date())
        values = {"rma": return_.rma, "amount": wording.money(exchange.price_difference), "until": until}
        await notify(uow, case, "utter_notify_difference_due", key, now, **values)
    elif paid:
        values = {"rma": return_.rma, "refund": wording.money(paid)}
        await notify(uow, case, "utter_notify_return_inspected", key, now, **values)
    else:
        await notify(uow, case, "utter_notify_return_completed", key, now, rma=return_.rma)
    await finish(uow, case, now)


async def _give_difference_back(uow: UnitOfWork, return_: Return, paid: Money, now: datetime) -> None:
    """Let finance pay back what a dearer replacement cost more that came back now: no refund of the order does."""
    for position, held in (await replacements_held(uow, return_.order_number, return_)).items():
        is_kept = not paid and position not in return_.good
        if held.price_difference.amount > 0 and held.difference_settled and not is_kept:
            number, key = return_.case_number, f"{held.subject}:paid"
            await tasks.open_task(uow, number, Department.FINANCE, "pay_difference_back", key, now)


async def _restock(uow: UnitOfWork, return_: Return, order: Order) -> None:
    """Offer again what nothing is wrong with: not what was faulty, opened hygiene goods, or broken on the way.

    Of a line of which the customer had replacements, these are what came back first.
    """
    held = await replacements_held(uow, return_.order_number, return_)
    for line in return_.lines:
        ordered = order.line(line.position)
        if ordered is None or line.reason not in WITHDRAWALS:
            continue
        if ordered.product.return_class is ReturnClass.STANDARD:
            good = max(0, line.as_described - line.damaged)
            exchange = held.get(line.position)
            replaced = min(good, exchange.quantity) if exchange is not None else 0
            if exchange is not None and replaced:
                await stock.release(uow, exchange.sku, replaced)
            await stock.release(uow, ordered.sku, good - replaced)


def _found(line: ReturnLine) -> dict[str, int]:
    return {
        "line": line.position,
        "received": line.received,
        "as_described": line.as_described,
        "damaged_by_customer": line.damaged_by_customer,
        "wrong_item": line.wrong_item,
    }
