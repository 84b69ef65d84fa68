"""Exchanges and complaints, in every language."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Shop, Visit
from tests.e2e.phrases import ALL, Phrases
from tests.unit.evidence.samples import photo

pytestmark = pytest.mark.parametrize("phrases", ALL, ids=lambda phrases: phrases.language)

WANTED = "cotton-t-shirt-m-white"


def test_an_exchange_reserves_the_replacement(phrases: Phrases, visit: Visit, shop: Shop) -> None:
    order, stock = phrases.order(2), shop.stock(WANTED)
    customer = visit(phrases.language)
    customer.say(phrases.start_exchange)
    customer.identify(order, phrases.email(2))
    customer.answer(
        {"utter_ask_reason": phrases.too_big, "utter_ask_variant": phrases.size_m}, until="utter_ask_confirmation"
    )
    summary = customer.last.custom["summary"]
    assert (summary["kind"], summary["sku"]) == ("exchange", WANTED)
    assert shop.stock(WANTED) == stock

    customer.say(phrases.yes)
    assert customer.responses == ["utter_exchange_opened"]
    case = shop.only_case(order)
    (return_,), (exchange,) = case["returns"], case["exchanges"]
    assert case["issue_type"] == "wrong_size"
    assert (exchange["sku"], exchange["quantity"], exchange["state"]) == (WANTED, 1, "replacement_reserved")
    assert exchange["rma"] == return_["rma"]
    assert customer.last.custom["exchange"]["sku"] == WANTED
    assert shop.stock(WANTED) == stock - 1


def test_a_complaint_ends_in_a_remedy_and_a_person_takes_over_with_everything_known(
    phrases: Phrases, visit: Visit, shop: Shop
) -> None:
    order = phrases.order(3)
    customer = visit(phrases.language)
    customer.say(phrases.complaint.format(n=order))
    assert customer.last.response == "utter_ask_verification"
    customer.say(phrases.email(3))
    if customer.last.response == "utter_ask_reason":
        # Where the words leave doubt, the likeliest are offered.
        customer.click('"damaged"')
    assert customer.last.response == "utter_ask_evidence"
    customer.send_photo(photo((64, 48)))
    assert customer.responses == ["utter_evidence_received", "utter_ask_remedy"]
    assert "return_refund" in customer.last.custom["remedies"]
    customer.say(phrases.money_back)
    assert customer.last.response == "utter_ask_confirmation"
    assert customer.last.custom["summary"]["remedy"] == "return_refund"
    customer.say(phrases.yes)
    assert customer.responses == ["utter_return_opened"]
    case = shop.only_case(order)
    assert case["issue_type"] == "damaged"
    assert case["story"] == phrases.complaint.format(n=order)
    assert case["returns"][0]["return_shipping"] == "shop"
    assert [piece["kind"] for piece in case["evidence"]] == ["image"]

    customer.say(phrases.human)
    assert customer.responses == ["utter_handoff_queued"]
    place = customer.last.custom["handoff"]
    assert place["state"] == "queued"
    assert place["position"] >= 1
    handoff = shop.handoff(customer.id)
    assert handoff.case_number == case["number"]
    assert handoff.language == phrases.language
    # While somebody waits for a person the bot is silent.
    assert customer.say(phrases.still_there) == []
    assert customer.transcript()[-1]["text"] == phrases.still_there
