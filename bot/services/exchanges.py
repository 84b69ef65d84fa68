"""Exchanges: finding a replacement in stock, reserving it, and opening the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.catalogue import Variant
from bot.aftersales.exchange import Exchange
from bot.aftersales.labels import FAULTS, IssueType, Remedy
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine
from bot.aftersales.policy import Policy, Verdict
from bot.aftersales.return_ import Return, ReturnMethod, ReturnState
from bot.aftersales.task import Department
from bot.errors import InvalidInputError, NotFoundError
from bot.services import cases, inspections, recoveries, refunds, returns, tasks, wording
from bot.services.cases import Complaint
from bot.services.lifecycle import SHOP, case_of, finish, order_of, record, required
from bot.services.notifications import notify
from bot.services.ports import UnitOfWork


def alternatives(line: OrderLine, quantity: int, issue: IssueType) -> list[Variant]:
    """Return the variants that could replace these pieces now; the same one only where the goods were bad.

    Those in the colour that was ordered come first: most exchanges are about the size.
    """
    found = [
        variant
        for variant in line.product.variants
        if variant.stock >= quantity and (issue in FAULTS or variant.sku != line.sku)
    ]
    return sorted(found, key=lambda variant: variant.color != line.color)


def price_difference(order: Order, line: OrderLine, variant: Variant, quantity: int) -> Money:
    """Return what the customer still owes (positive) or gets back (negative).

    Prices of one product's variants are compared in the catalogue's currency and carried over in proportion to what
    was paid, because the catalogue need not be in the order's currency.
    """
    ordered = next((v for v in line.product.variants if v.sku == line.sku), None)
    if ordered is None or not ordered.price:
        return Money.zero(order.currency)
    ratio = (variant.price.amount - ordered.price.amount) / ordered.price.amount
    return line.unit_price * ratio * quantity


def shipping_of(return_: Return, exchange: Exchange | None) -> dict[str, Any]:
    """Return what the customer is told of both ways: who pays for the one back, and that the other begins at once."""
    back = wording.way_back(return_.return_shipping)
    if exchange is None or not exchange.may_ship(goods_are_here=False):
        return back
    return wording.lines(back, wording.label("label_exchange_in_advance"))


async def open_exchange(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, sku: str, now: datetime
) -> tuple[Case, Return, Exchange]:
    """Reserve a replacement and open the return of the goods; a second run of the same message finds the first.

    Raises OutOfStockError when the last piece went meanwhile, PolicyRefusalError where policy does not allow it,
    NotIdentifiedError without proof, NotFoundError for a variant of another product, InvalidInputError for pieces of
    several lines.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        return known, await returns.return_of(uow, known), await exchange_of(uow, known)
    if len(complaint.lines) != 1:
        raise InvalidInputError("lines", "not_one")
    case, verdict, order = await cases.draft(uow, policy, replace(complaint, wish=Remedy.EXCHANGE), now)
    return_, exchange = await add_exchange(uow, case, verdict, order, sku, now, method=complaint.return_method)
    cases.agree(case, Remedy.EXCHANGE, verdict, now, exchange.price_difference)
    if return_.state is ReturnState.MANUAL_REVIEW:
        case.investigate()
    else:
        case.agree()
        case.execute()
    await uow.commit()
    return case, return_, exchange


async def add_exchange(
    uow: UnitOfWork,
    case: Case,
    verdict: Verdict,
    order: Order,
    sku: str,
    now: datetime,
    *,
    method: ReturnMethod = ReturnMethod.DROP_OFF,
) -> tuple[Return, Exchange]:
    """Reserve a replacement for the case's only line and add it with its return to the transaction.

    Where policy ships exchanges in advance it leaves at once, otherwise when the goods are back. Raises
    OutOfStockError, NotFoundError for a variant of another product, InvalidInputError for pieces of several lines.
    """
    if len(case.lines) != 1:
        raise InvalidInputError("lines", "not_one")
    ((position, quantity),) = case.lines.items()
    line = order.line(position)
    variant = next((v for v in line.product.variants if v.sku == sku), None) if line else None
    if line is None or variant is None:
        raise NotFoundError("variant", sku)
    variant.reserve(quantity)
    difference = price_difference(order, line, variant, quantity)
    return_ = await returns.add_return(uow, case, verdict, order, now, Remedy.EXCHANGE, method=method)
    # The customer gets goods, not money; only a cheaper replacement leaves something to pay back.
    return_.refund = max(Money.zero(order.currency), difference * -1)
    exchange = Exchange(
        rma=return_.rma,
        case_number=case.number,
        order_number=order.number,
        sku=sku,
        quantity=quantity,
        price_difference=difference,
        reserved_until=verdict.send_by,
        in_advance=verdict.exchanges_in_advance,
    )
    uow.exchanges.add(exchange)
    record(uow, "bot", "exchange.opened", return_.subject, case, now, sku=sku)
    await returns.send_replacement(uow, return_, now)
    return return_, exchange


async def exchange_of(uow: UnitOfWork, case: Case) -> Exchange:
    """Return the exchange that belongs to a case, or raise NotFoundError."""
    for exchange in await uow.exchanges.of_order(case.order_number):
        if exchange.case_number == case.number:
            return exchange
    raise NotFoundError("exchange of case", case.number)


async def get(uow: UnitOfWork, rma: str) -> Exchange:
    """Return the exchange of a return, or raise NotFoundError."""
    return required(await uow.exchanges.of_return(rma), "exchange", rma)


async def settle_difference(uow: UnitOfWork, rma: str, now: datetime, *, actor: str = SHOP) -> Exchange:
    """Record that the customer has paid for a dearer replacement, which may then leave; commits nothing."""
    exchange = await get(uow, rma)
    if exchange.difference_settled:
        return exchange
    case = await case_of(uow, exchange.case_number)
    exchange.settle_difference()
    record(uow, actor, "exchange.difference_paid", exchange.subject, case, now)
    await returns.send_replacement(uow, await returns.get(uow, rma), now)
    return exchange


async def ship(
    uow: UnitOfWork, rma: str, carrier: str, tracking_number: str, now: datetime, *, actor: str = SHOP
) -> Exchange:
    """Record that the replacement has left, and tell the customer how it travels; commits nothing."""
    exchange = await get(uow, rma)
    case = await case_of(uow, exchange.case_number)
    exchange.ship(carrier, tracking_number, now)
    await tasks.cancel_by_key(uow, f"{exchange.subject}:replace", now)
    await tasks.cancel_under(uow, case.number, f"{exchange.subject}:lost:", now)
    record(uow, actor, "exchange.replacement_shipped", exchange.subject, case, now, tracking_number=tracking_number)
    await recoveries.follow(uow, case, now)
    values = {"rma": rma, "carrier": carrier, "tracking_number": tracking_number}
    key = f"{exchange.subject}:replacement:{tracking_number}"
    await notify(uow, case, "utter_notify_replacement_shipped", key, now, **values)
    return exchange


async def deliver(uow: UnitOfWork, rma: str, now: datetime, *, actor: str = SHOP) -> Exchange:
    """Record that the customer has the replacement; commits nothing."""
    exchange = await get(uow, rma)
    case = await case_of(uow, exchange.case_number)
    exchange.deliver(now)
    await tasks.cancel_under(uow, case.number, f"{exchange.subject}:lost:", now)
    record(uow, actor, "exchange.replacement_delivered", exchange.subject, case, now)
    key = f"{exchange.subject}:replacement_delivered"
    await notify(uow, case, "utter_notify_replacement_delivered", key, now, rma=rma)
    await finish(uow, case, now)
    return exchange


async def lost(uow: UnitOfWork, exchange: Exchange, now: datetime) -> None:
    """Let somebody trace a replacement that the carrier lost; commits nothing."""
    key = f"{exchange.subject}:lost:{exchange.tracking_number}"
    await tasks.open_task(uow, exchange.case_number, Department.LOGISTICS, "trace_parcel", key, now)


async def give_up(uow: UnitOfWork, rma: str, now: datetime, *, actor: str = SHOP) -> Exchange:
    """Pay the customer instead, because the reserved pieces turned out not to be there; commits nothing.

    The return goes on as one for a refund; where its goods have been looked at already, the rest is paid at once.
    """
    exchange = await get(uow, rma)
    case = await case_of(uow, exchange.case_number)
    order = await order_of(uow, exchange.order_number)
    return_ = await returns.get(uow, rma)
    exchange.cancel(now)
    await tasks.cancel_by_key(uow, f"{exchange.subject}:replace", now)
    await returns.pay_difference_back(uow, exchange, now)
    announced = {line.position: line.quantity for line in return_.lines}
    return_.refund = (await inspections.worth(uow, return_, order, announced)).total
    record(uow, actor, "exchange.replacement_unavailable", exchange.subject, case, now, refund=str(return_.refund))
    values = {"rma": rma, "refund": wording.money(return_.refund)}
    await notify(uow, case, "utter_notify_replacement_unavailable", f"{exchange.subject}:unavailable", now, **values)
    if return_.state is ReturnState.COMPLETED:
        good = {line.position: line.as_described for line in return_.lines if line.as_described}
        owed = await inspections.worth(uow, return_, order, good)
        if owed.total:
            await refunds.agree(uow, case, owed, "goods_returned", now, key=f"{exchange.subject}:instead")
    await finish(uow, case, now)
    return exchange
