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
    """One handoff of one conversation; ``facts`` is what the bot knew, for the agent to read."""

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
    id: int | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Tell whether a person has it or shall get it."""
        return self.state in (EscalationState.QUEUED, EscalationState.ASSIGNED)

    def assign(self, agent_id: str, now: datetime) -> None:
        """Give it to an agent; a colleague may take it over later."""
        self.state = MACHINE.move(self.state, EscalationState.ASSIGNED)
        self.agent_id = agent_id
        self.assigned_at = now

    def resolve(self, now: datetime) -> None:
        """Record that the agent has dealt with it."""
        self.state = MACHINE.move(self.state, EscalationState.RESOLVED)
        self.ended_at = now

    def return_to_bot(self, now: datetime) -> None:
        """Give the conversation back to the bot."""
        self.state = MACHINE.move(self.state, EscalationState.RETURNED_TO_BOT)
        self.ended_at = now
