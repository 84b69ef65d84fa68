"""What an agent decides about a case: approve or decline it, settle a disputed return, say who is liable. JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from aiohttp import web

from bot.aftersales.case import Case
from bot.aftersales.labels import Liability
from bot.aftersales.return_ import Refusal
from bot.conversations.ports import UnitOfWork
from bot.desk.actions import body_of, failure
from bot.desk.keys import desk_of, visitor_of
from bot.errors import ConflictError, IllegalStateError, InvalidInputError, NotFoundError, ParleyError
from bot.services import liability, reviews

LONGEST_REASON = 2000
_LONGEST_AMOUNT = 20

_Kind = TypeVar("_Kind", bound=Enum)


async def approve(request: web.Request) -> web.Response:
    """Let what the case asks for be carried out."""
    desk, visitor = desk_of(request), visitor_of(request)

    async def decide(uow: UnitOfWork, case: Case) -> None:
        await reviews.approve(uow, desk.policy, case.number, visitor.account.id, desk.clock())

    return await _do(request, decide)


async def decline(request: web.Request) -> web.Response:
    """Refuse what the case asks for; ``reason`` is one of Refusal."""
    desk, visitor = desk_of(request), visitor_of(request)
    reason = _choice(await body_of(request), "reason", Refusal)

    async def decide(uow: UnitOfWork, case: Case) -> None:
        await reviews.decline(uow, case.number, visitor.account.id, reason, desk.clock())

    return await _do(request, decide)


async def settle(request: web.Request) -> web.Response:
    """End an inspected return of which something is disputed by paying an ``amount`` for that, with a ``reason``."""
    desk, visitor = desk_of(request), visitor_of(request)
    body = await body_of(request)
    amount, reason = _amount(body), _reason(body)

    async def decide(uow: UnitOfWork, case: Case) -> None:
        await reviews.settle(uow, case.number, visitor.account.id, amount, reason, desk.clock())

    return await _do(request, decide)


async def overrule(request: web.Request) -> web.Response:
    """Say who is liable, with a ``reason``; ``liable`` is one of Liability."""
    desk, visitor = desk_of(request), visitor_of(request)
    body = await body_of(request)
    liable, reason = _choice(body, "liable", Liability), _reason(body)

    async def decide(uow: UnitOfWork, case: Case) -> None:
        await liability.overrule(uow, case.number, visitor.account.id, liable, reason, desk.clock())

    return await _do(request, decide)


async def _do(request: web.Request, decide: Callable[[UnitOfWork, Case], Awaitable[None]]) -> web.Response:
    desk, number = desk_of(request), request.match_info["number"]
    async with desk.uow() as uow:
        case = await uow.cases.get(number)
        if case is None:
            raise NotFoundError("case", number)
        conversation_id = case.conversation_id
        try:
            await decide(uow, case)
        except (ConflictError, IllegalStateError) as error:
            return failure(409, error.code, "Nothing waits for this decision any more. Look again, then retry.")
        except InvalidInputError as error:
            return failure(400, error.code, f"The {error.field} cannot be accepted.")
        except ParleyError as error:
            return failure(409, error.code, "Law, policy or what was paid does not allow this any more.")
    # Everybody who looks at the conversation sees what was decided.
    desk.router.feed.publish(conversation_id, {"type": "note"})
    return web.json_response({"ok": True})


def _choice(body: dict[str, Any], field: str, kind: type[_Kind]) -> _Kind:
    for member in kind:
        if member.value == body.get(field):
            return member
    raise web.HTTPBadRequest(reason=f"Give a {field}: {', '.join(str(member.value) for member in kind)}.")


def _reason(body: dict[str, Any]) -> str:
    given = body.get("reason")
    reason = given.strip() if isinstance(given, str) else ""
    if not reason or len(reason) > LONGEST_REASON:
        raise web.HTTPBadRequest(reason=f"Give a reason of at most {LONGEST_REASON} characters.")
    return reason


def _amount(body: dict[str, Any]) -> Decimal:
    try:
        amount = Decimal(str(body.get("amount"))[:_LONGEST_AMOUNT])
    except InvalidOperation as error:
        raise web.HTTPBadRequest(reason='Give an amount such as "12.50".') from error
    if not amount.is_finite() or amount < 0:
        raise web.HTTPBadRequest(reason='Give an amount such as "12.50".')
    return amount


ROUTES = [
    web.post("/cases/{number}/approve", approve),
    web.post("/cases/{number}/decline", decline),
    web.post("/cases/{number}/settle", settle),
    web.post("/cases/{number}/liability", overrule),
]
