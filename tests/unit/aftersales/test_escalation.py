"""The states of a handoff."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import Priority
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import NOW

S = EscalationState
LATER = NOW + timedelta(minutes=3)


def an_escalation(state: EscalationState = S.QUEUED) -> Escalation:
    return Escalation("conversation-1", EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, NOW, "de", state=state)


def test_an_agent_takes_a_waiting_conversation() -> None:
    escalation = an_escalation()
    escalation.assign("agent-1", LATER)
    assert (escalation.state, escalation.agent_id, escalation.assigned_at) == (S.ASSIGNED, "agent-1", LATER)
    assert escalation.is_open


def test_a_colleague_takes_it_over() -> None:
    escalation = an_escalation()
    escalation.assign("agent-1", NOW)
    escalation.assign("agent-2", LATER)
    assert (escalation.agent_id, escalation.assigned_at) == ("agent-2", LATER)


@pytest.mark.parametrize("start", [S.QUEUED, S.ASSIGNED])
@pytest.mark.parametrize(("verb", "end"), [("resolve", S.RESOLVED), ("return_to_bot", S.RETURNED_TO_BOT)])
def test_a_handoff_ends_settled_or_with_the_bot(start: EscalationState, verb: str, end: EscalationState) -> None:
    escalation = an_escalation(start)
    getattr(escalation, verb)(LATER)
    assert (escalation.state, escalation.ended_at) == (end, LATER)
    assert not escalation.is_open


@pytest.mark.parametrize("ended", [S.RESOLVED, S.RETURNED_TO_BOT, S.EXPIRED])
@pytest.mark.parametrize("verb", ["assign", "resolve", "return_to_bot"])
def test_an_ended_handoff_stays_ended(ended: EscalationState, verb: str) -> None:
    escalation = an_escalation(ended)
    arguments = ("agent-1", LATER) if verb == "assign" else (LATER,)
    with pytest.raises(IllegalStateError) as refusal:
        getattr(escalation, verb)(*arguments)
    assert refusal.value.fields["kind"] == "escalation"
    assert refusal.value.fields["current"] == ended.value
    assert escalation.state is ended
