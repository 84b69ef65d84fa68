"""Returns: opening the way back for goods a customer may return, and following them until they are here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.aftersales.case import Case
from bot.aftersales.labels import WITHDRAWALS, Payer, Remedy
from bot.aftersales.offer import OfferState
from bot.aftersales.order import Address, Order
from bot.aftersales.policy import Policy, Verdict
from bot.aftersales.return_ import AWAITED, Refusal, Return, ReturnLine, ReturnMethod, ReturnState
from bot.aftersales.task import DECIDE, Department
from bot.aftersales.withdrawal import parcel_back
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import case_verdicts, cases, incoming_returns, replacements, tasks, wording
from bot.services.cases import Complaint
from bot.services.document_links import DocumentKind
from bot.services.lifecycle import (
    SHOP,
    SYSTEM,
    begin,
    case_of,
    finish,
    leave_to_person,
    look_into,
    order_of,
    record,
    required,
)
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork
from bot.services.warehouses import shop_warehouses


async def open_return(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime, remedy: Remedy = Remedy.RETURN_REFUND
) -> tuple[Case, Return]:
    """Open a return with its case; a second run of the same message finds the first.

    Above the policy's review amount the return waits for a person. Raises PolicyRefusalError where policy does not
    allow it, NotIdentifiedError without proof, InvalidInputError without pieces to return.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        return known, await return_of(uow, known)
    if not complaint.lines:
        raise InvalidInputError("lines", "missing")
    case, verdict, order = await cases.draft(uow, policy, replace(complaint, wish=remedy), now)
    return_ = await add_return(uow, case, verdict, order, now, remedy, method=complaint.return_method)
    cases.agree(case, remedy, verdict, now)
    await set_out(uow, case, return_, now)
    await uow.commit()
    return case, return_


async def add_return(
    uow: UnitOfWork,
    case: Case,
    verdict: Verdict,
    order: Order,
    now: datetime,
    remedy: Remedy = Remedy.RETURN_REFUND,
    *,
    method: ReturnMethod = ReturnMethod.DROP_OFF,
) -> Return:
    """Add a return of the case's pieces to the transaction, approved unless a person has to decide."""
    return_ = Return(
        rma=f"R{1_000_000 + await uow.next_number('return')}",
        case_number=case.number,
        order_number=case.order_number,
        method=method,
        deadline=verdict.send_by,
        refund=verdict.refund,
        return_shipping=verdict.return_shipping,
        requested_at=now,
        lines=[ReturnLine(position, quantity, case.issue_type) for position, quantity in sorted(case.lines.items())],
        refunds_shipping=verdict.refunds_shipping,
        refunds_duties=verdict.refunds_duties,
        warehouse=shop_warehouses().nearest(order.address.country).id,
    )
    if verdict.needs_review_for(remedy):
        return_.review()
    else:
        return_.approve()
    uow.returns.add(return_)
    record(uow, "bot", "return.opened", return_.subject, case, now)
    if return_.state is ReturnState.APPROVED:
        await _ask_logistics(uow, return_, now)
    return return_


async def set_out(uow: UnitOfWork, case: Case, return_: Return, now: datetime) -> None:
    """Let a case with a new return be carried out, or a person decide about it first; commits nothing."""
    if return_.state is ReturnState.MANUAL_REVIEW:
        await look_into(uow, case, now)
    else:
        begin(case)


async def return_of(uow: UnitOfWork, case: Case) -> Return:
    """Return the newest return that belongs to a case, or raise NotFoundError."""
    for return_ in await uow.returns.of_order(case.order_number):
        if return_.case_number == case.number:
            return return_
    raise NotFoundError("return of case", case.number)


async def get(uow: UnitOfWork, rma: str) -> Return:
    """Return a return, or raise NotFoundError."""
    return required(await uow.returns.get(rma), "return", rma)


def destination(return_: Return) -> Address:
    """Return where the parcel goes."""
    warehouses = shop_warehouses()
    return (warehouses.get(return_.warehouse) if return_.warehouse else warehouses.fallback).address


async def approve(uow: UnitOfWork, rma: str, now: datetime, *, actor: str) -> Return:
    """Allow a return that a person had to look at, and tell the customer where to send it; commits nothing."""
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    return_.approve()
    begin(case)
    record(uow, actor, "return.approved", return_.subject, case, now)
    await _ask_logistics(uow, return_, now)
    await replacements.send(uow, return_, now)
    await tell_approved(uow, return_, case, now)
    return return_


async def tell_approved(uow: UnitOfWork, return_: Return, case: Case, now: datetime) -> None:
    """Tell the customer where to send the goods and until when, or that they come back anyway; commits nothing."""
    key = f"{return_.subject}:approved"
    if return_.state not in AWAITED:
        values = {"rma": return_.rma, "case": case.number, "refund": wording.money(return_.refund)}
        await notify(uow, case, "utter_return_comes_back", key, now, **values)
        return
    address = _on_one_line(destination(return_))
    values = {"rma": return_.rma, "deadline": wording.day(return_.deadline), "address": address}
    values["facts"] = {"document": {"kind": DocumentKind.RETURN.value, "number": return_.rma}}
    await notify(uow, case, "utter_notify_return_approved", key, now, **values)


async def decline(uow: UnitOfWork, rma: str, reason: Refusal, now: datetime, *, actor: str) -> Return:
    """Refuse a return before the goods travel, or after looking at them; commits nothing.

    Goods that are here go back to the customer; a replacement that has not left is given up.
    """
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    return_.decline(reason, now)
    await replacements.give_up(uow, await uow.exchanges.of_return(rma), now)
    await tasks.cancel_by_key(uow, f"{return_.subject}:decide", now)
    if return_.is_here:
        await tasks.open_task(uow, case.number, Department.WAREHOUSE, "send_goods_back", f"{return_.subject}:back", now)
    record(uow, actor, "return.declined", return_.subject, case, now, reason=reason.value)
    values = {"rma": rma, "reason": wording.label(f"label_refusal_{reason}")}
    await notify(uow, case, "utter_notify_return_declined", f"{return_.subject}:declined", now, **values)
    if case.offers and case.offers[-1].state is OfferState.PROPOSED:
        # What is refused was never agreed on.
        case.offers[-1].decline()
    begin(case)
    await finish(uow, case, now)
    return return_


async def issue_label(
    uow: UnitOfWork,
    rma: str,
    now: datetime,
    *,
    actor: str = SYSTEM,
    carrier: str | None = None,
    tracking_number: str | None = None,
) -> Return:
    """Record that label and packing guide are ready, a prepaid one with its tracking number; commits nothing."""
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    return_.issue_label(carrier, tracking_number)
    await tasks.cancel_by_key(uow, _label(return_), now)
    record(uow, actor, "return.label_issued", return_.subject, case, now)
    values = {"rma": rma, "deadline": wording.day(return_.deadline)}
    await notify(uow, case, "utter_notify_label_ready", f"{return_.subject}:label", now, **values)
    return return_


async def register_tracking(
    uow: UnitOfWork, rma: str, carrier: str, tracking_number: str, now: datetime, *, actor: str = "bot"
) -> Return:
    """Record the number under which the customer sends the parcel; commits nothing.

    Who told it knows it: only a scan is announced. Goods that were sent though their return has expired take it up
    again; raises IllegalStateError where ``incoming_returns.is_wanted`` says that they are not wanted any more.
    """
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    is_late = await incoming_returns.is_late(uow, return_, now)
    return_.ship(carrier, "".join(tracking_number.split()).upper(), now)
    if is_late:
        await incoming_returns.take_up(uow, return_, case, now)
    await _owe(uow, return_, case, now)
    await _release_logistics(uow, return_, now)
    record(uow, actor, "return.shipped", return_.subject, case, now, tracking_number=return_.tracking_number)
    return return_


async def scanned(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Record that the carrier has a parcel whose prepaid label named its number; commits nothing."""
    case = await case_of(uow, return_.case_number)
    is_late = await incoming_returns.is_late(uow, return_, now)
    return_.ship(return_.carrier or "", return_.tracking_number or "", now)
    if is_late:
        await incoming_returns.take_up(uow, return_, case, now)
    await _owe(uow, return_, case, now)
    await _release_logistics(uow, return_, now)
    record(uow, SHOP, "return.shipped", return_.subject, case, now)
    await notify(uow, case, "utter_notify_return_shipped", f"{return_.subject}:shipped", now, rma=return_.rma)


async def bring_back(uow: UnitOfWork, order: Order, now: datetime) -> None:
    """Let parcels that nobody received bring the goods that were withdrawn from meanwhile; commits nothing."""
    parcel = parcel_back(order)
    for return_ in await uow.returns.of_order(order.number) if parcel else ():
        if parcel is not None and return_.state in AWAITED:
            await register_tracking(uow, return_.rma, parcel.carrier, parcel.tracking_number, now, actor=SHOP)


async def receive(
    uow: UnitOfWork, rma: str, pieces: Mapping[int, tuple[int, int]], now: datetime, *, actor: str = SHOP
) -> Return:
    """Record what arrived: by order line how many pieces, and how many of them broken; commits nothing.

    The goods are to be inspected, and a replacement that waited for them may leave. With the first of them the time
    runs within which they have to be paid for, unless it does already. Late ones take an expired return up again;
    raises IllegalStateError where ``incoming_returns.is_wanted`` says that they are not wanted any more.
    """
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    is_late = await incoming_returns.is_late(uow, return_, now)
    return_.receive(pieces, now)
    if is_late:
        await incoming_returns.take_up(uow, return_, case, now)
    await _owe(uow, return_, case, now)
    subject = return_.subject
    await _release_logistics(uow, return_, now)
    here, announced = sum(line.received for line in return_.lines), sum(line.quantity for line in return_.lines)
    record(uow, actor, "return.received", subject, case, now, received=here, announced=announced)
    if return_.state is ReturnState.RECEIVED:
        await notify(uow, case, "utter_notify_return_received", f"{subject}:received", now, rma=rma)
    else:
        values = {"rma": rma, "received": here, "announced": announced}
        await notify(uow, case, "utter_notify_return_partly_received", f"{subject}:received:{here}", now, **values)
    await tasks.open_task(uow, case.number, Department.WAREHOUSE, "inspect_return", f"{subject}:inspect", now)
    await replacements.send(uow, return_, now)
    return return_


async def expire_overdue(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """End the returns whose parcel was never sent, each in a transaction of its own, and return how many.

    Reserved replacements are set free, and a case with nothing else to do is resolved. Where the replacement has left
    already, a person decides.
    """
    today = (now - incoming_returns.GRACE).date()
    async with uow_factory() as uow:
        numbers = [return_.rma for return_ in await uow.returns.overdue(today)]

    async def end(uow: UnitOfWork, rma: str) -> None:
        return_ = await get(uow, rma)
        if return_.is_overdue(today):
            await expire(uow, return_, now)

    return await one_by_one(uow_factory, numbers, end)


async def expire(uow: UnitOfWork, return_: Return, now: datetime, *, actor: str = SYSTEM) -> None:
    """End a return whose parcel did not come, never sent or lost on the way; commits nothing."""
    case = await case_of(uow, return_.case_number)
    return_.expire(now)
    await _release_logistics(uow, return_, now)
    exchange = await uow.exchanges.of_return(return_.rma)
    await replacements.give_up(uow, exchange, now)
    # It may come after all, and be lost then.
    again = f":{return_.tracking_number}" if return_.shipped_at else ""
    record(uow, actor, "return.expired", return_.subject, case, now)
    if exchange is not None and exchange.has_left:
        # The customer has both, the old goods and the new.
        leave_to_person(case)
        department, what = DECIDE
        await tasks.open_task(uow, case.number, department, what, f"{return_.subject}:kept{again}", now)
    values = {"rma": return_.rma, "deadline": wording.day(return_.deadline)}
    await notify(uow, case, "utter_notify_return_expired", f"{return_.subject}:expired{again}", now, **values)
    await finish(uow, case, now)


async def give_up(uow: UnitOfWork, rma: str, now: datetime, *, actor: str) -> Return:
    """End a return whose parcel was lost on its way, without paying for it; commits nothing.

    Raises IllegalStateError for one that nobody has sent, or that is here.
    """
    return_ = await get(uow, rma)
    if return_.state is not ReturnState.SHIPPED:
        raise IllegalStateError("return", return_.state.value, ReturnState.EXPIRED.value)
    await expire(uow, return_, now, actor=actor)
    return return_


async def _ask_logistics(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Let somebody see to what brings the goods here and is not the customer's to arrange; commits nothing."""
    number = return_.case_number
    await bring_back(uow, await order_of(uow, return_.order_number), now)
    if return_.state not in AWAITED:
        return
    if return_.method is ReturnMethod.PICKUP:
        await tasks.open_task(uow, number, Department.LOGISTICS, "arrange_pickup", _pickup(return_), now)
    elif return_.return_shipping is Payer.SHOP:
        # The label on the return slip is only an address: no carrier is paid with it.
        await tasks.open_task(uow, number, Department.LOGISTICS, "issue_return_label", _label(return_), now)


async def _owe(uow: UnitOfWork, return_: Return, case: Case, now: datetime) -> None:
    """Fix, once goods are here or proved to be sent, until when they have to be paid for; commits nothing.

    Where policy counts from the withdrawal, whoever withdraws is to be paid within the time from saying so; the shop
    may wait only for the goods or the proof that they were sent, whichever is first (as by Directive 2011/83/EU art.
    13(1) and (3)). Elsewhere, and for anything else, the time runs from the goods.
    """
    if return_.pay_by is not None:
        return
    is_withdrawal = case.issue_type in WITHDRAWALS and await uow.exchanges.of_return(return_.rma) is None
    if is_withdrawal and case_verdicts.counts_from_withdrawal(case):
        told = case_verdicts.pay_by(case, case.opened_at)
        return_.pay_by = told and max(told, now.date())
    elif return_.is_here:
        return_.pay_by = case_verdicts.pay_by(case, now)


async def _release_logistics(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Call off what is needless once the goods travel, or never will; commits nothing."""
    for key in (_pickup(return_), _label(return_)):
        await tasks.cancel_by_key(uow, key, now)
    if return_.state is not ReturnState.SHIPPED:
        await tasks.cancel_by_key(uow, return_.trace_key, now)


def _pickup(return_: Return) -> str:
    return f"{return_.subject}:pickup"


def _label(return_: Return) -> str:
    return f"{return_.subject}:label"


def _on_one_line(address: Address) -> str:
    return f"{address.name}, {address.street}, {address.postcode} {address.city}, {address.country}"
