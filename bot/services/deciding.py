"""What all decisions of agents about cases share: who decides, what they saw, and that it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.money import Money
from bot.aftersales.offer import OfferState
from bot.errors import ConflictError, IllegalStateError, InvalidInputError
from bot.services import lifecycle
from bot.services.ports import UnitOfWork

LONGEST_REASON = 2000


@dataclass(frozen=True)
class Decider:
    """Somebody who decides; ``limit`` is what this person may pay out alone in the shop's currency, None for any."""

    id: str
    limit: Decimal | None = None

    @property
    def actor(self) -> str:
        """Return who acts, as audit events name people."""
        return f"agent:{self.id}"

    def may_give(self, amount: Money, rates: Mapping[str, Decimal]) -> bool:
        """Tell whether an amount is within the limit; in a currency without an exchange rate no limit reaches it."""
        if self.limit is None or not amount:
            return True
        rate = rates.get(amount.currency)
        return rate is not None and amount.amount <= self.limit * rate


async def taken_up(uow: UnitOfWork, case_number: str, seen: int | None) -> Case:
    """Return a case to decide about.

    Raises NotFoundError for no such case, IllegalStateError for one that goes on in another, ConflictError where
    what a decision rests on changed since it stood at ``seen`` (``Case.standing``); None stands for whatever is now.
    """
    case = await lifecycle.case_of(uow, case_number)
    if case.merged_into is not None:
        raise IllegalStateError("case", "merged", "decided")
    if seen is not None and case.standing != seen:
        raise ConflictError(case=case_number)
    return case


async def require_no_approval(uow: UnitOfWork, case: Case) -> None:
    """Raise IllegalStateError while somebody else's yes is awaited for something about this case."""
    if any(approval.is_waiting for approval in await uow.approvals.of_case(case.number)):
        raise IllegalStateError("approval", "waiting", "decided")


def replace_open(case: Case, now: datetime) -> None:
    """Let the offer that waits for an answer hold no longer, because another decision takes its place."""
    if case.offers and case.offers[-1].state is OfferState.PROPOSED:
        case.offers[-1].expire()
        case.offers[-1].answered_at = now


def note(uow: UnitOfWork, case: Case, by: Decider | None, action: str, now: datetime, **data: Any) -> None:
    """Record what a person decided, or the bot where ``by`` is None; commits nothing.

    Of two who decide at once the second one is noticed.
    """
    case.decisions += 1
    lifecycle.record(uow, by.actor if by else "bot", action, f"case:{case.number}", case, now, **data)


def reason_of(text: str) -> str:
    """Return a reason for the records, or raise InvalidInputError where there is none or too much of it."""
    reason = text.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInputError("reason", "too_long" if reason else "missing")
    return reason
