"""Every kind of complaint and wish, from the first words to the rows in the database, in many languages."""

from __future__ import annotations

import pytest

from tests.e2e.aftersales import bargaining, customs, faults, order_changes, parcels, payments, refusals, service
from tests.e2e.aftersales.scenario import Scenario, check, converse, stock
from tests.e2e.conftest import Visit
from tests.e2e.process import Parley

_TABLES = (faults, parcels, payments, customs, order_changes, bargaining, refusals, service)


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(scenario, id=f"{table.__name__.rpartition('.')[2]}-{scenario}")
        for table in _TABLES
        for scenario in table.SCENARIOS
    ],
)
def test_a_conversation_ends_in_what_was_agreed(scenario: Scenario, visit: Visit, parley: Parley) -> None:
    before = stock(parley, scenario.stock)
    customer = visit(scenario.language, locale=scenario.language)
    converse(customer, scenario)
    check(parley, customer, scenario, before)
