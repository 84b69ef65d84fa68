"""What each kind of shop event does; whether its time has come is asked before anything is changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from bot.aftersales import customs as customs_machine
from bot.aftersales import exchange as exchange_machine
from bot.aftersales import refund as refund_machine
from bot.aftersales import repair as repair_machine
from bot.aftersales import reship as reship_machine
from bot.aftersales import return_ as return_machine
from bot.aftersales.customs import CustomsState, Paper
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.money import Money
from bot.aftersales.refund import RefundState
from bot.aftersales.repair import RepairState
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import Finding, Return, ReturnState
from bot.aftersales.shop_event import ShopEvent, ShopEventType
from bot.aftersales.states import Machine
from bot.aftersales.task import Department
from bot.services import (
    customs,
    exchanges,
    incoming_repairs,
    incoming_returns,
    inspections,
    refunds,
    repairs,
    reshipments,
    returns,
    stock,
    tasks,
)
from bot.services.lifecycle import case_of, finish, required
from bot.services.outcome import EARLY, Outcome, applied, ignored, unready
from bot.services.ports import UnitOfWork
from bot.services.scans import scan

Handler = Callable[[UnitOfWork, ShopEvent, datetime], Awaitable[Outcome]]


def _moves(
    get: Callable[..., Awaitable[Any]], machine: Machine[Any], wanted: Enum, move: Callable[..., Any]
) -> Handler:
    """Return what takes the thing that an event names to a state, once its machine is ready for that."""

    async def handle(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
        number = _number(event)
        not_now = unready(machine, (await get(uow, number)).state, wanted)
        if not_now is not None:
            return not_now
        await move(uow, number, now)
        return applied(event.subject)

    return handle


async def _return_received(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    return_ = await returns.get(uow, _number(event))
    is_wanted = await incoming_returns.is_wanted(uow, return_, now)
    if return_.state in return_machine.ENDED and not return_.is_here and not is_wanted:
        # Nobody expects this parcel any more, but there it is.
        key = f"{return_.subject}:unexpected"
        await tasks.open_task(uow, return_.case_number, Department.QUALITY, "unexpected_return", key, now)
        return applied()
    not_now = unready(return_machine.MACHINE, return_.state, ReturnState.RECEIVED)
    if not_now is not None:
        return not_now
    await returns.receive(uow, return_.rma, _pieces(event, return_), now)
    return applied(event.subject)


async def _return_inspected(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    return_ = await returns.get(uow, _number(event))
    not_now = unready(return_machine.MACHINE, return_.state, ReturnState.INSPECTED)
    if not_now is not None:
        return not_now
    findings = {
        int(line["line"]): {finding: int(line[finding.value]) for finding in Finding if line.get(finding.value)}
        for line in event.payload.get("lines") or []
    }
    await inspections.inspect(uow, return_.rma, findings, now)
    return applied(event.subject)


async def _refund_settled(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    refund = await _refund(uow, event)
    not_now = unready(refund_machine.MACHINE, refund.state, RefundState.SETTLED)
    if not_now is not None:
        return not_now
    await refunds.settle(uow, refund.number, event.at)
    await finish(uow, await case_of(uow, refund.case_number), now)
    return applied(event.subject)


async def _refund_failed(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    refund = await _refund(uow, event)
    if refund.state in (RefundState.AGREED, RefundState.SENDING):
        return EARLY
    if refund.state is not RefundState.SENT or (refund.sent_at is not None and event.at < refund.sent_at):
        return ignored("past")
    await refunds.fail(uow, refund.number, event.payload["reason"], now)
    return applied(event.subject)


async def _stock_changed(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    newest = await uow.shop_events.latest_applied(event.type, event.subject)
    if newest is not None and newest.at > event.at:
        return ignored("past")
    await stock.count(uow, _number(event), event.payload["free"])
    return applied()


async def _replacement_shipped(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    exchange = await exchanges.get(uow, _number(event))
    carrier, number = _parcel(event)
    if exchange.tracking_number == number:
        return ignored("known")
    not_now = unready(exchange_machine.MACHINE, exchange.state, ExchangeState.REPLACEMENT_SHIPPED)
    if exchange.state is not ExchangeState.REPLACEMENT_SHIPPED and not_now is not None:
        return not_now
    await exchanges.ship(uow, exchange.rma, carrier, number, now)
    return applied(event.subject, f"tracking:{number}")


async def _replacement_unavailable(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    exchange = await exchanges.get(uow, _number(event))
    is_lost = await exchanges.is_lost(uow, exchange)
    if not exchange.is_to_leave and not is_lost:
        # It has left since, or there is none any more.
        return ignored("past")
    await exchanges.give_up(uow, exchange.rma, now)
    return applied(event.subject)


async def _difference_paid(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    exchange = await exchanges.get(uow, _number(event))
    if not exchange.awaits_payment:
        return ignored("past")
    await exchanges.settle_difference(uow, exchange.rma, now)
    return applied(event.subject)


async def _repair_received(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    repair = await repairs.get(uow, _number(event))
    if not repair.is_here and not await incoming_repairs.is_wanted(uow, repair):
        await incoming_repairs.unexpected(uow, repair, now)
        return applied()
    not_now = unready(repair_machine.MACHINE, repair.state, RepairState.RECEIVED)
    if not_now is not None:
        return not_now
    await repairs.receive(uow, repair.number, now)
    return applied(event.subject)


async def _repair_quoted(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    repair = await repairs.get(uow, _number(event))
    not_now = unready(repair_machine.MACHINE, repair.state, RepairState.QUOTED)
    if not_now is not None:
        return not_now
    await repairs.propose(uow, repair.number, _money(event), now)
    return applied(event.subject)


async def _repair_shipped_back(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    repair = await repairs.get(uow, _number(event))
    is_repaired = bool(event.payload["repaired"])
    not_now = unready(repair_machine.MACHINE, repair.state, RepairState.SHIPPED_BACK)
    if not_now is not None:
        return not_now
    if is_repaired and repair.state is RepairState.RECEIVED:
        # Out of order: nothing is mended before its price was agreed.
        return EARLY
    carrier, number = _parcel(event)
    await repairs.ship_back(uow, repair.number, carrier, number, now, is_repaired=is_repaired)
    return applied(event.subject, f"tracking:{number}")


async def _reshipment_shipped(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    reshipment = await reshipments.get(uow, _number(event))
    carrier, number = _parcel(event)
    if reshipment.tracking_number == number:
        return ignored("known")
    not_now = unready(reship_machine.MACHINE, reshipment.state, ReshipState.SHIPPED)
    if not_now is not None:
        return not_now
    await reshipments.ship(uow, reshipment.number, carrier, number, now)
    return applied(event.subject, f"tracking:{number}")


async def _customs_updated(uow: UnitOfWork, event: ShopEvent, now: datetime) -> Outcome:
    matter = await customs.get(uow, _number(event))
    given, wanted = event.payload, CustomsState(event.payload["state"])
    not_now = unready(customs_machine.MACHINE, matter.state, wanted)
    if not_now is not None:
        return not_now
    if wanted is CustomsState.PAPERS_REQUESTED:
        await customs.request_papers(
            uow,
            matter.number,
            tuple(Paper(paper) for paper in given["papers"]),
            date.fromisoformat(given["due_on"]),
            now,
            authority=given.get("authority") or "",
            reference=given.get("reference") or "",
            charges=_money(event) if given.get("amount") else None,
        )
    elif wanted is CustomsState.SUBMITTED:
        await customs.submit(uow, matter.number, now)
    elif wanted is CustomsState.RELEASED:
        await customs.release(uow, matter.number, now)
    elif wanted is CustomsState.REFUSED:
        await customs.refuse(uow, matter.number, given.get("reason") or "", now)
    else:
        await customs.abandon(uow, matter.number, given.get("reason") or "", now)
    return applied(event.subject)


def _number(event: ShopEvent) -> str:
    return event.subject.partition(":")[2]


def _parcel(event: ShopEvent) -> tuple[str, str]:
    return event.payload["carrier"].strip(), event.payload["tracking_number"].strip()


def _money(event: ShopEvent) -> Money:
    return Money(Decimal(event.payload["amount"]), event.payload["currency"])


def _pieces(event: ShopEvent, return_: Return) -> dict[int, tuple[int, int]]:
    """Return what arrived by line; a report without lines means everything that was still missing."""
    given: list[dict[str, Any]] = event.payload.get("lines") or []
    if not given:
        return {line.position: (line.missing, 0) for line in return_.lines if line.missing}
    return {int(line["line"]): (int(line["quantity"]), int(line.get("damaged") or 0)) for line in given}


async def _refund(uow: UnitOfWork, event: ShopEvent) -> refund_machine.Refund:
    return required(await uow.refunds.get(_number(event)), "refund", _number(event))


_T = ShopEventType
HANDLERS: dict[ShopEventType, Handler] = {
    _T.SHIPMENT_SCANNED: scan,
    _T.RETURN_RECEIVED: _return_received,
    _T.RETURN_INSPECTED: _return_inspected,
    _T.REFUND_SETTLED: _refund_settled,
    _T.REFUND_FAILED: _refund_failed,
    _T.STOCK_CHANGED: _stock_changed,
    _T.REPLACEMENT_SHIPPED: _replacement_shipped,
    _T.REPLACEMENT_DELIVERED: _moves(
        exchanges.get, exchange_machine.MACHINE, ExchangeState.REPLACEMENT_DELIVERED, exchanges.deliver
    ),
    _T.REPLACEMENT_UNAVAILABLE: _replacement_unavailable,
    _T.DIFFERENCE_PAID: _difference_paid,
    _T.REPAIR_RECEIVED: _repair_received,
    _T.REPAIR_QUOTED: _repair_quoted,
    _T.REPAIR_SHIPPED_BACK: _repair_shipped_back,
    _T.RESHIPMENT_SHIPPED: _reshipment_shipped,
    _T.CUSTOMS_UPDATED: _customs_updated,
}
