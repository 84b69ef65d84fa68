"""After a case is resolved: asking whether it is solved, closing, taking up again, and the survey."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.notification import ASK_SOLVED
from bot.aftersales.rating import HIGHEST, LOWEST, Rating
from bot.aftersales.task import Department
from bot.errors import InvalidInputError, NotFoundError
from bot.services import desk_settings, tasks
from bot.services.identification import is_proved
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork
from bot.services.wording import choice, label

CLOSES_AFTER = timedelta(days=7)
"""How long a resolved case waits for the customer's word, from the question or from whatever was said after it."""

SURVEY = "utter_notify_case_closed"
"""The response that tells of a closed case and asks for a rating."""

_LONGEST_COMMENT = 2000


async def ask_solved(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Ask once, after each resolution, whether it is solved; return how many were asked."""
    async with uow_factory() as uow:
        numbers = [case.number for case in await uow.cases.resolved_unasked()]

    async def ask(uow: UnitOfWork, number: str) -> None:
        case = await uow.cases.get(number)
        if case is None or case.state is not CaseState.RESOLVED or case.resolved_at is None:
            return
        choices = [
            choice(label(f"label_choice_{title}"), f'/solved{{"case": "{number}", "solved": "{answer}"}}')
            for title, answer in (("solved", "yes"), ("not_solved", "no"))
        ]
        key = f"case:{number}:solved:{case.resolved_at.isoformat()}"
        await notify(uow, case, ASK_SOLVED, key, now, case=number, choices=choices, facts=_fact(case))
        _record(uow, case, "system", "case.asked_whether_solved", now)

    return await one_by_one(uow_factory, numbers, ask)


async def close_silent(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Close the cases whose customers have not answered for long enough, and send the survey; return how many."""
    async with uow_factory() as uow:
        numbers = [case.number for case in await uow.cases.silent_since(now - CLOSES_AFTER)]

    async def close(uow: UnitOfWork, number: str) -> None:
        for case in await uow.cases.silent_since(now - CLOSES_AFTER, number):
            assert case.resolved_at is not None
            _close(uow, case, "system", now)
            asked = await survey(uow, case)
            if asked is not None:
                await notify(uow, case, SURVEY, f"case:{number}:closed:{case.resolved_at.isoformat()}", now, **asked)

    return await one_by_one(uow_factory, numbers, close)


async def survey(uow: UnitOfWork, case: Case) -> dict[str, Any] | None:
    """Return the values of the response that asks how it was, or None where that was said or nobody wants to know."""
    settings = (await desk_settings.read(uow)).survey
    if not settings.is_on or await uow.ratings.of_case(case.number) is not None:
        return None
    choices = [
        choice(str(rating), f'/rate{{"case": "{case.number}", "rating": "{rating}"}}')
        for rating in range(LOWEST, HIGHEST + 1)
    ]
    return {"case": case.number, "choices": choices, "facts": _fact(case), "words": dict(settings.questions)}


async def asked_about(uow: UnitOfWork, conversation_id: str) -> Case | None:
    """Return the case of which this conversation was asked, and has not yet said, whether it is solved; or None."""
    for case in await uow.cases.of_conversation(conversation_id):
        if case.state is CaseState.RESOLVED and case.resolved_at is not None:
            for told in await uow.notifications.of_case(case.number):
                if told.response == ASK_SOLVED and told.sent_at is not None and told.created_at >= case.resolved_at:
                    return case
    return None


async def newest_done(uow: UnitOfWork, conversation_id: str) -> str | None:
    """Return the number of the newest case of a conversation that is done, which a rating of none is about, or None."""
    done = CaseState.RESOLVED, CaseState.CLOSED
    return next((case.number for case in await uow.cases.of_conversation(conversation_id) if case.state in done), None)


async def answer_solved(uow: UnitOfWork, conversation_id: str, case_number: str, solved: bool, now: datetime) -> Case:
    """Take the customer's word: yes closes the case, no takes it up again, one step more pressing.

    The conversation then asks for a rating, or hands over to a person. A second answer of the same kind does nothing.
    Raises NotFoundError for a case of somebody else.
    """
    case = await _owned(uow, conversation_id, case_number)
    if solved and case.state is CaseState.RESOLVED:
        _close(uow, case, "customer", now)
    elif not solved and case.state in (CaseState.RESOLVED, CaseState.CLOSED):
        case.reopen()
        _record(uow, case, "customer", "case.reopened", now)
    await uow.commit()
    return case


async def rate(
    uow: UnitOfWork, conversation_id: str, case_number: str, rating: int, comment: str | None, now: datetime
) -> Rating:
    """Keep how satisfied the customer is, from 1 to 5; the newest answer counts, an older comment stays.

    Low ratings open a task for a supervisor. Raises NotFoundError for a case of somebody else, InvalidInputError.
    """
    case = await _owned(uow, conversation_id, case_number)
    if not LOWEST <= rating <= HIGHEST:
        raise InvalidInputError("rating", "out_of_range")
    words = (comment or "").strip() or None
    if words and len(words) > _LONGEST_COMMENT:
        raise InvalidInputError("comment", "too_long")
    found = await uow.ratings.of_case(case_number)
    if found is None:
        found = Rating(case_number, conversation_id, case.customer_id, rating, now, words)
        uow.ratings.add(found)
    else:
        found.rating, found.rated_at, found.comment = rating, now, words or found.comment
    _record(uow, case, "customer", "case.rated", now, rating=rating)
    key = f"rating:{case_number}"
    if found.is_low:
        await tasks.open_task(uow, case_number, Department.SUPERVISOR, "low_rating", key, now)
    else:
        await tasks.cancel_by_key(uow, key, now)
    await uow.commit()
    return found


async def _owned(uow: UnitOfWork, conversation_id: str, case_number: str) -> Case:
    case = await uow.cases.get(case_number)
    if case is None:
        raise NotFoundError("case", case_number)
    if case.conversation_id != conversation_id and not await is_proved(uow, conversation_id, case.order_number):
        raise NotFoundError("case", case_number)
    return case


def _close(uow: UnitOfWork, case: Case, actor: str, now: datetime) -> None:
    case.close()
    _record(uow, case, actor, "case.closed", now)


def _fact(case: Case) -> dict[str, dict[str, str]]:
    return {"case": {"number": case.number, "state": case.state.value}}


def _record(uow: UnitOfWork, case: Case, actor: str, action: str, now: datetime, **data: int) -> None:
    uow.audit.add(AuditEvent(now, actor, action, f"case:{case.number}", case.conversation_id, dict(data)))
