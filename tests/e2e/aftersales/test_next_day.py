"""Conversations go on the next day, in a process that was started in between: nothing is lost, nothing asked again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.store.tables import metadata
from bot.store.types import UtcDateTime
from bot.store.unit_of_work import SqlUnitOfWork
from tests.e2e.aftersales import faults
from tests.e2e.aftersales.follow_up import COMES_BACK, CONTENT, DOUBTS, NEXT_DAY
from tests.e2e.aftersales.scenario import Outcome, Scenario, answer_questions, converse, written
from tests.e2e.aftersales.two_cases import TWO_CASES
from tests.e2e.aftersales.voices import VOICES
from tests.e2e.conftest import Shop
from tests.e2e.customer import Customer
from tests.e2e.process import SHOP_SECRET, Parley, report_event

_TOLD_WITHIN_SECONDS = 180
_RETURN = Outcome(ends=("utter_return_opened",), issue="wrong_size", wish="return_refund")

each_language = pytest.mark.parametrize("language", NEXT_DAY)


class Yesterday:
    """An installation with conversations of yesterday, by language."""

    def __init__(self, parley: Parley) -> None:
        self.parley = parley
        self.shop = Shop(parley)
        self.interrupted: dict[str, Customer] = {}
        self.repaired: dict[str, Customer] = {}
        self.refunded: dict[str, Customer] = {}
        self.incomplete: dict[str, Customer] = {}

    def talk(self) -> None:
        """Have the conversations: a return left half filled, a repair, a refund and what was not in the parcel."""
        with ThreadPoolExecutor(3) as threads:
            for done in [threads.submit(self._talk, language) for language in NEXT_DAY]:
                done.result()

    def _talk(self, language: str) -> None:
        self.interrupted[language] = self._begin(language)
        left = half_said(language)
        self.interrupted[language].say(left.written(left.first))
        answer_questions(self.interrupted[language], left, until="utter_ask_reason")
        complaints = [("defective", self.repaired), ("cheap", self.refunded)]
        for situation, customers in (
            [*complaints, ("incomplete", self.incomplete)] if language in COMES_BACK else complaints
        ):
            customers[language] = self._begin(language)
            scenario = of(language, situation)
            converse(customers[language], scenario)
            assert customers[language].responses[-1] == scenario.outcome.ends[-1]

    def _begin(self, language: str) -> Customer:
        return Customer(self.parley.base, language, locale=language)


def half_said(language: str) -> Scenario:
    """Return the return that is left half filled."""
    return Scenario(language, "plain", TWO_CASES[language][0], _RETURN)


def of(language: str, situation: str) -> Scenario:
    """Return a conversation of the tables."""
    return next(row for row in faults.SCENARIOS if (row.language, row.situation) == (language, situation))


@pytest.fixture(scope="module")
def yesterday(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yesterday]:
    parley = Parley(tmp_path_factory.mktemp("yesterday"), PARLEY_SHOP_SECRET=SHOP_SECRET)
    parley.start()
    found = Yesterday(parley)
    found.talk()
    parley.stop()
    _let_a_day_pass(parley)
    parley.start()
    yield found
    parley.stop()


def _let_a_day_pass(parley: Parley) -> None:
    """Move everything that is written down a day into the past."""
    with closing(sqlite3.connect(parley.folder / "parley.db")) as database, database:
        for table in metadata.sorted_tables:
            moments = [column.name for column in table.columns if isinstance(column.type, UtcDateTime)]
            changes = ", ".join(f"{name} = strftime('%Y-%m-%d %H:%M:%f000', {name}, '-1 day')" for name in moments)
            if changes:
                database.execute(f"UPDATE {table.name} SET {changes}")


@each_language
def test_a_form_left_half_filled_goes_on_with_the_next_answer(language: str, yesterday: Yesterday) -> None:
    customer, scenario = yesterday.interrupted[language], half_said(language)
    customer.say(NEXT_DAY[language].why)
    answer_questions(customer, replace(scenario, says={"utter_ask_order_number": ()}))
    assert customer.responses == ["utter_return_opened"]
    found = written(yesterday.parley, customer, scenario.number)
    assert (found["issue"], found["returns"], found["state"]) == ("wrong_size", ("approved",), "executing")


@each_language
def test_a_quote_is_answered_in_words(language: str, yesterday: Yesterday) -> None:
    customer, scenario = yesterday.repaired[language], of(language, "defective")
    (repair,) = yesterday.shop.only_case(scenario.number)["repairs"]
    before = customer.transcript()[-1]["message_id"]
    base = yesterday.parley.base
    assert report_event(base, "repair.received", repair=repair["number"]) == "applied"
    currency = _currency(yesterday.parley, scenario.number)
    quote = {"amount": "1000" if currency == "JPY" else "25.00", "currency": currency}
    assert report_event(base, "repair.quoted", repair=repair["number"], **quote) == "applied"
    told = _wait_for(customer, before, "utter_notify_repair_quoted")
    assert told["language"] == language

    if language in DOUBTS:
        customer.say(DOUBTS[language])
        assert customer.responses == ["utter_notify_repair_quoted"]
        assert yesterday.shop.only_case(scenario.number)["repairs"][0]["state"] == "quoted"
    customer.say(NEXT_DAY[language].repair)
    accepts = language in CONTENT
    assert customer.responses == ["utter_quote_accepted" if accepts else "utter_quote_declined"]
    (repair,) = yesterday.shop.only_case(scenario.number)["repairs"]
    assert repair["state"] == ("repairing" if accepts else "quote_declined")


@each_language
def test_whether_it_is_solved_is_asked_and_counts(language: str, yesterday: Yesterday) -> None:
    customer, scenario = yesterday.refunded[language], of(language, "cheap")
    voice = VOICES[language]
    customer.replies = customer.replies_to([_wait_for(customer, "0", "utter_ask_solved")])
    if language not in CONTENT:
        customer.click('"solved": "no"')
        assert customer.responses == ["utter_not_solved", "utter_handoff_queued"]
        case = yesterday.shop.only_case(scenario.number)
        assert (case["state"], case["priority"]) == ("escalated", "high")
        assert yesterday.shop.handoff(customer.id).case_number == case["number"]
        return
    customer.say(voice.yes)
    assert customer.responses == ["utter_solved", "utter_ask_rating"]
    customer.say("5")
    assert customer.responses == ["utter_ask_rating_comment"]
    customer.say(NEXT_DAY[language].comment)
    assert customer.responses == ["utter_rating_thanks"]
    case = yesterday.shop.only_case(scenario.number)
    assert case["state"] == "closed"

    async def rating(uow: SqlUnitOfWork) -> Any:
        return await uow.ratings.of_case(case["number"])

    found = yesterday.parley.query(rating)
    assert (found.rating, found.comment) == (5, NEXT_DAY[language].comment)


@pytest.mark.parametrize("language", sorted(COMES_BACK))
def test_who_complains_again_in_the_same_conversation_is_known(language: str, yesterday: Yesterday) -> None:
    customer, scenario = yesterday.incomplete[language], of(language, "incomplete")
    assert yesterday.shop.only_case(scenario.number)["priority"] == "normal"
    customer.say(COMES_BACK[language].format(n=scenario.number))
    heard = customer.responses
    # Proved yesterday, so it is not asked for again.
    assert "utter_known_case" in heard and "utter_ask_verification" not in heard
    assert yesterday.shop.only_case(scenario.number)["priority"] == "high"


def _currency(parley: Parley, number: str) -> str:
    async def find(uow: SqlUnitOfWork) -> str:
        order = await uow.orders.get(number)
        assert order is not None
        return str(order.currency)

    return parley.query(find)


def _wait_for(customer: Customer, after: str, response: str) -> dict[str, Any]:
    """Return the first message of a name that comes after another, however long the next round takes."""
    deadline = time.monotonic() + _TOLD_WITHIN_SECONDS
    while True:
        for message in customer.messages_after(after):
            if message["response"] == response:
                return message
        assert time.monotonic() < deadline, f"{response} never came: {customer.transcript()[-3:]}"
        time.sleep(0.2)
