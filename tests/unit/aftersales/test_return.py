"""The states of a return, and which returns still bind goods."""

from __future__ import annotations

from datetime import date

import pytest

from bot.aftersales.labels import IssueType, Payer
from bot.aftersales.return_ import Return, ReturnLine, ReturnMethod, ReturnState
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import NOW, euros

S = ReturnState
VERBS = {"approve": S.APPROVED, "decline": S.DECLINED, "review": S.MANUAL_REVIEW, "cancel": S.CANCELED}
ALLOWED = {
    S.REQUESTED: {"approve", "decline", "review", "cancel"},
    S.MANUAL_REVIEW: {"approve", "decline", "cancel"},
    S.APPROVED: {"cancel"},
    S.LABEL_ISSUED: {"cancel"},
    S.INSPECTED: {"decline"},
}


def a_return(state: ReturnState = ReturnState.REQUESTED) -> Return:
    return Return(
        rma="R1000001",
        case_number="C1000001",
        order_number="10482733",
        method=ReturnMethod.DROP_OFF,
        deadline=date(2026, 4, 3),
        refund=euros(50),
        return_shipping=Payer.CUSTOMER,
        requested_at=NOW,
        lines=[ReturnLine(1, 1, IssueType.CHANGED_MIND)],
        state=state,
    )


@pytest.mark.parametrize("state", ReturnState)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_applies_only_in_states_it_belongs_to(state: ReturnState, verb: str) -> None:
    return_ = a_return(state)
    if verb in ALLOWED.get(state, ()):
        getattr(return_, verb)()
        assert return_.state is VERBS[verb]
    else:
        with pytest.raises(IllegalStateError) as refusal:
            getattr(return_, verb)()
        assert refusal.value.fields == {"kind": "return", "current": state.value, "wanted": VERBS[verb].value}
        assert return_.state is state


@pytest.mark.parametrize("state", ReturnState)
def test_a_return_is_open_until_it_ended(state: ReturnState) -> None:
    ended = state in (S.DECLINED, S.COMPLETED, S.EXPIRED, S.CANCELED)
    assert a_return(state).is_open is not ended


@pytest.mark.parametrize("state", ReturnState)
def test_goods_are_free_again_after_a_return_that_came_to_nothing(state: ReturnState) -> None:
    came_to_nothing = state in (S.DECLINED, S.EXPIRED, S.CANCELED)
    assert a_return(state).uses_up_goods is not came_to_nothing


def test_goods_on_their_way_can_no_longer_be_called_off() -> None:
    with pytest.raises(IllegalStateError):
        a_return(S.SHIPPED).cancel()
