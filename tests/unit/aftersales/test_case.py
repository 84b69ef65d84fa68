"""The states of a case, changed by verbs only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import Liability, Priority, Remedy
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import NOW, a_case, euros


def an_offer() -> Offer:
    return Offer(Remedy.COUPON, Proposer.BOT, NOW, euros(5))


VERBS: dict[str, Callable[[Case], None]] = {
    "triage": lambda case: case.triage(Priority.HIGH, Liability.CARRIER),
    "investigate": Case.investigate,
    "offer": lambda case: case.offer(an_offer()),
    "agree": Case.agree,
    "execute": Case.execute,
    "escalate": Case.escalate,
    "withdraw": Case.withdraw,
    "resolve": lambda case: case.resolve(NOW),
    "reopen": Case.reopen,
}
S = CaseState
ALLOWED = {
    S.REGISTERED: {"triage", "investigate", "offer", "agree", "escalate", "withdraw", "resolve"},
    S.TRIAGED: {"investigate", "offer", "agree", "escalate", "withdraw", "resolve"},
    S.INVESTIGATING: {"offer", "agree", "escalate", "withdraw", "resolve"},
    S.OFFERED: {"agree", "investigate", "escalate", "withdraw", "resolve"},
    S.COUNTERED: {"offer", "agree", "investigate", "escalate", "withdraw", "resolve"},
    S.AGREED: {"execute", "escalate", "withdraw", "resolve"},
    S.EXECUTING: {"escalate", "withdraw", "resolve"},
    S.REOPENED: {"investigate", "offer", "agree", "escalate", "withdraw", "resolve"},
    S.RESOLVED: {"reopen"},
    S.CLOSED: {"reopen"},
    S.WITHDRAWN: {"reopen"},
}


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_applies_only_in_states_it_belongs_to(state: CaseState, verb: str) -> None:
    case = a_case()
    case.state = state
    if verb in ALLOWED[state]:
        VERBS[verb](case)
        assert case.state is not state
    else:
        with pytest.raises(IllegalStateError) as refusal:
            VERBS[verb](case)
        assert refusal.value.fields["kind"] == "case"
        assert refusal.value.fields["current"] == state.value
        assert case.state is state


def test_the_usual_way_of_a_case() -> None:
    case = a_case()
    case.triage(Priority.HIGH, Liability.SUPPLIER)
    case.offer(an_offer())
    case.agree()
    case.execute()
    assert case.is_open
    case.resolve(NOW)
    assert case.state is CaseState.RESOLVED
    assert case.resolved_at == NOW
    assert not case.is_open


def test_triage_records_priority_and_liability() -> None:
    case = a_case()
    case.triage(Priority.URGENT, Liability.SUPPLIER)
    assert (case.priority, case.liability) == (Priority.URGENT, Liability.SUPPLIER)


def test_agreeing_accepts_the_newest_offer_of_the_ledger() -> None:
    case = a_case()
    first, second = an_offer(), an_offer()
    case.offer(first)
    first.decline()
    case.investigate()
    case.offer(second)
    case.agree()
    assert [offer.state for offer in case.offers] == [OfferState.DECLINED, OfferState.ACCEPTED]


def test_agreeing_without_an_offer_grants_the_wish() -> None:
    case = a_case()
    case.agree()
    assert case.state is CaseState.AGREED


@pytest.mark.parametrize("side", [CaseState.WAITING_CUSTOMER, CaseState.ESCALATED])
@pytest.mark.parametrize("verb", ["investigate", "offer", "agree", "execute", "withdraw", "resolve"])
def test_a_case_that_waits_or_is_with_a_person_can_go_on_anywhere(side: CaseState, verb: str) -> None:
    case = a_case()
    case.state = side
    VERBS[verb](case)
    assert case.state is not side


def test_a_person_leaves_a_case_to_the_bot_again() -> None:
    case = a_case()
    case.escalate()
    case.return_to_bot()
    assert case.state is CaseState.INVESTIGATING


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Priority.LOW, Priority.NORMAL),
        (Priority.NORMAL, Priority.HIGH),
        (Priority.HIGH, Priority.URGENT),
        (Priority.URGENT, Priority.URGENT),
    ],
)
def test_reopening_makes_a_case_one_step_more_pressing(before: Priority, after: Priority) -> None:
    case = a_case()
    case.triage(before, Liability.SELLER)
    case.resolve(NOW)
    case.reopen()
    assert (case.state, case.priority, case.resolved_at) == (CaseState.REOPENED, after, None)
    assert case.is_open


def test_a_withdrawn_case_is_not_open() -> None:
    case = a_case()
    case.withdraw()
    assert not case.is_open


@given(st.lists(st.sampled_from(sorted(VERBS)), max_size=25))
def test_no_sequence_of_verbs_leaves_the_known_states(verbs: list[str]) -> None:
    case = a_case()
    for verb in verbs:
        before = case.state
        try:
            VERBS[verb](case)
        except IllegalStateError:
            assert case.state is before
        assert case.state in CaseState
        assert case.is_open or case.state in (CaseState.RESOLVED, CaseState.CLOSED, CaseState.WITHDRAWN)
