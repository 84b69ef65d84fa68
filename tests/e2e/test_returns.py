"""Returns, from the first message to the rows in the database, in every language."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Shop, Visit
from tests.e2e.phrases import ALL, Phrases

pytestmark = pytest.mark.parametrize("phrases", ALL, ids=lambda phrases: phrases.language)


def test_a_return_is_opened_from_a_bare_first_message(phrases: Phrases, visit: Visit, shop: Shop) -> None:
    customer = visit(phrases.language)
    customer.say(phrases.start_return)
    assert customer.responses == ["utter_ask_order_number"]
    customer.say(phrases.order(1))
    assert customer.responses == ["utter_ask_verification"]
    customer.say(phrases.email(1))
    assert customer.last.response == "utter_ask_reason"
    assert {button["payload"] for button in customer.last.buttons} >= {'/choose_reason{"reason": "wrong_size"}'}
    customer.say(phrases.too_small)
    assert customer.last.response == "utter_ask_confirmation"
    summary = customer.last.custom["summary"]
    assert summary["order_number"] == phrases.order(1)
    assert summary["lines"] == [{"line": 1, "quantity": 1}]
    assert summary["reason"] == "wrong_size"
    assert shop.cases(phrases.order(1)) == []

    customer.say(phrases.yes)
    assert customer.responses == ["utter_return_opened"]
    assert customer.turns <= 6
    told = customer.last.custom
    case = shop.only_case(phrases.order(1))
    assert case["issue_type"] == "wrong_size"
    assert case["wish"] == "return_refund"
    assert case["language"] == phrases.language
    assert told["case"] == {key: case[key] for key in ("number", "issue_type", "state", "priority")}
    (return_,) = case["returns"]
    assert told["return"] == {key: return_[key] for key in ("rma", "state", "deadline")}
    assert return_["state"] == "approved"
    nothing_yet = {"received": 0, "damaged": 0, "as_described": 0, "damaged_by_customer": 0, "wrong_item": 0}
    assert return_["lines"] == [{"line": 1, "quantity": 1, "reason": "wrong_size", **nothing_yet}]
    assert return_["refund"] == {"amount": summary["refund"], "currency": summary["currency"]}
    assert return_["rma"] in customer.last.text
    (offer,) = case["offers"]
    assert (offer["remedy"], offer["state"]) == ("return_refund", "accepted")


def test_a_first_message_with_everything_leads_to_a_return_in_three_turns_at_most(
    phrases: Phrases, visit: Visit, shop: Shop
) -> None:
    customer = visit(phrases.language)
    customer.say(phrases.written(phrases.everything, 4))
    customer.answer({"utter_ask_reason": phrases.too_small}, until="utter_ask_confirmation")
    customer.say(phrases.yes)
    assert customer.last.response == "utter_return_opened"
    assert customer.turns <= 3
    case = shop.only_case(phrases.order(4))
    assert case["issue_type"] == "wrong_size"
    assert [return_["state"] for return_ in case["returns"]] == ["approved"]


def test_a_return_can_be_asked_after_and_taken_back(phrases: Phrases, visit: Visit, shop: Shop) -> None:
    order = phrases.order(5)
    customer = visit(phrases.language)
    customer.say(phrases.start_return)
    customer.identify(order, phrases.email(5))
    customer.click("changed_mind")
    customer.click("/affirm")
    assert customer.last.response == "utter_return_opened"
    case = shop.only_case(order)

    customer.say(phrases.case_status)
    assert customer.responses == ["utter_case_status_progress"]
    assert customer.last.custom["case"]["number"] == case["number"]
    assert case["returns"][0]["rma"] in customer.last.text

    customer.say(phrases.withdraw)
    assert customer.last.response == "utter_ask_confirmation"
    assert customer.last.custom["summary"]["case_number"] == case["number"]
    customer.say(phrases.yes)
    assert customer.responses == ["utter_case_withdrawn"]
    after = shop.only_case(order)
    assert after["state"] == "withdrawn"
    assert [return_["state"] for return_ in after["returns"]] == ["canceled"]


def test_stop_leaves_nothing_behind(phrases: Phrases, visit: Visit, shop: Shop) -> None:
    customer = visit(phrases.language)
    customer.say(phrases.written(phrases.boots, 7))
    assert customer.last.response == "utter_ask_reason"
    customer.click("changed_mind")
    assert customer.last.response == "utter_ask_confirmation"
    customer.say(phrases.stop)
    assert customer.responses == ["utter_stopped"]
    customer.say(phrases.yes)
    assert customer.responses == ["utter_how_can_i_help"]
    assert shop.cases(phrases.order(7)) == []
