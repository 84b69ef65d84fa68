"""Work on what belongs to a case: tasks, quotes, parcels, customs matters, stuck refunds, and the case's history."""

from __future__ import annotations

from aiohttp import web

from bot.aftersales.money import Money
from bot.aftersales.task import Department
from bot.conversations.ports import UnitOfWork
from bot.desk.actions import body_of, moment_of
from bot.desk.deciding import amount, choice, decide, reason, seen_of, short
from bot.desk.keys import Desk, desk_of, visitor_of
from bot.desk.pages import page
from bot.desk.permissions import Permission, can, needs
from bot.errors import ConflictError, NotFoundError
from bot.services import customs, deciding, exchanges, lifecycle, refunds, repairs, reshipments, returns, tasks
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
        await _is_still_of(uow, task_id, seen_owner, by.id)
        return await tasks.take(uow, task_id, by.id, desk.clock())

    return await decide(request, await _case_of_task(request, task_id), act)


@needs(Permission.DECIDE)
async def release_task(request: web.Request) -> web.Response:
    """Let a task be nobody's again: one's own, or as a supervisor that of the ``owner`` whom the page showed."""
    body, task_id = await body_of(request), _task_id(request)
    seen_owner, for_others = short(body, "owner") or None, can(visitor_of(request), Permission.SUPERVISE.value)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _is_still_of(uow, task_id, seen_owner)
        return await tasks.release(uow, task_id, by.id, desk.clock(), for_others=for_others)

    return await decide(request, await _case_of_task(request, task_id), act)


@needs(Permission.SUPERVISE)
async def give_task(request: web.Request) -> web.Response:
    """Give a task ``to`` a colleague, provided that it still has the ``owner`` that the page showed."""
    body, task_id = await body_of(request), _task_id(request)
    seen_owner, to = short(body, "owner") or None, short(body, "to")

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _is_still_of(uow, task_id, seen_owner, to)
        return await tasks.give(uow, task_id, to, by.id, desk.clock())

    return await decide(request, await _case_of_task(request, task_id), act)


@needs(Permission.DECIDE)
async def finish_task(request: web.Request) -> web.Response:
    """Record what came of a task: its ``result``; papers that were to be sent are handed in with it."""
    body, task_id = await body_of(request), _task_id(request)
    result, seen = reason(body, "result"), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        task = await uow.tasks.get(task_id)
        if task is not None:
            await _worked_on(uow, task.case_number, seen)
            await customs.follow_task(uow, task, desk.clock(), actor=by.actor)
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

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await returns.get(uow, rma)).case_number, seen)
        found = await returns.issue_label(
            uow, rma, desk.clock(), actor=by.actor, carrier=carrier, tracking_number=tracking_number
        )
        await uow.commit()
        return found

    return await decide(request, await _case_of_return(request, rma), act)


@needs(Permission.DECIDE)
async def take_papers(request: web.Request) -> web.Response:
    """Record that everything a customs matter waits for is here, in whatever way it came, for legal to hand in."""
    seen, number = seen_of(await body_of(request)), request.match_info["number"]
    async with desk_of(request).uow() as uow:
        case_number = (await customs.get(uow, number)).case_number

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await customs.get(uow, number)).case_number, seen)
        matter = await customs.receive_papers(uow, number, desk.clock(), actor=by.actor)
        await uow.commit()
        return matter

    return await decide(request, case_number, act)


@needs(Permission.DECIDE)
async def give_repair_up(request: web.Request) -> web.Response:
    """End a repair whose parcel was lost on its way to the shop."""
    seen, number = seen_of(await body_of(request)), request.match_info["number"]
    async with desk_of(request).uow() as uow:
        case_number = (await repairs.get(uow, number)).case_number

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await repairs.get(uow, number)).case_number, seen)
        repair = await repairs.give_up(uow, number, desk.clock(), actor=by.actor)
        await uow.commit()
        return repair

    return await decide(request, case_number, act)


@needs(Permission.DECIDE)
async def give_return_up(request: web.Request) -> web.Response:
    """End a return whose parcel was lost on its way back, without paying for it."""
    seen, rma = seen_of(await body_of(request)), request.match_info["rma"]

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await returns.get(uow, rma)).case_number, seen)
        found = await returns.give_up(uow, rma, desk.clock(), actor=by.actor)
        await uow.commit()
        return found

    return await decide(request, await _case_of_return(request, rma), act)


@needs(Permission.DECIDE)
async def note_difference_paid(request: web.Request) -> web.Response:
    """Record that the customer has paid for a dearer replacement."""
    seen, rma = seen_of(await body_of(request)), request.match_info["rma"]

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await exchanges.get(uow, rma)).case_number, seen)
        found = await exchanges.settle_difference(uow, rma, desk.clock(), actor=by.actor)
        await uow.commit()
        return found

    return await decide(request, await _case_of_return(request, rma), act)


@needs(Permission.SUPERVISE)
async def give_replacement_up(request: web.Request) -> web.Response:
    """Pay the customer instead of a replacement that is not in stock, or that the carrier has lost."""
    seen, rma = seen_of(await body_of(request)), request.match_info["rma"]

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await exchanges.get(uow, rma)).case_number, seen)
        found = await exchanges.give_up(uow, rma, desk.clock(), actor=by.actor)
        await uow.commit()
        return found

    return await decide(request, await _case_of_return(request, rma), act)


@needs(Permission.SUPERVISE)
async def call_reshipment_off(request: web.Request) -> web.Response:
    """Call a second parcel off, with a ``reason``; one that left and was lost, too, is paid for instead."""
    body, number = await body_of(request), request.match_info["number"]
    why, seen = reason(body), seen_of(body)
    async with desk_of(request).uow() as uow:
        case_number = (await reshipments.get(uow, number)).case_number

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await reshipments.get(uow, number)).case_number, seen)
        found = await reshipments.cancel(uow, number, why, desk.clock(), actor=by.actor)
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


@needs(Permission.SUPERVISE)
async def pay_otherwise(request: web.Request) -> web.Response:
    """Record that a refused refund was paid otherwise: by which ``method``, with the payment's ``reference``."""
    body, number = await body_of(request), request.match_info["number"]
    reference, method, seen = short(body, "reference"), short(body, "method"), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await refunds.get(uow, number)).case_number, seen)
        found = await refunds.pay_otherwise(uow, number, reference, method, desk.clock(), actor=by.actor)
        await uow.commit()
        return found

    return await decide(request, await _case_of_refund(request, number), act)


@needs(Permission.SUPERVISE)
async def call_refund_off(request: web.Request) -> web.Response:
    """Call a refund off of which nothing was sent, with a ``reason``; its case goes on to a person."""
    body, number = await body_of(request), request.match_info["number"]
    why, seen = reason(body), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await _worked_on(uow, (await refunds.get(uow, number)).case_number, seen)
        found = await refunds.call_off(uow, number, why, desk.clock(), actor=by.actor)
        await uow.commit()
        return found

    return await decide(request, await _case_of_refund(request, number), act)


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


async def _is_still_of(uow: UnitOfWork, task_id: int, *owners: str | None) -> None:
    """Raise ConflictError where a task has another owner by now."""
    task = await uow.tasks.get(task_id)
    if task is not None and task.owner not in owners:
        raise ConflictError(task=task_id)


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


async def _case_of_return(request: web.Request, rma: str) -> str:
    async with desk_of(request).uow() as uow:
        return (await returns.get(uow, rma)).case_number


async def _case_of_refund(request: web.Request, number: str) -> str:
    async with desk_of(request).uow() as uow:
        return (await refunds.get(uow, number)).case_number


ROUTES = [
    web.post("/cases/{number}/tasks", open_task),
    web.post("/tasks/{id}/take", take_task),
    web.post("/tasks/{id}/release", release_task),
    web.post("/tasks/{id}/give", give_task),
    web.post("/tasks/{id}/finish", finish_task),
    web.post("/repairs/{number}/quote", quote_repair),
    web.post("/repairs/{number}/give-up", give_repair_up),
    web.post("/returns/{rma}/label", issue_label),
    web.post("/returns/{rma}/give-up", give_return_up),
    web.post("/exchanges/{rma}/paid", note_difference_paid),
    web.post("/exchanges/{rma}/give-up", give_replacement_up),
    web.post("/reshipments/{number}/call-off", call_reshipment_off),
    web.post("/customs/{number}/papers", take_papers),
    web.post("/customs/{number}/close", close_customs),
    web.post("/refunds/{number}/paid", pay_otherwise),
    web.post("/refunds/{number}/call-off", call_refund_off),
    web.get("/cases/{number}/timeline", show_timeline),
]
