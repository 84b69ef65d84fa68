from __future__ import annotations

from bot.l10n.languages import SPOKEN
from bot.nlu.augmentation import Example, joined_examples, mentioning_examples
from bot.nlu.lexicon import lexicon

COMPLAINT = Example("the cup is broken.", "complain", "damaged", "en")
WISH = Example("i want my money back", "refund_order", None, "en")
BOTH = Example("it broke, refund me", "refund_order", "damaged", "en")


def test_a_problem_and_a_wish_make_the_wish_with_that_problem() -> None:
    made = joined_examples([COMPLAINT, WISH, BOTH])
    assert made
    assert {(example.intent, example.issue, example.language) for example in made} == {
        ("refund_order", "damaged", "en")
    }
    assert all("cup is broken" in example.text and "money back" in example.text for example in made)


def test_languages_are_never_mixed() -> None:
    german = Example("ich will mein Geld zurück", "refund_order", None, "de")
    assert joined_examples([COMPLAINT, german, BOTH]) == []


def test_problems_are_only_joined_with_wishes_they_occur_with() -> None:
    assert joined_examples([COMPLAINT, WISH]) == []


def test_the_same_data_makes_the_same_examples() -> None:
    assert joined_examples([COMPLAINT, WISH, BOTH]) == joined_examples([COMPLAINT, WISH, BOTH])


def test_a_mentioned_order_changes_neither_intent_nor_issue() -> None:
    made = mentioning_examples([COMPLAINT, WISH, BOTH])
    assert {(example.intent, example.issue) for example in made} == {
        ("complain", "damaged"), ("refund_order", None), ("refund_order", "damaged"),
    }  # fmt: skip
    assert all("10482733" in example.text for example in made)
    assert any(example.text.startswith("Hi, about my order 10482733 - the cup is broken") for example in made)
    assert mentioning_examples([COMPLAINT, WISH, BOTH]) == made


def test_messages_that_have_numbers_already_get_no_other() -> None:
    assert mentioning_examples([Example("10481111 is broken", "complain", "damaged", "en")]) == []


def test_every_spoken_language_mentions_orders_with_a_number_and_the_message() -> None:
    mentions = lexicon("mentions")
    assert set(mentions) == set(SPOKEN)
    assert all(text.count("{n}") == 1 and text.count("{}") == 1 for texts in mentions.values() for text in texts)
