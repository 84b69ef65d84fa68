"""The browsers that somebody is logged in with: when they were used last, and ending them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import ConflictError, NotFoundError
from bot.services.account import Session
from bot.services.accounts import existing, record
from bot.services.ports import UnitOfWork

NOTED_EVERY = timedelta(minutes=2)
"""How exactly it is known when a browser was used last: writing at every request would be a write for every read."""


async def open_of(uow: UnitOfWork, account_id: str, now: datetime) -> list[Session]:
    """Return the sessions by which an account is logged in, the one used last first."""
    found = [s for s in await uow.accounts.sessions_of(account_id) if s.expires_at > now and not s.awaits_code]
    return sorted(found, key=lambda session: session.last_seen_at or session.created_at, reverse=True)


async def note_use(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Record that a browser is used, unless that was recorded a moment ago."""
    if session.last_seen_at is not None and now - session.last_seen_at < NOTED_EVERY:
        return
    session.last_seen_at = now
    try:
        await uow.commit()
    except ConflictError:
        # It was ended at this moment; the next request of the browser will notice.
        return


async def end(uow: UnitOfWork, account_id: str, session_id: str, now: datetime, *, actor: str) -> None:
    """End one session of an account, or raise NotFoundError where it has none of this id."""
    account = await existing(uow, account_id)
    found = next((s for s in await uow.accounts.sessions_of(account_id) if s.id == session_id), None)
    if found is None:
        raise NotFoundError("session", session_id)
    await uow.accounts.end_session(found.token_digest)
    record(uow, account, "account.session_ended", now, actor=actor)
    await uow.commit()


async def end_others(uow: UnitOfWork, own: Session, now: datetime) -> int:
    """End every session of an account but one, and return how many those were."""
    account = await existing(uow, own.account_id)
    others = [s for s in await uow.accounts.sessions_of(account.id) if s.token_digest != own.token_digest]
    for session in others:
        await uow.accounts.end_session(session.token_digest)
    if others:
        record(uow, account, "account.other_sessions_ended", now, sessions=len(others))
    await uow.commit()
    return len(others)
