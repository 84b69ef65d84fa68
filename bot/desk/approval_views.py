"""What waits for somebody with a higher limit: a list for supervisors, and their yes or no."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.aftersales.approval import Approval
from bot.aftersales.case import Case
from bot.conversations.ports import UnitOfWork
from bot.desk.actions import body_of
from bot.desk.deciding import decide, decider_of, reason
from bot.desk.keys import Desk, desk_of
from bot.desk.pages import page
from bot.desk.permissions import Permission, needs
from bot.errors import NotFoundError
from bot.services import agent_decisions, approvals
from bot.services.deciding import Decider


@dataclass(frozen=True)
class Row:
    """One approval with its case; ``may_decide`` tells whether the one who looks may say yes."""

    approval: Approval
    case: Case | None
    is_own: bool
    may_decide: bool


@needs(Permission.SUPERVISE)
async def show_approvals(request: web.Request) -> web.Response:
    """List what waits, the longest waiting first, and what was decided lately."""
    desk, by = desk_of(request), decider_of(request)
    async with desk.uow() as uow:
        waiting = [await _row(uow, desk, found, by) for found in await uow.approvals.waiting()]
        decided = [await _row(uow, desk, found, by) for found in await uow.approvals.decided()]
        agents = {account.id: account.display_name for account in await uow.accounts.all()}
    values = {"waiting": waiting, "decided": decided, "agents": agents, "now": desk.clock()}
    return page(request, "approvals.html", values)


@needs(Permission.SUPERVISE)
async def approve(request: web.Request) -> web.Response:
    """Say yes; what was asked for is carried out at once."""
    await body_of(request)
    approval_id = _id(request)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await agent_decisions.grant(uow, desk.policy, approval_id, by, desk.clock())
        return None

    return await decide(request, await _case_of(request, approval_id), act)


@needs(Permission.SUPERVISE)
async def decline(request: web.Request) -> web.Response:
    """Say no, with a ``reason`` for the agent."""
    why = reason(await body_of(request))
    approval_id = _id(request)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await approvals.decline(uow, approval_id, by, why, desk.clock())
        return None

    return await decide(request, await _case_of(request, approval_id), act)


@needs(Permission.DECIDE)
async def withdraw(request: web.Request) -> web.Response:
    """Take one's own request back."""
    await body_of(request)
    approval_id = _id(request)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await approvals.withdraw(uow, approval_id, by, desk.clock())
        return None

    return await decide(request, await _case_of(request, approval_id), act)


async def _row(uow: UnitOfWork, desk: Desk, approval: Approval, by: Decider) -> Row:
    is_own = approval.asked_by == by.id
    case = await uow.cases.get(approval.case_number)
    may_decide = (
        not is_own
        and case is not None
        and await agent_decisions.may_grant(uow, desk.policy, approval, case, by, desk.clock())
    )
    return Row(approval, case, is_own, may_decide)


def _id(request: web.Request) -> int:
    given = request.match_info["id"]
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise NotFoundError("approval", given[:20])
    return int(given)


async def _case_of(request: web.Request, approval_id: int) -> str:
    async with desk_of(request).uow() as uow:
        return (await approvals.get(uow, approval_id)).case_number


ROUTES = [
    web.get("/approvals", show_approvals),
    web.post("/approvals/{id}/approve", approve),
    web.post("/approvals/{id}/decline", decline),
    web.post("/approvals/{id}/withdraw", withdraw),
]
