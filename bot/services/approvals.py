"""Approvals: what exceeds an agent's limit or the policy waits for the yes of somebody who may give it."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.approval import Approval, ApprovalKind
from bot.aftersales.case import Case
from bot.aftersales.money import Money
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import deciding, lifecycle
from bot.services.deciding import Decider
from bot.services.ports import UnitOfWork


async def ask(
    uow: UnitOfWork,
    case: Case,
    kind: ApprovalKind,
    amount: Money,
    terms: dict[str, str],
    reason: str,
    by: Decider,
    now: datetime,
) -> Approval:
    """Add a request for approval to the transaction; commits nothing.

    Raises IllegalStateError while the case waits for another one, InvalidInputError without a reason.
    """
    await deciding.require_no_approval(uow, case)
    approval = Approval(case.number, kind, amount, deciding.reason_of(reason), by.id, now, terms)
    uow.approvals.add(approval)
    deciding.note(uow, case, by, "approval.asked", now, kind=kind.value, amount=str(amount), **_codes(terms))
    return approval


async def get(uow: UnitOfWork, approval_id: int) -> Approval:
    """Return an approval, or raise NotFoundError."""
    approval = await uow.approvals.get(approval_id)
    if approval is None:
        raise NotFoundError("approval", str(approval_id))
    return approval


async def decline(uow: UnitOfWork, approval_id: int, by: Decider, answer: str, now: datetime) -> Approval:
    """Say no, with a reason for the agent, and commit.

    Raises InvalidInputError without a reason or to one's own request, IllegalStateError where it is decided.
    """
    approval = await get(uow, approval_id)
    require_another(approval, by)
    approval.decline(by.id, deciding.reason_of(answer), now)
    await _record(uow, approval, by, "approval.declined", now)
    await uow.commit()
    return approval


async def withdraw(uow: UnitOfWork, approval_id: int, by: Decider, now: datetime) -> Approval:
    """Take one's own request back and commit; raises InvalidInputError for somebody else's."""
    approval = await get(uow, approval_id)
    if approval.asked_by != by.id:
        raise InvalidInputError("approval", "not_own")
    approval.withdraw(by.id, now)
    await _record(uow, approval, by, "approval.withdrawn", now)
    await uow.commit()
    return approval


async def grant(uow: UnitOfWork, approval: Approval, by: Decider, now: datetime) -> None:
    """Record the yes; whoever calls carries it out in the same transaction; commits nothing.

    Raises InvalidInputError to one's own request, IllegalStateError where it is decided.
    """
    require_another(approval, by)
    approval.approve(by.id, now)
    await _record(uow, approval, by, "approval.granted", now)


async def call_off(uow: UnitOfWork, case: Case, by: Decider | None, now: datetime) -> None:
    """Take back what a case waits for, as it ends; without ``by`` its customer ends it; commits nothing."""
    for approval in await uow.approvals.of_case(case.number):
        if approval.is_waiting:
            approval.withdraw(by.id if by else None, now)
            await _record(uow, approval, by, "approval.withdrawn", now)


def require_another(approval: Approval, by: Decider) -> None:
    """Raise InvalidInputError where somebody would decide about the own request."""
    if not approval.is_waiting:
        raise IllegalStateError("approval", approval.state.value, "decided")
    if approval.asked_by == by.id:
        raise InvalidInputError("approval", "own")


async def _record(uow: UnitOfWork, approval: Approval, by: Decider | None, action: str, now: datetime) -> None:
    case = await lifecycle.case_of(uow, approval.case_number)
    data = {"kind": approval.kind.value, "amount": str(approval.amount), "asked_by": approval.asked_by}
    deciding.note(uow, case, by, action, now, approval=approval.id, **data)


def _codes(terms: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in terms.items() if name != "kind"}
