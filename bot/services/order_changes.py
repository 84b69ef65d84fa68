"""Changing an order that has not left yet: calling it off, sending it elsewhere, or sending other goods."""

from __future__ import annotations

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
from bot.services import cases, refunds, tasks
from bot.services.cases import Complaint
from bot.services.identification import proved_order
from bot.services.ports import UnitOfWork

_CHANGES = frozenset({"new_address", "new_items", "collect_difference"})


async def cancel(uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime) -> tuple[Case, Refund | None]:
    """Call an order off, free what it reserved and give back what was paid; a second run finds the first.

    Raises PolicyRefusalError with the obstacle where it has left already, NotIdentifiedError without proof.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        mine = (
            refund for refund in await uow.refunds.of_order(known.order_number) if refund.case_number == known.number
        )
        return known, next(mine, None)
    order = await _changeable(uow, complaint)
    case = await cases.open_case(uow, policy, complaint, order, now)
    paid = _everything(order)
    order_change.cancel(order)
    refund = None
    if paid.total:
        key, pay_by = f"{case.number}:canceled", _pay_by(policy, order, now)
        refund = await refunds.agree(uow, case, paid, "order_canceled", now, key=key, pay_by=pay_by)
    await _settle(uow, case, "order.canceled", "stop_order", now, Remedy.REFUND_FULL if refund else None)
    return case, refund


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
    await _settle(uow, case, "order.address_changed", "new_address", now)
    return case


async def change_items(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, change: LineChange, now: datetime
) -> tuple[Case, Money]:
    """Change one line of an order and return by how much its total grew; what was paid too much goes back.

    Raises as ``cancel`` and ``order_change.change_line`` do.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        return known, await _difference_of(uow, known)
    order = await _changeable(uow, complaint)
    case = await cases.open_case(uow, policy, complaint, order, now)
    difference = order_change.change_line(order, change)
    remedy = None
    if difference.minor < 0 and order.paid:
        back = RefundBreakdown.of_overpaid(difference * -1)
        key, pay_by = f"{case.number}:changed", _pay_by(policy, order, now)
        await refunds.agree(uow, case, back, "items_changed", now, key=key, pay_by=pay_by)
        remedy = Remedy.REFUND_PARTIAL
    elif difference.minor > 0 and order.paid:
        key = f"{case.number}:collect"
        await tasks.open_task(uow, case.number, Department.FINANCE, "collect_difference", key, now)
    changed = {"difference": str(difference.minor), "currency": difference.currency}
    await _settle(uow, case, "order.items_changed", "new_items", now, remedy, **changed)
    return case, difference


async def _changeable(uow: UnitOfWork, complaint: Complaint) -> Order:
    order = await proved_order(uow, complaint.conversation_id, complaint.order_number, is_to_change=True)
    reason = obstacle(order)
    if reason is not None:
        raise PolicyRefusalError((reason,))
    return order


def _pay_by(policy: Policy, order: Order, now: datetime) -> date:
    return now.date() + timedelta(days=policy.for_country(order.address.country).days_to_refund)


def _everything(order: Order) -> RefundBreakdown:
    whole = [Selection(line, line.quantity) for line in order.lines]
    return breakdown(order, whole, outbound_shipping=True, duties=True)


async def _settle(
    uow: UnitOfWork, case: Case, action: str, what: str, now: datetime, remedy: Remedy | None = None, **data: str
) -> None:
    """Tell the warehouse, end the case, which was about nothing else, write it down and commit.

    What it was to do for an earlier change of the same kind, or for any change of an order that is called off, is
    needless now: it reads off the order what to send where.
    """
    needless = _CHANGES if what == "stop_order" else {what}
    for earlier in await uow.cases.of_order(case.order_number):
        await tasks.cancel_kinds(uow, earlier.number, needless, now)
    await tasks.open_task(uow, case.number, Department.WAREHOUSE, what, f"{case.number}:{what}", now)
    case.wish = remedy
    case.agree()
    case.execute()
    case.resolve(now)
    event = AuditEvent(now, "bot", action, f"order:{case.order_number}", case.conversation_id)
    event.data = {"case": case.number, **data}
    uow.audit.add(event)
    await uow.commit()


async def _difference_of(uow: UnitOfWork, case: Case) -> Money:
    for event in await uow.audit.of_subject(f"order:{case.order_number}"):
        if event.action == "order.items_changed" and event.data["case"] == case.number:
            found = Money.from_minor(int(event.data["difference"]), event.data["currency"])
            assert found is not None
            return found
    raise LookupError(case.number)
