"""Actions served over HTTP, for Parley and for Rasa's own server, do the same; that is configuration only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench.installation import ROOT, Installation, seed
from tests.e2e.conftest import Shop
from tests.e2e.customer import Customer
from tests.e2e.phrases import GERMAN
from tests.e2e.process import Parley, call


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
        assert Shop(bot).handoff(customer.id) is not None
    finally:
        bot.stop()
        actions.stop()


def test_the_same_model_and_actions_run_under_rasas_own_server(
    model: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rasa")
    asyncio.run(seed(folder))
    actions = Parley(folder, "actions", ready="/health")
    # The file of the project, with the port that happens to be free.
    endpoints = (ROOT / "endpoints.yml").read_text("utf-8").replace("http://localhost:5055", actions.base)
    (folder / "endpoints.yml").write_text(endpoints, "utf-8")
    (folder / "credentials.yml").write_text("rest:\n", "utf-8")
    server = Installation(
        folder,
        "rasa",
        ("run", "--model", str(model), "--endpoints", str(folder / "endpoints.yml"),
         "--credentials", str(folder / "credentials.yml"), "--interface", "127.0.0.1", "--port", "{port}"),
        log="rasa.log",
        ready="/",
        environment={},
    )  # fmt: skip
    try:
        actions.start()
        server.start()
        assert "Bestellnummer" in _say(server, GERMAN.start_return)[-1]["text"]
        _say(server, GERMAN.stop)
        said = _say(server, GERMAN.written(GERMAN.everything, 4))
        # Rasa's own channel sends words and facts one after the other.
        words, facts = said
        assert "/affirm" in [button["payload"] for button in words["buttons"]]
        assert facts["custom"]["summary"]["order_number"] == GERMAN.order(4)
        _say(server, "/affirm")
        assert Shop(actions).only_case(GERMAN.order(4))["returns"][0]["state"] == "approved"
    finally:
        server.stop()
        actions.stop()


def _say(server: Installation, text: str) -> list[dict[str, Any]]:
    return list(call(f"{server.base}/webhooks/rest/webhook", {"sender": "somebody", "message": text}))
