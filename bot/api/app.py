"""The API as an application of its own, to be mounted under ``PATH``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from aiohttp import web

from bot.api import idempotency
from bot.api.guard import Guard
from bot.api.openapi import DESCRIPTION, describe
from bot.api.operation import Answer, Call, EventDoor, Operation, UowFactory
from bot.api.operations import operations
from bot.api.requests import read_body, read_json, read_values
from bot.api.responses import answer, problems
from bot.errors import ConflictError
from bot.rates import Rate
from bot.services.api_ports import KeptAnswer
from bot.services.ports import Clock
from bot.services.problem import ProblemError

PATH = "/api/v1"

_REQUESTS_A_MINUTE = 600
_BURST = 120
_TRIES = 3


def create_api(
    uow: UowFactory, clock: Clock, door: EventDoor, limit: Rate | None = None
) -> web.Application:  # fmt: skip
    """Return the application; it answers whatever goes wrong with a problem, unknown addresses included."""
    app = web.Application(middlewares=[problems])
    guard = Guard(uow, limit or Rate(_REQUESTS_A_MINUTE, _BURST))
    known = operations(door)
    for operation in known:
        # HEAD would be a second operation of every address, which nobody has described.
        app.router.add_route(operation.method, operation.path, _handler(operation, uow, clock, guard))
    document = describe(known, PATH, version("parley"))

    async def show(request: web.Request) -> web.Response:
        if request.query:
            mistakes = [(name, "is not known here") for name in dict.fromkeys(request.query)]
            raise ProblemError(400, "invalid", "there are no parameters here", mistakes=mistakes)
        return answer(200, document)

    app.router.add_route("GET", DESCRIPTION, show)
    return app


def _handler(
    operation: Operation, uow: UowFactory, clock: Clock, guard: Guard
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        now = clock()
        is_signed = operation.door is not None and "Authorization" not in request.headers
        # Who shows no token is asked for one before anything is read; a signature is of the body.
        raw = await read_body(request, operation) if is_signed else b""
        caller = await guard.admit(request, operation, raw, now)
        if operation.writes and not is_signed:
            raw = await read_body(request, operation)
        values = read_values(request, operation)
        key = idempotency.key_of(request) if operation.writes else None
        body = read_json(request, raw) if operation.writes and operation.door is None else None
        call = Call(uow, now, caller.actor, values, raw, body)
        if key is None:
            done = await _do(operation, call)
            return answer(done.status, done.body)
        wanted = KeptAnswer(caller.token_id, key, idempotency.digest(request, raw), now)
        done, is_replayed = await idempotency.once(uow, wanted, lambda: _do(operation, call), now)
        return answer(done.status, done.body, {idempotency.REPLAYED: "true"} if is_replayed else None)

    return handle


async def _do(operation: Operation, call: Call) -> Answer:
    """Do it, again where others changed the same thing at the same moment."""
    for _ in range(_TRIES - 1):
        try:
            return await operation.handler(call)
        except ConflictError:
            continue
    return await operation.handler(call)
