"""Repairs, reshipments and customs matters: which verb follows which, and what every machine has in common."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.aftersales import case, customs, escalation, exchange, offer, repair, reship, return_, shop_event
from bot.aftersales.customs import CustomsMatter, CustomsState, Paper
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.return_ import Refusal
from bot.aftersales.states import Machine
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import NOW, euros

MACHINES: list[tuple[Machine[Any], Any, Any]] = [
    (case.MACHINE, case.CaseState, case.CaseState.REGISTERED),
    (return_.MACHINE, return_.ReturnState, return_.ReturnState.REQUESTED),
    (exchange.MACHINE, exchange.ExchangeState, exchange.ExchangeState.REPLACEMENT_RESERVED),
    (repair.MACHINE, RepairState, RepairState.REQUESTED),
    (reship.MACHINE, ReshipState, ReshipState.REQUESTED),
    (customs.MACHINE, CustomsState, CustomsState.REPORTED),
    (offer.MACHINE, offer.OfferState, offer.OfferState.PROPOSED),
    (escalation.MACHINE, escalation.EscalationState, escalation.EscalationState.QUEUED),
    (shop_event.MACHINE, shop_event.ShopEventState, shop_event.ShopEventState.WAITING),
]


@pytest.mark.parametrize(("machine", "states", "start"), MACHINES, ids=lambda value: getattr(value, "kind", ""))
def test_every_state_is_known_to_its_machine_and_can_be_reached(machine: Machine[Any], states: Any, start: Any) -> None:
    assert set(machine.changes) <= set(states)
    assert {state for state in states if machine.leads_to(start, state)} | {start} == set(states)


def test_a_machine_tells_what_may_still_follow() -> None:
    assert return_.MACHINE.leads_to(return_.ReturnState.APPROVED, return_.ReturnState.INSPECTED)
    assert not return_.MACHINE.leads_to(return_.ReturnState.INSPECTED, return_.ReturnState.RECEIVED)
    assert not return_.MACHINE.leads_to(return_.ReturnState.COMPLETED, return_.ReturnState.COMPLETED)


def a_repair(state: RepairState = RepairState.REQUESTED) -> Repair:
    return Repair("W1000001", "C1000001", "10482733", 1, 1, False, NOW, date(2026, 4, 3), state=state)


def test_a_repair_outside_of_warranty_waits_for_the_customers_yes() -> None:
    found = a_repair()
    found.approve()
    found.receive(NOW)
    found.propose(euros(30), date(2026, 4, 10))
    with pytest.raises(IllegalStateError):
        found.start()
    assert found.is_quote_over(date(2026, 4, 11)) and not found.is_quote_over(date(2026, 4, 10))
    found.accept_quote()
    found.ship_back("Kranich Paket", "KP7", NOW, is_repaired=True)
    found.complete(NOW)
    assert (found.state, found.ended_at, found.is_open) == (RepairState.COMPLETED, NOW, False)


def test_a_repair_whose_quote_is_declined_goes_back_as_it_came() -> None:
    found = a_repair(RepairState.QUOTED)
    found.decline_quote()
    found.ship_back("Kranich Paket", "KP7", NOW, is_repaired=False)
    assert found.state is RepairState.SHIPPED_BACK and not found.is_repaired


@pytest.mark.parametrize("state", [RepairState.REQUESTED, RepairState.RECEIVED, RepairState.REPAIRING])
def test_only_a_quote_can_be_accepted(state: RepairState) -> None:
    with pytest.raises(IllegalStateError):
        a_repair(state).accept_quote()


def test_a_repair_can_be_refused_before_the_goods_travel() -> None:
    found = a_repair()
    found.decline(Refusal.NOT_COVERED, NOW)
    assert (found.state, found.decline_reason) == (RepairState.DECLINED, Refusal.NOT_COVERED)
    with pytest.raises(IllegalStateError):
        a_repair(RepairState.RECEIVED).decline(Refusal.NOT_COVERED, NOW)


def test_a_reshipment_waits_while_the_carrier_searches() -> None:
    found = Reshipment("S1000001", "C1000001", "10482733", NOW, {1: 1})
    found.search("KP0042", NOW + timedelta(days=7))
    assert not found.is_search_over(NOW + timedelta(days=6))
    assert found.is_search_over(NOW + timedelta(days=7))
    found.reserve()
    assert found.holds_stock
    found.ship("Kranich Paket", "KP8", NOW)
    assert not found.holds_stock
    found.deliver(NOW)
    assert not found.is_open


@pytest.mark.parametrize(
    ("state", "may_end"),
    [(ReshipState.SEARCHING, True), (ReshipState.RESERVED, True), (ReshipState.SHIPPED, False)],
)
def test_a_first_parcel_that_turns_up_spares_the_second_unless_it_left(state: ReshipState, may_end: bool) -> None:
    found = Reshipment("S1000001", "C1000001", "10482733", NOW, {1: 1}, state)
    if may_end:
        found.find(NOW)
        assert found.state is ReshipState.FOUND_MEANWHILE
    else:
        with pytest.raises(IllegalStateError):
            found.find(NOW)


def test_a_second_parcel_is_not_called_off_once_it_left_but_given_up_where_it_was_lost() -> None:
    found = Reshipment("S1000001", "C1000001", "10482733", NOW, {1: 1}, ReshipState.SHIPPED)
    with pytest.raises(IllegalStateError):
        found.cancel(NOW)
    found.give_up(NOW)
    assert (found.state, found.ended_at) == (ReshipState.CANCELED, NOW)


def test_customs_may_ask_twice_and_then_decide() -> None:
    found = CustomsMatter("K1000001", "C1000001", "10482733", NOW)
    found.request_papers((Paper.INVOICE,), date(2026, 4, 1))
    assert not found.wants_customer
    found.receive_papers()
    found.submit()
    found.request_papers((Paper.INVOICE, Paper.IDENTITY), date(2026, 4, 8))
    assert found.wants_customer and found.is_overdue(date(2026, 4, 9))
    found.receive_papers()
    found.submit()
    found.release(NOW)
    assert found.is_decided and found.is_open
    found.close(NOW)
    assert not found.is_open


def test_what_customs_refused_is_not_released_later() -> None:
    found = CustomsMatter("K1000001", "C1000001", "10482733", NOW)
    found.refuse("prohibited", NOW)
    with pytest.raises(IllegalStateError):
        found.release(NOW)
