"""Customs matters: what an authority wants for a parcel, who gives it, and what follows from its decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from bot.aftersales.case import Case
from bot.aftersales.customs import CustomsMatter, Paper
from bot.aftersales.labels import Payer
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.task import Department
from bot.errors import InvalidInputError, NotFoundError
from bot.services import tasks, wording
from bot.services.lifecycle import SHOP, SYSTEM, case_of, finish, go_on, record, wait
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork


async def add_matter(
    uow: UnitOfWork, case: Case, order: Order, now: datetime, *, payer: Payer = Payer.CUSTOMER
) -> CustomsMatter:
    """Add a matter about the order's last parcel to the transaction; logistics asks the carrier what is wanted."""
    last = max(order.shipments, key=lambda parcel: parcel.shipped_at or order.placed_at, default=None)
    matter = CustomsMatter(
        number=f"K{1_000_000 + await uow.next_number('customs')}",
        case_number=case.number,
        order_number=order.number,
        reported_at=now,
        tracking_number=last.tracking_number if last else None,
        payer=payer,
    )
    uow.customs.add(matter)
    record(uow, "bot", "customs.reported", subject_of(matter), case, now, payer=payer.value)
    await tasks.open_task(uow, case.number, Department.LOGISTICS, "ask_customs", f"{subject_of(matter)}:ask", now)
    return matter


async def get(uow: UnitOfWork, number: str) -> CustomsMatter:
    """Return a matter, or raise NotFoundError."""
    matter = await uow.customs.get(number)
    if matter is None:
        raise NotFoundError("customs matter", number)
    return matter


def subject_of(matter: CustomsMatter) -> str:
    """Return how a matter is named in audit events and keys."""
    return f"customs:{matter.number}"


async def request_papers(
    uow: UnitOfWork,
    number: str,
    papers: tuple[Paper, ...],
    due_on: date,
    now: datetime,
    *,
    authority: str = "",
    reference: str = "",
    charges: Money | None = None,
    actor: str = SHOP,
) -> CustomsMatter:
    """Record what the authority wants to see or to be paid; commits nothing.

    The customer is asked for what only the customer has, which stops the case's clocks; legal sends the rest, finance
    pays what is the shop's to pay. Raises InvalidInputError where nothing is wanted.
    """
    if not papers:
        raise InvalidInputError("papers", "missing")
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.request_papers(papers, due_on)
    matter.authority = authority or matter.authority
    matter.reference = reference or matter.reference
    matter.charges = charges or matter.charges
    subject = subject_of(matter)
    await tasks.cancel_by_key(uow, f"{subject}:ask", now)
    record(uow, actor, "customs.papers_requested", subject, case, now, papers=[paper.value for paper in papers])
    if matter.charges and matter.payer is Payer.SHOP:
        await tasks.open_task(uow, case.number, Department.FINANCE, "pay_customs", f"{subject}:pay", now)
    if not matter.wants_customer:
        await tasks.open_task(uow, case.number, Department.LEGAL, "send_papers", f"{subject}:papers:{due_on}", now)
        return matter
    wait(case)
    values = {
        "order_number": matter.order_number,
        "papers": wording.lines(*(wording.label(f"label_paper_{paper}") for paper in papers)),
        "until": wording.day(due_on),
    }
    await notify(uow, case, "utter_notify_customs_papers", f"{subject}:papers:{due_on}", now, **values)
    return matter


async def receive_papers(uow: UnitOfWork, number: str, now: datetime, *, actor: str = "bot") -> CustomsMatter:
    """Record that everything asked for is together, for legal to hand in; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.receive_papers()
    go_on(case)
    record(uow, actor, "customs.papers_received", subject_of(matter), case, now)
    key = f"{subject_of(matter)}:papers:{matter.due_on}"
    await tasks.open_task(uow, case.number, Department.LEGAL, "send_papers", key, now)
    return matter


async def submit(uow: UnitOfWork, number: str, now: datetime, *, actor: str = SHOP) -> CustomsMatter:
    """Record that the authority has the papers; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.submit()
    for key in (f"{subject_of(matter)}:ask", f"{subject_of(matter)}:papers:{matter.due_on}"):
        await tasks.cancel_by_key(uow, key, now)
    record(uow, actor, "customs.submitted", subject_of(matter), case, now)
    return matter


async def release(uow: UnitOfWork, number: str, now: datetime, *, actor: str = SHOP) -> CustomsMatter:
    """Record that the parcel goes on to the customer, which ends the matter; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.release(now)
    matter.close(now)
    await _end_tasks(uow, matter, now)
    go_on(case)
    record(uow, actor, "customs.released", subject_of(matter), case, now)
    key = f"{subject_of(matter)}:released"
    await notify(uow, case, "utter_notify_customs_released", key, now, order_number=matter.order_number)
    await finish(uow, case, now)
    return matter


async def refuse(uow: UnitOfWork, number: str, reason: str, now: datetime, *, actor: str = SHOP) -> CustomsMatter:
    """Record that the authority does not let the parcel in; legal decides what follows; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.refuse(reason, now)
    await _leave_to_legal(uow, matter, case, "refused", now, actor)
    return matter


async def abandon(uow: UnitOfWork, number: str, reason: str, now: datetime, *, actor: str = SHOP) -> CustomsMatter:
    """Record that nobody claims the parcel any more; legal decides what follows; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.abandon(reason, now)
    await _leave_to_legal(uow, matter, case, "abandoned", now, actor)
    return matter


async def close(uow: UnitOfWork, number: str, now: datetime, *, actor: str) -> CustomsMatter:
    """End a matter when nothing follows from its decision any more; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.close(now)
    await tasks.cancel_by_key(uow, f"{subject_of(matter)}:decide", now)
    record(uow, actor, "customs.closed", subject_of(matter), case, now)
    await finish(uow, case, now)
    return matter


async def abandon_overdue(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Give up matters whose papers never came, each in a transaction of its own, and return how many."""
    async with uow_factory() as uow:
        numbers = [matter.number for matter in await uow.customs.overdue(now.date())]

    async def end(uow: UnitOfWork, number: str) -> None:
        if (await get(uow, number)).is_overdue(now.date()):
            await abandon(uow, number, "papers_overdue", now, actor=SYSTEM)

    return await one_by_one(uow_factory, numbers, end)


async def _leave_to_legal(
    uow: UnitOfWork, matter: CustomsMatter, case: Case, outcome: str, now: datetime, actor: str
) -> None:
    await _end_tasks(uow, matter, now)
    go_on(case)
    subject = subject_of(matter)
    record(uow, actor, f"customs.{outcome}", subject, case, now, reason=matter.reason)
    # Whether the price comes back depends on whose fault it was: goods nobody may import, or papers never sent.
    await tasks.open_task(uow, case.number, Department.LEGAL, "decide_customs", f"{subject}:decide", now)
    key = f"{subject}:{outcome}"
    await notify(uow, case, f"utter_notify_customs_{outcome}", key, now, order_number=matter.order_number)


async def _end_tasks(uow: UnitOfWork, matter: CustomsMatter, now: datetime) -> None:
    for what in ("ask", "pay", f"papers:{matter.due_on}"):
        await tasks.cancel_by_key(uow, f"{subject_of(matter)}:{what}", now)
