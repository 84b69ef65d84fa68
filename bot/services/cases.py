"""Cases: deciding what is open for a complaint, registering it, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.aftersales import triage
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType, Priority, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy, Selection, Verdict
from bot.errors import InvalidInputError, NotFoundError, PolicyRefusalError
from bot.services.identification import is_proved, proved_order, require_proof
from bot.services.ports import UnitOfWork

NEXT_CONTACT = {
    Priority.URGENT: timedelta(hours=4),
    Priority.HIGH: timedelta(hours=24),
    Priority.NORMAL: timedelta(hours=48),
    Priority.LOW: timedelta(hours=72),
}
"""When the customer hears from us next at the latest."""

_PAYS_OUT = frozenset({Remedy.REFUND_FULL, Remedy.RETURN_REFUND})

# What a person has to settle or arrange: how much a part is, what is sent, what is repaired.
_BY_PEOPLE = frozenset({None, Remedy.RESHIP, Remedy.REPAIR, Remedy.REFUND_PARTIAL})


@dataclass(frozen=True)
class Complaint:
    """What the customer has told and confirmed; ``lines`` maps order line positions to quantities."""

    conversation_id: str
    message_id: str
    channel: str
    language: str
    order_number: str
    issue: IssueType
    lines: dict[int, int]
    story: str
    wish: Remedy | None = None


async def taken_pieces(uow: UnitOfWork, order_number: str) -> dict[int, int]:
    """Return how many pieces of each order line other returns already bind or used up."""
    taken: dict[int, int] = {}
    for return_ in await uow.returns.of_order(order_number):
        if return_.uses_up_goods:
            for line in return_.lines:
                taken[line.position] = taken.get(line.position, 0) + line.quantity
    return taken


def selections(order: Order, lines: dict[int, int]) -> list[Selection]:
    """Return the chosen pieces; none chosen means the whole order.

    Raises NotFoundError for a line that the order has not, InvalidInputError for fewer than one piece.
    """
    chosen = lines or {line.position: line.quantity for line in order.lines}
    found = []
    for position, quantity in sorted(chosen.items()):
        line = order.line(position)
        if line is None:
            raise NotFoundError("order line", str(position))
        if quantity < 1:
            raise InvalidInputError("quantity", "not_positive")
        found.append(Selection(line, quantity))
    return found


async def decide(
    uow: UnitOfWork, policy: Policy, order: Order, issue: IssueType, lines: dict[int, int], now: datetime
) -> Verdict:
    """Return what law and policy allow for these pieces of an order."""
    return policy.decide(order, selections(order, lines), issue, now, await taken_pieces(uow, order.number))


async def register(uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime) -> Case:
    """Register a complaint with the remedy both sides agreed on; a second run of the same message finds the first.

    Raises PolicyRefusalError where the wished remedy is not open, NotIdentifiedError without proof.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        return known
    case, verdict, _ = await draft(uow, policy, complaint, now)
    if complaint.wish is not None:
        agree(case, complaint.wish, verdict, now)
    if complaint.wish in _BY_PEOPLE or verdict.needs_review:
        case.investigate()
    else:
        case.agree()
        case.execute()
    await uow.commit()
    return case


async def draft(uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime) -> tuple[Case, Verdict, Order]:
    """Add a triaged case to the transaction and return it with the verdict it rests on; commits nothing."""
    order = await proved_order(uow, complaint.conversation_id, complaint.order_number, is_to_change=True)
    taken = await taken_pieces(uow, complaint.order_number)
    verdict = policy.decide(order, selections(order, complaint.lines), complaint.issue, now, taken)
    if complaint.wish is not None and not verdict.allows(complaint.wish):
        raise PolicyRefusalError(verdict.reasons)
    earlier = [case for case in await uow.cases.of_order(order.number) if case.is_open]
    priority = triage.priority_of(complaint.issue, earlier_open_cases=len(earlier))
    case = Case(
        number=f"C{1_000_000 + await uow.next_number('case')}",
        conversation_id=complaint.conversation_id,
        customer_id=order.customer.id,
        order_number=order.number,
        issue_type=complaint.issue,
        opened_at=now,
        next_contact_by=now + NEXT_CONTACT[priority],
        language=complaint.language,
        channel=complaint.channel,
        source_message_id=complaint.message_id,
        story=complaint.story,
        wish=complaint.wish,
        lines=complaint.lines,
        policy_version=verdict.policy_version,
    )
    case.triage(priority, triage.liability_of(complaint.issue))
    uow.cases.add(case)
    _record(uow, case, "case.registered", now, issue=case.issue_type.value, policy=verdict.policy)
    return case, verdict, order


def agree(case: Case, remedy: Remedy, verdict: Verdict, now: datetime, amount: Money | None = None) -> None:
    """Put the remedy that the customer confirmed into the offer ledger."""
    if amount is None and remedy in _PAYS_OUT:
        amount = verdict.refund
    case.offer(Offer(remedy, Proposer.BOT, now, amount, list(verdict.reasons)))


async def open_in(uow: UnitOfWork, conversation_id: str, order_number: str) -> list[Case]:
    """Return an order's open cases, newest first, to the conversation that proved the order."""
    await require_proof(uow, conversation_id, order_number)
    return [case for case in await uow.cases.of_order(order_number) if case.is_open]


async def withdraw(uow: UnitOfWork, conversation_id: str, case_number: str, now: datetime) -> Case:
    """Take a case back on the customer's word, with its return and its replacement; doing it twice does nothing.

    Raises IllegalStateError when the goods are already on their way, NotFoundError for a case of somebody else.
    """
    case = await uow.cases.get(case_number)
    if case is None or not await is_proved(uow, conversation_id, case.order_number):
        raise NotFoundError("case", case_number)
    if not case.is_open:
        return case
    for return_ in await uow.returns.of_order(case.order_number):
        if return_.case_number == case.number and return_.is_open:
            return_.cancel()
    for exchange in await uow.exchanges.of_order(case.order_number):
        if exchange.case_number == case.number and exchange.is_open:
            exchange.cancel()
            await _release(uow, exchange.sku, exchange.quantity, case.order_number)
    case.withdraw()
    _record(uow, case, "case.withdrawn", now)
    await uow.commit()
    return case


async def _release(uow: UnitOfWork, sku: str, quantity: int, order_number: str) -> None:
    order = await uow.orders.get(order_number)
    for line in order.lines if order else []:
        for variant in line.product.variants:
            if variant.sku == sku:
                variant.release(quantity)
                return


def _record(uow: UnitOfWork, case: Case, action: str, now: datetime, **data: str) -> None:
    uow.audit.add(AuditEvent(now, "bot", action, f"case:{case.number}", case.conversation_id, dict(data)))


async def of_order(uow: UnitOfWork, conversation_id: str, order_number: str) -> list[Case]:
    """Return an order's cases, newest first, to the conversation that proved the order."""
    await require_proof(uow, conversation_id, order_number)
    return await uow.cases.of_order(order_number)
