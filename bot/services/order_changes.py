"""Changing an order that has not left yet: calling it off, sending it elsewhere, or sending other goods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.aftersales import order_change
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.labels import Remedy
from bot.aftersales.money import Money
from bot.aftersales.order import Address, Order
from bot.aftersales.order_change import LineChange, obstacle
from bot.aftersales.policy import Policy
from bot.aftersales.refund import Refund, RefundBreakdown, breakdown
from bot.aftersales.selection import Selection
from bot.aftersales.task import Department
from bot.errors import InvalidInputError, PolicyRefusalError
from bot.services import cases, lifecycle, refunds, tasks
from bot.services.cases import Complaint
from bot.services.identification import proved_order
from bot.services.ports import UnitOfWork

_CHANGES = frozenset({"new_address", "new_items", "collect_difference"})


async def cancel(uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime) -> tuple[Case, Refund | None]:
    """Call an order off, free what it reserved and give back what was paid; a second run finds the first.

    Cases of the order that were about nothing else end with it. Raises PolicyRefusalError with the obstacle where it
    has left already, IllegalStateError where something done for such a case has, NotIdentifiedError without proof.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        mine = (
            refund for refund in await uow.refunds.of_order(known.order_number) if refund.case_number == known.number
        )
        return known, next(mine, None)
    order = await _changeable(uow, complaint)
    due = await due_on_cancel(uow, order)
    order_change.cancel(order)
    await _end_settled_cases(uow, policy, order, now)
    case = await cases.open_case(uow, policy, complaint, order, now)
    refund = None
    if due.total:
        key, pay_by = f"{case.number}:canceled", _pay_by(policy, order, now)
        refund = await refunds.agree(uow, case, due, "order_canceled", now, key=key, pay_by=pay_by)
    # Whatever was to do for an earlier change is needless now.
    await _call_tasks_off(uow, order, _CHANGES, now)
    await _settle(uow, case, "order.canceled", "stop_order", now, Remedy.REFUND_FULL if refund else None)
    return case, refund


async def due_on_cancel(uow: UnitOfWork, order: Order) -> RefundBreakdown:
    """Return what comes back for an order that is called off: all that was paid, also above its total, and is left."""
    whole = [Selection(line, line.quantity) for line in order.lines]
    earlier = await refunds.earlier(uow, order.number)
    found = breakdown(order, whole, outbound_shipping=True, duties=True, earlier=earlier)
    left = max(await refunds.left(uow, order), found.total)
    return replace(found, overpaid=left - found.total)


async def change_address(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, address: Address, now: datetime
) -> Case:
    """Send an order elsewhere within the same country; raises as ``cancel`` does."""
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        return known
    order = await _changeable(uow, complaint)
    if address.country != order.address.country:
        raise InvalidInputError("country", "changed")
    case = await cases.open_case(uow, policy, complaint, order, now)
    order.address = address
    await _call_tasks_off(uow, order, {"new_address"}, now)
    await _settle(uow, case, "order.address_changed", "new_address", now)
    return case


async def change_items(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, change: LineChange, now: datetime
) -> tuple[Case, Money]:
    """Change one line of an order and return what is to pay for it; below nothing it is what goes back.

    What an earlier change left to pay and nobody has paid yet counts in. Raises as ``cancel`` and
    ``order_change.change_line`` do.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        return known, await _due_of(uow, known)
    order = await _changeable(uow, complaint)
    case = await cases.open_case(uow, policy, complaint, order, now)
    difference = order_change.change_line(order, change)
    due = await _settle_up(uow, policy, case, order, difference, now)
    # The warehouse reads off the order what to send: only the newest task is needed.
    await _call_tasks_off(uow, order, {"new_items"}, now)
    remedy = Remedy.REFUND_PARTIAL if due.minor < 0 else None
    figures = {"difference": str(difference.minor), "due": str(due.minor), "currency": order.currency}
    if not order.payments:
        # What is paid later is the new total.
        figures["unpaid"] = "yes"
    await _settle(uow, case, "order.items_changed", "new_items", now, remedy, **figures)
    return case, due


async def _settle_up(
    uow: UnitOfWork, policy: Policy, case: Case, order: Order, difference: Money, now: datetime
) -> Money:
    """Pay back or have collected what a new total leaves open, and return it, below nothing for what goes back.

    A change pays back no more than it saved: what was paid too much before has a reason of its own to be looked into.
    """
    nothing = Money.zero(order.currency)
    if not order.paid or not difference:
        return nothing
    await _call_tasks_off(uow, order, {"collect_difference"}, now)
    balance = order_change.balance(order, await refunds.earlier(uow, order.number))
    if balance < nothing:
        key = f"{case.number}:collect"
        await tasks.open_task(uow, case.number, Department.FINANCE, "collect_difference", key, now)
        return nothing - balance
    back = max(nothing, min(balance, nothing - difference, await refunds.left(uow, order)))
    if back:
        overpaid = RefundBreakdown.of_overpaid(back)
        key, pay_by = f"{case.number}:changed", _pay_by(policy, order, now)
        await refunds.agree(uow, case, overpaid, "items_changed", now, key=key, pay_by=pay_by)
    return nothing - back


async def _end_settled_cases(uow: UnitOfWork, policy: Policy, order: Order, now: datetime) -> None:
    """End the open cases that policy has no answer to but that the order is canceled, with what was under way.

    Where money is on its way already, the case ends as soon as that has left.
    """
    for case in await uow.cases.of_order(order.number):
        if not case.is_open:
            continue
        # About all lines, because those of the case may have been left out meanwhile.
        verdict = await cases.decide(uow, policy, order, case.issue_type, {}, now)
        if "order_canceled" not in verdict.reasons:
            continue
        await cases.call_off(uow, case, now)
        if await lifecycle.is_under_way(uow, case):
            lifecycle.begin(case)
        else:
            case.withdraw()
            lifecycle.record(uow, "bot", "case.withdrawn", f"case:{case.number}", case, now, reason="order_canceled")


async def _changeable(uow: UnitOfWork, complaint: Complaint) -> Order:
    order = await proved_order(uow, complaint.conversation_id, complaint.order_number, is_to_change=True)
    reason = obstacle(order)
    if reason is None and any(again.shipped_at for again in await uow.reshipments.of_order(order.number)):
        # The goods have left in another parcel than the one that waits.
        reason = "already_shipped"
    if reason is not None:
        raise PolicyRefusalError((reason,))
    return order


def _pay_by(policy: Policy, order: Order, now: datetime) -> date:
    return now.date() + timedelta(days=policy.for_country(order.address.country).days_to_refund)


async def _call_tasks_off(uow: UnitOfWork, order: Order, kinds: Collection[str], now: datetime) -> None:
    """Call off what a newer change of an order makes needless, in whichever case it was to do."""
    for case in await uow.cases.of_order(order.number):
        await tasks.cancel_kinds(uow, case.number, kinds, now)


async def _settle(
    uow: UnitOfWork, case: Case, action: str, what: str, now: datetime, remedy: Remedy | None = None, **data: str
) -> None:
    """Tell the warehouse, end the case, which was about nothing else, write it down and commit."""
    await tasks.open_task(uow, case.number, Department.WAREHOUSE, what, f"{case.number}:{what}", now)
    case.wish = remedy
    case.agree()
    case.execute()
    case.resolve(now)
    event = AuditEvent(now, "bot", action, f"order:{case.order_number}", case.conversation_id)
    event.data = {"case": case.number, **data}
    uow.audit.add(event)
    await uow.commit()


async def _due_of(uow: UnitOfWork, case: Case) -> Money:
    for event in await uow.audit.of_subject(f"order:{case.order_number}"):
        if event.action == "order.items_changed" and event.data["case"] == case.number:
            found = Money.from_minor(int(event.data["due"]), event.data["currency"])
            assert found is not None
            return found
    raise LookupError(case.number)
