"""Exchanges: finding a replacement in stock, reserving it, and opening the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.catalogue import Variant
from bot.aftersales.exchange import Exchange
from bot.aftersales.labels import FAULTS, IssueType, Remedy
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine
from bot.aftersales.policy import Policy
from bot.aftersales.return_ import Return
from bot.errors import InvalidInputError, NotFoundError
from bot.services import cases, returns
from bot.services.cases import Complaint
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
    ((position, quantity),) = complaint.lines.items()
    case, verdict, order = await cases.draft(uow, policy, replace(complaint, wish=Remedy.EXCHANGE), now)
    line = order.line(position)
    variant = next((v for v in line.product.variants if v.sku == sku), None) if line else None
    if line is None or variant is None:
        raise NotFoundError("variant", sku)
    variant.reserve(quantity)
    difference = price_difference(order, line, variant, quantity)
    return_ = await returns.add_return(uow, case, verdict, complaint, now)
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
    )
    uow.exchanges.add(exchange)
    cases.agree(case, Remedy.EXCHANGE, verdict, now, difference)
    if verdict.needs_review:
        case.investigate()
    else:
        case.agree()
        case.execute()
    uow.audit.add(
        AuditEvent(now, "bot", "exchange.opened", f"return:{return_.rma}", case.conversation_id, {"sku": sku})
    )
    await uow.commit()
    return case, return_, exchange


async def exchange_of(uow: UnitOfWork, case: Case) -> Exchange:
    """Return the exchange that belongs to a case, or raise NotFoundError."""
    for exchange in await uow.exchanges.of_order(case.order_number):
        if exchange.case_number == case.number:
            return exchange
    raise NotFoundError("exchange of case", case.number)
