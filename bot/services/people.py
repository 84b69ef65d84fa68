"""The people of the desk as administrators manage them: what they may, and whether they still work here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services import second_factor, tasks
from bot.services.account import Account, Presence, Role
from bot.services.accounts import existing, folded_name, record, reset_password
from bot.services.ports import UnitOfWork
from bot.services.profile import Profile, apply, checked, profile_of
from bot.services.routing import is_in_team


async def change(
    uow: UnitOfWork, account_id: str, profile: Profile, seen: str, now: datetime, *, by: Account
) -> Account:  # fmt: skip
    """Give somebody another profile; ``seen`` is the fingerprint of the one that the form was filled with.

    Raises ConflictError where it was changed meanwhile, InvalidInputError for an unusable profile and where
    administrators take away their own role, so that there is always one left.
    """
    account = await existing(uow, account_id)
    if profile_of(account).fingerprint != seen:
        raise ConflictError(account=account_id)
    profile = checked(profile)
    if account.id == by.id and profile.role is not Role.ADMINISTRATOR:
        raise InvalidInputError("role", "own")
    changes = apply(profile, account)
    if changes:
        record(uow, account, "account.changed", now, actor=f"agent:{by.id}", **changes)
    await uow.commit()
    return account


async def held_of_others(uow: UnitOfWork, before: Profile, account: Account) -> list[str]:
    """Return what somebody holds for teams that this person belonged to ``before``, and does not any more."""
    was = replace(account, teams=list(before.teams))
    return [
        found.conversation_id
        for found in await uow.escalations.queue()
        if found.agent_id == account.id and is_in_team(was, found.team) and not is_in_team(account, found.team)
    ]


async def deactivate(uow: UnitOfWork, account_id: str, now: datetime, *, by: Account) -> list[str]:
    """Let somebody in no more: end the sessions, void the link, free the tasks, and return the conversations held.

    These are to be put back into the queue, which tells the customers; what is left undone of it the routing does,
    since whoever is deactivated is offline. Raises InvalidInputError for one's own account, so that there is always
    an administrator left.
    """
    account = await existing(uow, account_id)
    if account.id == by.id:
        raise InvalidInputError("account", "own")
    if not account.is_active:
        return []
    account.disabled_at = now
    account.invitation_digest = account.invited_until = None
    await uow.accounts.note_presence(account, Presence.OFFLINE, now)
    await uow.accounts.end_sessions_of(account.id)
    held = [found.conversation_id for found in await uow.escalations.queue() if found.agent_id == account.id]
    released = await tasks.release_all(uow, account.id, f"agent:{by.id}", now)
    counts = {"conversations": len(held), "tasks": released}
    record(uow, account, "account.deactivated", now, actor=f"agent:{by.id}", **counts)
    await uow.commit()
    return held


async def activate(uow: UnitOfWork, account_id: str, now: datetime, *, by: Account) -> None:
    """Let somebody in again who was deactivated."""
    account = await existing(uow, account_id)
    if account.is_active:
        return
    account.disabled_at = None
    account.succeed_login()
    record(uow, account, "account.activated", now, actor=f"agent:{by.id}")
    await uow.commit()


async def recover(uow: UnitOfWork, name: str, now: datetime) -> str:
    """Let somebody in again whom nobody at the desk can help, such as the only administrator.

    The account is active and unlocked, without a second factor, and logged out everywhere; its new one-time password
    is returned. Raises NotFoundError for an unknown login name.
    """
    account = await uow.accounts.by_name(folded_name(name))
    if account is None:
        raise NotFoundError("account", name)
    account.disabled_at = None
    second_factor.forget(account)
    return await reset_password(uow, account.id, now, actor="system")
