"""Cases: deciding what is open for a complaint, registering it, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.aftersales import triage
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy, Selection, Verdict
from bot.aftersales.return_ import ReturnMethod, ReturnState
from bot.aftersales.task import LEADS_TO_DECISION
from bot.errors import InvalidInputError, NotFoundError, PolicyRefusalError
from bot.services import (
    approvals,
    case_verdicts,
    contacts,
    deciding,
    desk_settings,
    evidence,
    liability,
    lifecycle,
    sla,
    tasks,
)
from bot.services.decisions import given_before, refunded_without_return, replacements_held
from bot.services.identification import is_proved, proved_order, require_proof
from bot.services.ports import UnitOfWork

_BRINGS_BACK = frozenset({Remedy.RETURN_REFUND, Remedy.EXCHANGE})
_PAYS_OUT = frozenset({Remedy.REFUND_FULL, Remedy.RETURN_REFUND})


@dataclass(frozen=True)
class Complaint:
    """What the customer has told and confirmed; ``lines`` maps order line positions to quantities.

    ``evidence_given`` is None where no photos were asked for, False where the customer declined; ``sealed`` is None
    where nobody asked about a seal. ``return_method`` counts where goods are sent back. ``is_threatening`` and
    ``is_angry`` are about everything said on the way here.
    """

    conversation_id: str
    message_id: str
    channel: str
    language: str
    order_number: str
    issue: IssueType
    lines: dict[int, int]
    story: str
    wish: Remedy | None = None
    evidence_given: bool | None = None
    sealed: bool | None = None
    return_method: ReturnMethod = ReturnMethod.DROP_OFF
    is_threatening: bool = False
    is_angry: bool = False


async def taken_pieces(uow: UnitOfWork, order_number: str) -> dict[int, int]:
    """Return how many pieces of each order line other returns bind or used up, were replaced, or refunds paid for.

    A replacement that has arrived for goods that came back stands in their place, with the rights that they had.
    """
    returns = await uow.returns.of_order(order_number)
    taken = await refunded_without_return(uow, order_number, frozenset(found.case_number for found in returns))
    exchanges = await uow.exchanges.of_order(order_number) if returns else []
    replaced = {exchange.rma: exchange for exchange in exchanges if exchange.has_left}
    for return_ in returns:
        exchange = replaced.get(return_.rma)
        if return_.state is ReturnState.COMPLETED and exchange is not None and exchange.has_arrived:
            continue
        if return_.uses_up_goods or exchange is not None:
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
    uow: UnitOfWork,
    policy: Policy,
    order: Order,
    issue: IssueType,
    lines: dict[int, int],
    now: datetime,
    *,
    evidence_given: bool | None = None,
    sealed: bool | None = None,
) -> Verdict:
    """Return what law and policy allow for these pieces of an order.

    ``evidence_given`` is None until the customer was asked for photos, False where they declined; ``sealed`` is None
    until they were asked whether the seal is unbroken. Whether replacements come back, a person decides.
    """
    chosen = selections(order, lines)
    verdict = policy.decide(
        order,
        chosen,
        issue,
        now,
        await taken_pieces(uow, order.number),
        evidence_given=evidence_given,
        sealed=sealed,
        given=await given_before(uow, policy, order, issue, now),
    )
    held = await replacements_held(uow, order.number)
    if any(piece.line.position in held for piece in chosen):
        # What the order says of these pieces is not what the customer has, nor all that it cost.
        verdict = replace(verdict, reviewed=verdict.reviewed | _BRINGS_BACK)
    return verdict


async def decide_again(uow: UnitOfWork, policy: Policy, case: Case, order: Order) -> Verdict:
    """Return what law and policy allow for a case by what is known now, its customer having come when it was opened."""
    return await decide(
        uow,
        policy,
        order,
        case.issue_type,
        case.lines,
        case.opened_at,
        evidence_given=bool(await evidence.of_case(uow, case.number)),
        sealed=case_verdicts.sealed(case),
    )


async def _decide_about(uow: UnitOfWork, policy: Policy, complaint: Complaint, order: Order, now: datetime) -> Verdict:
    return await decide(
        uow,
        policy,
        order,
        complaint.issue,
        complaint.lines,
        now,
        evidence_given=complaint.evidence_given,
        sealed=complaint.sealed,
    )


async def draft(uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime) -> tuple[Case, Verdict, Order]:
    """Add a triaged case to the transaction and return it with the verdict it rests on; commits nothing."""
    order = await proved_order(uow, complaint.conversation_id, complaint.order_number, is_to_change=True)
    verdict = await _decide_about(uow, policy, complaint, order, now)
    if complaint.wish is not None and not verdict.allows(complaint.wish):
        raise PolicyRefusalError(verdict.reasons_against(complaint.wish))
    return await open_case(uow, policy, complaint, order, now, verdict), verdict, order


async def refuse(uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime) -> Case:
    """Register what was wanted though policy allows nothing of it, with the rules against it, and close it; commits.

    Who says it again, or wants pieces that an open case is about already, gets that case. What its conversation sent
    stays free for the next complaint. Raises NotIdentifiedError without proof.
    """
    order = await proved_order(uow, complaint.conversation_id, complaint.order_number, is_to_change=True)
    verdict = await _decide_about(uow, policy, complaint, order, now)
    for case in await uow.cases.of_order(order.number):
        is_known = case.is_open or _is_same_refusal(case, complaint, verdict)
        if is_known and _share_lines(case.lines, complaint.lines):
            return case
    case = await _add_case(uow, policy, complaint, order, now, verdict)
    case.refuse()
    _record(uow, case, "case.declined", now, reasons=list(verdict.reasons))
    await uow.commit()
    return case


async def open_case(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, order: Order, now: datetime, verdict: Verdict | None = None
) -> Case:
    """Add a triaged case to the transaction, with the evidence that its conversation sent; commits nothing.

    Without a verdict it rests on no decision of the policy: it changes an order that has not left yet.
    """
    case = await _add_case(uow, policy, complaint, order, now, verdict)
    await evidence.attach_to_case(uow, complaint.conversation_id, case.number, now)
    return case


async def _add_case(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, order: Order, now: datetime, verdict: Verdict | None
) -> Case:
    # Nothing of a refused case is left undone that would make the next one more pressing.
    known = await contacts.earlier_cases(uow, order.customer.id, order.number, now)
    earlier = [case for case in known if not case.was_refused]
    priority = triage.priority_of(
        complaint.issue,
        earlier_cases=len(earlier),
        is_threatening=complaint.is_threatening,
        is_angry=complaint.is_angry,
    )
    levels = await desk_settings.service_levels(uow, policy.levels)
    case = Case(
        number=f"C{1_000_000 + await uow.next_number('case')}",
        conversation_id=complaint.conversation_id,
        customer_id=order.customer.id,
        order_number=order.number,
        issue_type=complaint.issue,
        opened_at=now,
        next_contact_by=levels.next_contact(complaint.language, priority, now),
        language=complaint.language,
        channel=complaint.channel,
        source_message_id=complaint.message_id,
        story=complaint.story,
        wish=complaint.wish,
        lines=dict(verdict.pieces) if verdict is not None and verdict.pieces else complaint.lines,
    )
    if verdict is not None:
        case_verdicts.keep(case, verdict, now)
    uow.cases.add(case)
    sla.start(uow, levels, case)
    found = await liability.assess(uow, policy, case, order, now)
    case.triage(priority, found.liable)
    _record(uow, case, "case.registered", now, issue=case.issue_type.value, **case_verdicts.trace_kept(case))
    return case


def agree(case: Case, remedy: Remedy, verdict: Verdict, now: datetime, amount: Money | None = None) -> None:
    """Put the remedy that the customer confirmed into the offer ledger."""
    if amount is None and remedy in _PAYS_OUT:
        amount = verdict.refund
    if amount is None and remedy is Remedy.REFUND_PARTIAL:
        amount = verdict.owed
    case.offer(Offer(remedy, Proposer.BOT, now, amount, list(verdict.reasons)))


async def open_in(uow: UnitOfWork, conversation_id: str, order_number: str) -> list[Case]:
    """Return an order's open cases, newest first, to the conversation that proved the order."""
    await require_proof(uow, conversation_id, order_number)
    return [case for case in await uow.cases.of_order(order_number) if case.is_open]


async def at_hand(uow: UnitOfWork, conversation_id: str, order_number: str | None) -> Case | None:
    """Return the newest open case that a conversation is about: its own, else one of the order that it proved."""
    found = await uow.cases.of_conversation(conversation_id)
    if not any(case.is_open for case in found) and order_number and await is_proved(uow, conversation_id, order_number):
        found = await uow.cases.of_order(order_number)
    return next((case for case in found if case.is_open), None)


async def to_take_up(uow: UnitOfWork, conversation_id: str, order_number: str | None) -> Case | None:
    """Return the case that a person who is asked for has to look at: the one at hand, else what was refused last."""
    case = await at_hand(uow, conversation_id, order_number)
    newest = (await uow.cases.of_conversation(conversation_id))[:1]
    return case or next((case for case in newest if case.was_refused), None)


async def same_matter(
    uow: UnitOfWork, conversation_id: str, order_number: str, issue: IssueType, lines: dict[int, int]
) -> Case | None:
    """Return the newest open case of a proved order that such a complaint may repeat, or None.

    It is about the same issue, and about some of the same lines where both are about lines.
    """
    for case in await open_in(uow, conversation_id, order_number):
        if case.issue_type is issue and _share_lines(case.lines, lines):
            return case
    return None


def _is_same_refusal(case: Case, complaint: Complaint, verdict: Verdict) -> bool:
    if not case.was_refused or case.verdict is None:
        return False
    wanted = case.issue_type, case.wish, case.verdict["reasons"]
    return wanted == (complaint.issue, complaint.wish, list(verdict.reasons))


def _share_lines(these: dict[int, int], those: dict[int, int]) -> bool:
    """Tell whether two choices of order lines have one in common; none chosen means the whole order."""
    return not these or not those or bool(these.keys() & those.keys())


async def join(uow: UnitOfWork, conversation_id: str, case_number: str, channel: str, now: datetime) -> Case:
    """Let a conversation go on with an open case of its customer, which gets what was sent in it.

    Raises NotFoundError for a case of somebody else, and for one that is open no more.
    """
    case = await uow.cases.get(case_number)
    if case is None or not case.is_open or not await is_proved(uow, conversation_id, case.order_number):
        raise NotFoundError("case", case_number)
    await evidence.attach_to_case(uow, conversation_id, case.number, now)
    _record(uow, case, "contact.joined", now, channel=channel, conversation=conversation_id)
    await uow.commit()
    return case


async def withdraw(uow: UnitOfWork, conversation_id: str, case_number: str, now: datetime) -> Case:
    """Take a case back on the customer's word, with its return and its replacement; doing it twice does nothing.

    Raises IllegalStateError when the goods are already on their way, NotFoundError for a case of somebody else.
    """
    case = await uow.cases.get(case_number)
    if case is None or not await is_proved(uow, conversation_id, case.order_number):
        raise NotFoundError("case", case_number)
    if not case.is_open:
        return case
    await call_off(uow, case, now)
    case.withdraw()
    _record(uow, case, "case.withdrawn", now)
    await uow.commit()
    return case


async def call_off(uow: UnitOfWork, case: Case, now: datetime) -> None:
    """Stop what is carried out for a case that its customer needs no more, and what it waits for; commits nothing.

    Raises what ``lifecycle.call_off`` raises.
    """
    await lifecycle.call_off(uow, case, now)
    await tasks.cancel_kinds(uow, case.number, LEADS_TO_DECISION, now)
    deciding.replace_open(case, now)
    await approvals.call_off(uow, case, None, now)


def _record(uow: UnitOfWork, case: Case, action: str, now: datetime, **data: Any) -> None:
    uow.audit.add(AuditEvent(now, "bot", action, f"case:{case.number}", case.conversation_id, dict(data)))


async def of_order(uow: UnitOfWork, conversation_id: str, order_number: str) -> list[Case]:
    """Return an order's cases, newest first, to the conversation that proved the order."""
    await require_proof(uow, conversation_id, order_number)
    return await uow.cases.of_order(order_number)
