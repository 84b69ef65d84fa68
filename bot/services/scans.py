"""Scans of parcels, whatever they carry: an order, a return, a replacement, a repaired thing, a second parcel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

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


@dataclass(frozen=True)
class _Sent:
    """A kind of thing that the shop sends to a customer: how its parcel is found, and what follows from the scans."""

    find: Callable[[UnitOfWork, str], Awaitable[Any]]
    under_way: Enum
    number_of: Callable[[Any], str]
    arrive: Callable[[UnitOfWork, str, datetime], Awaitable[Any]]
    lose: Callable[[UnitOfWork, Any, datetime], Awaitable[None]]


_SENT = (
    _Sent(
        lambda uow, number: uow.exchanges.by_tracking(number),
        ExchangeState.REPLACEMENT_SHIPPED,
        lambda exchange: str(exchange.rma),
        exchanges.deliver,
        exchanges.lost,
    ),
    _Sent(
        lambda uow, number: uow.reshipments.by_tracking(number),
        ReshipState.SHIPPED,
        lambda reshipment: str(reshipment.number),
        reshipments.deliver,
        reshipments.lost,
    ),
    _Sent(
        lambda uow, number: uow.repairs.by_tracking(number),
        RepairState.SHIPPED_BACK,
        lambda repair: str(repair.number),
        repairs.complete,
        repairs.lost,
    ),
)


async def scan(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    """Do what follows from a scan; one of a parcel that nobody knows yet waits; commits nothing."""
    number, state = event.subject.partition(":")[2], ShipmentState(event.payload["state"])
    order = await uow.orders.by_tracking(number)
    if order is not None:
        return await _of_order(uow, order, number, event, now)
    outcome = await _of_return(uow, number, state, now)
    for kind in _SENT:
        outcome = outcome or await _of_sent(uow, kind, number, state, now)
    return outcome or EARLY


async def _of_order(uow: UnitOfWork, order: Order, number: str, event: ShopEvent, now: datetime) -> Outcome:
    shipment = next(parcel for parcel in order.shipments if parcel.tracking_number == number)
    scanned = TrackingEvent(event.at, ShipmentState(event.payload["state"]), event.payload.get("location") or "")
    if not tracking.scan(order, shipment, scanned):
        return ignored("known")
    if shipment.state is scanned.state:
        await follow(uow, order, shipment, now)
    return applied(f"order:{order.number}")


async def follow(uow: UnitOfWork, order: Order, shipment: Shipment, now: datetime) -> None:
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
        return applied(return_.subject)
    if return_.state in AWAITED and state is not ShipmentState.LABEL_CREATED:
        await returns.scanned(uow, return_, now)
        return applied(return_.subject)
    return ignored("known")


async def _of_sent(uow: UnitOfWork, kind: _Sent, number: str, state: ShipmentState, now: datetime) -> Outcome | None:
    thing = await kind.find(uow, number)
    if thing is None:
        return None
    if thing.state is not kind.under_way:
        return ignored("nothing_follows")
    if state is ShipmentState.DELIVERED:
        await kind.arrive(uow, kind.number_of(thing), now)
    elif state in _GONE:
        await kind.lose(uow, thing, now)
    else:
        return ignored("nothing_follows")
    return applied(thing.subject)
