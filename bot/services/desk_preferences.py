"""How somebody likes the desk: the language that it speaks to them."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.errors import NotFoundError
from bot.services.ports import UnitOfWork


async def choose_language(uow: UnitOfWork, account_id: str, language: str | None, now: datetime) -> None:
    """Keep the language that somebody wants the desk in, None for the browser's; raise NotFoundError if unknown.

    Which languages the desk has, its pages know; the language that customers are answered in is another matter.
    """
    account = await uow.accounts.get(account_id)
    if account is None:
        raise NotFoundError("account", account_id)
    if account.desk_language == language:
        return
    account.desk_language = language
    uow.audit.add(
        AuditEvent(now, f"agent:{account_id}", "account.desk_language_changed", f"account:{account_id}",
                   data={"language": language})
    )  # fmt: skip
    await uow.commit()
