"""Made-up training examples: a problem and a wish in one message, and messages that mention the order besides.

The hand-written examples are mostly one thought each; real messages string two together, and the taxonomy says
that then the wish or the question is the intent and the problem the issue type. Joining a complaint with a wish of
the same language teaches just that; on independent messages it is worth two points of intent accuracy.

Many customers name their order along with what they want ("about my order 10482733 - the lamp is broken"), which says
nothing about the wish; without examples of it such messages were taken for questions about the order.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.nlu.lexicon import lexicon
from bot.nlu.text import weight

#: Wishes and questions a complaint is joined with, and how many examples are made of each in every language.
_WISHES = {
    "refund_order": 15, "return_item": 15, "exchange_item": 15, "reship_item": 15, "repair_item": 15,
    "cancel_order": 15, "ask_human": 15, "check_case": 15, "track_order": 5, "deny": 5, "ask_packing": 5,
    "ask_return_policy": 5, "ask_return_cost": 5, "ask_warranty": 5, "ask_refund_time": 5, "ask_contact": 5,
}  # fmt: skip
_COMPLAINT = "complain"
#: What is said along with the number of an order, and how many examples are made of each in every language.
_MENTIONING = {
    "complain": 24, "refund_order": 6, "return_item": 6, "exchange_item": 6, "reship_item": 6, "repair_item": 6,
    "cancel_order": 6, "track_order": 6, "check_case": 6, "withdraw_case": 6, "change_address": 6, "change_items": 6,
    "ask_invoice": 6, "ask_refund_time": 6, "ask_return_policy": 6, "ask_human": 6,
}  # fmt: skip
_NUMBER = "10482733"
# Letters as counted by `bot.nlu.text.weight`; longer parts drown each other.
_LONGEST_COMPLAINT = 100
_LONGEST_WISH = 55
_LONGEST_MENTIONING = 140
_WISH_FIRST_EVERY = 4
_LINKS = (". ", ", ", " ", "! ")


@dataclass(frozen=True)
class Example:
    """A training sentence with its labels; `issue` is None where it states no problem."""

    text: str
    intent: str
    issue: str | None
    language: str


def joined_examples(examples: Sequence[Example]) -> list[Example]:
    """Return examples that join a complaint with a wish, the same ones for the same input.

    Who is joined with whom is drawn by hash, so that one more sentence in the training data leaves nearly all
    made-up examples, and with them their cached vectors, as they were.
    """
    made: list[Example] = []
    for language in sorted({example.language for example in examples}):
        own = [example for example in examples if example.language == language]
        complaints = [
            example
            for example in own
            if example.intent == _COMPLAINT and example.issue and weight(example.text) <= _LONGEST_COMPLAINT
        ]
        for intent, count in _WISHES.items():
            wishes = [
                example
                for example in own
                if example.intent == intent and not example.issue and weight(example.text) <= _LONGEST_WISH
            ]
            # Only problems that people do combine with this wish.
            usual = {example.issue for example in examples if example.intent == intent and example.issue}
            fitting = [complaint for complaint in complaints if complaint.issue in usual]
            if wishes and fitting:
                made += [
                    _join(_draw(fitting, f"{intent} {turn}"), _draw(wishes, f"{turn} {intent}"), turn)
                    for turn in range(count)
                ]
    return made


def mentioning_examples(examples: Sequence[Example]) -> list[Example]:
    """Return examples that mention an order besides what they say, the same ones for the same input.

    How orders are mentioned is in `lexicons/mentions.yml`; a language that is not there gets no examples.
    """
    made: list[Example] = []
    for language, mentions in sorted(lexicon("mentions").items()):
        for intent, count in _MENTIONING.items():
            fitting = [
                example
                for example in examples
                if example.language == language
                and example.intent == intent
                and weight(example.text) <= _LONGEST_MENTIONING
                and not any(character.isdigit() for character in example.text)
            ]
            for turn in range(count if fitting else 0):
                drawn = _draw(fitting, f"mention {intent} {turn}")
                mention = mentions[(turn + zlib.crc32(intent.encode())) % len(mentions)]
                text = mention.replace("{n}", _NUMBER).replace("{}", drawn.text)
                made.append(Example(text, intent, drawn.issue, language))
    return made


def _draw(examples: Sequence[Example], turn: str) -> Example:
    return min(examples, key=lambda example: (zlib.crc32(f"{turn} {example.text}".encode()), example.text))


def _join(complaint: Example, wish: Example, turn: int) -> Example:
    dense = wish.language.startswith(("zh", "ja", "th"))
    link = "，" if dense else _LINKS[turn % len(_LINKS)]
    wish_first = turn % _WISH_FIRST_EVERY == 0
    first, second = (wish, complaint) if wish_first else (complaint, wish)
    text = first.text.rstrip(".!?,。！？，") + link + second.text
    return Example(text, wish.intent, complaint.issue, wish.language)
