"""What the lifecycles of a case share: how a case begins, waits, and ends with what is carried out for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.offer import OfferState
from bot.aftersales.order import Order
from bot.aftersales.refund import DUE
from bot.aftersales.task import DECIDE, LEADS_TO_DECISION, LOOKED_INTO, Department
from bot.errors import IllegalStateError, NotFoundError
from bot.services import stock, tasks
from bot.services.ports import UnitOfWork

_Thing = TypeVar("_Thing")

SYSTEM = "system"
"""Who acts where time or a rule does, not a person."""

SHOP = "shop"
"""Who acts where the shop's own systems report something."""

_CAN_GO_ON = frozenset({CaseState.AGREED, CaseState.WAITING_CUSTOMER, CaseState.ESCALATED})
_CARRIED_OUT = frozenset({CaseState.AGREED, CaseState.EXECUTING, CaseState.WAITING_CUSTOMER})


def required(thing: _Thing | None, kind: str, number: str) -> _Thing:
    """Return what was looked up, or raise NotFoundError naming it where there is none."""
    if thing is None:
        raise NotFoundError(kind, number)
    return thing


async def case_of(uow: UnitOfWork, number: str) -> Case:
    """Return a case, or raise NotFoundError."""
    return required(await uow.cases.get(number), "case", number)


async def order_of(uow: UnitOfWork, number: str) -> Order:
    """Return an order to be changed, or raise NotFoundError."""
    return required(await uow.orders.get(number), "order", number)


def begin(case: Case) -> None:
    """Let an open case be carried out, wherever it stood; one that has ended stays as it is."""
    if not case.is_open or case.state is CaseState.EXECUTING:
        return
    if case.state not in _CAN_GO_ON:
        case.agree()
    case.execute()


def wait(case: Case) -> None:
    """Stop the clocks of a case that is carried out until its customer has answered."""
    if case.state is CaseState.EXECUTING:
        case.wait_for_customer()


def go_on(case: Case) -> None:
    """Start the clocks of a case whose customer has answered."""
    if case.state is CaseState.WAITING_CUSTOMER:
        case.execute()


def leave_to_person(case: Case) -> None:
    """Hand over an open case for which nothing is under way any more, though nothing is solved."""
    if case.is_open:
        case.escalate()


def take_up(uow: UnitOfWork, case: Case, now: datetime) -> None:
    """Let a case go on that ended although something is still to come or to be paid; an open one stays as it is."""
    if not case.is_open:
        case.reopen()
        record(uow, SYSTEM, "case.reopened", f"case:{case.number}", case, now)
        begin(case)


async def is_agreed_anew(uow: UnitOfWork, order_number: str, positions: Collection[int], since: datetime) -> bool:
    """Tell whether something was agreed about some lines of an order since a moment, in whichever case."""
    return any(
        offer.state is OfferState.ACCEPTED and offer.proposed_at > since
        for case in await uow.cases.of_order(order_number)
        if not case.lines or not case.lines.keys().isdisjoint(positions)
        for offer in case.offers
    )


async def look_into(uow: UnitOfWork, case: Case, now: datetime) -> None:
    """Let a person decide about a case before anything is carried out, with a task for that; commits nothing."""
    case.investigate()
    department, what = LOOKED_INTO.get(case.issue_type, DECIDE)
    await tasks.open_task(uow, case.number, department, what, f"case:{case.number}:{what}", now)


async def finish(uow: UnitOfWork, case: Case, now: datetime) -> bool:
    """Resolve a case for which nothing is left to do, and tell whether it was; commits nothing.

    A case that a person has in hand stays theirs, one that has ended stays as it is.
    """
    if case.state not in _CARRIED_OUT or await is_under_way(uow, case):
        return False
    case.resolve(now)
    record(uow, SYSTEM, "case.resolved", f"case:{case.number}", case, now)
    await tasks.cancel_kinds(uow, case.number, LEADS_TO_DECISION, now)
    return True


async def is_under_way(uow: UnitOfWork, case: Case) -> bool:
    """Tell whether goods, replacements, repairs, papers or money of a case are still on their way."""
    order = case.order_number
    things: list[Any] = [
        *await uow.returns.of_order(order),
        *await uow.exchanges.of_order(order),
        *await uow.repairs.of_order(order),
        *await uow.reshipments.of_order(order),
        *await uow.customs.of_order(order),
    ]
    if any(thing.case_number == case.number and thing.is_open for thing in things):
        return True
    refunds = await uow.refunds.of_order(order)
    return any(refund.case_number == case.number and refund.state in DUE for refund in refunds)


async def call_off(uow: UnitOfWork, case: Case, now: datetime) -> None:
    """Cancel whatever is carried out for a case with the tasks for that, and free reserved pieces; commits nothing.

    Raises IllegalStateError where something has gone too far: goods on their way, a replacement that has left.
    """
    order = case.order_number
    for return_ in await uow.returns.of_order(order):
        if return_.case_number == case.number and return_.is_open:
            exchange = await uow.exchanges.of_return(return_.rma)
            if exchange is not None and exchange.has_left:
                # Without a return its customer would keep both, the old goods and the new.
                raise IllegalStateError("exchange", exchange.state.value, ExchangeState.CANCELED.value)
            return_.cancel(now)
            await tasks.cancel_under(uow, case.number, f"{return_.subject}:", now)
    for exchange in await uow.exchanges.of_order(order):
        if exchange.case_number == case.number and exchange.state is ExchangeState.REPLACEMENT_RESERVED:
            exchange.cancel(now)
            await stock.release(uow, exchange.sku, exchange.quantity)
            await tasks.cancel_under(uow, case.number, f"{exchange.subject}:", now)
            if exchange.is_paid_in_vain:
                key = f"{exchange.subject}:paid"
                await tasks.open_task(uow, case.number, Department.FINANCE, "pay_difference_back", key, now)
    for repair in await uow.repairs.of_order(order):
        if repair.case_number == case.number and repair.is_open:
            repair.cancel(now)
            await tasks.cancel_under(uow, case.number, f"{repair.subject}:", now)
    for matter in await uow.customs.of_order(order):
        if matter.case_number == case.number and matter.is_open:
            if not matter.is_decided:
                matter.abandon("withdrawn", now)
            matter.close(now)
            await tasks.cancel_under(uow, case.number, f"{matter.subject}:", now)
    for reshipment in await uow.reshipments.of_order(order):
        if reshipment.case_number == case.number and reshipment.is_open:
            if reshipment.holds_stock:
                await release_pieces(uow, order, reshipment.lines)
            reshipment.cancel(now)
            await tasks.cancel_under(uow, case.number, f"{reshipment.subject}:", now)


async def release_pieces(uow: UnitOfWork, order_number: str, lines: dict[int, int]) -> None:
    """Put pieces of order lines, by position, back into the free stock."""
    order = await order_of(uow, order_number)
    for position, quantity in lines.items():
        line = order.line(position)
        if line is not None:
            await stock.release(uow, line.sku, quantity)


def record(uow: UnitOfWork, actor: str, action: str, subject: str, case: Case, now: datetime, **data: Any) -> None:
    """Add an audit event that the case's timeline finds."""
    uow.audit.add(AuditEvent(now, actor, action, subject, case.conversation_id, {"case": case.number, **data}))
