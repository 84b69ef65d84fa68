"""People's rights over their data: a copy of it, its erasure, and an end to keeping it; see docs/privacy.md."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.aftersales.identification import TRIES_COUNT_FOR
from bot.aftersales.order import Customer
from bot.errors import ErasureRefusedError, NotFoundError
from bot.services.evidence_ports import EvidenceStore
from bot.services.ports import UnitOfWork
from bot.services.privacy_ports import Replacement

ERASED_DOMAIN = "erased.invalid"
"""Where the e-mail addresses of erased customers are; RFC 2606 reserves it, so that nobody can have one."""

_ERASED_NAME = "(erased)"
_PSEUDONYM = "erased-"


@dataclass(frozen=True)
class Retention:
    """How many days transcripts and evidence are kept after the last message or the receipt; 0 for no end."""

    transcript_days: int
    evidence_days: int


@dataclass(frozen=True)
class Erased:
    """What an erasure was about, as counts."""

    orders: int
    cases: int
    conversations: int
    evidence: int


async def customer_ids(uow: UnitOfWork, who: str) -> list[str]:
    """Return the ids of the customers that an id or an e-mail address names; raises NotFoundError for nobody."""
    who = who.strip()
    if await uow.customers.get(who) is not None:
        return [who]
    found = await uow.personal_data.customers_with(who) if "@" in who else []
    if not found:
        # The address itself must not end in a log.
        raise NotFoundError("customer", "of this id or e-mail address")
    return found


async def erase_customer(
    uow_factory: Callable[[], UnitOfWork],
    files: EvidenceStore,
    customer_id: str,
    now: datetime,
    *,
    force: bool = False,
    actor: str = "system",
) -> Erased:
    """Erase who a customer is and what they wrote and sent, and return what that was about; commits.

    Orders, refunds and the ledger stay, without names, as tax law wants them. Doing it again finds nothing more to do.
    Raises NotFoundError, and ErasureRefusedError while a case, a handoff or a refund is open, or a case of somebody
    else in the same conversation, unless forced.
    """
    async with uow_factory() as uow:
        customer = await uow.customers.get(customer_id)
        if customer is None:
            raise NotFoundError("customer", customer_id)
        found = await uow.personal_data.belongings(customer_id)
        if found.unfinished and not force:
            raise ErasureRefusedError(found.unfinished)
        left = [known for known in found.conversations if not known.startswith(_PSEUDONYM)]
        pseudonyms = {known: f"{_PSEUDONYM}{secrets.token_hex(8)}" for known in left}
        was_erased = is_erased(customer)
        email = customer.email if was_erased else f"{secrets.token_hex(8)}@{ERASED_DOMAIN}"
        counts = Erased(len(found.orders), len(found.cases), len(left), len(found.evidence))
        if left or found.evidence or not was_erased:
            await uow.personal_data.erase(found, Replacement(_ERASED_NAME, email, pseudonyms), now)
            facts = {"orders": counts.orders, "cases": counts.cases, "conversations": counts.conversations}
            uow.audit.add(AuditEvent(now, actor, "customer.erased", f"customer:{customer_id}", data=facts))
            await uow.commit()
    await _remove_files(files, found.evidence)
    return counts


async def retention(
    uow_factory: Callable[[], UnitOfWork], files: EvidenceStore, limits: Retention, now: datetime
) -> int:
    """Delete what was written and sent once it was kept long enough, in steps of their own; return how many things.

    Counts of wrong tries go once they mean nothing any more, whatever the shop keeps.
    """
    async with uow_factory() as uow:
        await uow.try_counts.forget(now - TRIES_COUNT_FOR)
        await uow.commit()
    done = 0
    if limits.transcript_days:
        before = now - timedelta(days=limits.transcript_days)
        while step := await _forget_transcripts(uow_factory, before, now):
            done += step
    if limits.evidence_days:
        before = now - timedelta(days=limits.evidence_days)
        while step := await _forget_evidence(uow_factory, files, before, now):
            done += step
    return done


def is_erased(customer: Customer) -> bool:
    """Tell whether nothing says any more who a customer was."""
    return customer.email.endswith(f"@{ERASED_DOMAIN}")


async def _forget_transcripts(uow_factory: Callable[[], UnitOfWork], before: datetime, now: datetime) -> int:
    async with uow_factory() as uow:
        silent = await uow.personal_data.silent_conversations(before)
        if silent:
            await uow.personal_data.forget_transcripts(silent)
            _record(uow, "transcripts.forgotten", len(silent), now)
            await uow.commit()
    return len(silent)


async def _forget_evidence(
    uow_factory: Callable[[], UnitOfWork], files: EvidenceStore, before: datetime, now: datetime
) -> int:
    async with uow_factory() as uow:
        ids = await uow.personal_data.finished_evidence(before)
        if ids:
            await uow.personal_data.forget_evidence(ids)
            _record(uow, "evidence.expired", len(ids), now)
            await uow.commit()
    await _remove_files(files, ids)
    return len(ids)


async def _remove_files(files: EvidenceStore, ids: list[str] | tuple[str, ...]) -> None:
    # After the commit: a crash leaves files without rows, which the sweep of evidence finds, never rows without files.
    for evidence_id in ids:
        await files.remove(evidence_id)


def _record(uow: UnitOfWork, action: str, count: int, now: datetime) -> None:
    uow.audit.add(AuditEvent(now, "system", action, "retention", data={"count": count}))
