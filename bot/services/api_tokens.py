"""Tokens for the shop's API: made, shown once, listed, revoked, and known again."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.api_ports import ApiToken, Scope
from bot.services.ports import UnitOfWork

PREFIX = "parley_"
"""By which people and scanners for leaked secrets know one of our tokens."""

NOTED_EVERY = timedelta(minutes=2)
"""How exactly it is known when a token was used last: else every read would be a write."""

KEPT_FOR = timedelta(hours=24)
"""How long an idempotency key counts."""

_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST = 256


async def create(
    uow: UnitOfWork, name: str, scopes: Collection[Scope], now: datetime, *, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token and return it with its secret, which nobody can find out again; commits.

    Raises InvalidInputError for a name or scopes that cannot be, and for a name that a token in use has.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError("name", "give 1 to 64 letters, digits, dots, dashes or underscores")
    if not scopes:
        raise InvalidInputError("scopes", "give at least one")
    if expires_at is not None and expires_at <= now:
        raise InvalidInputError("expires", "must be in the future")
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    wanted = [scope.value for scope in Scope if scope in scopes]
    token = ApiToken(name, digest(secret), wanted, now, expires_at)
    try:
        await uow.api_tokens.add(token)
    except ConflictError as error:
        raise InvalidInputError("name", "taken") from error
    data = {"name": name, "scopes": wanted, "expires_at": expires_at.isoformat() if expires_at else None}
    uow.audit.add(AuditEvent(now, "system", "api_token.created", f"api_token:{token.id}", data=data))
    await uow.commit()
    return token, secret


async def revoke(uow: UnitOfWork, name: str, now: datetime) -> ApiToken:
    """Let a token open nothing any more; commits. Raises NotFoundError where no token in use has this name."""
    token = next((found for found in await uow.api_tokens.all() if found.name == name and not found.revoked_at), None)
    if token is None or token.id is None:
        raise NotFoundError("API token", name)
    await uow.api_tokens.revoke(token.id, now)
    token.revoked_at = now
    uow.audit.add(AuditEvent(now, "system", "api_token.revoked", f"api_token:{token.id}", data={"name": name}))
    await uow.commit()
    return token


async def known(uow: UnitOfWork, secret: str, now: datetime) -> ApiToken | None:
    """Return the token of a secret while it is good, and note that it is used; None for any other."""
    if not secret.startswith(PREFIX) or len(secret) > _LONGEST:
        return None
    token = await uow.api_tokens.by_digest(digest(secret))
    if token is None or token.id is None or not token.is_good(now):
        return None
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        await uow.api_tokens.note_use(token.id, now)
        await uow.commit()
    return token


def digest(secret: str) -> str:
    """Return what is kept of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


async def forget_answers(uow: UnitOfWork, now: datetime) -> int:
    """Forget what was answered to idempotency keys a day ago and before, and return how many; commits nothing."""
    return await uow.idempotency_keys.forget_before(now - KEPT_FOR)
