"""Who may call: a bearer token with the scope of the operation (RFC 6750), not too often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.api.operation import Operation, UowFactory
from bot.rates import Rate
from bot.services import api_tokens
from bot.services.problem import ProblemError

SIGNED = 0
"""The number under which keys of requests are kept that the shop has signed; tokens are numbered from 1."""

_REALM = 'Bearer realm="parley"'


@dataclass(frozen=True)
class Caller:
    """On whose behalf something is done."""

    token_id: int
    actor: str


class Guard:
    """Lets those in who may."""

    def __init__(self, uow: UowFactory, limit: Rate) -> None:
        self._uow = uow
        self._limit = limit

    async def admit(self, request: web.Request, operation: Operation, body: bytes, now: datetime) -> Caller:
        """Return who calls; raises 401, 403 or 429."""
        assert operation.scope is not None
        given = request.headers.get("Authorization")
        if given is None and operation.door is not None:
            operation.door.check(body, request.headers.get(operation.door.header), now)
            # A shop that catches up after a night must not be held up at its own door.
            return Caller(SIGNED, "api:signed")
        if given is None:
            raise _unauthorized("no_token", "send a token: Authorization: Bearer parley_…")
        scheme, _, secret = given.partition(" ")
        if scheme.lower() != "bearer":
            raise _unauthorized("no_token", "send a token: Authorization: Bearer parley_…")
        async with self._uow() as uow:
            token = await api_tokens.known(uow, secret.strip(), now)
        if token is None or token.id is None:
            raise _unauthorized("bad_token", "the token is wrong, was revoked, or has expired", 'error="invalid_token"')
        caller = self._counted(Caller(token.id, f"api:{token.name}"))
        if not token.may(operation.scope):
            scope = operation.scope.value
            raise ProblemError(
                403,
                "missing_scope",
                f"the token lacks the scope {scope}",
                headers={"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{scope}"'},
                members={"scope": scope},
            )
        return caller

    def _counted(self, caller: Caller) -> Caller:
        wait = self._limit.wait_seconds(caller.token_id)
        if wait:
            seconds = str(math.ceil(wait))
            raise ProblemError(
                429,
                "rate_limited",
                f"too many requests; wait {seconds} s",
                headers={"Retry-After": seconds},
            )
        return caller


def _unauthorized(code: str, detail: str, error: str = "") -> ProblemError:
    challenge = f"{_REALM}, {error}" if error else _REALM
    return ProblemError(401, code, detail, headers={"WWW-Authenticate": challenge})
