"""What the desk shows of a handoff: why, what is known, how the customer feels, what to do next, and the clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.mood import Mood, mood_from
from bot.aftersales.offer import OfferState
from bot.aftersales.sla import Metric, ServiceClock, ServiceLevels
from bot.conversations.model import HandledBy
from bot.conversations.ports import UnitOfWork
from bot.desk.workspace import Workspace
from bot.services import desk_settings, escalations, instructions, presence, routing
from bot.services.account import Account, Presence
from bot.services.desk_settings import DeskTeam
from bot.services.escalations import QueuePlace
from bot.services.instructions import Instruction

_LATE = timedelta(minutes=30)


class Step(str, Enum):
    """What an agent best does next."""

    SAFETY_FIRST = "safety_first"
    DECIDE_CASE = "decide_case"
    AWAIT_APPROVAL = "await_approval"
    PROVE_IDENTITY = "prove_identity"
    ASK_ORDER = "ask_order"
    ASK_PHOTO = "ask_photo"
    OFFER_BETTER = "offer_better"
    EXPLAIN_REFUSAL = "explain_refusal"
    APOLOGISE = "apologise"
    ASK_WHAT_IS_OPEN = "ask_what_is_open"
    FIND_OUT = "find_out"
    GO_ON = "go_on"


@dataclass(frozen=True)
class ClockView:
    """A running clock: ``left`` is working time until it is due, negative once overdue.

    ``ticks`` tells whether it runs now, ``warns_at_left`` is how much is left when the colour changes.
    """

    metric: Metric
    left: timedelta
    warns_at_left: timedelta
    ticks: bool
    is_paused: bool

    @property
    def level(self) -> str:
        """Return ``paused``, ``late``, ``soon`` or ``fine``."""
        if self.is_paused:
            return "paused"
        if self.left <= timedelta(0):
            return "late"
        return "soon" if self.left <= self.warns_at_left else "fine"


@dataclass(frozen=True)
class Colleague:
    """Somebody a conversation can be passed on to."""

    account: Account
    presence: Presence
    load: int
    speaks_it: bool


@dataclass(frozen=True)
class HandoffPanel:
    """Everything about a handoff beside its case; what is unknown is None or empty.

    ``offerable`` are the cases for which something can be offered, the newest first.
    """

    order_number: str | None
    is_order_proved: bool
    issue: IssueType | None
    wish: Remedy | None
    story: str
    last_words: str
    asked: str | None
    offers: list[tuple[str, OfferState]]
    pieces_of_evidence: int
    mood: Mood | None
    step: Step
    waits_long: bool
    team: DeskTeam | None
    place: QueuePlace | None
    instruction: Instruction | None
    clocks: list[ClockView]
    waits_for_customer: bool
    colleagues: list[Colleague]
    teams: tuple[DeskTeam, ...]
    offerable: list[Case]

    @property
    def wait(self) -> timedelta:
        """Return how long a waiting customer is expected to wait."""
        return timedelta(seconds=self.place.expected_wait_seconds if self.place else 0)


async def load(uow: UnitOfWork, work: Workspace, levels: ServiceLevels, agent_id: str, now: datetime) -> HandoffPanel:
    """Return what there is to know about the handoff of a conversation."""
    settings = await desk_settings.read(uow)
    levels = settings.service_levels(levels)
    handoff = work.handoff
    facts: Mapping[str, Any] = handoff.facts if handoff else {}
    known: Mapping[str, Any] = _mapping(facts.get("known")) or facts
    case = work.cases[0].case if work.cases else None
    proved = [order.number for order in work.orders]
    clocks = [clock_view(clock, levels, now) for clock in await uow.service_clocks.running_in(work.conversation.id)]
    is_queued = work.handled_by is HandledBy.QUEUED
    hours = routing.hours_of(settings, levels, handoff.team, handoff.language) if handoff else None
    return HandoffPanel(
        order_number=case.order_number if case else _text(known.get("order_number")) or None,
        is_order_proved=bool(proved) and (case is None or case.order_number in proved),
        issue=case.issue_type if case else _member(IssueType, known.get("reason") or known.get("issue_type")),
        wish=case.wish if case else _member(Remedy, known.get("remedy")),
        story=case.story if case else _text(known.get("details")),
        last_words=_text(facts.get("last_words")),
        asked=_text(facts.get("question")) or None,
        offers=_offers(work, known),
        pieces_of_evidence=sum(len(view.evidence) for view in work.cases),
        mood=mood_from(facts.get("mood")),
        step=_step(handoff, work, known),
        waits_long=handoff is not None and is_queued and now - handoff.opened_at >= _LATE,
        team=settings.team(handoff.team) if handoff and handoff.team else None,
        place=await escalations.place_of(uow, handoff, now, hours) if handoff and is_queued else None,
        instruction=_instruction(handoff),
        clocks=clocks,
        waits_for_customer=work.handled_by is HandledBy.HUMAN
        and not any(clock.metric is Metric.NEXT_RESPONSE for clock in clocks),
        colleagues=await _colleagues(uow, handoff, agent_id, now) if handoff and handoff.is_open else [],
        teams=settings.teams,
        offerable=[view.case for view in work.cases if view.case.is_open and view.may_change and view.left is not None],
    )


def clock_view(clock: ServiceClock, levels: ServiceLevels, now: datetime) -> ClockView:
    """Return what is left of a clock in the working time that counts for it."""
    calendar = levels.calendar_of(clock)
    moment = clock.paused_at or now
    left = calendar.working_time_between(moment, clock.due_at) if clock.due_at > moment else clock.due_at - moment
    is_open = calendar.next_working_moment(now) <= now
    return ClockView(
        clock.metric,
        left,
        calendar.working_time_between(clock.warn_at, clock.due_at),
        clock.paused_at is None and (is_open or left <= timedelta(0)),
        clock.paused_at is not None,
    )


async def _colleagues(uow: UnitOfWork, handoff: Escalation, agent_id: str, now: datetime) -> list[Colleague]:
    load = (await routing.floor_of(uow, now)).load
    found = [
        Colleague(
            account, presence.presence_of(account, now), load[account.id], routing.speaks(account, handoff.language)
        )
        for account in await uow.accounts.all()
        if account.is_active and account.id not in (agent_id, handoff.agent_id)
    ]
    rank = [Presence.ONLINE, Presence.AWAY, Presence.OFFLINE]
    return sorted(found, key=lambda one: (rank.index(one.presence), not one.speaks_it, one.load, one.account.name))


def _step(handoff: Escalation | None, work: Workspace, known: Mapping[str, Any]) -> Step:
    """Return the most pressing thing to do, the first that applies."""
    reason = handoff.reason if handoff else None
    cases = [view for view in work.cases if view.case.is_open]
    if reason is EscalationReason.SAFETY:
        return Step.SAFETY_FIRST
    if any(view.waits_for_approval for view in cases):
        return Step.AWAIT_APPROVAL
    if any(view.is_to_decide or view.disputed is not None for view in cases):
        return Step.DECIDE_CASE
    if reason is EscalationReason.IDENTIFICATION_LOCKED:
        return Step.PROVE_IDENTITY
    if reason is EscalationReason.PROMISE_BROKEN:
        return Step.APOLOGISE
    if reason is EscalationReason.NOT_SOLVED:
        return Step.ASK_WHAT_IS_OPEN
    offers = _offers(work, known)
    if offers and offers[-1][1] in (OfferState.DECLINED, OfferState.COUNTERED):
        return Step.OFFER_BETTER
    if reason is EscalationReason.POLICY_REFUSAL:
        return Step.EXPLAIN_REFUSAL
    if not work.orders and not known.get("order_number"):
        return Step.ASK_ORDER
    if not work.orders:
        return Step.PROVE_IDENTITY
    if any(not view.evidence and view.case.issue_type in _SEEN_ON_PHOTOS for view in cases):
        return Step.ASK_PHOTO
    return Step.FIND_OUT if reason is EscalationReason.NOT_UNDERSTOOD else Step.GO_ON


_SEEN_ON_PHOTOS = frozenset(
    {IssueType.DAMAGED, IssueType.DEFECTIVE, IssueType.WRONG_ITEM, IssueType.NOT_AS_DESCRIBED, IssueType.COUNTERFEIT}
)


def _offers(work: Workspace, known: Mapping[str, Any]) -> list[tuple[str, OfferState]]:
    """Return remedy and state of the offers made, of the case or else in the conversation, oldest first."""
    made = [(offer.remedy.value, offer.state) for view in work.cases for offer in view.case.offers]
    if made:
        return made
    kept = known.get("ledger")
    entries: list[Any] = kept if isinstance(kept, list) else []
    found = []
    for entry in entries:
        state = _member(OfferState, _mapping(entry).get("state"))
        remedy = _member(Remedy, _mapping(entry).get("remedy"))
        if state and remedy:
            found.append((remedy.value, state))
    return found


def _instruction(handoff: Escalation | None) -> Instruction | None:
    if handoff is None or handoff.is_open:
        return None
    return instructions.parse(handoff.instruction)


def _member(kind: Any, value: object) -> Any:
    return next((member for member in kind if member.value == value), None)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value[:2000] if isinstance(value, str) else ""
