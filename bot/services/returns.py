"""Returns: opening the way back for goods a customer may return."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.labels import Remedy
from bot.aftersales.policy import Policy, Verdict
from bot.aftersales.return_ import Return, ReturnLine, ReturnMethod
from bot.errors import InvalidInputError, NotFoundError
from bot.services import cases
from bot.services.cases import Complaint
from bot.services.ports import UnitOfWork


async def open_return(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime, remedy: Remedy = Remedy.RETURN_REFUND
) -> tuple[Case, Return]:
    """Open a return with its case; a second run of the same message finds the first.

    Above the policy's review amount the return waits for a person. Raises PolicyRefusalError where policy does not
    allow it, NotIdentifiedError without proof, InvalidInputError without pieces to return.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        return known, await return_of(uow, known)
    if not complaint.lines:
        raise InvalidInputError("lines", "missing")
    case, verdict, _ = await cases.draft(uow, policy, replace(complaint, wish=remedy), now)
    return_ = await add_return(uow, case, verdict, complaint, now)
    cases.agree(case, remedy, verdict, now)
    if verdict.needs_review:
        case.investigate()
    else:
        case.agree()
        case.execute()
    await uow.commit()
    return case, return_


async def add_return(uow: UnitOfWork, case: Case, verdict: Verdict, complaint: Complaint, now: datetime) -> Return:
    """Add a return of the complaint's pieces to the transaction, approved unless a person has to decide."""
    return_ = Return(
        rma=f"R{1_000_000 + await uow.next_number('return')}",
        case_number=case.number,
        order_number=case.order_number,
        method=ReturnMethod.DROP_OFF,
        deadline=verdict.send_by,
        refund=verdict.refund,
        return_shipping=verdict.return_shipping,
        requested_at=now,
        lines=[
            ReturnLine(position, quantity, complaint.issue) for position, quantity in sorted(complaint.lines.items())
        ],
    )
    if verdict.needs_review:
        return_.review()
    else:
        return_.approve()
    uow.returns.add(return_)
    uow.audit.add(
        AuditEvent(now, "bot", "return.opened", f"return:{return_.rma}", case.conversation_id, {"case": case.number})
    )
    return return_


async def return_of(uow: UnitOfWork, case: Case) -> Return:
    """Return the return that belongs to a case, or raise NotFoundError."""
    for return_ in await uow.returns.of_order(case.order_number):
        if return_.case_number == case.number:
            return return_
    raise NotFoundError("return of case", case.number)
