"""Work on what belongs to a case: tasks, repair quotes, return labels, customs matters, and the case's history."""

from __future__ import annotations

from aiohttp import web

from bot.aftersales.money import Money
from bot.aftersales.task import Department
from bot.conversations.ports import UnitOfWork
from bot.desk.actions import body_of, moment_of
from bot.desk.deciding import amount, choice, decide, reason, seen_of, short
from bot.desk.keys import Desk, desk_of
from bot.desk.pages import page
from bot.desk.permissions import Permission, needs
from bot.errors import ConflictError, NotFoundError
from bot.services import customs, deciding, lifecycle, repairs, returns, tasks
from bot.services.deciding import Decider
from bot.services.timeline import timeline


@needs(Permission.DECIDE)
async def open_task(request: web.Request) -> web.Response:
    """Ask a ``department`` for something about a case.

    ``what`` is one of BY_HAND, ``note`` says more of it, ``due_at`` is empty for the time that the department has.
    """
    body, number = await body_of(request), request.match_info["number"]
    department, what, note = choice(body, "department", Department), short(body, "what"), str(body.get("note") or "")
    due_at, seen = moment_of(body.get("due_at") or None), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        case, now = await deciding.taken_up(uow, number, seen), desk.clock()
        return await tasks.open_by_hand(uow, case, department, what, by.id, now, note=note, due_at=due_at)

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def take_task(request: web.Request) -> web.Response:
    """Take a task over, provided that it still has the ``owner`` that the page showed."""
    body, task_id = await body_of(request), _task_id(request)
    seen_owner = short(body, "owner") or None

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        task = await uow.tasks.get(task_id)
        if task is not None and task.owner not in (seen_owner, by.id):
            raise ConflictError(task=task_id)
        return await tasks.take(uow, task_id, by.id, desk.clock())

    return await decide(request, await _case_of_task(request, task_id), act)


@needs(Permission.DECIDE)
async def finish_task(request: web.Request) -> web.Response:
    """Record what came of a task: its ``result``."""
    body, task_id = await body_of(request), _task_id(request)
    result, seen = reason(body, "result"), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        task = await uow.tasks.get(task_id)
        if task is not None:
            await _worked_on(uow, task.case_number, seen)
        return await tasks.finish(uow, task_id, by.id, result, desk.clock())

    return await decide(request, await _case_of_task(request, task_id), act)


@needs(Permission.DECIDE)
async def quote_repair(request: web.Request) -> web.Response:
    """Ask the customer whether a repair may cost an ``amount``, in the order's currency."""
    body, number = await body_of(request), request.match_info["number"]
    sum_, seen, desk = amount(body), seen_of(body), desk_of(request)
    async with desk.uow() as uow:
        case_number = (await repairs.get(uow, number)).case_number

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        repair = await repairs.get(uow, number)
        await _worked_on(uow, repair.case_number, seen)
        order = await lifecycle.order_of(uow, repair.order_number)
        await repairs.propose(uow, number, Money(sum_, order.currency), desk.clock(), actor=by.actor)
        await uow.commit()
        return repair

    return await decide(request, case_number, act)


@needs(Permission.DECIDE)
async def issue_label(request: web.Request) -> web.Response:
    """Tell the customer that a return's label is ready; a prepaid one has a ``carrier`` and ``tracking_number``."""
    body, rma = await body_of(request), request.match_info["rma"]
    carrier, tracking_number = short(body, "carrier") or None, short(body, "tracking_number") or None
    seen = seen_of(body)
    async with desk_of(request).uow() as uow:
        case_number = (await returns.get(uow, rma)).case_number

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await returns.get(uow, rma)).case_number, seen)
        found = await returns.issue_label(
            uow, rma, desk.clock(), actor=by.actor, carrier=carrier, tracking_number=tracking_number
        )
        await uow.commit()
        return found

    return await decide(request, case_number, act)


@needs(Permission.DECIDE)
async def close_customs(request: web.Request) -> web.Response:
    """End a customs matter whose decision has no further consequences."""
    seen, number = seen_of(await body_of(request)), request.match_info["number"]
    async with desk_of(request).uow() as uow:
        case_number = (await customs.get(uow, number)).case_number

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await customs.get(uow, number)).case_number, seen)
        matter = await customs.close(uow, number, desk.clock(), actor=by.actor)
        await uow.commit()
        return matter

    return await decide(request, case_number, act)


@needs(Permission.READ)
async def show_timeline(request: web.Request) -> web.Response:
    """Return everything that happened to a case, newest first, as HTML."""
    async with desk_of(request).uow() as uow:
        entries = await timeline(uow, request.match_info["number"])
        agents = {account.id: account.display_name for account in await uow.accounts.all()}
    return page(request, "_timeline.html", {"entries": entries[::-1], "agents": agents})


async def _worked_on(uow: UnitOfWork, case_number: str, seen: int) -> None:
    """Let whoever saw a case before this notice it; raises ConflictError where it is not as it was ``seen``."""
    case = await deciding.taken_up(uow, case_number, seen)
    case.decisions += 1


def _task_id(request: web.Request) -> int:
    given = request.match_info["id"]
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise NotFoundError("task", given[:20])
    return int(given)


async def _case_of_task(request: web.Request, task_id: int) -> str:
    async with desk_of(request).uow() as uow:
        task = await uow.tasks.get(task_id)
    if task is None:
        raise NotFoundError("task", str(task_id))
    return task.case_number


ROUTES = [
    web.post("/cases/{number}/tasks", open_task),
    web.post("/tasks/{id}/take", take_task),
    web.post("/tasks/{id}/finish", finish_task),
    web.post("/repairs/{number}/quote", quote_repair),
    web.post("/returns/{rma}/label", issue_label),
    web.post("/customs/{number}/close", close_customs),
    web.get("/cases/{number}/timeline", show_timeline),
]
