"""Earlier answers can be corrected at any time, and nothing else is asked again."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Shop, Visit

ANNA = "anna.becker@example.org"


@pytest.mark.parametrize(
    "language,start,other_order,shirts,one,reason,not_one",
    [
        ("en", "I would like to return something from order 10480014", "no sorry, I mean the other order 10480001",
         "the t-shirts", "just 1, thanks", "I simply don't like it any more", "2 not 1"),
        ("de", "Ich möchte etwas aus der Bestellung 10480014 zurückgeben",
         "nein, ich meine die andere Bestellung 10480001",
         "die T-Shirts", "nur 1", "gefällt mir einfach nicht mehr", "2, nicht 1"),
        ("es", "Quiero devolver algo del pedido 10480014", "no, perdona, me refiero al otro pedido 10480001",
         "las camisetas", "solo 1", "simplemente ya no la quiero", "2, no 1"),
        ("zh", "我想退订单10480014里的东西", "不对，是另一个订单10480001",
         "T恤", "一件", "就是不想要了", "是2件，不是1件"),
    ],
)  # fmt: skip
def test_order_and_quantity_are_corrected_in_words(
    language: str, start: str, other_order: str, shirts: str, one: str, reason: str, not_one: str,
    visit: Visit, shop: Shop,
) -> None:  # fmt: skip
    customer = visit(language)
    customer.say(start)
    assert customer.last.response == "utter_ask_verification"
    customer.say(ANNA)
    assert customer.last.response == "utter_ask_items"
    customer.say(other_order)
    if customer.last.response == "utter_ask_verification":
        customer.say(ANNA)
    assert customer.last.response == "utter_ask_items"
    assert [item["line"] for item in customer.last.custom["items"]] == [1, 2]
    customer.say(shirts)
    assert customer.last.response == "utter_ask_quantity"
    assert customer.last.custom == {"line": 2, "ordered": 2}
    customer.say(one)
    assert customer.last.response == "utter_ask_reason"
    customer.say(reason)
    assert customer.last.response == "utter_ask_confirmation"
    summary = customer.last.custom["summary"]
    assert (summary["order_number"], summary["reason"]) == ("10480001", "changed_mind")
    assert summary["lines"] == [{"line": 2, "quantity": 1}]
    customer.say(not_one)
    assert customer.last.response == "utter_ask_confirmation"
    assert customer.last.custom["summary"]["lines"] == [{"line": 2, "quantity": 2}]
    customer.say("/stop")
    assert shop.cases("10480001") == []


def test_a_no_to_the_summary_asks_what_should_be_different(visit: Visit, shop: Shop) -> None:
    customer = visit("en")
    customer.say("I want to return the running shoes from order 10480001, anna.becker@example.org")
    customer.answer({"utter_ask_reason": "I changed my mind"}, until="utter_ask_confirmation")
    customer.say("no, that's wrong")
    assert customer.responses == ["utter_ask_change"]
    customer.click('"items"')
    assert customer.responses == ["utter_ask_items"]
    customer.say("the second one")
    assert customer.responses == ["utter_ask_quantity"]
    customer.click('"2"')
    assert customer.last.custom["summary"]["lines"] == [{"line": 2, "quantity": 2}]
    customer.click("/deny")
    customer.click("/stop")
    assert customer.responses == ["utter_stopped"]
    assert shop.cases("10480001") == []
