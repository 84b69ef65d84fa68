"""Liability of cases: finding it by the rules, overruling it, and its history."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bot.aftersales import liability
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.labels import Liability
from bot.aftersales.liability import LiabilityFinding
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy
from bot.aftersales.selection import Selection
from bot.errors import InvalidInputError, NotFoundError
from bot.services import recoveries
from bot.services.decisions import extended_warranties
from bot.services.ports import UnitOfWork

OVERRULED = "overruled"
"""The rule of a finding that a person made."""

_LONGEST_REASON = 2000


async def assess(uow: UnitOfWork, policy: Policy, case: Case, order: Order, now: datetime) -> LiabilityFinding:
    """Find who is liable by what is known now, and keep it with the case; commits nothing.

    A finding equal to the newest one adds nothing, and what a person found is not overturned by the rules.
    """
    lines = [Selection(line, quantity) for at, quantity in case.lines.items() if (line := order.line(at)) is not None]
    found = liability.assess(
        order,
        case.issue_type,
        now,
        lines,
        guarantee_days=policy.for_country(order.address.country).faulty.days,
        extended=await extended_warranties(uow, order.number),
    )
    latest = await _latest(uow, case.number)
    if latest is not None and (latest.is_by_agent or (latest.liable, latest.rule) == (found.liable, found.rule)):
        return latest
    finding = LiabilityFinding(case.number, now, "bot", found.liable, found.rule, found.confidence, found.facts)
    _keep(uow, case, finding, "liability.found")
    if latest is not None:
        await recoveries.follow(uow, case, now)
    return finding


async def overrule(
    uow: UnitOfWork, case_number: str, agent_id: str, liable: Liability, reason: str, now: datetime
) -> LiabilityFinding:
    """Record that a person finds another party liable; saying the same again adds nothing.

    Raises InvalidInputError without a reason or with one that is too long, NotFoundError for no such case.
    """
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise InvalidInputError("reason", "too_long" if reason else "missing")
    case = await uow.cases.get(case_number)
    if case is None:
        raise NotFoundError("case", case_number)
    actor = f"agent:{agent_id}"
    latest = await _latest(uow, case_number)
    if latest is not None and (latest.actor, latest.liable, latest.reason) == (actor, liable, reason):
        return latest
    facts = {"before": case.liability.value}
    finding = LiabilityFinding(case_number, now, actor, liable, OVERRULED, Decimal(1), facts, reason)
    _keep(uow, case, finding, "liability.overruled")
    await recoveries.follow(uow, case, now, actor=actor)
    await uow.commit()
    return finding


async def history(uow: UnitOfWork, case_number: str) -> list[LiabilityFinding]:
    """Return a case's findings, oldest first."""
    return await uow.liability.of_case(case_number)


async def _latest(uow: UnitOfWork, case_number: str) -> LiabilityFinding | None:
    return next(reversed(await uow.liability.of_case(case_number)), None)


def _keep(uow: UnitOfWork, case: Case, finding: LiabilityFinding, action: str) -> None:
    uow.liability.add(finding)
    case.hold_liable(finding.liable)
    data = {"liable": finding.liable.value, "rule": finding.rule, "confidence": str(finding.confidence)}
    subject = f"case:{case.number}"
    uow.audit.add(AuditEvent(finding.at, finding.actor, action, subject, case.conversation_id, data))
