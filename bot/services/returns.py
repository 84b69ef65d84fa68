"""Returns: opening the way back for goods a customer may return, and following them until they are here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.aftersales.case import Case
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.order import Address, Order
from bot.aftersales.policy import Policy, Verdict
from bot.aftersales.return_ import Refusal, Return, ReturnLine, ReturnMethod, ReturnState
from bot.aftersales.task import DECIDE, Department
from bot.errors import InvalidInputError, NotFoundError
from bot.services import case_verdicts, cases, stock, tasks, wording
from bot.services.cases import Complaint
from bot.services.document_links import DocumentKind
from bot.services.lifecycle import SHOP, SYSTEM, begin, case_of, finish, leave_to_person, record, required
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork
from bot.services.warehouses import shop_warehouses

GRACE = timedelta(days=3)
"""How long a parcel that was handed over on the last day may take until its first scan."""


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
    if return_.state is ReturnState.MANUAL_REVIEW:
        case.investigate()
    else:
        case.agree()
        case.execute()
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
    await send_replacement(uow, return_, now)
    await tell_approved(uow, return_, case, now)
    return return_


async def tell_approved(uow: UnitOfWork, return_: Return, case: Case, now: datetime) -> None:
    """Tell the customer where to send the goods and until when; commits nothing."""
    address = _on_one_line(destination(return_))
    values = {"rma": return_.rma, "deadline": wording.day(return_.deadline), "address": address}
    values["facts"] = {"document": {"kind": DocumentKind.RETURN.value, "number": return_.rma}}
    await notify(uow, case, "utter_notify_return_approved", f"{return_.subject}:approved", now, **values)


async def decline(uow: UnitOfWork, rma: str, reason: Refusal, now: datetime, *, actor: str) -> Return:
    """Refuse a return before the goods travel, or after looking at them; commits nothing.

    Goods that are here go back to the customer; a replacement that has not left is given up.
    """
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    return_.decline(reason, now)
    await _give_replacement_up(uow, return_, now)
    await tasks.cancel_by_key(uow, f"{return_.subject}:decide", now)
    if return_.is_here:
        await tasks.open_task(uow, case.number, Department.WAREHOUSE, "send_goods_back", f"{return_.subject}:back", now)
    record(uow, actor, "return.declined", return_.subject, case, now, reason=reason.value)
    values = {"rma": rma, "reason": wording.label(f"label_refusal_{reason}")}
    await notify(uow, case, "utter_notify_return_declined", f"{return_.subject}:declined", now, **values)
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

    Who told it knows it: only a scan is announced.
    """
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    return_.ship(carrier, "".join(tracking_number.split()).upper(), now)
    await _release_logistics(uow, return_, now)
    record(uow, actor, "return.shipped", return_.subject, case, now, tracking_number=return_.tracking_number)
    return return_


async def scanned(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Record that the carrier has a parcel whose prepaid label named its number; commits nothing."""
    case = await case_of(uow, return_.case_number)
    return_.ship(return_.carrier or "", return_.tracking_number or "", now)
    await _release_logistics(uow, return_, now)
    record(uow, SHOP, "return.shipped", return_.subject, case, now)
    await notify(uow, case, "utter_notify_return_shipped", f"{return_.subject}:shipped", now, rma=return_.rma)


async def lost(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Let somebody trace a parcel that the carrier lost on its way back; commits nothing."""
    key = f"{return_.subject}:lost"
    await tasks.open_task(uow, return_.case_number, Department.LOGISTICS, "trace_return", key, now)


async def receive(
    uow: UnitOfWork, rma: str, pieces: Mapping[int, tuple[int, int]], now: datetime, *, actor: str = SHOP
) -> Return:
    """Record what arrived: by order line how many pieces, and how many of them broken; commits nothing.

    The goods are to be inspected, and a replacement that waited for them may leave. Once all of
    them are here, the time runs within which they have to be paid for.
    """
    return_ = await get(uow, rma)
    case = await case_of(uow, return_.case_number)
    return_.receive(pieces, now)
    subject = return_.subject
    await _release_logistics(uow, return_, now)
    await tasks.cancel_by_key(uow, f"{subject}:lost", now)
    here, announced = sum(line.received for line in return_.lines), sum(line.quantity for line in return_.lines)
    record(uow, actor, "return.received", subject, case, now, received=here, announced=announced)
    if return_.state is ReturnState.RECEIVED:
        return_.pay_by = case_verdicts.pay_by(case, now)
        await notify(uow, case, "utter_notify_return_received", f"{subject}:received", now, rma=rma)
    else:
        values = {"rma": rma, "received": here, "announced": announced}
        await notify(uow, case, "utter_notify_return_partly_received", f"{subject}:received:{here}", now, **values)
    await tasks.open_task(uow, case.number, Department.WAREHOUSE, "inspect_return", f"{subject}:inspect", now)
    await send_replacement(uow, return_, now)
    return return_


async def expire_overdue(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """End the returns whose parcel was never sent, each in a transaction of its own, and return how many.

    Reserved replacements are set free, and a case with nothing else to do is resolved. Where the replacement has left
    already, a person decides.
    """
    today = (now - GRACE).date()
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
    await tasks.cancel_by_key(uow, f"{return_.subject}:lost", now)
    await _give_replacement_up(uow, return_, now)
    record(uow, actor, "return.expired", return_.subject, case, now)
    exchange = await uow.exchanges.of_return(return_.rma)
    if exchange is not None and exchange.has_left:
        # The customer has both, the old goods and the new.
        leave_to_person(case)
        department, what = DECIDE
        await tasks.open_task(uow, case.number, department, what, f"{return_.subject}:kept", now)
    values = {"rma": return_.rma, "deadline": wording.day(return_.deadline)}
    await notify(uow, case, "utter_notify_return_expired", f"{return_.subject}:expired", now, **values)
    await finish(uow, case, now)


async def _ask_logistics(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Let somebody see to what brings the goods here and is not the customer's to arrange; commits nothing."""
    number = return_.case_number
    if return_.method is ReturnMethod.PICKUP:
        await tasks.open_task(uow, number, Department.LOGISTICS, "arrange_pickup", _pickup(return_), now)
    elif return_.return_shipping is Payer.SHOP:
        # The label on the return slip is only an address: no carrier is paid with it.
        await tasks.open_task(uow, number, Department.LOGISTICS, "issue_return_label", _label(return_), now)


async def _release_logistics(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Call off what is needless once the goods travel, or never will; commits nothing."""
    for key in (_pickup(return_), _label(return_)):
        await tasks.cancel_by_key(uow, key, now)


async def send_replacement(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Let the replacement leave that nothing holds back any more, where there is one; commits nothing."""
    exchange = await uow.exchanges.of_return(return_.rma)
    if return_.state is ReturnState.MANUAL_REVIEW or exchange is None:
        return
    if exchange.may_ship(goods_are_here=return_.is_here):
        key = f"{return_.subject}:replace"
        await tasks.open_task(uow, return_.case_number, Department.WAREHOUSE, "ship_replacement", key, now)


async def _give_replacement_up(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    exchange = await uow.exchanges.of_return(return_.rma)
    if exchange is not None and exchange.state is ExchangeState.REPLACEMENT_RESERVED:
        exchange.cancel(now)
        await stock.release(uow, exchange.sku, exchange.quantity)
        await tasks.cancel_by_key(uow, f"{return_.subject}:replace", now)
        await pay_difference_back(uow, exchange, now)


async def pay_difference_back(uow: UnitOfWork, exchange: Exchange, now: datetime) -> None:
    """Let finance give back what was paid for a dearer replacement that will not come; commits nothing."""
    if exchange.price_difference.amount > 0 and exchange.difference_settled:
        # It was paid beside the order, so no refund of the order gives it back.
        key = f"{exchange.subject}:paid"
        await tasks.open_task(uow, exchange.case_number, Department.FINANCE, "pay_difference_back", key, now)


def _pickup(return_: Return) -> str:
    return f"{return_.subject}:pickup"


def _label(return_: Return) -> str:
    return f"{return_.subject}:label"


def _on_one_line(address: Address) -> str:
    return f"{address.name}, {address.street}, {address.postcode} {address.city}, {address.country}"
