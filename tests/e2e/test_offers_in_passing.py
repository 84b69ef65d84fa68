"""A plain yes or no is enough for what the bot asks in passing, without any form."""

from __future__ import annotations

from tests.e2e.conftest import Shop, Visit
from tests.e2e.phrases import ENGLISH, GERMAN, SPANISH


def test_a_yes_to_the_offer_of_a_person_brings_one_in(visit: Visit, shop: Shop) -> None:
    customer = visit("es", locale="es")
    for unclear in SPANISH.unclear:
        customer.say(unclear)
    assert customer.responses == ["utter_offer_human"]
    customer.say("sí, por favor")
    assert customer.responses == ["utter_handoff_queued"]
    assert shop.handoff(customer.id) is not None


def test_a_no_to_the_offer_of_a_person_leaves_the_form_where_it_was(visit: Visit, shop: Shop) -> None:
    customer = visit("de", locale="de")
    customer.say(GERMAN.start_jacket)
    for _ in range(2):
        customer.say("/nlu_fallback")
    assert customer.responses == ["utter_offer_human", "utter_ask_order_number"]
    customer.say("nein danke")
    assert customer.responses == ["utter_evidence_declined", "utter_ask_order_number"]
    assert shop.handoff(customer.id) is None


def test_a_yes_to_following_up_a_late_order_begins_the_complaint(visit: Visit) -> None:
    customer = visit("en")
    customer.say("Where is my order 10480007? diego.navarro@example.com")
    assert customer.responses == ["utter_order_late"]
    customer.say(ENGLISH.yes)
    assert customer.last.response == "utter_ask_remedy"
    customer.say("/stop")
