"""What an agent decides about a case: each view takes JSON with what the page showed (``seen``) and answers JSON."""

from __future__ import annotations

from enum import Enum

from aiohttp import web

from bot.aftersales.labels import Liability, Priority, Remedy
from bot.aftersales.return_ import Refusal
from bot.conversations.ports import UnitOfWork
from bot.desk.actions import body_of
from bot.desk.deciding import amount, choice, decide, optional_amount, reason, seen_of, short, whole
from bot.desk.keys import Desk
from bot.desk.permissions import Permission, needs
from bot.services import agent_decisions, agent_offers, deciding, liability, lifecycle, merging
from bot.services.agent_terms import Wanted
from bot.services.deciding import Decider


class _Answer(str, Enum):
    YES = "yes"
    NO = "no"


@needs(Permission.DECIDE)
async def approve(request: web.Request) -> web.Response:
    """Let what the case asks for be carried out; above one's own limit a supervisor is asked, with the ``reason``."""
    body, number = await body_of(request), request.match_info["number"]
    seen, why = seen_of(body), str(body.get("reason") or "")

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        return await agent_decisions.approve(uow, desk.policy, number, by, desk.clock(), seen=seen, reason=why)

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def decline(request: web.Request) -> web.Response:
    """Refuse what the case asks for; ``reason`` is one of Refusal."""
    body, number = await body_of(request), request.match_info["number"]
    why, seen = choice(body, "reason", Refusal), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        return await agent_decisions.decline(uow, number, by, why, desk.clock(), seen=seen)

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def settle(request: web.Request) -> web.Response:
    """End an inspected return of which something is disputed by paying an ``amount`` for that, with a ``reason``."""
    body, number = await body_of(request), request.match_info["number"]
    sum_, why, seen = amount(body), reason(body), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        return await agent_decisions.settle(uow, desk.policy, number, by, sum_, why, desk.clock(), seen=seen)

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def offer(request: web.Request) -> web.Response:
    """Offer a ``remedy`` to the customer, with ``percent``, ``amount``, ``months`` or ``sku`` as it needs."""
    body, number = await body_of(request), request.match_info["number"]
    remedy = choice(body, "remedy", Remedy)
    wanted = Wanted(
        remedy,
        percent=optional_amount(body, "percent"),
        amount=optional_amount(body, "amount"),
        months=whole(body, "months"),
        sku=short(body, "sku") or None,
        charged=body.get("charged") in ("yes", True),
    )
    why, seen = reason(body), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        return await agent_offers.propose(uow, desk.policy, number, by, wanted, why, desk.clock(), seen=seen)

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def answer(request: web.Request) -> web.Response:
    """Take the customer's answer to an ``offer``, given in words to an agent; ``accepted`` is yes or no."""
    body, number = await body_of(request), request.match_info["number"]
    position, is_accepted = whole(body, "offer"), choice(body, "accepted", _Answer) is _Answer.YES
    seen = seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        case = await deciding.taken_up(uow, number, seen)
        conversation_id, now = case.conversation_id, desk.clock()
        return await agent_offers.answer(
            uow, desk.policy, conversation_id, number, position or 0, is_accepted, now, actor=by.actor
        )

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def refund(request: web.Request) -> web.Response:
    """Pay an ``amount`` back at once, with a ``reason``; above one's own limit a supervisor is asked."""
    body, number = await body_of(request), request.match_info["number"]
    sum_, why, seen = amount(body), reason(body), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        return await agent_decisions.refund(uow, desk.policy, number, by, sum_, why, desk.clock(), seen=seen)

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def overrule(request: web.Request) -> web.Response:
    """Say who is liable, with a ``reason``; ``liable`` is one of Liability."""
    body, number = await body_of(request), request.match_info["number"]
    liable, why, seen = choice(body, "liable", Liability), reason(body), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        case = await deciding.taken_up(uow, number, seen)
        case.decisions += 1
        return await liability.overrule(uow, number, by.id, liable, why, desk.clock())

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def prioritise(request: web.Request) -> web.Response:
    """Make the case more or less pressing; ``priority`` is one of Priority."""
    body, number = await body_of(request), request.match_info["number"]
    priority, seen = choice(body, "priority", Priority), seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        return await agent_decisions.prioritise(uow, number, by, priority, desk.clock(), seen=seen)

    return await decide(request, number, act)


@needs(Permission.DECIDE)
async def reopen(request: web.Request) -> web.Response:
    """Take a case that has ended up again."""
    body, number = await body_of(request), request.match_info["number"]
    seen = seen_of(body)

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        return await agent_decisions.reopen(uow, number, by, desk.clock(), seen=seen)

    return await decide(request, number, act)


@needs(Permission.SUPERVISE)
async def merge(request: web.Request) -> web.Response:
    """Let the case ``other``, a duplicate that stood at ``other_seen``, go on in this one."""
    body, number = await body_of(request), request.match_info["number"]
    other, seen, other_seen = short(body, "other"), seen_of(body), seen_of(body, "other_seen")

    async def act(uow: UnitOfWork, desk: Desk, by: Decider) -> object:
        await lifecycle.case_of(uow, other)
        return await merging.merge(uow, number, other, by, desk.clock(), seen=seen, duplicate_seen=other_seen)

    return await decide(request, number, act, other)


ROUTES = [
    web.post("/cases/{number}/approve", approve),
    web.post("/cases/{number}/decline", decline),
    web.post("/cases/{number}/settle", settle),
    web.post("/cases/{number}/offer", offer),
    web.post("/cases/{number}/answer", answer),
    web.post("/cases/{number}/refund", refund),
    web.post("/cases/{number}/liability", overrule),
    web.post("/cases/{number}/priority", prioritise),
    web.post("/cases/{number}/reopen", reopen),
    web.post("/cases/{number}/merge", merge),
]
