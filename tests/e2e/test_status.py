"""Where an order is, with tracking, and why something cannot be done."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Shop, Visit
from tests.unit.evidence.samples import photo


@pytest.mark.parametrize(
    "language,sentence,email,response,state,late",
    [
        ("en", "Where is my order 10480009?", "robert.hayes@example.com", "utter_order_late", "lost", True),
        ("de", "Wo bleibt meine Bestellung 10480006?", "markus.vogt@example.org", "utter_order_underway", "in_transit",
         False),
        ("es", "¿Dónde está mi pedido 10480007?", "diego.navarro@example.com", "utter_order_late", "in_transit", True),
        ("zh", "我的订单10480008到哪里了？", "li.ming@example.org", "utter_order_underway", "in_customs", False),
    ],
)  # fmt: skip
def test_an_order_is_found_with_its_tracking(
    language: str, sentence: str, email: str, response: str, state: str, late: bool, visit: Visit
) -> None:
    customer = visit(language)
    customer.say(sentence)
    assert customer.responses == ["utter_ask_verification"]
    customer.say(email)
    assert customer.responses == [response]
    order = customer.last.custom["order"]
    assert order["number"] in sentence
    (shipment,) = order["shipments"]
    assert (shipment["state"], shipment["late"]) == (state, late)
    assert shipment["tracking_number"] in customer.last.text


def test_an_order_with_two_parcels_tells_about_both(visit: Visit) -> None:
    customer = visit("en")
    customer.say("Where is my order 10480018?")
    customer.say("daniel.ortiz@example.com")
    assert customer.responses == ["utter_order_delivered", "utter_order_underway"]


def test_an_order_that_was_not_sent_yet_has_no_parcel(visit: Visit) -> None:
    customer = visit("de")
    customer.say("Wo ist mein Paket? Bestellung 10480011, thomas.keller@example.org")
    assert customer.responses == ["utter_order_status"]
    assert customer.last.custom["order"] == {"number": "10480011", "state": "pending", "shipments": []}


@pytest.mark.parametrize(
    "language,sentence,why,reason",
    [
        ("en", "I want to return my boots. Order 10480005, james.whitfield@example.org", "I changed my mind",
         "window_closed"),
        ("de", "Ich möchte die Slips aus Bestellung 10480010 zurückgeben, sophie.brandt@example.net",
         "sie gefallen mir nicht", "hygiene_goods"),
        ("es", "Quiero devolver el molinillo del pedido 10480007, diego.navarro@example.com", "ya no lo quiero", ""),
        ("en", "I want to return the coffee grinder from order 10480209, shopper209@example.org",
         "I simply changed my mind", "not_delivered_yet"),
        ("zh", "我要退货，订单10480017，邮箱zhang.wei@example.org", "收到时已经坏了，质量太差", ""),
        ("de", "Ich will die Lampe aus Bestellung 10480013 zurückschicken. julia.winkler@example.org",
         "die gefällt mir nicht mehr", "order_canceled"),
    ],
)  # fmt: skip
def test_a_return_is_refused_with_its_reason_where_policy_does_not_allow_it(
    language: str, sentence: str, why: str, reason: str, visit: Visit, shop: Shop
) -> None:
    customer = visit(language)
    customer.say(sentence)
    answers = {"utter_ask_reason": why, "utter_ask_evidence": photo((64, 48)), "utter_ask_sealed": "/deny"}
    customer.answer(answers, until="utter_return_refused" if reason else "utter_ask_confirmation")
    if reason:
        assert reason in customer.last.custom["reasons"]
        assert "/ask_human" in [button["payload"] for button in customer.last.buttons]
    # What is refused is on record and over; what is not yet confirmed is neither.
    cases = shop.cases(next(iter(re.findall(r"1048\d{4}", sentence))))
    assert [(case["state"], case["wish"], case["offers"]) for case in cases] == (
        [("closed", "return_refund", [])] if reason else []
    )


def test_what_is_too_late_for_a_change_of_mind_may_still_be_a_fault(visit: Visit) -> None:
    customer = visit("en")
    customer.say("I want to return my boots. Order 10480005, james.whitfield@example.org")
    customer.answer({"utter_ask_reason": "I changed my mind"}, until="utter_return_refused")
    customer.click("/complain")
    assert customer.last.response == "utter_ask_details"
    customer.say("the zipper broke after a month, I can't close the left boot any more")
    answers = {"utter_ask_reason": "it is defective", "utter_ask_evidence": photo((64, 48))}
    customer.answer(answers, until="utter_ask_remedy")
    assert "return_refund" in customer.last.custom["remedies"]


def test_an_exchange_without_stock_is_refused_and_a_return_offered(visit: Visit) -> None:
    customer = visit("de")
    customer.say("Ich möchte die Wanderschuhe umtauschen, Bestellung 10480015, peter.lang@example.org")
    customer.answer({"utter_ask_reason": "sie sind zu klein"}, until="utter_exchange_out_of_stock")
    assert customer.responses == ["utter_exchange_out_of_stock"]
    assert customer.last.custom["reasons"] == ["out_of_stock"]
    customer.click("/return_item")
    assert customer.last.response in ("utter_ask_reason", "utter_ask_confirmation")


def test_an_expensive_return_waits_for_a_person(visit: Visit, shop: Shop) -> None:
    customer = visit("en")
    customer.say("I'd like to return the laptop from order 10480012, charlotte.reed@example.com")
    customer.answer({"utter_ask_reason": "I don't need it any more"}, until="utter_ask_confirmation")
    customer.click("/affirm")
    assert customer.responses == ["utter_return_in_review"]
    case = shop.only_case("10480012")
    assert case["returns"][0]["state"] == "manual_review"


def test_danger_is_taken_to_a_person_at_once(visit: Visit, shop: Shop) -> None:
    customer = visit("es")
    customer.say("¡El hervidor del pedido 10480003 echó humo y me dio una descarga! lucia.romero@example.org")
    assert "utter_safety_stop_using" in customer.responses
    customer.answer({"utter_ask_items": "el hervidor"}, until="utter_ask_confirmation")
    customer.say("sí")
    assert customer.responses == ["utter_complaint_registered", "utter_handoff_queued"]
    case = shop.only_case("10480003")
    assert (case["issue_type"], case["priority"]) == ("safety_hazard", "urgent")
    assert shop.handoff(customer.id).priority.value == "urgent"


def test_who_was_in_danger_and_asks_for_a_person_does_not_wait_like_anybody_else(visit: Visit, shop: Shop) -> None:
    customer = visit("en")
    customer.say("The charger I got from you caught fire and burned my hand!")
    assert "utter_safety_stop_using" in customer.responses
    customer.say("I want to talk to a human")
    assert customer.responses[-1] == "utter_handoff_queued"
    assert shop.handoff(customer.id).priority.value == "urgent"
