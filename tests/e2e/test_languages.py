"""The conversation follows the customer's language, and the form stays where it is."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.phrases import ALL, Phrases


def test_writing_on_in_another_language_keeps_the_form(visit: Visit) -> None:
    customer = visit("en")
    customer.say("Hello, I want to return my sweater, order 10480030")
    assert customer.last.response == "utter_ask_verification"
    customer.language = "de"
    customer.say("Die E-Mail-Adresse, mit der ich bestellt habe, ist shopper30@example.org")
    assert customer.last.response == "utter_ask_reason"
    # Neither an address nor a single word is evidence of a language.
    customer.say("ok")
    customer.say("10480030")
    customer.language = "es"
    customer.say("Perdón, ¿podemos hablar en español?")
    assert customer.responses == ["utter_language_changed", "utter_ask_reason"]
    customer.say("me queda demasiado grande")
    assert customer.last.response == "utter_ask_confirmation"


@pytest.mark.parametrize(
    "language,request_,new",
    [
        ("en", "can we please speak German?", "de"),
        ("de", "können wir bitte auf Englisch weitermachen?", "en"),
        ("es", "¿podemos seguir en chino?", "zh"),
        ("zh", "可以用西班牙语吗？", "es"),
    ],
)
def test_an_explicit_request_changes_the_language(language: str, request_: str, new: str, visit: Visit) -> None:
    customer = visit(language, locale=language)
    customer.say("/greet")
    customer.language = new
    customer.say(request_)
    assert customer.responses == ["utter_language_changed"]
    customer.say("10480001")
    customer.say("/greet")
    assert customer.responses == ["utter_greet"]


def test_a_language_we_do_not_speak_yet_is_named_and_others_are_offered(visit: Visit) -> None:
    customer = visit("en")
    customer.say("can we speak Estonian please?")
    assert customer.responses == ["utter_language_not_spoken", "utter_ask_language"]
    customer.language = "zh"
    customer.click('"zh"')
    assert customer.responses == ["utter_language_changed"]


@pytest.mark.parametrize("phrases", ALL, ids=lambda phrases: phrases.language)
def test_the_clients_language_is_used_until_the_customer_writes(phrases: Phrases, visit: Visit) -> None:
    customer = visit(phrases.language, locale=phrases.language)
    customer.say("/greet")
    assert customer.responses == ["utter_greet"]
    assert len(customer.last.buttons) == 4


def test_who_writes_a_language_we_do_not_speak_is_told_once_and_chooses(visit: Visit) -> None:
    customer = visit("en")
    customer.say("Tere, minu pakk ei ole ikka veel kohale jõudnud, kus see on?")
    assert customer.responses[:2] == ["utter_language_not_spoken", "utter_ask_language"]
    assert "Eesti" in customer.replies[0].text
    customer.language = "de"
    customer.click(f'"{customer.language}"')
    assert customer.responses == ["utter_language_changed", "utter_ask_order_number"]
    customer.say("minu tellimus on 10480001, kus minu pakk praegu on?")
    assert "utter_language_not_spoken" not in customer.responses
