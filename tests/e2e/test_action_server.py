"""Actions served over HTTP by a process of their own do the same; that takes one address in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Shop
from tests.e2e.customer import Customer
from tests.e2e.phrases import GERMAN
from tests.e2e.process import Parley


def test_a_return_is_opened_through_the_http_action_server(
    model: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("two-processes")
    actions = Parley(folder, "actions", ready="/health")
    bot = Parley(folder, PARLEY_ACTIONS_URL=f"{actions.base}/webhook")
    try:
        actions.start()
        bot.start()
        customer = Customer(bot.base, "de")
        customer.say(GERMAN.written(GERMAN.everything, 4))
        assert customer.last.response == "utter_ask_confirmation"
        customer.say(GERMAN.refund_time)
        assert customer.responses == ["utter_answer_refund_time", "utter_ask_confirmation"]
        customer.say(GERMAN.yes)
        assert customer.responses == ["utter_return_opened"]
        assert Shop(bot).only_case(GERMAN.order(4))["returns"][0]["state"] == "approved"
        # With no action server the turn is tried again and then handed to a person, not lost.
        actions.kill()
        (answer,) = customer.say("/track_order")
        assert answer.response == "utter_internal_error"
        assert Shop(bot).handoff(customer) is not None
    finally:
        bot.stop()
        actions.stop()
