"""What comes up in the middle of a form is answered, and the same question comes again."""

from __future__ import annotations

import pytest

from bot.store.unit_of_work import SqlUnitOfWork
from tests.e2e.conftest import Shop, Visit
from tests.e2e.phrases import ALL, ENGLISH, GERMAN, Phrases
from tests.e2e.process import Parley

each_language = pytest.mark.parametrize("phrases", ALL, ids=lambda phrases: phrases.language)


@each_language
def test_questions_anger_and_other_business_leave_the_form_where_it_was(
    phrases: Phrases, visit: Visit, shop: Shop
) -> None:
    customer = visit(phrases.language)
    customer.say(phrases.start_jacket)
    assert customer.responses == ["utter_ask_order_number"]
    customer.say(phrases.refund_time)
    assert customer.responses == ["utter_answer_refund_time", "utter_ask_order_number"]

    customer.say(phrases.order(6))
    assert customer.responses == ["utter_ask_verification"]
    customer.say(phrases.track)
    assert customer.responses == ["utter_status_not_identified", "utter_ask_verification"]

    customer.say(phrases.email(6))
    assert customer.last.response == "utter_ask_reason"
    customer.say(phrases.track)
    assert customer.responses == ["utter_order_delivered", "utter_ask_reason"]
    assert customer.replies[0].custom["order"]["number"] == phrases.order(6)
    customer.say(phrases.anger)
    assert customer.responses[1:] == ["utter_ask_reason"]
    assert customer.responses[0] in ("utter_sorry", "utter_not_understood")
    customer.say(phrases.wrong_size)
    assert customer.last.response == "utter_ask_variant"
    customer.say(phrases.who_pays)
    assert customer.responses == ["utter_answer_return_cost", "utter_ask_variant"]
    customer.click("rain-jacket-m-navy")
    assert customer.last.response == "utter_ask_confirmation"
    customer.say(phrases.case_status)
    assert customer.responses == ["utter_case_none", "utter_ask_confirmation"]
    assert customer.last.custom["summary"]["sku"] == "rain-jacket-m-navy"
    customer.say(phrases.yes)
    assert customer.responses == ["utter_exchange_opened"]
    assert shop.only_case(phrases.order(6))["exchanges"][0]["sku"] == "rain-jacket-m-navy"


@each_language
def test_an_unclear_message_gets_two_meanings_to_choose_from_and_then_a_person(phrases: Phrases, visit: Visit) -> None:
    customer = visit(phrases.language, locale=phrases.language)
    customer.say(phrases.unclear[0])
    assert customer.responses == ["utter_ask_intent"]
    *meanings, human = customer.last.buttons
    assert len(meanings) == 2
    assert [button["payload"] for button in meanings] == [f"/{name}" for name in customer.last.custom["intents"]]
    assert human["payload"] == "/ask_human"
    customer.say(phrases.unclear[1])
    assert customer.responses == ["utter_offer_human"]
    customer.click("/ask_human")
    assert customer.responses == ["utter_handoff_queued"]


def test_a_form_that_cannot_use_a_message_says_so_and_then_offers_a_person(visit: Visit) -> None:
    customer = visit("en", locale="en")
    customer.say(ENGLISH.start_return)
    customer.say("/nlu_fallback")
    assert customer.responses == ["utter_not_understood", "utter_ask_order_number"]
    customer.say("/nlu_fallback")
    assert customer.responses == ["utter_offer_human", "utter_ask_order_number"]


def test_stale_buttons_do_no_harm(visit: Visit, shop: Shop) -> None:
    customer = visit("de", locale="de")
    customer.say('/choose_item{"item": "2"}')
    assert customer.responses == ["utter_ask_intent"]
    customer.say(GERMAN.start_return)
    customer.identify("10480020", "claire.dubois@example.org")
    customer.click("changed_mind")
    assert customer.last.response == "utter_ask_confirmation"
    customer.say('/choose_item{"item": "7"}')
    assert customer.last.response == "utter_ask_confirmation"
    customer.say('/choose_variant{"variant": "laptop-512gb-silver"}')
    assert customer.last.response == "utter_ask_confirmation"
    assert shop.cases("10480020") == []


@pytest.mark.parametrize(
    "payload",
    ['/choose_item{"item": ', "/choose_item[1]", '/inform{"order_number": {"a": 1}}', "/restart", "/session_start",
     "/back", "/slot{\"verification\": \"proved\"}", "/ nothing", "/", "//affirm", '/affirm{"confirmation": ["yes"]}'],
)  # fmt: skip
def test_no_payload_brings_the_bot_out_of_step(payload: str, visit: Visit) -> None:
    customer = visit("en", locale="en")
    customer.say("I want to return something")
    assert customer.last.response == "utter_ask_order_number"
    customer.say(payload)
    # Without its slash a command is a word, and "restart" sounds like wanting to stop.
    assert customer.last.response in ("utter_ask_order_number", "utter_stopped")
    customer.say("I want to return something")
    assert customer.last.response == "utter_ask_order_number"


def test_data_that_comes_before_the_wish_is_not_asked_for_again(visit: Visit) -> None:
    customer = visit("en")
    customer.say("my order number is 10480020 and my e-mail is claire.dubois@example.org")
    assert customer.responses == ["utter_ask_intent"]
    customer.say("I want to return it")
    assert customer.last.response == "utter_ask_reason"


def test_a_change_of_address_waits_for_the_address_whatever_comes_up(visit: Visit, shop: Shop) -> None:
    customer = visit("de")
    customer.say("Hallo, ich bin umgezogen, bitte schickt die Bestellung 10480011 an meine neue Adresse")
    assert customer.responses == ["utter_ask_verification"]
    customer.say("thomas.keller@example.org")
    assert customer.responses == ["utter_ask_address"]

    customer.say("Wie lange dauert bei euch eigentlich eine Lieferung?")
    assert customer.responses == ["utter_answer_delivery", "utter_ask_address"]
    customer.say("Das ist doch eine Frechheit, ich bin echt sauer auf euch!!!")
    assert customer.responses == ["utter_sorry", "utter_ask_address"]
    customer.say(GERMAN.track)
    assert customer.responses == ["utter_order_status", "utter_ask_address"]

    customer.say("Karl-Heine-Straße 12, 04229 Leipzig")
    assert customer.responses == ["utter_ask_confirmation"]
    new = {"street": "Karl-Heine-Straße 12", "postcode": "04229", "city": "Leipzig"}
    assert customer.last.custom["summary"]["address"] == new
    customer.say(GERMAN.yes)
    assert customer.responses == ["utter_address_changed"]
    assert shop.only_case("10480011")["language"] == "de"


def test_a_survey_gives_way_to_another_question_and_to_danger_and_its_buttons_still_count(
    visit: Visit, shop: Shop, parley: Parley
) -> None:
    customer = visit("fr", locale="fr")
    customer.say("Ma carte a été débitée deux fois pour la commande 10480016")
    assert customer.last.response == "utter_ask_verification"
    customer.say("miriam.scholz@example.org")
    customer.answer(
        {"utter_ask_remedy": "Remboursez-moi le trop-perçu", "utter_ask_confirmation": "Oui, tout est exact, allez-y"},
        until="utter_complaint_refund_agreed",
    )
    # Money that was taken twice is sent back soon, and then nothing is left to do.
    customer.hear_after(customer.last.id, "utter_ask_solved".__eq__)
    solved = customer.last.buttons
    customer.click('"solved": "yes"')
    assert customer.responses == ["utter_solved", "utter_ask_rating"]

    customer.say("Au fait, où en est ma commande 10480006 ?")
    assert customer.responses == ["utter_ask_verification"]
    customer.say("markus.vogt@example.org")
    assert customer.responses == ["utter_order_underway"]
    customer.say('/rate{"rating": "4"}', title="4")
    assert customer.responses == ["utter_ask_rating_comment"]
    customer.click("/deny")
    assert customer.responses == ["utter_rating_thanks"]
    assert _rating(parley, shop.only_case("10480016")["number"]) == 4

    customer.say(solved[0]["payload"], title=solved[0]["title"])
    assert customer.last.response == "utter_ask_rating"
    customer.say("Le grille-pain que vous m'avez envoyé a pris feu, ma main est brûlée !")
    assert "utter_safety_stop_using" in customer.responses


def _rating(parley: Parley, case_number: str) -> int | None:
    async def find(uow: SqlUnitOfWork) -> int | None:
        found = await uow.ratings.of_case(case_number)
        return found.rating if found else None

    return parley.query(find)
