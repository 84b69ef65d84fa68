"""The conversations both sides hold: the same messages, with the same answers expected.

A conversation is an opening, in which the customer proves the order, and then cycles of ten turns: a return is begun,
interrupted by questions, summed up, declined and abandoned. So nothing is ever written, conversations do not disturb
each other, and each cycle costs the same work however old the conversation is.

Stock Rasa reads no order numbers, so the customer gives data by payloads, as buttons do. All else is written by hand;
longer messages never repeat within a run, because in life they hardly do, and caches shall not profit.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

OPENING_TURNS = 5
CYCLE_TURNS = 10

_ORDER, _EMAIL = "10480001", "anna.becker@example.org"


@dataclass(frozen=True)
class Step:
    """A customer's message and the responses it must be answered with."""

    text: str
    expected: tuple[str, ...]


class Writer:
    """Writes conversations; the same seed writes the same ones."""

    def __init__(self, seed: int = 1) -> None:
        chance = random.Random(seed)
        self._texts = {kind: _texts(parts, chance) for kind, parts in _MESSAGES.items()}

    def conversation(self, turns: int) -> list[Step]:
        """Return a conversation of so many turns that shares no longer message with those written before."""
        steps = itertools.chain(self._opening(), self._cycles())
        return list(itertools.islice(steps, turns))

    def _say(self, kind: str, *expected: str) -> Step:
        return Step(next(self._texts[kind]), expected)

    def _opening(self) -> Iterator[Step]:
        yield self._say("greet", "utter_greet")
        yield self._say("track", "utter_ask_order_number")
        yield Step(f'/inform{{"order_number": "{_ORDER}"}}', ("utter_ask_verification",))
        yield Step(f'/inform{{"email": "{_EMAIL}"}}', ("utter_order_delivered",))
        yield self._say("thank", "utter_thank")

    def _cycles(self) -> Iterator[Step]:
        while True:
            yield self._say("return", "utter_ask_items")
            yield Step('/choose_item{"item": "2"}', ("utter_ask_quantity",))
            yield self._say("cost", "utter_answer_return_cost", "utter_ask_quantity")
            yield Step('/choose_quantity{"quantity": "1"}', ("utter_ask_reason",))
            yield self._say("refund", "utter_answer_refund_time", "utter_ask_reason")
            yield Step('/choose_reason{"reason": "changed_mind"}', ("utter_ask_confirmation",))
            yield self._say("track", "utter_order_delivered", "utter_ask_confirmation")
            yield self._say("deny", "utter_ask_change")
            yield self._say("stop", "utter_stopped")
            yield self._say("delivery", "utter_answer_delivery")


def _texts(parts: tuple[list[str], ...], chance: random.Random) -> Iterator[str]:
    """Yield all combinations of the parts in random order, again and again."""
    texts = ["".join(combination) for combination in itertools.product(*parts)]
    chance.shuffle(texts)
    return itertools.cycle(texts)


_STARTS = ["", "ok, ", "and ", "also, ", "now ", "sorry, "]
_ENDS = ["", "?", " please"]
_COUNTRIES = [
    "chile", "canada", "iceland", "norway", "austria", "portugal", "australia", "malta", "japan", "finland", "ireland",
    "cyprus", "croatia", "thailand", "peru", "estonia", "hungary", "morocco", "sweden", "slovenia", "denmark",
]  # fmt: skip
_WHENS = [
    "last week", "last month", "on friday", "on monday", "the other day", "on sunday", "on tuesday", "this month",
    "on sunday evening", "yesterday", "last weekend", "on thursday", "last saturday", "on wednesday",
]  # fmt: skip
_ACCOUNTS = [
    "visa card", "mastercard", "paypal", "klarna account", "bank account", "credit card", "debit card", "amex card",
    "apple pay", "google pay", "bank", "card", "company card", "savings account",
]  # fmt: skip

#: Each kind is every combination of its parts. They name no goods, sizes or problems: actions would read them.
_MESSAGES: dict[str, tuple[list[str], ...]] = {
    "greet": (["hi", "hello", "hey", "hi there", "good morning", "good evening", "hello there"], ["", "!", " :)"]),
    "thank": (["thanks", "thank you", "thanks a lot", "many thanks", "thank you very much", "cheers"], ["", "!"]),
    "deny": (["no", "nope", "no thanks", "no thank you", "nah", "not really", "no no no"], ["", "!", "."]),
    "stop": (["stop", "forget it, never mind", "forget about it", "nevermind", "let's stop here", "abort", "quit"],
             ["", "!", "."]),
    "return": (
        ["", "ok, ", "hi, ", "so ", "now "],
        ["i want to return something i bought ", "i would like to return something i ordered ",
         "i'd like to send back something i bought ", "i want to send back something from my order of "],
        _WHENS,
        ["", " please", "."],
    ),
    "cost": (
        _STARTS,
        ["who pays for sending it back from ", "do i pay for the return from ", "are returns free from ",
         "how much does a return cost from "],
        _COUNTRIES,
        _ENDS,
    ),
    "refund": (
        _STARTS,
        ["how long does a refund take to my ", "when do refunds usually arrive on my ",
         "how many days for a refund to my ", "when will the refund be on my "],
        _ACCOUNTS,
        _ENDS,
    ),
    "track": (
        _STARTS,
        ["where is my parcel that i ordered ", "where is my order from ", "where is the package i ordered ",
         "where is my package from "],
        _WHENS,
        _ENDS,
    ),
    "delivery": (
        _STARTS,
        ["do you ship to ", "how much is shipping to ", "do you deliver to ", "which courier do you use to "],
        _COUNTRIES,
        _ENDS,
    ),
}  # fmt: skip
