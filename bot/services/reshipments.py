"""Reshipments: goods that never came are sent again, once the carrier has had its time to find them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.aftersales.case import Case
from bot.aftersales.order import Order, ShipmentState
from bot.aftersales.refund import breakdown
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.search import searched_parcel
from bot.aftersales.task import OFFER_REFUND, Department
from bot.aftersales.waits import SEARCH
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError, OutOfStockError
from bot.services import cases, recoveries, refunds, stock, tasks, traces
from bot.services.lifecycle import (
    SHOP,
    SYSTEM,
    case_of,
    finish,
    leave_to_person,
    order_of,
    record,
    release_pieces,
    required,
)
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork


async def add_reshipment(
    uow: UnitOfWork, case: Case, order: Order, now: datetime, *, search_until: datetime | None = None
) -> Reshipment:
    """Add the reshipment of the case's pieces, none chosen meaning the whole order, to the transaction.

    With a time until which the carrier may search it waits for that, else the pieces are reserved at once. Raises
    NotFoundError for a line that the order has not, IllegalStateError for pieces that another one is to send anyway.
    """
    lines = _pieces(order, case.lines)
    for position in lines:
        if order.line(position) is None:
            raise NotFoundError("order line", str(position))
    for other in await coming(uow, order, lines):
        if other is not None:
            raise IllegalStateError("reshipment", other.state.value, ReshipState.REQUESTED.value)
    reshipment = Reshipment(
        number=f"S{1_000_000 + await uow.next_number('reshipment')}",
        case_number=case.number,
        order_number=order.number,
        requested_at=now,
        lines=lines,
    )
    uow.reshipments.add(reshipment)
    record(uow, "bot", "reshipment.opened", reshipment.subject, case, now)
    if search_until is not None and now < search_until:
        first = searched_parcel(order, case.issue_type, await _searched_before(uow, order.number))
        reshipment.search(first.tracking_number if first is not None else None, search_until)
        key = f"{reshipment.subject}{SEARCH}"
        await tasks.open_task(uow, case.number, Department.LOGISTICS, "search_parcel", key, now)
    else:
        await reserve(uow, reshipment, now)
    return reshipment


async def coming(uow: UnitOfWork, order: Order, lines: dict[int, int]) -> list[Reshipment | None]:
    """Return by chosen line, none chosen meaning all, which reshipment is to send these pieces anyway, or None.

    Pieces are others, and not the same claimed twice, while all together are no more than were ordered.
    """
    waiting = [again for again in await uow.reshipments.of_order(order.number) if again.has_yet_to_leave]
    found: list[Reshipment | None] = []
    for position, quantity in _pieces(order, lines).items():
        mine = [again for again in waiting if position in again.lines]
        line = order.line(position)
        ordered = line.quantity if line is not None else 0
        is_same = sum(again.lines[position] for again in mine) + quantity > ordered
        found.append(mine[0] if mine and is_same else None)
    return found


async def get(uow: UnitOfWork, number: str) -> Reshipment:
    """Return a reshipment, or raise NotFoundError."""
    return required(await uow.reshipments.get(number), "reshipment", number)


async def reserve(uow: UnitOfWork, reshipment: Reshipment, now: datetime, *, actor: str = SYSTEM) -> bool:
    """Set the pieces aside and ask the warehouse to send them, and tell whether there were any; commits nothing.

    Where too few are in stock, the reshipment ends, the customer is told, and a person offers something else.
    """
    case = await case_of(uow, reshipment.case_number)
    order = await order_of(uow, reshipment.order_number)
    subject = reshipment.subject
    await tasks.cancel_by_key(uow, f"{subject}{SEARCH}", now)
    if not await _take_all(uow, order, reshipment.lines):
        reshipment.cancel(now)
        key = f"{subject}:unavailable"
        record(uow, actor, "reshipment.unavailable", subject, case, now)
        await notify(uow, case, "utter_notify_reship_unavailable", key, now, reship=reshipment.number)
        await tasks.open_task(uow, case.number, Department.SUPERVISOR, OFFER_REFUND, key, now)
        leave_to_person(case)
        return False
    reshipment.reserve()
    record(uow, actor, "reshipment.reserved", subject, case, now)
    await tasks.open_task(uow, case.number, Department.WAREHOUSE, "ship_again", f"{subject}:ship", now)
    return True


async def ship(
    uow: UnitOfWork, number: str, carrier: str, tracking_number: str, now: datetime, *, actor: str = SHOP
) -> Reshipment:
    """Record that the new parcel has left, and tell the customer how it travels; commits nothing."""
    reshipment = await get(uow, number)
    case = await case_of(uow, reshipment.case_number)
    reshipment.ship(carrier, tracking_number, now)
    subject = reshipment.subject
    for what in ("ship", "lost:"):
        await tasks.cancel_under(uow, case.number, f"{subject}:{what}", now)
    record(uow, actor, "reshipment.shipped", subject, case, now, tracking_number=tracking_number)
    # Not before the goods have left: they may be sold out, or the first parcel may turn up.
    await recoveries.follow(uow, case, now)
    values = {"reship": number, "carrier": carrier, "tracking_number": tracking_number}
    await notify(uow, case, "utter_notify_reship_shipped", f"{subject}:shipped:{tracking_number}", now, **values)
    return reshipment


async def deliver(uow: UnitOfWork, number: str, now: datetime, *, actor: str = SHOP) -> Reshipment:
    """Record that the customer has the new parcel; commits nothing."""
    reshipment = await get(uow, number)
    case = await case_of(uow, reshipment.case_number)
    reshipment.deliver(now)
    await tasks.cancel_under(uow, case.number, f"{reshipment.subject}:lost:", now)
    record(uow, actor, "reshipment.delivered", reshipment.subject, case, now)
    key = f"{reshipment.subject}:delivered"
    await notify(uow, case, "utter_notify_reship_delivered", key, now, reship=number)
    await finish(uow, case, now)
    return reshipment


async def find(uow: UnitOfWork, reshipment: Reshipment, now: datetime, *, actor: str = SHOP) -> None:
    """End a reshipment whose first parcel turned up before the second one left; commits nothing."""
    case = await case_of(uow, reshipment.case_number)
    if reshipment.holds_stock:
        await release_pieces(uow, reshipment.order_number, reshipment.lines)
    reshipment.find(now)
    subject = reshipment.subject
    for what in ("search", "ship"):
        await tasks.cancel_by_key(uow, f"{subject}:{what}", now)
    record(uow, actor, "reshipment.found_meanwhile", subject, case, now)
    await notify(uow, case, "utter_notify_parcel_found", f"{subject}:found", now, order_number=reshipment.order_number)
    await finish(uow, case, now)


async def cancel(uow: UnitOfWork, number: str, reason: str, now: datetime, *, actor: str) -> Reshipment:
    """Call a reshipment off before the new parcel leaves, or pay instead after that was lost, too; commits nothing.

    Raises InvalidInputError without a reason, IllegalStateError for a parcel that is on its way and not lost, or there.
    """
    if not reason.strip():
        raise InvalidInputError("reason", "missing")
    reshipment = await get(uow, number)
    case = await case_of(uow, reshipment.case_number)
    if reshipment.holds_stock:
        await release_pieces(uow, reshipment.order_number, reshipment.lines)
    if await is_lost(uow, reshipment):
        reshipment.give_up(now)
        await _pay_instead(uow, reshipment, case, now)
    else:
        reshipment.cancel(now)
    for what in ("search", "ship", "lost:"):
        await tasks.cancel_under(uow, case.number, f"{reshipment.subject}:{what}", now)
    record(uow, actor, "reshipment.canceled", reshipment.subject, case, now, reason=reason.strip())
    await finish(uow, case, now)
    return reshipment


async def lost(uow: UnitOfWork, reshipment: Reshipment, now: datetime) -> None:
    """Let somebody trace a second parcel that the carrier lost, too; commits nothing."""
    await traces.begin(uow, reshipment, now)


async def is_lost(uow: UnitOfWork, reshipment: Reshipment) -> bool:
    """Tell whether the carrier has lost the new parcel that left last, and nobody has found it since."""
    is_under_way = reshipment.state is ReshipState.SHIPPED
    return is_under_way and traces.is_lost(reshipment, await uow.tasks.of_case(reshipment.case_number))


async def first_parcel_lost(uow: UnitOfWork, order_number: str, tracking_number: str, now: datetime) -> None:
    """End the search for a parcel that the carrier itself reports as lost; commits nothing.

    Where nobody searched for this one but for another of the order that may yet arrive, the missing goods were in
    this one.
    """
    waiting = await _waiting(uow, order_number)
    if tracking_number in await _searched_before(uow, order_number):
        concerned = [again for again in waiting if again.lost_tracking_number == tracking_number]
    else:
        order = await order_of(uow, order_number)
        gone = {parcel.tracking_number for parcel in order.shipments if parcel.state is ShipmentState.LOST}
        concerned = [again for again in waiting if again.lost_tracking_number not in gone][-1:]
    for reshipment in concerned:
        reshipment.turn_to(tracking_number)
        if reshipment.state is ReshipState.SEARCHING:
            await reserve(uow, reshipment, now, actor=SHOP)


async def first_parcel_found(uow: UnitOfWork, order_number: str, tracking_number: str, now: datetime) -> None:
    """End the reshipments that a parcel makes needless by arriving after all; commits nothing."""
    for reshipment in await _waiting(uow, order_number):
        if reshipment.lost_tracking_number == tracking_number:
            await find(uow, reshipment, now)


async def end_searches(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Reserve what carriers have not found in their time, each in a transaction of its own, and return how many."""
    async with uow_factory() as uow:
        numbers = [reshipment.number for reshipment in await uow.reshipments.searched(now)]

    async def end(uow: UnitOfWork, number: str) -> None:
        reshipment = await get(uow, number)
        if reshipment.is_search_over(now):
            await reserve(uow, reshipment, now)

    return await one_by_one(uow_factory, numbers, end)


def _pieces(order: Order, lines: dict[int, int]) -> dict[int, int]:
    return dict(lines) or {line.position: line.quantity for line in order.lines}


async def _waiting(uow: UnitOfWork, order_number: str) -> list[Reshipment]:
    """Return those that another parcel of the order would spare, newest first."""
    found = await uow.reshipments.of_order(order_number)
    return [again for again in found if again.has_yet_to_leave and again.lost_tracking_number is not None]


async def _searched_before(uow: UnitOfWork, order_number: str) -> set[str]:
    """Return the numbers of the parcels whose goods are sent again already."""
    others = await uow.reshipments.of_order(order_number)
    numbers = {again.lost_tracking_number for again in others if again.state is not ReshipState.CANCELED}
    return {number for number in numbers if number is not None}


async def _pay_instead(uow: UnitOfWork, reshipment: Reshipment, case: Case, now: datetime) -> None:
    """Agree to pay back all that goods which never came have cost (Directive 2011/83/EU art. 18(3))."""
    order = await order_of(uow, reshipment.order_number)
    owed = breakdown(
        order,
        cases.selections(order, reshipment.lines),
        outbound_shipping=True,
        duties=True,
        earlier=await refunds.earlier(uow, order.number),
    )
    if owed.total:
        await refunds.agree(uow, case, owed, "agreed", now, key=f"{reshipment.subject}:instead")


async def _take_all(uow: UnitOfWork, order: Order, lines: dict[int, int]) -> bool:
    """Reserve every piece or none."""
    taken: list[tuple[str, int]] = []
    for position, quantity in lines.items():
        line = order.line(position)
        try:
            if line is not None:
                await stock.reserve(uow, line.sku, quantity)
                taken.append((line.sku, quantity))
        except (OutOfStockError, NotFoundError):
            for sku, count in taken:
                await stock.release(uow, sku, count)
            return False
    return True
