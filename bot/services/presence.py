"""Who is at the desk: what people say of themselves, and whether their browser still shows a sign of life."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.errors import NotFoundError
from bot.services.account import Account, Presence
from bot.services.ports import UnitOfWork

GRACE = timedelta(seconds=60)
"""How long somebody counts as there after the last sign of life: a reload is no leave."""

BEAT = timedelta(seconds=15)
"""How often a browser that is open shows a sign of life."""


def presence_of(account: Account, now: datetime) -> Presence:
    """Return whether somebody is there now; who has not been seen for longer than the grace is offline."""
    if not account.is_active or account.seen_at is None or now - account.seen_at > GRACE:
        return Presence.OFFLINE
    return account.presence


def online(accounts: Iterable[Account], now: datetime) -> list[Account]:
    """Return those who take conversations now."""
    return [account for account in accounts if presence_of(account, now) is Presence.ONLINE]


async def beat(uow: UnitOfWork, account_id: str, now: datetime, *, arrives: bool = False) -> Presence:
    """Note a sign of life and return who somebody is now; commits.

    Whoever ``arrives``, after having been gone, is online: opening the desk means to work. Whoever said to be away or
    offline stays so while the browser is open.
    """
    account = await uow.accounts.get(account_id)
    if account is None:
        raise NotFoundError("account", account_id)
    # What was read may be old by the time this is written, so only who is seen is written, and never who somebody is.
    if arrives and await uow.accounts.note_arrival(account, now, unless_seen_since=now - GRACE):
        _record(uow, account, Presence.ONLINE, now)
    else:
        await uow.accounts.note_seen(account, now)
    await uow.commit()
    return account.presence


async def choose(uow: UnitOfWork, account_id: str, presence: Presence, now: datetime) -> None:
    """Record what somebody says of themselves; commits; raises NotFoundError for no account."""
    account = await uow.accounts.get(account_id)
    if account is None:
        raise NotFoundError("account", account_id)
    if account.presence is not presence:
        _record(uow, account, presence, now)
    await uow.accounts.note_presence(account, presence, now)
    await uow.commit()


def _record(uow: UnitOfWork, account: Account, presence: Presence, now: datetime) -> None:
    data = {"presence": presence.value}
    actor = f"agent:{account.id}"
    uow.audit.add(AuditEvent(now, actor, "account.presence_changed", f"account:{account.id}", data=data))
