"""The states of a return, and which returns still bind goods."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.aftersales.labels import IssueType, Payer
from bot.aftersales.return_ import Finding, Refusal, Return, ReturnLine, ReturnMethod, ReturnState
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from tests.unit.aftersales.builders import NOW, euros

S = ReturnState
VERBS: dict[str, tuple[ReturnState, tuple[Any, ...]]] = {
    "approve": (S.APPROVED, ()),
    "decline": (S.DECLINED, (Refusal.NOT_COVERED, NOW)),
    "review": (S.MANUAL_REVIEW, ()),
    "issue_label": (S.LABEL_ISSUED, ()),
    "ship": (S.SHIPPED, ("Kranich Paket", "KP1", NOW)),
    "receive": (S.RECEIVED, ({1: (1, 0)}, NOW)),
    "inspect": (S.INSPECTED, ({}, NOW)),
    "complete": (S.COMPLETED, (NOW,)),
    "expire": (S.EXPIRED, (NOW,)),
    "cancel": (S.CANCELED, (NOW,)),
}
UNSENT = {"ship", "receive", "expire", "cancel"}
ALLOWED = {
    S.REQUESTED: {"approve", "decline", "review", "cancel"},
    S.MANUAL_REVIEW: {"approve", "decline", "cancel"},
    S.APPROVED: UNSENT | {"issue_label"},
    S.LABEL_ISSUED: UNSENT,
    S.SHIPPED: {"receive", "expire"},
    S.PARTIALLY_RECEIVED: {"receive", "inspect"},
    S.RECEIVED: {"inspect"},
    S.INSPECTED: {"complete", "decline"},
    S.EXPIRED: {"ship", "receive"},
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
    wanted, arguments = VERBS[verb]
    if verb in ALLOWED.get(state, ()):
        getattr(return_, verb)(*arguments)
        assert return_.state is wanted
    else:
        with pytest.raises(IllegalStateError) as refusal:
            getattr(return_, verb)(*arguments)
        assert refusal.value.fields == {"kind": "return", "current": state.value, "wanted": wanted.value}
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
        a_return(S.SHIPPED).cancel(NOW)


def shipped(*quantities: int) -> Return:
    return_ = a_return(S.SHIPPED)
    return_.lines = [ReturnLine(n, quantity, IssueType.CHANGED_MIND) for n, quantity in enumerate(quantities, 1)]
    return return_


def test_a_return_is_partly_received_until_nothing_is_missing() -> None:
    return_ = shipped(2, 1)
    return_.receive({1: (1, 1)}, NOW)
    assert return_.state is S.PARTIALLY_RECEIVED
    return_.receive({1: (1, 0), 2: (1, 0)}, NOW)
    assert return_.state is S.RECEIVED
    assert [(line.received, line.damaged, line.missing) for line in return_.lines] == [(2, 1, 0), (1, 0, 0)]


@pytest.mark.parametrize("pieces", [{}, {1: (0, 0)}, {1: (3, 0)}, {1: (1, 2)}, {1: (-1, 0), 2: (1, 0)}])
def test_no_more_arrives_than_was_announced(pieces: dict[int, tuple[int, int]]) -> None:
    return_ = shipped(2, 1)
    with pytest.raises(InvalidInputError):
        return_.receive(pieces, NOW)
    assert return_.state is S.SHIPPED


def test_a_line_that_was_not_announced_cannot_arrive() -> None:
    with pytest.raises(NotFoundError):
        shipped(1).receive({7: (1, 0)}, NOW)


def test_lines_without_findings_came_as_described() -> None:
    return_ = shipped(2, 1)
    return_.receive({1: (2, 0), 2: (1, 0)}, NOW)
    return_.inspect({1: {Finding.AS_DESCRIBED: 1, Finding.DAMAGED_BY_CUSTOMER: 1}}, NOW)
    assert [(line.as_described, line.disputed) for line in return_.lines] == [(1, 1), (1, 0)]
    assert return_.is_disputed


def test_an_empty_box_is_disputed_but_what_never_came_is_not() -> None:
    never_came = shipped(2)
    never_came.receive({1: (1, 0)}, NOW)
    never_came.inspect({1: {Finding.AS_DESCRIBED: 1, Finding.MISSING: 1}}, NOW)
    assert not never_came.is_disputed
    empty_box = shipped(2)
    empty_box.receive({1: (2, 0)}, NOW)
    empty_box.inspect({1: {Finding.AS_DESCRIBED: 1, Finding.MISSING: 1}}, NOW)
    assert empty_box.is_disputed


@pytest.mark.parametrize("findings", [{Finding.AS_DESCRIBED: 3}, {Finding.AS_DESCRIBED: 1}, {Finding.WRONG_ITEM: -1}])
def test_findings_have_to_add_up_to_what_is_here(findings: dict[Finding, int]) -> None:
    return_ = shipped(2)
    return_.receive({1: (2, 0)}, NOW)
    with pytest.raises(InvalidInputError):
        return_.inspect({1: findings}, NOW)
    assert return_.state is S.RECEIVED


def test_a_parcel_is_overdue_after_the_deadline_unless_it_is_on_its_way() -> None:
    return_ = a_return(S.LABEL_ISSUED)
    assert not return_.is_overdue(date(2026, 4, 3))
    assert return_.is_overdue(date(2026, 4, 4))
    assert not a_return(S.SHIPPED).is_overdue(date(2026, 4, 4))
