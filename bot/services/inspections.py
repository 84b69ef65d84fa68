"""Inspecting what came back: good pieces are paid for at once, a person decides about the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from bot.aftersales.case import Case
from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.labels import WITHDRAWALS
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.refund import Deduction, RefundBreakdown, breakdown
from bot.aftersales.return_ import Finding, Return, ReturnLine
from bot.aftersales.selection import Selection
from bot.aftersales.task import Department
from bot.errors import InvalidInputError
from bot.services import case_verdicts, refunds, stock, tasks, wording
from bot.services.lifecycle import SHOP, case_of, finish, order_of, record
from bot.services.notifications import notify
from bot.services.ports import UnitOfWork
from bot.services.returns import get


async def inspect(
    uow: UnitOfWork, rma: str, findings: Mapping[int, Mapping[Finding, int]], now: datetime, *, actor: str = SHOP
) -> Return:
    """Record what was found of each line and pay for what is as described; commits nothing.

    Lines that are left out came as described; what never arrived is not paid for. Anything else waits for a person,
    who ends it with ``settle``.
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
    good = {line.position: line.as_described for line in return_.lines if line.as_described}
    paid = await _pay(uow, return_, case, await worth(uow, return_, order, good), "as_described", now)
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
    earlier = await uow.refunds.by_key(f"{return_.subject}:as_described")
    await _complete(uow, return_, case, order, paid + earlier.amount if earlier else paid, now)
    return return_


async def worth(
    uow: UnitOfWork, return_: Return, order: Order, pieces: Mapping[int, int], deductions: Sequence[Deduction] = ()
) -> RefundBreakdown:
    """Return what the customer gets back for some of a return's pieces, by order line.

    Whether shipping and duties come back is agreed when a return is opened; of several returns of one order, the one
    that makes it complete brings the shipping fee. In an exchange only the difference to a cheaper replacement comes
    back, spread over the pieces.
    """
    earlier = await refunds.earlier(uow, order.number)
    returns = [found for found in await uow.returns.of_order(order.number) if found.uses_up_goods]
    is_exchange = await _is_exchange(uow, return_)
    share = Decimal(1)
    if is_exchange:
        announced = _selections(order, {line.position: line.quantity for line in return_.lines})
        whole = breakdown(order, announced, outbound_shipping=False, duties=False, earlier=earlier).total
        share = min(share, return_.refund.amount / whole.amount) if whole else Decimal(0)
    return breakdown(
        order,
        _selections(order, pieces),
        outbound_shipping=not is_exchange and any(found.refunds_shipping for found in returns),
        duties=not is_exchange and any(found.refunds_duties for found in returns),
        share=share,
        earlier=earlier,
        deductions=deductions,
    )


async def _is_exchange(uow: UnitOfWork, return_: Return) -> bool:
    exchange = await uow.exchanges.of_return(return_.rma)
    return exchange is not None and exchange.state is not ExchangeState.CANCELED


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
    if paid:
        values = {"rma": return_.rma, "refund": wording.money(paid)}
        await notify(uow, case, "utter_notify_return_inspected", key, now, **values)
    else:
        await notify(uow, case, "utter_notify_return_completed", key, now, rma=return_.rma)
    await finish(uow, case, now)


async def _restock(uow: UnitOfWork, return_: Return, order: Order) -> None:
    """Offer again what nothing is wrong with: not what was faulty, opened hygiene goods, or broken on the way."""
    for line in return_.lines:
        ordered = order.line(line.position)
        if ordered is None or line.reason not in WITHDRAWALS:
            continue
        if ordered.product.return_class is ReturnClass.STANDARD:
            await stock.release(uow, ordered.sku, max(0, line.as_described - line.damaged))


def _found(line: ReturnLine) -> dict[str, int]:
    return {
        "line": line.position,
        "received": line.received,
        "as_described": line.as_described,
        "damaged_by_customer": line.damaged_by_customer,
        "wrong_item": line.wrong_item,
    }


def _selections(order: Order, pieces: Mapping[int, int]) -> list[Selection]:
    found = ((order.line(position), quantity) for position, quantity in sorted(pieces.items()))
    return [Selection(line, quantity) for line, quantity in found if line is not None]
