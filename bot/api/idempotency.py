"""Idempotency keys: a write that is sent again under its key is not done again, but answered as the first time.

The request is kept as a digest only, the answer whole: answers to writes hold numbers, states and names of fields, but
nothing of people, so that neither erasing nor exporting a customer's data has to look here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web

from bot.api.operation import Answer, UowFactory
from bot.services.api_ports import KeptAnswer
from bot.services.problem import ProblemError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
PATTERN = r"^[!-~]{1,255}$"

UNFINISHED_AT_MOST = timedelta(minutes=1)
"""After which a request that was begun and not answered counts as one that a crash has ended."""

_FORM = re.compile(PATTERN)


def key_of(request: web.Request) -> str | None:
    """Return the key that a request carries, or None; raises 400 for one that is not of the form."""
    given = request.headers.getall(HEADER, [])
    if not given:
        return None
    if len(given) > 1 or not _FORM.fullmatch(given[0]):
        reason = "must be 1 to 255 printable ASCII characters without spaces"
        raise ProblemError(400, "invalid", f"the header {HEADER} {reason}", mistakes=[(HEADER, reason)])
    return given[0]


def digest(request: web.Request, raw: bytes) -> str:
    """Return what tells one request from another: method, address and body."""
    # raw_path holds the query too.
    return hashlib.sha256(f"{request.method} {request.raw_path}\n".encode("utf-8", "surrogateescape") + raw).hexdigest()


async def once(
    uow_factory: UowFactory, wanted: KeptAnswer, do: Callable[[], Awaitable[Answer]], now: datetime
) -> tuple[Answer, bool]:
    """Do something under a key unless it was done, and return the answer with whether it is the first one again.

    A refusal has changed nothing and is not kept: the key is free again. Raises 422 for a key of another request, and
    409 while the first one is under way.
    """
    async with uow_factory() as uow:
        kept = await uow.idempotency_keys.reserve(wanted, now - UNFINISHED_AT_MOST)
        await uow.commit()
    if kept is not None:
        return _kept_answer(kept, wanted), True
    try:
        answer = await do()
    except BaseException:
        async with uow_factory() as uow:
            await uow.idempotency_keys.release(wanted)
            await uow.commit()
        raise
    wanted.status, wanted.answer = answer.status, answer.body
    async with uow_factory() as uow:
        await uow.idempotency_keys.answer(wanted)
        await uow.commit()
    return answer, False


def _kept_answer(kept: KeptAnswer, wanted: KeptAnswer) -> Answer:
    if kept.request_digest != wanted.request_digest:
        raise ProblemError(422, "key_reused", f"the {HEADER} was used for another request; each one needs its own")
    if kept.status is None or kept.answer is None:
        raise ProblemError(
            409,
            "in_progress",
            f"a request with this {HEADER} is under way; send it again in a moment",
            headers={"Retry-After": "1"},
        )
    return Answer(kept.status, kept.answer)
