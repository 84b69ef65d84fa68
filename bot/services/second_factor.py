"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from bot.errors import AuthenticationError, InvalidInputError
from bot.services.account import Account, Session
from bot.services.accounts import (
    confirmed,
    count_wrong_try,
    digest,
    existing,
    open_session,
    record,
)
from bot.services.passwords import random_group
from bot.services.ports import UnitOfWork

ISSUER = "Parley"
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How many steps the clock of a telephone may be wrong, RFC 6238 section 5.2."""

RECOVERY_CODES = 10
_DIGITS = 6


async def begin(uow: UnitOfWork, account_id: str) -> str:
    """Return a secret to be confirmed by a code, the same one until then; raise InvalidInputError where one is on."""
    account = await existing(uow, account_id)
    if account.has_second_factor:
        raise InvalidInputError("second_factor", "on")
    if account.totp_pending is None:
        account.totp_pending = pyotp.random_base32()
        await uow.commit()
    return account.totp_pending


def address_of(account: Account, secret: str) -> str:
    """Return the ``otpauth://`` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=ISSUER)


async def confirm(uow: UnitOfWork, own: Session, password: str, code: str, now: datetime) -> list[str]:
    """Switch the second factor on with a code of the secret, end the other sessions and return the recovery codes.

    Raises AuthenticationError for a wrong password, InvalidInputError for a wrong code.
    """
    account = await confirmed(uow, own.account_id, password, now)
    step = _step_of(account.totp_pending, code, now, account.totp_last_step)
    if step is None:
        raise InvalidInputError("code", "wrong")
    account.totp_secret, account.totp_pending, account.totp_last_step = account.totp_pending, None, step
    codes = _new_recovery_codes(account)
    for session in await uow.accounts.sessions_of(account.id):
        if session.token_digest != own.token_digest:
            await uow.accounts.end_session(session.token_digest)
    record(uow, account, "account.second_factor_on", now)
    await uow.commit()
    return codes


async def renew_recovery_codes(
    uow: UnitOfWork, account_id: str, password: str, code: str, now: datetime
) -> list[str]:  # fmt: skip
    """Return new recovery codes, after which the old ones are of no use; raises AuthenticationError as ``turn_off``."""
    account = await _proved(uow, account_id, password, code, now)
    codes = _new_recovery_codes(account)
    record(uow, account, "account.recovery_codes_renewed", now)
    await uow.commit()
    return codes


async def turn_off(uow: UnitOfWork, account_id: str, password: str, code: str, now: datetime) -> None:
    """Switch one's own second factor off.

    Raises AuthenticationError where password or code is wrong; either counts as a wrong login.
    """
    account = await _proved(uow, account_id, password, code, now)
    forget(account)
    record(uow, account, "account.second_factor_off", now)
    await uow.commit()


async def remove(uow: UnitOfWork, account_id: str, now: datetime, *, actor: str) -> None:
    """Switch off the second factor of somebody who lost telephone and recovery codes, and end every session."""
    account = await existing(uow, account_id)
    forget(account)
    account.succeed_login()
    await uow.accounts.end_sessions_of(account.id)
    record(uow, account, "account.second_factor_removed", now, actor=actor)
    await uow.commit()


async def log_in(
    uow: UnitOfWork, token: str, code: str, now: datetime, *, user_agent: str = ""
) -> tuple[Account, str, Session]:
    """Return the account, a new token and a session, for the token of a session that awaits a code.

    The code is one of the authenticator app, never one that was used before, or a recovery code, which is used up.
    Raises AuthenticationError where it is wrong (counted as a wrong login), the account is locked, or it took too
    long; the session that awaited the code stays open for another try.
    """
    session = await uow.accounts.session(digest(token))
    account = await uow.accounts.get(session.account_id) if session is not None else None
    if session is None or account is None or not session.awaits_code or session.expires_at <= now:
        raise AuthenticationError()
    if account.is_locked(now) or not account.is_active:
        raise AuthenticationError()
    if not _takes(uow, account, code, now):
        await count_wrong_try(uow, account, now)
        raise AuthenticationError()
    account.succeed_login()
    await uow.accounts.end_session(session.token_digest)
    opened = open_session(uow, account, now, user_agent)
    record(uow, account, "account.logged_in", now, second_factor=True)
    await uow.commit()
    return (account, *opened)


async def awaits_code(uow: UnitOfWork, token: str, now: datetime) -> bool:
    """Tell whether a token belongs to somebody whose password was right and whose code is still to come."""
    session = await uow.accounts.session(digest(token))
    return session is not None and session.awaits_code and session.expires_at > now


async def _proved(uow: UnitOfWork, account_id: str, password: str, code: str, now: datetime) -> Account:
    account = await confirmed(uow, account_id, password, now)
    if not _takes(uow, account, code, now):
        await count_wrong_try(uow, account, now)
        raise AuthenticationError()
    account.succeed_login()
    return account


def _takes(uow: UnitOfWork, account: Account, code: str, now: datetime) -> bool:
    """Tell whether a code is right, and see to it that it is right only once."""
    step = _step_of(account.totp_secret, code, now, account.totp_last_step)
    if step is not None:
        account.totp_last_step = step
        return True
    found = digest(_folded(code))
    if found not in account.recovery_digests:
        return False
    account.recovery_digests.remove(found)
    record(uow, account, "account.recovery_code_used", now, left=len(account.recovery_digests))
    return True


def _step_of(secret: str | None, code: str, now: datetime, last_step: int | None) -> int | None:
    """Return the time step that a code belongs to, or None for a wrong code and one of a step already used."""
    digits = "".join(code.split())
    if secret is None or len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        is_unused = last_step is None or step > last_step
        if hmac.compare_digest(totp.generate_otp(step), digits) and is_unused:
            return step
    return None


def _new_recovery_codes(account: Account) -> list[str]:
    codes = [f"{random_group(5)}-{random_group(5)}" for _ in range(RECOVERY_CODES)]
    account.recovery_digests = [digest(_folded(code)) for code in codes]
    return codes


def _folded(code: str) -> str:
    return "".join(code.split()).replace("-", "").casefold()


def forget(account: Account) -> None:
    """Leave nothing of an account's second factor."""
    account.totp_secret = account.totp_pending = account.totp_last_step = None
    account.recovery_digests = []
