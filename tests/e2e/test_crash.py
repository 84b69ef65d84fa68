"""The process may die at any moment: every message is answered once, everything is written once, in order."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest

from bot.conversations.model import InboundMessage, InboxState
from bot.store.unit_of_work import SqlUnitOfWork
from tests.e2e.conftest import Shop
from tests.e2e.customer import Customer
from tests.e2e.phrases import ALL
from tests.e2e.process import Parley

_KILLS = 11
#: A turn takes some tens of milliseconds, so most kills fall into the middle of one.
_LATEST_SECONDS = 0.25
_ANSWERED_WITHIN_SECONDS = 120


@pytest.fixture(scope="module")
def mortal(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parley]:
    """An installation of its own, to be killed."""
    served = Parley(tmp_path_factory.mktemp("mortal"))
    served.start()
    yield served
    served.stop()


class _Step:
    """One customer's next message; sent, interrupted by the kill, and sent again as clients do."""

    def __init__(self, customer: Customer, text: str, number: int) -> None:
        self.customer = customer
        self.text = text
        self.message_id = f"m-{number}"

    def send(self) -> list[str | None]:
        answer = self.customer.post(self.text, message_id=self.message_id)
        self.customer.replies = self.customer.replies_to(answer)
        return self.customer.responses

    def try_to_send(self) -> None:
        # The connection dies with the process; that is all a client may notice.
        with contextlib.suppress(OSError, ValueError, HTTPException):
            self.send()


def _inbox(parley: Parley, customer: Customer) -> list[InboundMessage]:
    async def find(uow: SqlUnitOfWork) -> list[InboundMessage]:
        found = [await uow.inbox.by_platform_id("rest", f"{customer.id}:m-{number}") for number in range(1, _KILLS + 1)]
        return [inbound for inbound in found if inbound]

    return parley.query(find)


def test_kills_at_any_moment_lose_nothing_and_double_nothing(mortal: Parley) -> None:
    shop, chance = Shop(mortal), random.Random(7)
    journeys = []
    for phrases in ALL:
        for nth in (1, 2, 3):
            customer = Customer(mortal.base, phrases.language, locale=phrases.language)
            return_ = [
                ("/return_item", "utter_ask_order_number"),
                (phrases.order(nth), "utter_ask_verification"),
                (phrases.email(nth), "utter_ask_reason"),
                ('/choose_reason{"reason": "changed_mind"}', "utter_ask_confirmation"),
                ("/affirm", "utter_return_opened"),
                ("/withdraw_case", "utter_ask_confirmation"),
                ("/affirm", "utter_case_withdrawn"),
                ("/exchange_item", "utter_ask_reason"),
                ('/choose_reason{"reason": "changed_mind"}', "utter_ask_variant"),
                ("/thank", "utter_ask_variant"),
                ("/ask_human", "utter_handoff_queued"),
            ]
            assert len(return_) == _KILLS
            journeys.append((customer, phrases.order(nth), return_))

    for turn in range(_KILLS):
        steps = [_Step(customer, journey[turn][0], turn + 1) for customer, _, journey in journeys]
        with ThreadPoolExecutor(len(steps)) as threads:
            for step in steps:
                threads.submit(step.try_to_send)
            time.sleep(chance.uniform(0.0, _LATEST_SECONDS))
            mortal.kill()
        mortal.start()
        with ThreadPoolExecutor(len(steps)) as threads:
            answers = list(threads.map(_Step.send, steps))
        for answer, (_, _, journey) in zip(answers, journeys, strict=True):
            assert answer[-1] == journey[turn][1], (turn, answer)

    for customer, order, journey in journeys:
        inbox = _inbox(mortal, customer)
        assert [inbound.text for inbound in inbox] == [text for text, _ in journey]
        assert {inbound.state for inbound in inbox} == {InboxState.PROCESSED}
        transcript = customer.transcript()
        ids = [int(message["message_id"]) for message in transcript]
        assert ids == sorted(set(ids))
        # Each of the customer's messages is followed by its answer, once.
        said = [message["text"] for message in transcript if message["author"] == "customer"]
        assert said == [text for text, _ in journey]
        blocks = "".join("c" if message["author"] == "customer" else "b" for message in transcript).split("c")[1:]
        assert [len(block) for block in blocks] == [1] * 9 + [2] + [1]
        assert [message["response"] for message in transcript if message["author"] == "bot"] == [
            *(response for _, response in journey[:9]), "utter_thank", "utter_ask_variant", "utter_handoff_queued",
        ]  # fmt: skip
        case = shop.only_case(order)
        assert case["state"] == "withdrawn"
        assert [return_["state"] for return_ in case["returns"]] == ["canceled"]
        assert shop.handoff(customer.id) is not None


def test_a_confirming_yes_is_carried_out_once_however_late_the_kill(mortal: Parley) -> None:
    shop, chance = Shop(mortal), random.Random(11)
    waiting = []
    for phrases in ALL:
        for nth in range(4, 11):
            customer = Customer(mortal.base, phrases.language, locale=phrases.language)
            customer.say(phrases.written(phrases.track_order, nth))
            customer.say("/return_item")
            customer.say('/choose_reason{"reason": "changed_mind"}')
            assert customer.last.response == "utter_ask_confirmation"
            waiting.append((customer, phrases.order(nth)))
    chance.shuffle(waiting)
    with ThreadPoolExecutor(len(waiting)) as threads:
        for customer, _ in waiting:
            threads.submit(_Step(customer, "/affirm", 1).try_to_send)
        # One after the other they come to their end; wherever the kill falls, some are right in the middle.
        time.sleep(0.3)
        mortal.kill()
    mortal.start()
    deadline = time.monotonic() + _ANSWERED_WITHIN_SECONDS
    for customer, order in waiting:
        # Nobody sends anything again: what was received is answered all the same.
        was_received = bool(_inbox(mortal, customer))
        while was_received and customer.transcript()[-1]["author"] == "customer":
            assert time.monotonic() < deadline, "an inbound message was never answered"
            time.sleep(0.1)
        answer = _Step(customer, "/affirm", 1).send()
        assert answer == ["utter_return_opened"]
        case = shop.only_case(order)
        assert len(case["returns"]) == 1
        told = customer.last.custom
        assert told["case"]["number"] == case["number"]
        assert [message["response"] for message in customer.transcript()].count("utter_return_opened") == 1
