"""Claims against carriers and suppliers: opened once, filed by people, in the ledger from acceptance on."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.claim import Claim, ClaimAgainst, ClaimState, claim_accepted, claim_paid, subject_of
from bot.aftersales.money import Money
from bot.aftersales.task import Department
from bot.errors import InvalidInputError
from bot.services import tasks
from bot.services.lifecycle import required
from bot.services.ports import UnitOfWork

_FILED_BY = {
    ClaimAgainst.CARRIER: (Department.LOGISTICS, "file_carrier_claim"),
    ClaimAgainst.SUPPLIER: (Department.QUALITY, "file_supplier_claim"),
}

_LONGEST_TEXT = 2000


async def open_claim(
    uow: UnitOfWork,
    case: Case,
    against: ClaimAgainst,
    party: str,
    amount: Money,
    key: str,
    now: datetime,
    *,
    actor: str = "bot",
) -> Claim:
    """Add a claim and the task to file it to the transaction, or return the one with this key; commits nothing.

    ``key`` names the occasion, such as ``refund:F1000001``; the reason is the case's issue. Raises InvalidInputError
    for no money or a party without a name.
    """
    known = await uow.claims.by_key(key)
    if known is not None:
        return known
    if not party.strip():
        raise InvalidInputError("party", "missing")
    _check_positive(amount)
    claim = Claim(
        number=f"L{1_000_000 + await uow.next_number('claim')}",
        key=key,
        case_number=case.number,
        order_number=case.order_number,
        against=against,
        party=party.strip(),
        reason=case.issue_type.value,
        amount=amount,
        opened_at=now,
    )
    uow.claims.add(claim)
    _record(uow, claim, actor, "claim.opened", now, against=against.value, party=claim.party, amount=str(amount))
    await _ask_to_file(uow, claim, now)
    return claim


async def amend(uow: UnitOfWork, number: str, amount: Money, actor: str, now: datetime) -> Claim:
    """Change what is demanded; a claim that was filed is to be filed again; the same amount does nothing.

    Commits nothing. Raises NotFoundError, IllegalStateError after an answer, InvalidInputError for no money or another
    currency.
    """
    claim = await _get(uow, number)
    _check_like(amount, claim)
    if claim.amount == amount:
        return claim
    was_filed = claim.state is ClaimState.FILED
    before = claim.amount
    claim.amend(amount)
    _record(uow, claim, actor, "claim.amended", now, before=str(before), amount=str(amount))
    if was_filed:
        await _ask_to_file(uow, claim, now)
    return claim


async def file(uow: UnitOfWork, number: str, reference: str, actor: str, now: datetime) -> Claim:
    """Record that a claim was filed and what the party calls it; saying so twice does nothing; commits nothing.

    Raises NotFoundError, InvalidInputError without a reference, IllegalStateError after it was accepted.
    """
    reference = _text("reference", reference)
    claim = await _get(uow, number)
    if claim.state is ClaimState.FILED and claim.reference == reference:
        return claim
    claim.file(reference, now)
    await tasks.cancel_under(uow, claim.case_number, _task_key(claim), now)
    _record(uow, claim, actor, "claim.filed", now, reference=reference)
    return claim


async def answer(uow: UnitOfWork, number: str, accepted: Money | None, words: str, actor: str, now: datetime) -> Claim:
    """Record what the party promised, None for nothing, and its words; the same again does nothing; commits nothing.

    What is accepted is owed to the shop from now on. Raises NotFoundError, IllegalStateError unless it was filed,
    InvalidInputError for an amount that is not positive or in another currency, or for a refusal without words.
    """
    claim = await _get(uow, number)
    words = _text("answer", words) if accepted is None or words.strip() else ""
    if accepted is None:
        if claim.state is not ClaimState.REJECTED:
            claim.reject(words, now)
            _record(uow, claim, actor, "claim.rejected", now)
        return claim
    _check_like(accepted, claim)
    if claim.state in (ClaimState.ACCEPTED, ClaimState.PAID) and claim.accepted == accepted:
        return claim
    claim.accept(accepted, words, now)
    await uow.ledger.add(claim_accepted(claim, now))
    _record(uow, claim, actor, "claim.accepted", now, amount=str(accepted))
    return claim


async def record_payment(uow: UnitOfWork, number: str, amount: Money, actor: str, now: datetime) -> Claim:
    """Record and book what the party paid; the same again does nothing; commits nothing.

    Raises NotFoundError, IllegalStateError unless it was accepted, InvalidInputError for no money or another currency.
    """
    claim = await _get(uow, number)
    _check_like(amount, claim)
    if claim.state is ClaimState.PAID and claim.paid == amount:
        return claim
    claim.pay(amount, now)
    await uow.ledger.add(claim_paid(claim, now))
    _record(uow, claim, actor, "claim.paid", now, amount=str(amount))
    return claim


async def withdraw(uow: UnitOfWork, number: str, actor: str, now: datetime) -> Claim:
    """Drop a claim that nobody has accepted or refused; twice does nothing more; commits nothing.

    Raises NotFoundError, IllegalStateError after an answer.
    """
    claim = await _get(uow, number)
    if claim.state is not ClaimState.WITHDRAWN:
        claim.withdraw(now)
        await tasks.cancel_under(uow, claim.case_number, _task_key(claim), now)
        _record(uow, claim, actor, "claim.withdrawn", now)
    return claim


async def _get(uow: UnitOfWork, number: str) -> Claim:
    return required(await uow.claims.get(number), "claim", number)


async def _ask_to_file(uow: UnitOfWork, claim: Claim, now: datetime) -> None:
    department, what = _FILED_BY[claim.against]
    before = [task for task in await uow.tasks.of_case(claim.case_number) if task.key.startswith(_task_key(claim))]
    await tasks.open_task(uow, claim.case_number, department, what, f"{_task_key(claim)}:{len(before) + 1}", now)


def _task_key(claim: Claim) -> str:
    return f"{subject_of(claim)}:file"


def _text(field: str, text: str) -> str:
    text = text.strip()
    if not text or len(text) > _LONGEST_TEXT:
        raise InvalidInputError(field, "too_long" if text else "missing")
    return text


def _check_like(amount: Money, claim: Claim) -> None:
    if amount.currency != claim.amount.currency:
        raise InvalidInputError("currency", "different")
    _check_positive(amount)


def _check_positive(amount: Money) -> None:
    if not Money.zero(amount.currency) < amount:
        raise InvalidInputError("amount", "not_positive")


def _record(uow: UnitOfWork, claim: Claim, actor: str, action: str, now: datetime, **data: str) -> None:
    facts = {"case": claim.case_number, **data}
    uow.audit.add(AuditEvent(now, actor, action, subject_of(claim), data=facts))
