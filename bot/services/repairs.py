"""Repairs: goods come in, are mended free of charge or for a price the customer agreed to, and go back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import Payer
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.return_ import Refusal
from bot.aftersales.task import REPAIR_FAILED, Department
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import case_verdicts, lifecycle, tasks, wording
from bot.services.document_links import DocumentKind
from bot.services.identification import is_proved
from bot.services.incoming_returns import GRACE
from bot.services.lifecycle import SHOP, SYSTEM, begin, case_of, finish, go_on, leave_to_person, record, required, wait
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork
from bot.services.warehouses import shop_warehouses

QUOTE_HOLDS = timedelta(days=14)
"""How long the customer has to answer a quote."""

ASK_QUOTE = "utter_notify_repair_quoted"
"""The question whether a repair may cost what it would."""


async def add_repair(
    uow: UnitOfWork,
    case: Case,
    order: Order,
    now: datetime,
    *,
    in_warranty: bool,
    deadline: date,
    needs_review: bool = False,
) -> Repair:
    """Add the repair of the case's pieces to the transaction, approved unless a person has to decide.

    Raises InvalidInputError for pieces of several lines, NotFoundError for a line that the order has not.
    """
    if len(case.lines) != 1:
        raise InvalidInputError("lines", "not_one")
    ((position, quantity),) = case.lines.items()
    if order.line(position) is None:
        raise NotFoundError("order line", str(position))
    repair = Repair(
        number=f"W{1_000_000 + await uow.next_number('repair')}",
        case_number=case.number,
        order_number=order.number,
        position=position,
        quantity=quantity,
        in_warranty=in_warranty,
        requested_at=now,
        deadline=deadline,
        warehouse=shop_warehouses().nearest(order.address.country).id,
    )
    if not needs_review:
        repair.approve()
    uow.repairs.add(repair)
    record(uow, "bot", "repair.opened", repair.subject, case, now, in_warranty=in_warranty)
    if repair.state is RepairState.APPROVED:
        await _ask_logistics(uow, repair, case, now)
    return repair


async def get(uow: UnitOfWork, number: str) -> Repair:
    """Return a repair, or raise NotFoundError."""
    return required(await uow.repairs.get(number), "repair", number)


async def approve(uow: UnitOfWork, number: str, now: datetime, *, actor: str) -> Repair:
    """Allow a repair that a person had to look at, and tell the customer to send the goods; commits nothing."""
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    repair.approve()
    begin(case)
    record(uow, actor, "repair.approved", repair.subject, case, now)
    await _ask_logistics(uow, repair, case, now)
    await tell_approved(uow, repair, case, now)
    return repair


async def tell_approved(uow: UnitOfWork, repair: Repair, case: Case, now: datetime) -> None:
    """Tell the customer to send the goods, until when and with which slip; commits nothing."""
    values: dict[str, Any] = {"repair": repair.number, "deadline": wording.day(repair.deadline)}
    values["facts"] = {"document": {"kind": DocumentKind.REPAIR.value, "number": repair.number}}
    await notify(uow, case, "utter_notify_repair_approved", f"{repair.subject}:approved", now, **values)


async def decline(uow: UnitOfWork, number: str, reason: Refusal, now: datetime, *, actor: str) -> Repair:
    """Refuse a repair before the goods travel; commits nothing."""
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    repair.decline(reason, now)
    record(uow, actor, "repair.declined", repair.subject, case, now, reason=reason.value)
    values = {"repair": number, "reason": wording.label(f"label_refusal_{reason}")}
    await notify(uow, case, "utter_notify_repair_declined", f"{repair.subject}:declined", now, **values)
    begin(case)
    await finish(uow, case, now)
    return repair


async def register_tracking(
    uow: UnitOfWork, number: str, carrier: str, tracking_number: str, now: datetime, *, actor: str = "bot"
) -> Repair:
    """Record the number under which the customer sends the goods, which takes an expired repair up again.

    Who told it knows it: nothing is announced. Commits nothing.
    """
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    repair.ship(carrier, "".join(tracking_number.split()).upper(), now)
    lifecycle.take_up(uow, case, now)
    await tasks.cancel_by_key(uow, _label(repair), now)
    record(uow, actor, "repair.shipped", repair.subject, case, now, tracking_number=repair.tracking_number)
    return repair


async def receive(uow: UnitOfWork, number: str, now: datetime, *, actor: str = SHOP) -> Repair:
    """Record that the goods are here; in warranty the work begins at once, else it is priced; commits nothing.

    Goods that come after the repair has expired take its case up again.
    """
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    repair.receive(now)
    lifecycle.take_up(uow, case, now)
    for what in ("label", "trace:"):
        await tasks.cancel_under(uow, case.number, f"{repair.subject}:{what}", now)
    record(uow, actor, "repair.received", repair.subject, case, now)
    key = f"{repair.subject}:received"
    if repair.in_warranty:
        repair.start()
        await notify(uow, case, "utter_notify_repair_started", f"{repair.subject}:started", now, repair=number)
        await tasks.open_task(uow, case.number, Department.QUALITY, "repair", f"{repair.subject}:work", now)
    else:
        await notify(uow, case, "utter_notify_repair_received", key, now, repair=number)
        await tasks.open_task(uow, case.number, Department.QUALITY, "quote_repair", f"{repair.subject}:price", now)
    return repair


async def propose(uow: UnitOfWork, number: str, quote: Money, now: datetime, *, actor: str = SHOP) -> Repair:
    """Ask the customer whether the repair may cost so much, which stops the case's clocks; commits nothing."""
    if quote.amount <= 0:
        raise InvalidInputError("quote", "not_positive")
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    until = (now + QUOTE_HOLDS).date()
    repair.propose(quote, until)
    wait(case)
    for what in ("price", "work", "bill"):
        # What was in work may cost something after all, or more than the customer agreed to.
        await tasks.cancel_under(uow, case.number, f"{repair.subject}:{what}", now)
    record(uow, actor, "repair.quoted", repair.subject, case, now, quote=str(quote))
    await notify(uow, case, ASK_QUOTE, f"{repair.subject}:quoted:{quote}", now, **question(repair))
    return repair


def question(repair: Repair) -> dict[str, Any]:
    """Return the values of the question whether a repair may cost what it would, with both answers as buttons."""
    assert repair.quote is not None and repair.quote_until is not None
    return {
        "repair": repair.number,
        "quote": wording.money(repair.quote),
        "until": wording.day(repair.quote_until),
        "choices": [
            wording.choice(wording.label("label_choice_accept_quote"), _answer(repair.number, "yes")),
            wording.choice(wording.label("label_choice_decline_quote"), _answer(repair.number, "no")),
        ],
    }


async def accept_quote(uow: UnitOfWork, number: str, now: datetime, *, actor: str = "bot") -> Repair:
    """Begin with the work, because the customer pays for it; finance sends the bill; commits nothing."""
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    repair.accept_quote()
    go_on(case)
    subject = repair.subject
    record(uow, actor, "repair.quote_accepted", subject, case, now, quote=str(repair.quote))
    await notify(uow, case, "utter_notify_repair_started", f"{subject}:started", now, repair=number)
    await tasks.open_task(uow, case.number, Department.QUALITY, "repair", f"{subject}:work:{repair.quote}", now)
    await tasks.open_task(uow, case.number, Department.FINANCE, "bill_repair", f"{subject}:bill:{repair.quote}", now)
    return repair


async def decline_quote(uow: UnitOfWork, number: str, now: datetime, *, actor: str = "bot") -> Repair:
    """Send the goods back as they came, because the customer does not pay for the work; commits nothing."""
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    repair.decline_quote()
    go_on(case)
    subject = repair.subject
    record(uow, actor, "repair.quote_declined", subject, case, now)
    await tasks.open_task(uow, case.number, Department.WAREHOUSE, "send_goods_back", f"{subject}:back", now)
    return repair


async def answer_quote(uow: UnitOfWork, conversation_id: str, number: str, is_accepted: bool, now: datetime) -> Repair:
    """Take the customer's answer to a quote and commit.

    Raises NotFoundError for a repair of somebody else, IllegalStateError where no quote waits for an answer.
    """
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    if case.conversation_id != conversation_id and not await is_proved(uow, conversation_id, case.order_number):
        raise NotFoundError("repair", number)
    await (accept_quote if is_accepted else decline_quote)(uow, number, now)
    await uow.commit()
    return repair


async def quoted_in(uow: UnitOfWork, conversation_id: str) -> Repair | None:
    """Return the repair of which a conversation has yet to accept or decline the price, or None."""
    for case in await uow.cases.of_conversation(conversation_id):
        if case.state is CaseState.WAITING_CUSTOMER:
            for repair in await uow.repairs.of_order(case.order_number):
                if repair.case_number == case.number and repair.state is RepairState.QUOTED:
                    return repair
    return None


async def ship_back(
    uow: UnitOfWork,
    number: str,
    carrier: str,
    tracking_number: str,
    now: datetime,
    *,
    is_repaired: bool,
    actor: str = SHOP,
) -> Repair:
    """Record that the goods are on their way to the customer, mended or as they came; commits nothing.

    What could not be mended though the customer was promised it goes to a person, who finds another remedy.
    """
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    was_refused = repair.state is RepairState.QUOTE_DECLINED
    repair.ship_back(carrier, tracking_number, now, is_repaired=is_repaired)
    subject = repair.subject
    for what in ("price", "work", "back", "lost"):
        await tasks.cancel_under(uow, case.number, f"{subject}:{what}", now)
    if not is_repaired and not was_refused:
        await tasks.cancel_under(uow, case.number, f"{subject}:bill", now)
        await tasks.open_task(uow, case.number, Department.SUPERVISOR, REPAIR_FAILED, f"{subject}:failed", now)
        leave_to_person(case)
    record(uow, actor, "repair.shipped_back", subject, case, now, is_repaired=is_repaired)
    response = "utter_notify_repair_shipped_back" if is_repaired else "utter_notify_repair_returned_unrepaired"
    values = {"repair": number, "carrier": carrier, "tracking_number": tracking_number}
    await notify(uow, case, response, f"{subject}:shipped_back", now, **values)
    return repair


async def complete(uow: UnitOfWork, number: str, now: datetime, *, actor: str = SHOP) -> Repair:
    """Record that the customer has the goods again; commits nothing.

    A case whose goods could not be mended stays with the person who looks for another remedy.
    """
    repair = await get(uow, number)
    case = await case_of(uow, repair.case_number)
    repair.complete(now)
    record(uow, actor, "repair.completed", repair.subject, case, now)
    await tasks.cancel_under(uow, case.number, f"{repair.subject}:lost", now)
    await finish(uow, case, now)
    return repair


async def lost(uow: UnitOfWork, repair: Repair, now: datetime) -> None:
    """Let somebody trace goods that the carrier lost on their way to the customer; commits nothing."""
    key = f"{repair.subject}:lost:{repair.tracking_number}"
    await tasks.open_task(uow, repair.case_number, Department.LOGISTICS, "trace_parcel", key, now)


async def expire_overdue(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """End repairs whose goods were never sent, decline quotes nobody answered, and return how many.

    Each is done in a transaction of its own.
    """
    today = (now - GRACE).date()
    async with uow_factory() as uow:
        numbers = [repair.number for repair in await uow.repairs.overdue(today)]

    async def end(uow: UnitOfWork, number: str) -> None:
        repair = await get(uow, number)
        if repair.is_quote_over(today):
            await decline_quote(uow, number, now, actor=SYSTEM)
        elif repair.is_overdue(today):
            await _expire(uow, repair, now)

    return await one_by_one(uow_factory, numbers, end)


async def give_up(uow: UnitOfWork, number: str, now: datetime, *, actor: str) -> Repair:
    """End a repair whose parcel was lost on its way to the shop; commits nothing.

    Raises IllegalStateError for one that nobody has sent, or that is here.
    """
    repair = await get(uow, number)
    if repair.state is not RepairState.SHIPPED:
        raise IllegalStateError("repair", repair.state.value, RepairState.EXPIRED.value)
    await _expire(uow, repair, now, actor=actor)
    return repair


async def _expire(uow: UnitOfWork, repair: Repair, now: datetime, *, actor: str = SYSTEM) -> None:
    case = await case_of(uow, repair.case_number)
    repair.expire(now)
    for what in ("label", "trace:"):
        await tasks.cancel_under(uow, case.number, f"{repair.subject}:{what}", now)
    record(uow, actor, "repair.expired", repair.subject, case, now)
    values = {"repair": repair.number, "deadline": wording.day(repair.deadline)}
    # It may come after all, and be lost then.
    again = f":{repair.tracking_number}" if repair.shipped_at else ""
    await notify(uow, case, "utter_notify_repair_expired", f"{repair.subject}:expired{again}", now, **values)
    await finish(uow, case, now)


async def _ask_logistics(uow: UnitOfWork, repair: Repair, case: Case, now: datetime) -> None:
    if case_verdicts.return_shipping(case) is Payer.SHOP:
        # The label on the slip is only an address: no carrier is paid with it.
        await tasks.open_task(uow, case.number, Department.LOGISTICS, "issue_return_label", _label(repair), now)


def _label(repair: Repair) -> str:
    return f"{repair.subject}:label"


def _answer(number: str, answer: str) -> str:
    return f'/answer_quote{{"repair": "{number}", "accepted": "{answer}"}}'
