"""Scans of parcels, whatever they carry: an order, a return, a replacement, a repaired thing, a second parcel."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales import tracking
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.order import Order, Shipment, ShipmentState, TrackingEvent
from bot.aftersales.repair import RepairState
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import AWAITED
from bot.aftersales.shop_event import ShopEvent
from bot.aftersales.task import Department
from bot.services import customs, exchanges, repairs, reshipments, returns, tasks
from bot.services.outcome import EARLY, Outcome, applied, ignored
from bot.services.ports import UnitOfWork

_GONE = frozenset({ShipmentState.LOST, ShipmentState.RETURNED_TO_SENDER})
_PAST_CUSTOMS = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.DELIVERED})


async def scan(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    """Do what follows from a scan; one of a parcel that nobody knows yet waits; commits nothing."""
    number, state = event.subject.partition(":")[2], ShipmentState(event.payload["state"])
    order = await uow.orders.by_tracking(number)
    if order is not None:
        return await _of_order(uow, order, number, event, now)
    for of_kind in (_of_return, _of_exchange, _of_reshipment, _of_repair):
        outcome = await of_kind(uow, number, state, now)
        if outcome is not None:
            return outcome
    return EARLY


async def _of_order(uow: UnitOfWork, order: Order, number: str, event: ShopEvent, now: datetime) -> Outcome:
    shipment = next(parcel for parcel in order.shipments if parcel.tracking_number == number)
    scanned = TrackingEvent(event.at, ShipmentState(event.payload["state"]), event.payload.get("location") or "")
    if not tracking.scan(order, shipment, scanned):
        return ignored("known")
    if shipment.state is scanned.state:
        await _follow(uow, order, shipment, now)
    return applied(f"order:{order.number}")


async def _follow(uow: UnitOfWork, order: Order, shipment: Shipment, now: datetime) -> None:
    """Move what waits for this parcel."""
    number = shipment.tracking_number
    if shipment.state is ShipmentState.DELIVERED:
        await reshipments.first_parcel_found(uow, order.number, number, now)
    if shipment.state is ShipmentState.LOST:
        await reshipments.first_parcel_lost(uow, order.number, number, now)
    if shipment.state in _PAST_CUSTOMS:
        for matter in await uow.customs.of_order(order.number):
            if matter.is_open and not matter.is_decided and matter.tracking_number == number:
                await customs.release(uow, matter.number, now)
    if shipment.state is ShipmentState.RETURNED_TO_SENDER:
        for case in await uow.cases.of_order(order.number):
            if case.is_open:
                key = f"shipment:{shipment.id}:returned:{case.number}"
                await tasks.open_task(uow, case.number, Department.LOGISTICS, "parcel_came_back", key, now)


async def _of_return(uow: UnitOfWork, number: str, state: ShipmentState, now: datetime) -> Outcome | None:
    return_ = await uow.returns.by_tracking(number)
    if return_ is None:
        return None
    if state in _GONE and not return_.is_here and return_.is_open:
        await returns.lost(uow, return_, now)
        return applied(returns.subject_of(return_))
    if return_.state in AWAITED and state is not ShipmentState.LABEL_CREATED:
        await returns.scanned(uow, return_, now)
        return applied(returns.subject_of(return_))
    return ignored("known")


async def _of_exchange(uow: UnitOfWork, number: str, state: ShipmentState, now: datetime) -> Outcome | None:
    exchange = await uow.exchanges.by_tracking(number)
    if exchange is None:
        return None
    is_underway = exchange.state is ExchangeState.REPLACEMENT_SHIPPED
    if is_underway and state is ShipmentState.DELIVERED:
        await exchanges.deliver(uow, exchange.rma, now)
    elif is_underway and state in _GONE:
        await exchanges.lost(uow, exchange, now)
    else:
        return ignored("nothing_follows")
    return applied(f"return:{exchange.rma}")


async def _of_reshipment(uow: UnitOfWork, number: str, state: ShipmentState, now: datetime) -> Outcome | None:
    reshipment = await uow.reshipments.by_tracking(number)
    if reshipment is None:
        return None
    is_underway = reshipment.state is ReshipState.SHIPPED
    if is_underway and state is ShipmentState.DELIVERED:
        await reshipments.deliver(uow, reshipment.number, now)
    elif is_underway and state in _GONE:
        await reshipments.lost(uow, reshipment, now)
    else:
        return ignored("nothing_follows")
    return applied(reshipments.subject_of(reshipment))


async def _of_repair(uow: UnitOfWork, number: str, state: ShipmentState, now: datetime) -> Outcome | None:
    repair = await uow.repairs.by_tracking(number)
    if repair is None:
        return None
    is_underway = repair.state is RepairState.SHIPPED_BACK
    if is_underway and state is ShipmentState.DELIVERED:
        await repairs.complete(uow, repair.number, now)
    elif is_underway and state in _GONE:
        await repairs.lost(uow, repair, now)
    else:
        return ignored("nothing_follows")
    return applied(repairs.subject_of(repair))
