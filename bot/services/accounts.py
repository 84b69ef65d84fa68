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
from decimal import Decimal
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bot.aftersales.audit import AuditEvent
from bot.errors import AuthenticationError, ConflictError, InvalidInputError, NotFoundError
from bot.services import browsers
from bot.services.account import CAPACITY, Account, Role, Session
from bot.services.passwords import LONGEST_PASSWORD, check_password, one_time_password
from bot.services.ports import Clock, UnitOfWork
from bot.services.profile import Profile, apply, checked

SESSION_LASTS = timedelta(hours=12)
CODE_WITHIN = timedelta(minutes=10)
"""How long somebody may take from the password to the code of the second factor."""

ADMINISTRATOR = "admin"
"""The login name of the account that a fresh installation starts with."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_hasher = PasswordHasher()


async def create_account(
    uow: UnitOfWork,
    name: str,
    display_name: str,
    role: Role,
    now: datetime,
    *,
    languages: Sequence[str] = (),
    teams: Sequence[str] = (),
    capacity: int = CAPACITY,
    refund_limit: Decimal | None = None,
    actor: str = "system",
) -> tuple[Account, str]:
    """Create an account and return it with a one-time password that has to be changed at the first login.

    Raises InvalidInputError for an unusable or taken login name and for an unusable display name or limit.
    """
    profile = Profile(display_name, role, tuple(languages), tuple(teams), capacity, refund_limit)
    account = await add_account(uow, name, profile, now, actor=actor)
    password = one_time_password()
    account.password_hash = await hash_password(password)
    account.must_change_password = True
    await commit_new(uow)
    return account, password


async def add_account(uow: UnitOfWork, name: str, profile: Profile, now: datetime, *, actor: str) -> Account:
    """Return a new account that nobody can log in with yet, committing nothing; raises as ``create_account`` does."""
    name, profile = folded_name(name), checked(profile)
    if not _NAME.fullmatch(name):
        raise InvalidInputError("name", "malformed")
    if await uow.accounts.by_name(name) is not None:
        raise InvalidInputError("name", "taken")
    account = Account(uuid.uuid4().hex, name, "", "", profile.role, now)
    apply(profile, account)
    uow.accounts.add(account)
    record(uow, account, "account.created", now, actor=actor, role=profile.role.value)
    return account


async def commit_new(uow: UnitOfWork) -> None:
    """Commit a new account; where somebody else took its login name at the same moment, it is taken."""
    try:
        await uow.commit()
    except ConflictError as error:
        raise InvalidInputError("name", "taken") from error


async def ensure_administrator(uow: UnitOfWork, clock: Clock) -> str | None:
    """Return the one-time password of a new administrator, or None where there is an administrator already."""
    if any(account.role is Role.ADMINISTRATOR for account in await uow.accounts.all()):
        return None
    _, password = await create_account(uow, ADMINISTRATOR, "Administrator", Role.ADMINISTRATOR, clock())
    return password


async def reset_password(uow: UnitOfWork, account_id: str, now: datetime, *, actor: str) -> str:
    """Give an account a new one-time password, unlock it and end its sessions; raise NotFoundError for no account."""
    account = await existing(uow, account_id)
    password = one_time_password()
    account.password_hash = await hash_password(password)
    account.must_change_password = True
    account.succeed_login()
    await uow.accounts.end_sessions_of(account.id)
    record(uow, account, "account.password_reset", now, actor=actor)
    await uow.commit()
    return password


async def log_in(
    uow: UnitOfWork, name: str, password: str, now: datetime, *, user_agent: str = ""
) -> tuple[Account, str, Session]:
    """Return the account, the token for the browser and the new session.

    The session of somebody with a second factor awaits its code, see ``second_factor.log_in``. Raises
    AuthenticationError, always the same and after the same hashing, for an unknown name, a wrong password, a locked
    and a deactivated account: neither the answer nor its timing tells which names exist.
    """
    account = await uow.accounts.by_name(folded_name(name))
    is_right = await is_password(account.password_hash if account else None, password)
    if account is None or account.is_locked(now) or not account.is_active:
        raise AuthenticationError()
    if not is_right:
        await count_wrong_try(uow, account, now)
        raise AuthenticationError()
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = await hash_password(password)
    token, session = enter(uow, account, now, user_agent)
    await uow.commit()
    return account, token, session


async def session_of(uow: UnitOfWork, token: str, now: datetime) -> tuple[Account, Session] | None:
    """Return who a browser's token belongs to, or None where its session is unknown, over, or awaits a code."""
    session = await uow.accounts.session(digest(token))
    if session is None or session.expires_at <= now or session.awaits_code:
        return None
    account = await uow.accounts.get(session.account_id)
    return (account, session) if account is not None and account.is_active else None


async def log_out(uow: UnitOfWork, token: str, now: datetime) -> None:
    """End the session of a token; an unknown one is over already."""
    found = await session_of(uow, token, now)
    await uow.accounts.end_session(digest(token))
    if found is not None:
        record(uow, found[0], "account.logged_out", now)
    await uow.commit()


async def change_password(
    uow: UnitOfWork, account_id: str, old: str, new: str, now: datetime, *, user_agent: str = ""
) -> tuple[Account, str, Session]:
    """Set a new password, end every session of the account and return a fresh one, as ``log_in`` does.

    Raises AuthenticationError where the old password is wrong (it counts as a wrong login) or the account is locked,
    InvalidInputError where the new one breaks a rule of ``passwords.check_password``.
    """
    account = await confirmed(uow, account_id, old, now)
    check_password(new, account.name, old=old)
    account.password_hash = await hash_password(new)
    account.must_change_password = False
    account.succeed_login()
    await uow.accounts.end_sessions_of(account.id)
    token, session = open_session(uow, account, now, user_agent)
    record(uow, account, "account.password_changed", now)
    await uow.commit()
    return account, token, session


async def confirmed(uow: UnitOfWork, account_id: str, password: str, now: datetime) -> Account:
    """Return the account of somebody who is logged in and gives the password once more.

    Raises AuthenticationError where it is wrong, which counts as a wrong login, or the account is locked.
    """
    account = await uow.accounts.get(account_id)
    if account is None or account.is_locked(now):
        raise AuthenticationError()
    if not await is_password(account.password_hash, password):
        await count_wrong_try(uow, account, now)
        raise AuthenticationError()
    return account


async def existing(uow: UnitOfWork, account_id: str) -> Account:
    """Return an account, or raise NotFoundError."""
    account = await uow.accounts.get(account_id)
    if account is None:
        raise NotFoundError("account", account_id)
    return account


def folded_name(name: str) -> str:
    """Return a login name as it is stored and compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def digest(token: str) -> str:
    """Return what the database keeps of a token that only its owner knows."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def enter(uow: UnitOfWork, account: Account, now: datetime, user_agent: str) -> tuple[str, Session]:
    """Open a session for somebody whose password was right, which awaits a code where there is a second factor."""
    token, session = open_session(uow, account, now, user_agent)
    if account.has_second_factor:
        session.awaits_code, session.expires_at = True, now + CODE_WITHIN
    else:
        account.succeed_login()
        record(uow, account, "account.logged_in", now)
    return token, session


def open_session(uow: UnitOfWork, account: Account, now: datetime, user_agent: str) -> tuple[str, Session]:
    """Open a session and return its token with it."""
    token = secrets.token_urlsafe(32)
    session = Session(
        digest(token),
        account.id,
        secrets.token_urlsafe(32),
        now,
        now + SESSION_LASTS,
        user_agent=browsers.shortened(user_agent),
        last_seen_at=now,
    )
    uow.accounts.add_session(session)
    return token, session


async def count_wrong_try(uow: UnitOfWork, account: Account, now: datetime) -> None:
    """Count a wrong password or code, and lock the account after too many."""
    account.fail_login(now)
    if account.is_locked(now):
        record(uow, account, "account.locked", now)
    try:
        await uow.commit()
    except ConflictError:
        # Another try at the same moment was counted instead; the desk lets tries through one by one.
        return


def record(
    uow: UnitOfWork, account: Account, action: str, now: datetime, *, actor: str | None = None, **data: Any
) -> None:
    """Write down what was done with an account, by its owner unless another actor is named."""
    actor = actor or f"agent:{account.id}"
    uow.audit.add(AuditEvent(now, actor, action, f"account:{account.id}", data=data))


async def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    # Argon2 is slow on purpose; a thread keeps the conversations of the same process going.
    return await asyncio.to_thread(_hasher.hash, password)


async def is_password(password_hash: str | None, password: str) -> bool:
    """Tell whether a password fits what is kept of it; takes as long where nothing is kept."""
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
