"""Links by which people choose their password: the first one, or a new one after forgetting it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.errors import AuthenticationError
from bot.services.account import Account, Session
from bot.services.accounts import add_account, commit_new, digest, enter, existing, hash_password, record
from bot.services.passwords import check_password
from bot.services.ports import UnitOfWork
from bot.services.profile import Profile

INVITATION_LASTS = timedelta(hours=72)


async def invite(
    uow: UnitOfWork, name: str, profile: Profile, now: datetime, *, actor: str
) -> tuple[Account, str]:  # fmt: skip
    """Create an account and return it with the token of its invitation link.

    Raises InvalidInputError for an unusable or taken login name and for an unusable profile.
    """
    account = await add_account(uow, name, profile, now, actor=actor)
    token = _new_link(account, now)
    await commit_new(uow)
    return account, token


async def renew(uow: UnitOfWork, account_id: str, now: datetime, *, actor: str) -> tuple[Account, str]:
    """Give somebody a new link, after which neither the old link, the old password nor an open session is of use.

    Raises NotFoundError for no account.
    """
    account = await existing(uow, account_id)
    account.password_hash = ""
    account.must_change_password = False
    account.succeed_login()
    token = _new_link(account, now)
    await uow.accounts.end_sessions_of(account.id)
    record(uow, account, "account.invited_again", now, actor=actor)
    await uow.commit()
    return account, token


async def invited_by(uow: UnitOfWork, token: str, now: datetime) -> Account | None:
    """Return whom a link invites, or None where it was used, replaced, is too old, or never was one."""
    account = await uow.accounts.by_invitation(digest(token))
    return account if account is not None and account.is_active and account.is_invited(now) else None


async def accept(
    uow: UnitOfWork, token: str, password: str, now: datetime, *, user_agent: str = ""
) -> tuple[Account, str, Session]:
    """Set the password that somebody chose and log this person in, as ``accounts.log_in`` does; the link is used up.

    Raises AuthenticationError for a link that invites nobody, InvalidInputError for a password that breaks a rule.
    """
    account = await invited_by(uow, token, now)
    if account is None:
        raise AuthenticationError()
    check_password(password, account.name)
    account.password_hash = await hash_password(password)
    account.invitation_digest = account.invited_until = None
    account.must_change_password = False
    record(uow, account, "account.invitation_accepted", now)
    opened = enter(uow, account, now, user_agent)
    await uow.commit()
    return (account, *opened)


def _new_link(account: Account, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    account.invitation_digest, account.invited_until = digest(token), now + INVITATION_LASTS
    return token
