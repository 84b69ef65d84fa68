"""What the views of decisions share: reading what a form sent, and saying in plain words why something is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from aiohttp import web

from bot.aftersales.approval import Approval
from bot.aftersales.case import Case
from bot.conversations.ports import UnitOfWork
from bot.desk.actions import failure
from bot.desk.keys import Desk, desk_of, visitor_of
from bot.desk.numbers import number_of
from bot.desk.pages import texts_of
from bot.desk.texts import Texts
from bot.errors import (
    ConflictError,
    IllegalStateError,
    InvalidInputError,
    NotFoundError,
    OutOfStockError,
    ParleyError,
    PolicyRefusalError,
    RefundTooHighError,
)
from bot.services.deciding import LONGEST_REASON, Decider

_LONGEST_AMOUNT = 20
_LONGEST_NUMBER = 40

Kind = TypeVar("Kind", bound=Enum)
Act = Callable[[UnitOfWork, Desk, Decider], Awaitable[object]]


async def decide(request: web.Request, case_number: str, act: Act, other: str | None = None) -> web.Response:
    """Let somebody decide about a case, and answer what came of it or, with 409 and 400, why nothing did.

    ``other`` is a second case that the decision changes too, perhaps one of another conversation.
    """
    desk, by, _ = desk_of(request), decider_of(request), texts_of(request)
    try:
        conversation_id, result = await _once_more(desk, case_number, by, act)
    except ConflictError as error:
        return failure(409, error.code, await _who_was_first(desk, case_number, by, _))
    except ParleyError as error:
        return refusal(error, _)
    desk.router.announced()
    touched = {conversation_id} if other is None else {conversation_id, (await _case(desk, other)).conversation_id}
    for each in touched:
        # Everybody who looks at the conversation sees what was decided, and so does everybody who looks at an inbox.
        for kind in ("note", "marks"):
            desk.router.feed.publish(each, {"type": kind})
    answer: dict[str, Any] = {"ok": True}
    if isinstance(result, Approval):
        answer["waits"] = True
        answer["message"] = _("This is above what you may decide alone. A supervisor has been asked to approve it.")
    return web.json_response(answer)


async def _once_more(desk: Desk, case_number: str, by: Decider, act: Act) -> tuple[str, object]:
    """Decide; again where what happened at the same moment is nothing that the decision rests on."""
    case = await _case(desk, case_number)
    try:
        async with desk.uow() as uow:
            return case.conversation_id, await act(uow, desk, by)
    except ConflictError:
        if (await _case(desk, case_number)).standing != case.standing:
            raise
    async with desk.uow() as uow:
        return case.conversation_id, await act(uow, desk, by)


async def _case(desk: Desk, case_number: str) -> Case:
    async with desk.uow() as uow:
        case = await uow.cases.get(case_number)
    if case is None:
        raise NotFoundError("case", case_number)
    return case


def decider_of(request: web.Request) -> Decider:
    """Return who decides, with this person's own limit."""
    account = visitor_of(request).account
    return Decider(account.id, account.refund_limit)


def refusal(error: ParleyError, _: Texts) -> web.Response:
    """Return why something was not done, in the language of whoever asked."""
    if isinstance(error, NotFoundError) and error.fields.get("kind") in ("case", "approval", "task"):
        raise error
    if isinstance(error, InvalidInputError):
        return failure(400, error.code, _input_problem(error, _))
    return failure(409, error.code, _problem(error, _))


def choice(body: dict[str, Any], field: str, kind: type[Kind]) -> Kind:
    """Return what was chosen of an enum, or answer 400."""
    for member in kind:
        if member.value == body.get(field):
            return member
    raise web.HTTPBadRequest(reason=f"Give a {field}: {', '.join(str(member.value) for member in kind)}.")


def reason(body: dict[str, Any], field: str = "reason") -> str:
    """Return what somebody wrote to explain a decision, or answer 400."""
    given = body.get(field)
    text = given.strip() if isinstance(given, str) else ""
    if not text or len(text) > LONGEST_REASON:
        raise web.HTTPBadRequest(reason=f"Give a reason of at most {LONGEST_REASON} characters.")
    return text


def amount(body: dict[str, Any], field: str = "amount") -> Decimal:
    """Return a sum of money or a share, not below nothing, or answer 400."""
    given = str(body.get(field, "")).strip().replace(",", ".")
    try:
        found = Decimal(given)
    except InvalidOperation as error:
        raise web.HTTPBadRequest(reason='Give an amount such as "12.50".') from error
    if len(given) > _LONGEST_AMOUNT or not found.is_finite() or found < 0:
        raise web.HTTPBadRequest(reason='Give an amount such as "12.50".')
    return found


def optional_amount(body: dict[str, Any], field: str) -> Decimal | None:
    """Return a sum or a share, None where the field was left empty."""
    return amount(body, field) if str(body.get(field) or "").strip() else None


def whole(body: dict[str, Any], field: str) -> int | None:
    """Return a whole number, None where the field was left empty, or answer 400."""
    given = str(body.get(field) if body.get(field) is not None else "").strip()
    if not given:
        return None
    found = number_of(given, digits=9)
    if found is None:
        raise web.HTTPBadRequest(reason=f"Give {field} as a whole number.")
    return found


def seen_of(body: dict[str, Any], field: str = "seen") -> int:
    """Return how a case stood on the page that somebody decided by, or answer 400."""
    found = whole(body, field)
    if found is None:
        raise web.HTTPBadRequest(reason=f"Give {field}, how the case stood when the page was drawn.")
    return found


def short(body: dict[str, Any], field: str) -> str:
    """Return a number or code that somebody entered, shortened to what such a thing can be."""
    return str(body.get(field) or "").strip()[:_LONGEST_NUMBER]


def _problem(error: ParleyError, _: Texts) -> str:
    if isinstance(error, RefundTooHighError):
        return _("Only {left} of what the customer paid is left.", left=error.fields["left"])
    if isinstance(error, PolicyRefusalError):
        why = _(", ").join(_.label(reason) for reason in error.reasons)
        return _("Law, policy or the facts do not allow this: {why}.", why=why)
    if isinstance(error, OutOfStockError):
        return _("Too few of these are in stock.")
    if isinstance(error, NotFoundError):
        return _("There is no such thing for this case any more. Look again, then retry.")
    if isinstance(error, IllegalStateError):
        kind, current = error.fields.get("kind"), error.fields.get("current")
        if kind == "approval" and current == "waiting":
            return _("This case waits for an approval that was asked for. Nothing else can be decided until then.")
        if current == "merged":
            return _("This case was merged into another one. Decide there.")
        return _("Nothing waits for this decision any more. Look again, then retry.")
    return _("Law, policy or what was paid does not allow this any more.")


def _input_problem(error: InvalidInputError, _: Texts) -> str:
    known = {
        ("reason", "missing"): _("Give a reason. It is kept with the case; the customer does not see it."),
        ("reason", "too_long"): _("The reason is too long."),
        ("amount", "not_positive"): _("Give an amount above nothing."),
        ("amount", "percent_or_amount"): _("Give either a percentage or an amount."),
        ("amount", "nothing_left"): _("Nothing is left to be paid back for these items."),
        ("amount", "out_of_range"): _("That is more than the disputed items cost."),
        ("percent", "out_of_range"): _("Give a percentage between 1 and 100."),
        ("months", "out_of_range"): _("Give between 1 and 60 months."),
        ("lines", "not_one"): _("This is possible for a case about one item only."),
        ("approval", "own"): _("Nobody approves what they asked for themselves."),
        ("approval", "above_limit"): _("This is above your own limit, too."),
        ("approval", "not_own"): _("Only who asked for an approval takes it back."),
        ("other", "not_a_duplicate"): _("Only another case of the same order can be merged."),
        ("note", "missing"): _("Write in the note what there is to do."),
        ("due_at", "out_of_range"): _("Choose a time within the next 90 days."),
        ("to", "unknown"): _("There is nobody to give this to."),
        ("result", "missing"): _("Write what came of it."),
        ("result", "too_long"): _("The result is too long."),
        ("quote", "not_positive"): _("Give an amount above nothing."),
        ("reference", "missing"): _("Give the reference of the payment."),
    }
    field = error.field
    return known.get((field, error.problem)) or _("The {field} cannot be accepted.", field=field.replace("_", " "))


async def _who_was_first(desk: Desk, case_number: str, by: Decider, _: Texts) -> str:
    """Say who changed a case since the page was drawn, and what they did."""
    async with desk.uow() as uow:
        events = await uow.audit.of_subject(f"case:{case_number}")
        latest = next((event for event in reversed(events) if event.actor.startswith("agent:")), None)
        other = latest is not None and latest.actor != by.actor
        colleague = await uow.accounts.get(latest.actor.partition(":")[2]) if latest and other else None
    if latest is None or colleague is None:
        return _("This case changed since you opened this. Look again, then decide.")
    return _(
        "{name} has just worked on this case: {what}. Look again, then decide.",
        name=colleague.display_name,
        what=_.label(latest.action.replace(".", "_")),
    )
