"""Exchanges: finding a replacement in stock, reserving it, and opening the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timezone
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.catalogue import Variant
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.labels import FAULTS, IssueType, Remedy
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine
from bot.aftersales.policy import Policy, Verdict
from bot.aftersales.return_ import Return, ReturnMethod, ReturnState
from bot.aftersales.selection import Selection
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import cases, recoveries, refunds, replacements, return_money, returns, tasks, traces, wording
from bot.services.cases import Complaint
from bot.services.lifecycle import SHOP, SYSTEM, case_of, finish, order_of, record, required
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
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
    was paid after the line's discount, because the catalogue need not be in the order's currency.
    """
    ordered = next((v for v in line.product.variants if v.sku == line.sku), None)
    if ordered is None or not ordered.price:
        return Money.zero(order.currency)
    return Selection(line, quantity).price * (variant.price.amount / ordered.price.amount - 1)


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
    await returns.set_out(uow, case, return_, now)
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
    # The customer gets goods, not money; only a cheaper replacement leaves something to pay back.
    return_.refund = exchange.paid_back
    uow.exchanges.add(exchange)
    record(uow, "bot", "exchange.opened", return_.subject, case, now, sku=sku)
    await replacements.send(uow, return_, now)
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
    """Record that the customer has paid for a dearer replacement, which may then leave; commits nothing.

    Raises IllegalStateError for a replacement that costs no more, or that is given up.
    """
    exchange = await get(uow, rma)
    if exchange.difference_settled:
        return exchange
    case = await case_of(uow, exchange.case_number)
    if not exchange.awaits_payment:
        # Nobody was asked for it, or it is given back by now.
        raise IllegalStateError("exchange", exchange.state.value, "paid")
    exchange.settle_difference()
    await tasks.cancel_under(uow, case.number, f"{exchange.subject}:difference", now)
    record(uow, actor, "exchange.difference_paid", exchange.subject, case, now)
    await replacements.send(uow, await returns.get(uow, rma), now)
    return exchange


async def ship(
    uow: UnitOfWork, rma: str, carrier: str, tracking_number: str, now: datetime, *, actor: str = SHOP
) -> Exchange:
    """Record that the replacement has left, and tell the customer how it travels; commits nothing."""
    exchange = await get(uow, rma)
    case = await case_of(uow, exchange.case_number)
    exchange.ship(carrier, tracking_number, now)
    for what in ("replace", "lost:"):
        await tasks.cancel_under(uow, case.number, f"{exchange.subject}:{what}", now)
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
    await traces.begin(uow, exchange, now)


async def is_lost(uow: UnitOfWork, exchange: Exchange) -> bool:
    """Tell whether the carrier has lost the replacement that left last, and nobody has found it since."""
    is_under_way = exchange.state is ExchangeState.REPLACEMENT_SHIPPED
    return is_under_way and traces.is_lost(exchange, await uow.tasks.of_case(exchange.case_number))


async def give_up(uow: UnitOfWork, rma: str, now: datetime, *, actor: str = SHOP) -> Exchange:
    """Pay the customer instead, because the pieces were never there, or are lost without others; commits nothing.

    The return goes on as one for a refund; where its goods have been looked at already, the rest is paid at once.
    Raises IllegalStateError for a replacement that is on its way and not lost, or that has arrived.
    """
    exchange = await get(uow, rma)
    if exchange.has_left and not await is_lost(uow, exchange):
        raise IllegalStateError("exchange", exchange.state.value, ExchangeState.CANCELED.value)
    case, return_ = await case_of(uow, exchange.case_number), await returns.get(uow, rma)
    await replacements.write_off(uow, exchange, now)
    await _pay_instead(uow, exchange, return_, case, now)
    await replacements.tell_unavailable(uow, exchange, return_, case, now, actor=actor)
    await finish(uow, case, now)
    return exchange


async def expire_unpaid(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Pay customers instead who did not pay for a dearer replacement in time, and return how many they are.

    Each in a transaction of its own. The time runs from the day on which the goods were found to be in order; what was
    set aside is free again.
    """
    last_day = (now - replacements.DIFFERENCE_HOLDS).date()
    before = datetime.combine(last_day, time.min, timezone.utc)
    async with uow_factory() as uow:
        rmas = [exchange.rma for exchange in await uow.exchanges.unpaid_since(before)]

    async def end(uow: UnitOfWork, rma: str) -> None:
        exchange, return_ = await get(uow, rma), await returns.get(uow, rma)
        if not exchange.awaits_payment or not return_.was_completed_before(before):
            return
        case = await case_of(uow, exchange.case_number)
        await replacements.give_up(uow, exchange, now)
        paid = await _pay_instead(uow, exchange, return_, case, now)
        worth = str(return_.refund)
        record(uow, SYSTEM, "exchange.replacement_unavailable", exchange.subject, case, now, refund=worth)
        if paid:
            values = {"rma": rma, "refund": wording.money(paid)}
            await notify(uow, case, "utter_notify_return_inspected", f"{exchange.subject}:unpaid", now, **values)
        await finish(uow, case, now)

    return await one_by_one(uow_factory, rmas, end)


async def _pay_instead(uow: UnitOfWork, exchange: Exchange, return_: Return, case: Case, now: datetime) -> Money:
    """Make a return one for a refund, and return what is paid at once for goods that have been looked at already."""
    order = await order_of(uow, exchange.order_number)
    return_.refund = (await return_money.worth(uow, return_, order, return_money.announced_in(return_))).total
    if return_.state is not ReturnState.COMPLETED:
        return Money.zero(order.currency)
    owed = await return_money.worth(uow, return_, order, return_.good)
    if owed.total:
        await refunds.agree(uow, case, owed, "goods_returned", now, key=f"{exchange.subject}:instead")
    return owed.total
