"""An escalation: a conversation that a person has to take over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.aftersales.labels import Label, Priority
from bot.aftersales.states import Machine


class EscalationState(Label):
    """Where a handoff stands."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    RETURNED_TO_BOT = "returned_to_bot"
    EXPIRED = "expired"


class EscalationReason(Label):
    """Why the bot handed over."""

    ASKED_FOR_HUMAN = "asked_for_human"
    NOT_UNDERSTOOD = "not_understood"
    SAFETY = "safety"
    POLICY_REFUSAL = "policy_refusal"
    IDENTIFICATION_LOCKED = "identification_locked"
    NOT_SOLVED = "not_solved"
    REVIEW_NEEDED = "review_needed"
    AGENT_TOOK_OVER = "agent_took_over"
    PROMISE_BROKEN = "promise_broken"
    BOT_OFF = "bot_off"
    """The bot is switched off on this channel."""


class GivenBy(Label):
    """How an agent came by a handoff."""

    AGENT = "agent"
    """Took it: out of the queue, from a colleague, or from the bot."""
    ROUTING = "routing"
    """Was chosen by the routing; whoever does not answer in time loses it again."""
    COLLEAGUE = "colleague"
    """Got it from a colleague or a supervisor."""


_S = EscalationState
MACHINE = Machine(
    "escalation",
    {
        _S.QUEUED: frozenset({_S.ASSIGNED, _S.RESOLVED, _S.RETURNED_TO_BOT, _S.EXPIRED}),
        _S.ASSIGNED: frozenset({_S.ASSIGNED, _S.RESOLVED, _S.RETURNED_TO_BOT, _S.QUEUED}),
    },
)


@dataclass(eq=False)
class Escalation:
    """One handoff of one conversation; ``facts`` is what the bot knew, for the agent to read.

    ``team`` is the team it was transferred to, None for the team that its language and issue lead to. ``passed_over``
    are the agents who had it and went or did not answer: they get it again only where nobody else is there.
    ``instruction`` is what the bot is to do with a conversation that came back to it, ``followed_at`` when it did.
    ``promised_for`` is when people are there again, as told to a customer who came outside of their hours.
    """

    conversation_id: str
    reason: EscalationReason
    priority: Priority
    opened_at: datetime
    language: str
    case_number: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    state: EscalationState = EscalationState.QUEUED
    agent_id: str | None = None
    assigned_at: datetime | None = None
    ended_at: datetime | None = None
    team: str | None = None
    given_by: GivenBy | None = None
    passed_over: list[str] = field(default_factory=list)
    instruction: dict[str, Any] | None = None
    first_assigned_at: datetime | None = None
    promised_for: datetime | None = None
    followed_at: datetime | None = None
    id: int | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Tell whether a person has it or shall get it."""
        return self.state in (EscalationState.QUEUED, EscalationState.ASSIGNED)

    def assign(self, agent_id: str, now: datetime, given_by: GivenBy = GivenBy.AGENT) -> None:
        """Give it to an agent; a colleague may take it over later."""
        self.state = MACHINE.move(self.state, EscalationState.ASSIGNED)
        self.agent_id = agent_id
        self.assigned_at = now
        self.given_by = given_by
        self.first_assigned_at = self.first_assigned_at or now

    def release(self, *, passes_over: bool) -> None:
        """Put it back into the queue; with ``passes_over`` its agent is the last to get it again."""
        if passes_over and self.agent_id is not None and self.agent_id not in self.passed_over:
            self.passed_over.append(self.agent_id)
        self.state = MACHINE.move(self.state, EscalationState.QUEUED)
        self.agent_id = self.assigned_at = self.given_by = None

    def raise_priority(self) -> None:
        """Make it one step more pressing."""
        self.priority = self.priority.raised

    def resolve(self, now: datetime) -> None:
        """Record that the agent has dealt with it."""
        self.state = MACHINE.move(self.state, EscalationState.RESOLVED)
        self.ended_at = now

    def return_to_bot(self, now: datetime, instruction: dict[str, Any] | None = None) -> None:
        """Give the conversation back to the bot, with what it is to do."""
        self.state = MACHINE.move(self.state, EscalationState.RETURNED_TO_BOT)
        self.ended_at = now
        self.instruction = instruction
