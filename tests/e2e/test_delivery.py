"""Messages are answered once, in order, and by whoever handles the conversation."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

from tests.e2e.conftest import Shop, Visit
from tests.e2e.phrases import ALL, ENGLISH
from tests.e2e.process import Parley


def test_a_repeated_message_gets_the_first_answer_and_writes_nothing_twice(visit: Visit, shop: Shop) -> None:
    customer = visit("en")
    customer.say(ENGLISH.written("I want to return my dress from order {n}, {e}, it is too small for me", 8))
    customer.answer({"utter_ask_reason": ENGLISH.too_small}, until="utter_ask_confirmation")
    before = customer.turns
    first = customer.post("yes", message_id="the-yes")
    again = customer.post("yes", message_id="the-yes")
    assert first == again
    assert [message["response"] for message in first] == ["utter_return_opened"]
    assert len(shop.only_case(ENGLISH.order(8))["returns"]) == 1
    assert [message["author"] for message in customer.transcript()].count("customer") == before + 1


def test_two_messages_at_once_are_answered_in_order(visit: Visit) -> None:
    for phrases in ALL:
        customer = visit(phrases.language)
        customer.say(phrases.start_return)
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(customer.post, phrases.order(9))
            deadline = time.monotonic() + 120
            # The second is sent as soon as the first is stored, answered or not.
            while len(customer.transcript()) < 3:
                assert time.monotonic() < deadline, "the first was never stored"
                time.sleep(0.01)
            second = threads.submit(customer.post, phrases.email(9))
        assert [message["response"] for message in first.result()] == ["utter_ask_verification"]
        assert [message["response"] for message in second.result()] == ["utter_ask_reason"]
        ids = [int(message["message_id"]) for message in customer.transcript()]
        assert ids == sorted(ids)


def test_many_customers_at_once_do_not_get_in_each_others_way(visit: Visit) -> None:
    customers = [visit(phrases.language) for phrases in ALL for _ in range(4)]

    def ask(index: int) -> str | None:
        phrases, customer = ALL[index // 4], customers[index]
        customer.say(phrases.track)
        customer.identify(phrases.order(9), phrases.email(9))
        assert customer.last.custom["order"]["number"] == phrases.order(9)
        return customer.last.response

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(len(customers))))
    assert answers == ["utter_order_delivered"] * len(customers)


def test_the_command_line_prints_the_same_cases(parley: Parley, visit: Visit, shop: Shop) -> None:
    customer = visit("en")
    customer.say(ENGLISH.written("I want to return my sweater from order {n}, {e}, it is too small", 10))
    customer.answer({"utter_ask_reason": ENGLISH.too_small}, until="utter_ask_confirmation")
    customer.click("/affirm")
    assert customer.last.response == "utter_return_opened"
    printed = json.loads(parley.cli("cases", "--order", ENGLISH.order(10), "--json"))
    assert printed == {"order": ENGLISH.order(10), "cases": shop.cases(ENGLISH.order(10))}
    assert shop.only_case(ENGLISH.order(10))["number"] in parley.cli("cases", "--order", ENGLISH.order(10))
