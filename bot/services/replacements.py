"""The replacement of an exchange: sent when nothing holds it back, given up, or set aside anew with its return."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.aftersales.case import Case
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.return_ import Return, ReturnState
from bot.aftersales.task import Department, Task, TaskState
from bot.errors import NotFoundError, OutOfStockError
from bot.services import return_money, stock, tasks, wording
from bot.services.lifecycle import SYSTEM, order_of, record
from bot.services.notifications import notify
from bot.services.ports import UnitOfWork

DIFFERENCE_HOLDS = timedelta(days=14)
"""How long a customer may take, once the goods are checked, to pay for a dearer replacement: as for a repair."""


async def send(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Let the replacement leave that nothing holds back any more, where there is one; commits nothing.

    For a dearer one finance collects the difference first, from the moment on in which the return is approved.
    """
    exchange = await uow.exchanges.of_return(return_.rma)
    if return_.state is ReturnState.MANUAL_REVIEW or exchange is None:
        return
    if exchange.awaits_payment:
        await _ask(uow, exchange, Department.FINANCE, "collect_difference", "difference", now)
    elif exchange.may_ship(goods_are_here=return_.is_here):
        await _ask(uow, exchange, Department.WAREHOUSE, "ship_replacement", "replace", now)


async def give_up(uow: UnitOfWork, exchange: Exchange | None, now: datetime) -> None:
    """Set a reserved replacement free that is not to leave, where there is one; commits nothing."""
    if exchange is not None and exchange.is_to_leave:
        await stock.release(uow, exchange.sku, exchange.quantity)
        await write_off(uow, exchange, now)


async def write_off(uow: UnitOfWork, exchange: Exchange, now: datetime) -> None:
    """Give a replacement up whose pieces are not in stock: never were, or were lost on their way; commits nothing.

    What was paid for a dearer one goes back.
    """
    exchange.cancel(now)
    for what in ("difference", "replace", "lost:"):
        await tasks.cancel_under(uow, exchange.case_number, f"{exchange.subject}:{what}", now)
    if exchange.is_paid_in_vain:
        # It was paid beside the order, so no refund of the order gives it back.
        await _ask(uow, exchange, Department.FINANCE, "pay_difference_back", "paid", now)


async def set_aside_anew(uow: UnitOfWork, return_: Return, case: Case, now: datetime) -> None:
    """Reserve once more what an expired return was to be exchanged for, now that its goods come; commits nothing.

    Where it is sold out, or the customer got the price of the goods meanwhile, the return goes on as one for a refund.
    """
    former = await uow.exchanges.of_return(return_.rma)
    if former is None or former.state is not ExchangeState.CANCELED or return_.refund != former.paid_back:
        # There is no other replacement than one on its way, or the customer was promised the money before.
        return
    order = await order_of(uow, return_.order_number)
    owed = (await return_money.worth(uow, return_, order, return_money.announced_in(return_))).total
    if not owed or not await _is_reserved(uow, former):
        return_.refund = owed
        if owed:
            await tell_unavailable(uow, former, return_, case, now, actor=SYSTEM)
        return
    is_paid = former.difference_settled and not await _is_paid_back(uow, former)
    await tasks.cancel_under(uow, case.number, f"{former.subject}:paid", now)
    anew = replace(former, state=ExchangeState.REPLACEMENT_RESERVED, difference_settled=is_paid, ended_at=None, id=None)
    uow.exchanges.add(anew)
    record(uow, SYSTEM, "exchange.opened", anew.subject, case, now, sku=anew.sku)
    await send(uow, return_, now)


async def tell_unavailable(
    uow: UnitOfWork, exchange: Exchange, return_: Return, case: Case, now: datetime, *, actor: str
) -> None:
    """Record that there is no replacement, and tell the customer what comes back instead; commits nothing."""
    record(uow, actor, "exchange.replacement_unavailable", exchange.subject, case, now, refund=str(return_.refund))
    values = {"rma": return_.rma, "refund": wording.money(return_.refund)}
    await notify(uow, case, "utter_notify_replacement_unavailable", f"{exchange.subject}:unavailable", now, **values)


async def _is_reserved(uow: UnitOfWork, exchange: Exchange) -> bool:
    try:
        await stock.reserve(uow, exchange.sku, exchange.quantity)
    except (NotFoundError, OutOfStockError):
        return False
    return True


async def _is_paid_back(uow: UnitOfWork, exchange: Exchange) -> bool:
    return any(task.state is TaskState.DONE for task in await _asked(uow, exchange, "paid"))


async def _ask(
    uow: UnitOfWork, exchange: Exchange, department: Department, what: str, name: str, now: datetime
) -> None:
    """Open a task, and another one where all before were called off, as when the return had expired meanwhile."""
    before = await _asked(uow, exchange, name)
    if all(task.state is TaskState.CANCELED for task in before):
        key = f"{exchange.subject}:{name}" + (f":{len(before) + 1}" if before else "")
        await tasks.open_task(uow, exchange.case_number, department, what, key, now)


async def _asked(uow: UnitOfWork, exchange: Exchange, name: str) -> list[Task]:
    key = f"{exchange.subject}:{name}"
    found = await uow.tasks.of_case(exchange.case_number)
    return [task for task in found if task.key == key or task.key.startswith(f"{key}:")]
