from __future__ import annotations

from bot.nlu.augmentation import Example, joined_examples

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
