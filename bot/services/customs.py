"""Customs matters: what an authority wants for a parcel, who gives it, and what follows from its decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from bot.aftersales.case import Case
from bot.aftersales.customs import MACHINE, CustomsMatter, CustomsState, Paper
from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.refund import Deduction, breakdown
from bot.aftersales.return_ import Refusal
from bot.aftersales.task import DECIDE, SEND_PAPERS, Department, Task
from bot.errors import InvalidInputError
from bot.services import cases, evidence, refunds, tasks, wording
from bot.services.lifecycle import (
    SHOP,
    SYSTEM,
    begin,
    case_of,
    finish,
    go_on,
    leave_to_person,
    order_of,
    record,
    required,
    wait,
)
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
    record(uow, "bot", "customs.reported", matter.subject, case, now, payer=payer.value)
    await tasks.open_task(uow, case.number, Department.LOGISTICS, "ask_customs", f"{matter.subject}:ask", now)
    return matter


async def get(uow: UnitOfWork, number: str) -> CustomsMatter:
    """Return a matter, or raise NotFoundError."""
    return required(await uow.customs.get(number), "customs matter", number)


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
    subject = matter.subject
    # Where it asks again, the papers of the first time are handed in, or wanted no more.
    await _end_asking(uow, matter, now)
    record(uow, actor, "customs.papers_requested", subject, case, now, papers=[paper.value for paper in papers])
    if matter.charges and matter.payer is Payer.SHOP:
        await tasks.open_task(uow, case.number, Department.FINANCE, "pay_customs", f"{subject}:pay", now)
    if not matter.wants_customer:
        await _ask_legal(uow, matter, now)
        return matter
    wait(case)
    values = {
        "order_number": matter.order_number,
        "papers": wording.lines(*(wording.label(f"label_paper_{paper}") for paper in papers)),
        "until": wording.day(due_on),
    }
    # Asked anew for the same by the same day, as of papers that nobody can read, the customer is told anew.
    await notify(uow, case, "utter_notify_customs_papers", f"{subject}:papers:{now.isoformat()}", now, **values)
    return matter


async def count_files(uow: UnitOfWork, case_number: str, now: datetime) -> bool:
    """Take what the customer of a case has sent for the papers that customs waits for; commits nothing.

    The first file is legal's to look at, since one may hold several papers. With as many files as papers that only the
    customer has, everything is together: tell whether that is so of a matter now.
    """
    case = await case_of(uow, case_number)
    is_together = False
    for matter in await uow.customs.of_order(case.order_number):
        if matter.case_number != case.number or not matter.wants_customer:
            continue
        sent = await _files(uow, matter, case)
        if sent >= len(matter.of_customer):
            await receive_papers(uow, matter.number, now)
            is_together = True
        elif sent:
            await _ask_legal(uow, matter, now)
    return is_together


async def receive_papers(uow: UnitOfWork, number: str, now: datetime, *, actor: str = "bot") -> CustomsMatter:
    """Record that everything asked for is together, for legal to hand in; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.receive_papers()
    go_on(case)
    record(uow, actor, "customs.papers_received", matter.subject, case, now)
    await tasks.cancel_under(uow, case.number, f"{matter.subject}:late:", now)
    await _ask_legal(uow, matter, now)
    return matter


async def submit(
    uow: UnitOfWork, number: str, now: datetime, *, actor: str = SHOP, done: Task | None = None
) -> CustomsMatter:
    """Record that the authority has the papers; the task whose result that is stays open; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.submit()
    go_on(case)
    await _end_asking(uow, matter, now, but=done)
    record(uow, actor, "customs.submitted", matter.subject, case, now)
    return matter


async def follow_task(uow: UnitOfWork, task: Task, now: datetime, *, actor: str) -> None:
    """Do what follows when somebody finishes a task: papers that were to be sent are handed in; commits nothing."""
    if task.what != SEND_PAPERS or not task.is_open:
        return
    matter = await get(uow, task.key.split(":")[1])
    if CustomsState.SUBMITTED in MACHINE.changes[matter.state]:
        await submit(uow, matter.number, now, actor=actor, done=task)


async def release(uow: UnitOfWork, number: str, now: datetime, *, actor: str = SHOP) -> CustomsMatter:
    """Record that the parcel goes on to the customer, which ends the matter; commits nothing."""
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    matter.release(now)
    matter.close(now)
    await _end_tasks(uow, matter, now)
    go_on(case)
    record(uow, actor, "customs.released", matter.subject, case, now)
    key = f"{matter.subject}:released"
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


async def close(
    uow: UnitOfWork,
    number: str,
    now: datetime,
    *,
    actor: str,
    refund: Money | None = None,
    reason: Refusal = Refusal.OTHER,
) -> CustomsMatter:
    """End a matter whose parcel did not come in with what the customer gets back, None for nothing; commits nothing.

    The customer is told, with the reason why nothing comes back. The case ends with the matter, or once the money is
    sent, wherever it stood. Raises NotFoundError, IllegalStateError while nothing is decided, InvalidInputError for no
    money or more than the goods in question cost with shipping and duties.
    """
    matter = await get(uow, number)
    case = await case_of(uow, matter.case_number)
    await _close(uow, matter, case, now, actor)
    if refund is None:
        told, values = "declined", {"reason": wording.label(f"label_refusal_{reason}")}
    else:
        remedy = await _pay_back(uow, matter, case, refund, now, actor)
        told, values = "approved", {"remedy": wording.label(f"label_remedy_{remedy}")}
    if case.is_open:
        key = f"{matter.subject}:closed"
        await notify(uow, case, f"utter_notify_case_{told}", key, now, case=case.number, **values)
    # A person has decided, so it is with nobody any more, wherever it stood.
    begin(case)
    await finish(uow, case, now)
    return matter


async def close_decided(uow: UnitOfWork, case: Case, now: datetime, *, actor: str) -> None:
    """End the decided matters of a case about which a person has decided; the case goes its way; commits nothing."""
    for matter in await uow.customs.of_order(case.order_number):
        if matter.case_number == case.number and matter.is_open and matter.is_decided:
            await _close(uow, matter, case, now, actor)


async def abandon_overdue(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """See to matters whose papers are late, each in a transaction of its own, and return how many.

    Where the customer has sent none of them the parcel is given up. What is the shop's to hand in is no reason to: a
    supervisor decides.
    """
    async with uow_factory() as uow:
        numbers = [matter.number for matter in await uow.customs.overdue(now.date())]

    async def end(uow: UnitOfWork, number: str) -> None:
        matter = await get(uow, number)
        if not matter.is_overdue(now.date()):
            return
        case = await case_of(uow, matter.case_number)
        if matter.wants_customer and not await _files(uow, matter, case):
            await abandon(uow, number, "papers_overdue", now, actor=SYSTEM)
        else:
            department, what = DECIDE
            key = f"{matter.subject}:late:{matter.due_on}"
            await tasks.open_task(uow, case.number, department, what, key, now)

    return await one_by_one(uow_factory, numbers, end)


async def _leave_to_legal(
    uow: UnitOfWork, matter: CustomsMatter, case: Case, outcome: str, now: datetime, actor: str
) -> None:
    await _end_tasks(uow, matter, now)
    subject = matter.subject
    record(uow, actor, f"customs.{outcome}", subject, case, now, reason=matter.reason)
    leave_to_person(case)
    # Whether the price comes back depends on whose fault it was: goods nobody may import, or papers never sent.
    await tasks.open_task(uow, case.number, Department.LEGAL, "decide_customs", f"{subject}:decide", now)
    key = f"{subject}:{outcome}"
    await notify(uow, case, f"utter_notify_customs_{outcome}", key, now, order_number=matter.order_number)


async def _files(uow: UnitOfWork, matter: CustomsMatter, case: Case) -> int:
    """Return how many files the customer has sent since papers were asked for, none of them for another case."""
    told = await uow.audit.of_subject(matter.subject)
    asked = [event.at for event in told if event.action == "customs.papers_requested"]
    since = max(asked, default=matter.reported_at)
    of_case = await evidence.of_case(uow, case.number)
    found = {piece.id: piece for piece in (*of_case, *await evidence.of_conversation(uow, case.conversation_id))}
    return sum(
        piece.agent_id is None and piece.case_number in (None, case.number) and piece.received_at >= since
        for piece in found.values()
    )


async def _ask_legal(uow: UnitOfWork, matter: CustomsMatter, now: datetime) -> None:
    """Let somebody hand papers in, unless somebody is at it."""
    prefix = f"{matter.subject}:papers:"
    before = [task for task in await uow.tasks.of_case(matter.case_number) if task.key.startswith(prefix)]
    if not any(task.is_open for task in before):
        key = f"{prefix}{len(before) + 1}"
        await tasks.open_task(uow, matter.case_number, Department.LEGAL, SEND_PAPERS, key, now)


async def _end_asking(uow: UnitOfWork, matter: CustomsMatter, now: datetime, *, but: Task | None = None) -> None:
    """Call off what was to do about papers that the authority has, or wants no more."""
    prefixes = tuple(f"{matter.subject}:{what}" for what in ("ask", "papers:", "late:"))
    for task in await uow.tasks.of_case(matter.case_number):
        if task.key.startswith(prefixes) and (but is None or task.key != but.key):
            await tasks.cancel_by_key(uow, task.key, now)


async def _end_tasks(uow: UnitOfWork, matter: CustomsMatter, now: datetime) -> None:
    await tasks.cancel_under(uow, matter.case_number, f"{matter.subject}:", now)


async def _close(uow: UnitOfWork, matter: CustomsMatter, case: Case, now: datetime, actor: str) -> None:
    matter.close(now)
    await _end_tasks(uow, matter, now)
    record(uow, actor, "customs.closed", matter.subject, case, now)


async def _pay_back(
    uow: UnitOfWork, matter: CustomsMatter, case: Case, refund: Money, now: datetime, actor: str
) -> Remedy:
    order = await order_of(uow, case.order_number)
    pieces = cases.selections(order, case.lines)
    earlier = await refunds.earlier(uow, order.number)
    whole = breakdown(order, pieces, outbound_shipping=True, duties=True, earlier=earlier)
    if refund.currency != order.currency or whole.total < refund:
        raise InvalidInputError("refund", "out_of_range")
    if refund < whole.total:
        less = (Deduction("not_imported", whole.total - refund),)
        whole = breakdown(order, pieces, outbound_shipping=True, duties=True, earlier=earlier, deductions=less)
    await refunds.agree(uow, case, whole, "not_imported", now, key=f"{matter.subject}:refund", actor=actor)
    return Remedy.REFUND_PARTIAL if whole.deductions else Remedy.REFUND_FULL
