"""A return, an exchange and a complaint in every language learned, and a complaint in languages spoken besides."""

from __future__ import annotations

from typing import Any

import pytest

from bot.l10n import languages
from tests.e2e.conftest import Shop, Visit
from tests.e2e.customer import Customer
from tests.e2e.english import english_in
from tests.e2e.phrases import ALL
from tests.e2e.sentences import LEARNED, SPOKEN, AllSentences, Sentences
from tests.unit.evidence.samples import photo

REPLACEMENT = "cotton-t-shirt-m-white"
DAMAGED = '/choose_reason{"reason": "damaged"}'

MAYBE = {
    "fr": "peut-être", "it": "forse", "pt": "talvez", "nl": "misschien", "pl": "może", "ru": "может быть",
    "tr": "belki", "ar": "ربما", "ja": "たぶん", "ko": "아마도요", "zh-TW": "也許吧", "th": "อาจจะ",
}  # fmt: skip

each_learned = pytest.mark.parametrize("sentences", LEARNED, ids=lambda sentences: sentences.language)
each_other = pytest.mark.parametrize("sentences", SPOKEN, ids=lambda sentences: sentences.language)


@each_learned
def test_a_return_is_opened(sentences: AllSentences, visit: Visit, shop: Shop) -> None:
    order = sentences.order(1)
    customer = visit(sentences.language, locale=sentences.language)
    customer.say(sentences.start_return)
    customer.answer(
        {
            "utter_ask_order_number": order,
            "utter_ask_verification": sentences.email(1),
            "utter_ask_reason": sentences.too_small,
        },
        until="utter_ask_confirmation",
    )
    summary = customer.last.custom["summary"]
    assert (summary["kind"], summary["order_number"], summary["reason"]) == ("return", order, "wrong_size")
    customer.say(MAYBE[sentences.language])
    assert customer.last.response == "utter_ask_confirmation"
    assert shop.cases(order) == []

    customer.say(sentences.yes)
    assert customer.responses == ["utter_return_opened"]
    case = shop.only_case(order)
    assert (case["issue_type"], case["wish"], case["language"]) == ("wrong_size", "return_refund", sentences.language)
    (return_,) = case["returns"]
    assert (return_["state"], return_["return_shipping"]) == ("approved", "customer")
    nothing_yet = {"received": 0, "damaged": 0, "as_described": 0, "damaged_by_customer": 0, "wrong_item": 0}
    assert return_["lines"] == [{"line": 1, "quantity": 1, "reason": "wrong_size", **nothing_yet}]
    assert return_["refund"] == {"amount": summary["refund"], "currency": "EUR"}
    assert return_["rma"] in customer.last.text
    assert english_in(customer.transcript()) == {}


@each_learned
def test_an_exchange_reserves_the_replacement(sentences: AllSentences, visit: Visit, shop: Shop) -> None:
    order, stock = sentences.order(2), shop.stock(REPLACEMENT)
    customer = visit(sentences.language, locale=sentences.language)
    customer.say(sentences.start_exchange)
    customer.answer(
        {
            "utter_ask_order_number": order,
            "utter_ask_verification": sentences.email(2),
            "utter_ask_reason": sentences.too_big,
            "utter_ask_variant": sentences.size_m,
        },
        until="utter_ask_confirmation",
    )
    summary = customer.last.custom["summary"]
    assert (summary["kind"], summary["sku"]) == ("exchange", REPLACEMENT)
    assert shop.stock(REPLACEMENT) == stock

    customer.say(sentences.yes)
    assert customer.responses == ["utter_exchange_opened"]
    case = shop.only_case(order)
    (return_,), (exchange,) = case["returns"], case["exchanges"]
    assert (case["issue_type"], case["language"]) == ("wrong_size", sentences.language)
    assert (exchange["sku"], exchange["quantity"], exchange["state"]) == (REPLACEMENT, 1, "replacement_reserved")
    assert exchange["rma"] == return_["rma"]
    assert shop.stock(REPLACEMENT) == stock - 1
    assert english_in(customer.transcript()) == {}


@each_learned
def test_a_person_takes_over_after_a_complaint(sentences: AllSentences, visit: Visit, shop: Shop) -> None:
    customer = visit(sentences.language, locale=sentences.language)
    case = complain(sentences, 3, customer, shop)
    customer.say(sentences.human)
    assert customer.responses == ["utter_handoff_queued"]
    assert customer.last.custom["handoff"]["state"] == "queued"
    handoff = shop.handoff(customer.id)
    assert (handoff.case_number, handoff.language) == (case["number"], sentences.language)
    assert english_in(customer.transcript()) == {}


@each_other
def test_a_complaint_ends_in_a_remedy(sentences: Sentences, visit: Visit, shop: Shop) -> None:
    customer = visit(sentences.language, locale=sentences.language)
    complain(sentences, 1, customer, shop)
    assert shop.handoff(customer.id) is None
    assert english_in(customer.transcript()) == {}


def test_no_language_is_left_out() -> None:
    learned = {sentences.language for sentences in (*ALL, *LEARNED)}
    assert learned == set(languages.LEARNED)
    assert {sentences.language for sentences in SPOKEN} == set(languages.SPOKEN) - learned


def complain(sentences: Sentences, nth: int, customer: Customer, shop: Shop) -> dict[str, Any]:
    """Complain about the nth order, ask for the money, and return the case that is written."""
    order, story = sentences.order(nth), sentences.complaint.format(n=sentences.order(nth))
    customer.say(story)
    customer.answer(
        {
            "utter_ask_verification": sentences.email(nth),
            # Where the words leave doubt, the customer is asked for the story and then offered the likeliest reasons.
            "utter_ask_details": story,
            "utter_ask_reason": DAMAGED,
            "utter_ask_evidence": photo((64, 48)),
            "utter_ask_remedy": sentences.money_back,
        },
        until="utter_ask_confirmation",
    )
    for message in customer.transcript():
        if message["response"] == "utter_ask_reason":
            assert DAMAGED in [button["payload"] for button in message["buttons"]]
    summary = customer.last.custom["summary"]
    assert (summary["kind"], summary["reason"], summary["remedy"]) == ("complaint", "damaged", "return_refund")
    assert shop.cases(order) == []

    customer.say(sentences.yes)
    assert customer.responses == ["utter_return_opened"]
    case = shop.only_case(order)
    assert (case["issue_type"], case["language"], case["story"]) == ("damaged", sentences.language, story)
    (return_,) = case["returns"]
    # What arrives damaged goes back at the shop's expense.
    assert (return_["state"], return_["return_shipping"]) == ("approved", "shop")
    return case
