"""What was said can be changed until it is confirmed, questions in between do no harm, and all can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.aftersales.corrections import CORRECTIONS
from tests.e2e.aftersales.scenario import Outcome, Scenario, answer_questions, written
from tests.e2e.aftersales.voices import VOICES
from tests.e2e.conftest import Shop, Visit
from tests.e2e.process import Parley


@pytest.mark.parametrize("language", CORRECTIONS)
def test_a_return_is_corrected_asked_after_and_taken_back(
    language: str, visit: Visit, shop: Shop, parley: Parley
) -> None:
    told = CORRECTIONS[language]
    outcome = Outcome(ends=("utter_case_withdrawn",), issue="changed_mind", wish="return_refund", state="withdrawn")
    scenario = Scenario(language, "shirts", told.start, outcome, {"utter_ask_quantity": told.one})
    customer = visit(language, locale=language)
    customer.say(scenario.written(told.start))
    answer_questions(customer, scenario, until="utter_ask_reason")
    customer.say(told.how_long)
    assert customer.responses == ["utter_answer_refund_time", "utter_ask_reason"]
    customer.say(told.why)
    if customer.last.response == "utter_ask_reason":
        # Where the words leave doubt, the likeliest are offered.
        customer.click('"changed_mind"')
    assert customer.last.response == "utter_ask_confirmation"
    assert customer.last.custom["summary"]["lines"] == [{"line": 1, "quantity": 1}]
    customer.say(told.not_one)
    assert customer.responses == ["utter_ask_confirmation"]
    assert customer.last.custom["summary"]["lines"] == [{"line": 1, "quantity": 2}]
    assert shop.cases(scenario.number) == []
    customer.click("/affirm")
    assert customer.responses == ["utter_return_opened"]
    (return_,) = shop.only_case(scenario.number)["returns"]
    assert [(line["line"], line["quantity"]) for line in return_["lines"]] == [(1, 2)]

    customer.say(told.status)
    answer_questions(customer, scenario)
    assert customer.last.response == "utter_case_status_progress"
    assert return_["rma"] in customer.last.text
    customer.say(told.withdraw)
    answer_questions(customer, scenario)
    assert customer.last.response == "utter_case_withdrawn"
    found = written(parley, customer, scenario.number)
    assert (found["state"], found["returns"], found["refunds"]) == ("withdrawn", ("canceled",), ())


@pytest.mark.parametrize("language", VOICES)
def test_whoever_stops_before_the_yes_leaves_nothing_behind_and_may_talk_to_a_person(
    language: str, visit: Visit, shop: Shop
) -> None:
    scenario = Scenario(language, "served", "/return_item", Outcome(ends=(), issue="changed_mind"))
    before = _without_priority(shop.cases(scenario.number))
    customer = visit(language, locale=language)
    customer.say(scenario.first)
    answer_questions(customer, scenario, until="utter_ask_confirmation")
    customer.say(VOICES[language].stop)
    assert customer.responses == ["utter_stopped"]
    assert _without_priority(shop.cases(scenario.number)) == before
    customer.say(VOICES[language].human)
    assert customer.responses == ["utter_handoff_queued"]


def _without_priority(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # Whoever comes back to an order makes an open case of it more pressing, whatever becomes of the new wish.
    return [{**case, "priority": None} for case in cases]
