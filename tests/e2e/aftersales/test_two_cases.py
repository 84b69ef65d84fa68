"""One conversation may be about two orders, and one order may be the matter of two conversations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.e2e.aftersales import service
from tests.e2e.aftersales.scenario import PHOTO, Outcome, Scenario, answer_questions, converse, written
from tests.e2e.aftersales.service import RUDE
from tests.e2e.aftersales.two_cases import TWO_CASES
from tests.e2e.conftest import Shop, Visit
from tests.e2e.process import Parley

_RETURN = Outcome(ends=("utter_return_opened",), issue="wrong_size", wish="return_refund", returns=("approved",))
_COMPLAINT = replace(_RETURN, issue="damaged", photos=1)


@pytest.mark.parametrize("language", TWO_CASES)
def test_two_orders_get_a_case_each_and_a_second_contact_is_noticed(
    language: str, visit: Visit, shop: Shop, parley: Parley
) -> None:
    wish, why, story, remedy = TWO_CASES[language]
    first = Scenario(language, "plain", wish, _RETURN, {"utter_ask_reason": (why, '"wrong_size"')})
    says = {"utter_ask_evidence": PHOTO, "utter_ask_remedy": remedy}
    second = Scenario(language, "second", story, _COMPLAINT, says)
    customer = visit(language, locale=language)
    converse(customer, first)
    assert customer.responses == ["utter_return_opened"]
    customer.say(second.written(story))
    answer_questions(customer, second)
    assert customer.responses == ["utter_return_opened"]
    for scenario in (first, second):
        found, outcome = written(parley, customer, scenario.number), scenario.outcome
        assert (found["issue"], found["wish"], found["state"]) == (outcome.issue, outcome.wish, "executing")
        assert (found["returns"], found["photos"], found["priority"]) == (("approved",), outcome.photos, "normal")
    numbers = {shop.only_case(scenario.number)["number"] for scenario in (first, second)}
    assert len(numbers) == 2

    # Whoever comes again about the same order is recognised in whatever conversation, and waits less long.
    again = Scenario(language, "second", RUDE[language], Outcome(ends=(), issue="poor_service"), service.SAYS)
    other = visit(language, locale=language)
    converse(other, again)
    heard = [message["response"] for message in other.transcript()]
    assert "utter_known_case" in heard
    assert heard[-1] == "utter_complaint_registered"
    newest, oldest = shop.cases(second.number)
    assert (newest["issue_type"], newest["priority"]) == ("poor_service", "high")
    assert oldest["number"] in numbers
