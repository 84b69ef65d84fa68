"""Accounts of the desk: creating them, logging in and out, changing passwords."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bot.aftersales.audit import AuditEvent
from bot.errors import (
    AuthenticationError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
)
from bot.services.account import Account, Role, Session
from bot.services.ports import Clock, UnitOfWork

SESSION_LASTS = timedelta(hours=12)
ADMINISTRATOR = "admin"
"""The login name of the account that a fresh installation starts with."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
"""Longer input is refused unhashed: hashing megabytes would be an easy way to keep the server busy."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_LONGEST_DISPLAY_NAME = 80
# Without characters that are mistaken for one another when read off a screen.
_ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()


async def create_account(
    uow: UnitOfWork,
    name: str,
    display_name: str,
    role: Role,
    now: datetime,
    *,
    languages: Sequence[str] = (),
    actor: str = "system",
) -> tuple[Account, str]:
    """Create an account and return it with a one-time password that has to be changed at the first login.

    Raises InvalidInputError for an unusable or taken login name and for an unusable display name.
    """
    name, display_name = folded_name(name), " ".join(display_name.split())
    if not _NAME.fullmatch(name):
        raise InvalidInputError("name", "malformed")
    if not display_name or len(display_name) > _LONGEST_DISPLAY_NAME:
        raise InvalidInputError("display_name", "malformed")
    if await uow.accounts.by_name(name) is not None:
        raise InvalidInputError("name", "taken")
    password = one_time_password()
    account = Account(
        id=uuid.uuid4().hex,
        name=name,
        display_name=display_name,
        password_hash=await _hash(password),
        role=role,
        created_at=now,
        languages=list(languages),
        must_change_password=True,
    )
    uow.accounts.add(account)
    uow.audit.add(
        AuditEvent(
            now,
            actor,
            "account.created",
            f"account:{account.id}",
            data={"role": role.value},
        )
    )
    try:
        await uow.commit()
    except ConflictError as error:
        raise InvalidInputError("name", "taken") from error
    return account, password


async def ensure_administrator(uow: UnitOfWork, clock: Clock) -> str | None:
    """Return the one-time password of a new administrator, or None where there is an administrator already."""
    if any(account.role is Role.ADMINISTRATOR for account in await uow.accounts.all()):
        return None
    _, password = await create_account(uow, ADMINISTRATOR, "Administrator", Role.ADMINISTRATOR, clock())
    return password


async def reset_password(uow: UnitOfWork, account_id: str, now: datetime, *, actor: str) -> str:
    """Give an account a new one-time password, unlock it and end its sessions; raise NotFoundError for no account."""
    account = await uow.accounts.get(account_id)
    if account is None:
        raise NotFoundError("account", account_id)
    password = one_time_password()
    account.password_hash = await _hash(password)
    account.must_change_password = True
    account.succeed_login()
    await uow.accounts.end_sessions_of(account.id)
    uow.audit.add(AuditEvent(now, actor, "account.password_reset", f"account:{account.id}"))
    await uow.commit()
    return password


async def log_in(uow: UnitOfWork, name: str, password: str, now: datetime) -> tuple[Account, str, Session]:
    """Return the account, the token for the browser and the new session.

    Raises AuthenticationError, always the same and after the same hashing, for an unknown name, a wrong password and
    a locked account: neither the answer nor its timing tells which names exist.
    """
    account = await uow.accounts.by_name(folded_name(name))
    is_right = await _verify(account.password_hash if account else None, password)
    if account is None or account.is_locked(now):
        raise AuthenticationError()
    if not is_right:
        await _count_wrong_password(uow, account, now)
        raise AuthenticationError()
    account.succeed_login()
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = await _hash(password)
    token, session = _open_session(uow, account, now)
    _record(uow, account, "account.logged_in", now)
    await uow.commit()
    return account, token, session


async def session_of(uow: UnitOfWork, token: str, now: datetime) -> tuple[Account, Session] | None:
    """Return who a browser's token belongs to, or None where its session is unknown or over."""
    session = await uow.accounts.session(digest(token))
    if session is None or session.expires_at <= now:
        return None
    account = await uow.accounts.get(session.account_id)
    return (account, session) if account else None


async def log_out(uow: UnitOfWork, token: str, now: datetime) -> None:
    """End the session of a token; an unknown one is over already."""
    found = await session_of(uow, token, now)
    await uow.accounts.end_session(digest(token))
    if found is not None:
        _record(uow, found[0], "account.logged_out", now)
    await uow.commit()


async def change_password(
    uow: UnitOfWork, account_id: str, old: str, new: str, now: datetime
) -> tuple[Account, str, Session]:
    """Set a new password, end every session of the account and return a fresh one, as ``log_in`` does.

    Raises AuthenticationError where the old password is wrong (it counts as a wrong login) or the account is locked,
    InvalidInputError where the new one is too short, too long, the old one, or made of the login name.
    """
    account = await uow.accounts.get(account_id)
    if account is None or account.is_locked(now):
        raise AuthenticationError()
    if not await _verify(account.password_hash, old):
        await _count_wrong_password(uow, account, now)
        raise AuthenticationError()
    _check_password(account, old, new)
    account.password_hash = await _hash(new)
    account.must_change_password = False
    account.succeed_login()
    await uow.accounts.end_sessions_of(account.id)
    token, session = _open_session(uow, account, now)
    _record(uow, account, "account.password_changed", now)
    await uow.commit()
    return account, token, session


def folded_name(name: str) -> str:
    """Return a login name as it is stored and compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def one_time_password() -> str:
    """Return a random password of 79 bits in four groups, easy to read out."""
    groups = ("".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def digest(token: str) -> str:
    """Return what the database keeps of a session token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _check_password(account: Account, old: str, new: str) -> None:
    if len(new) < SHORTEST_PASSWORD:
        raise InvalidInputError("password", "too_short")
    if len(new) > LONGEST_PASSWORD:
        raise InvalidInputError("password", "too_long")
    if new == old:
        raise InvalidInputError("password", "unchanged")
    if account.name in new.casefold() or len(set(new)) < 4:
        raise InvalidInputError("password", "too_simple")


def _open_session(uow: UnitOfWork, account: Account, now: datetime) -> tuple[str, Session]:
    token = secrets.token_urlsafe(32)
    session = Session(digest(token), account.id, secrets.token_urlsafe(32), now, now + SESSION_LASTS)
    uow.accounts.add_session(session)
    return token, session


async def _count_wrong_password(uow: UnitOfWork, account: Account, now: datetime) -> None:
    account.fail_login(now)
    if account.is_locked(now):
        _record(uow, account, "account.locked", now)
    try:
        await uow.commit()
    except ConflictError:
        # Another try at the same moment was counted instead; the desk lets tries through one by one.
        return


def _record(uow: UnitOfWork, account: Account, action: str, now: datetime) -> None:
    uow.audit.add(AuditEvent(now, f"agent:{account.id}", action, f"account:{account.id}"))


async def _hash(password: str) -> str:
    # Argon2 is slow on purpose; a thread keeps the conversations of the same process going.
    return await asyncio.to_thread(_hasher.hash, password)


async def _verify(password_hash: str | None, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        password = ""
    return await asyncio.to_thread(_is_match, password_hash, password)


def _is_match(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password)
    except (Argon2Error, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
