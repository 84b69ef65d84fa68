"""Scans of parcels, whatever they carry: an order, a return, a replacement, a repaired thing, a second parcel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from bot.aftersales import tracking
from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.order import Order, Shipment, ShipmentState, TrackingEvent
from bot.aftersales.repair import RepairState
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import AWAITED, ReturnState
from bot.aftersales.shop_event import ShopEvent
from bot.aftersales.task import Department
from bot.services import (
    customs,
    exchanges,
    incoming_repairs,
    incoming_returns,
    repairs,
    reshipments,
    returns,
    tasks,
    wording,
)
from bot.services.lifecycle import SHOP, case_of, record
from bot.services.notifications import notify
from bot.services.outcome import EARLY, Outcome, applied, ignored
from bot.services.ports import UnitOfWork

_TOLD = {
    ShipmentState.LOST: "utter_notify_parcel_lost",
    ShipmentState.RETURNED_TO_SENDER: "utter_notify_parcel_sent_back",
}
PROMISING = frozenset(_TOLD.values())
"""The responses that promise when their customer hears more, and so keep no promise."""

_GONE = frozenset(_TOLD)
_YET_TO_BE_SENT = AWAITED | {ReturnState.EXPIRED}
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
    outcome = await _of_return(uow, number, state, now) or await _of_repair(uow, number, state, now)
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
        for case in await uow.cases.of_order(order.number):
            await tasks.cancel_by_key(uow, _search(shipment, case), now)
    if shipment.state is ShipmentState.LOST:
        await _look_for(uow, order, shipment, now)
    if shipment.state in _PAST_CUSTOMS:
        for matter in await uow.customs.of_order(order.number):
            if matter.is_open and not matter.is_decided and matter.tracking_number == number:
                await customs.release(uow, matter.number, now)
    if shipment.state is ShipmentState.RETURNED_TO_SENDER:
        for case in await _open_cases(uow, order):
            key = f"shipment:{shipment.id}:returned:{case.number}"
            await tasks.open_task(uow, case.number, Department.LOGISTICS, "parcel_came_back", key, now)
            await _tell(uow, case, number, shipment.state, now)
        await returns.bring_back(uow, order, now)


async def _look_for(uow: UnitOfWork, order: Order, shipment: Shipment, now: datetime) -> None:
    """Send again what waited for the carrier's search, and let somebody look for what nobody sends again."""
    number = shipment.tracking_number
    of_order = await uow.reshipments.of_order(order.number)
    again = {found.case_number: found.state for found in of_order}
    await reshipments.first_parcel_lost(uow, order.number, number, now)
    still_searched = {found.case_number for found in of_order if found.state is ReshipState.SEARCHING}
    for case in await _open_cases(uow, order):
        if again.get(case.number, ReshipState.CANCELED) is ReshipState.CANCELED:
            if not any(task.is_open and task.what == "search_parcel" for task in await uow.tasks.of_case(case.number)):
                key = _search(shipment, case)
                await tasks.open_task(uow, case.number, Department.LOGISTICS, "search_parcel", key, now)
        elif again[case.number] is not ReshipState.SEARCHING or case.number in still_searched:
            # The goods are on their way again, or in another parcel, for which the customer knows the day.
            continue
        elif case.state is CaseState.ESCALATED:
            # The customer has just been told that they are sold out.
            continue
        await _tell(uow, case, number, shipment.state, now)


async def _open_cases(uow: UnitOfWork, order: Order) -> list[Case]:
    return [case for case in await uow.cases.of_order(order.number) if case.is_open]


async def _tell(uow: UnitOfWork, case: Case, number: str, state: ShipmentState, now: datetime) -> None:
    """Tell a customer once what has become of a parcel, and until when they hear what follows; commits nothing."""
    key = f"tracking:{number}:{state.value}"
    if await uow.notifications.by_key(key) is not None:
        return
    until = now + tasks.DUE_IN[Department.LOGISTICS]
    await notify(uow, case, _TOLD[state], key, now, tracking_number=number, until=wording.moment(until))
    if case.is_open:
        case.next_contact_by = until
        record(uow, SHOP, "case.contact_promised", f"case:{case.number}", case, now, until=until.isoformat())


def _search(shipment: Shipment, case: Case) -> str:
    return f"shipment:{shipment.id}:lost:{case.number}"


async def _of_return(uow: UnitOfWork, number: str, state: ShipmentState, now: datetime) -> Outcome | None:
    return_ = await uow.returns.by_tracking(number)
    if return_ is None:
        return None
    if state in _GONE and not return_.is_here and return_.is_open:
        await incoming_returns.lost(uow, return_, now)
        await _tell(uow, await case_of(uow, return_.case_number), number, state, now)
        return applied(return_.subject)
    is_to_come = return_.state in _YET_TO_BE_SENT and await incoming_returns.is_wanted(uow, return_, now)
    if is_to_come and state is not ShipmentState.LABEL_CREATED:
        await returns.scanned(uow, return_, now)
        return applied(return_.subject)
    return ignored("known")


async def _of_repair(uow: UnitOfWork, number: str, state: ShipmentState, now: datetime) -> Outcome | None:
    repair = await uow.repairs.by_tracking(number)
    if repair is None or repair.state is not RepairState.SHIPPED:
        # Not on its way here: what is on its way back counts among what was sent.
        return None
    if state not in _GONE:
        return ignored("known")
    await incoming_repairs.lost(uow, repair, now)
    await _tell(uow, await case_of(uow, repair.case_number), number, state, now)
    return applied(repair.subject)


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
        await _tell(uow, await case_of(uow, thing.case_number), number, state, now)
    else:
        return ignored("nothing_follows")
    return applied(thing.subject)
