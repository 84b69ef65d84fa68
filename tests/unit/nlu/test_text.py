from __future__ import annotations

import pytest

from bot.nlu.text import clean, for_models, for_ngrams, is_only_an_answer, is_payload, weight


def test_stretched_letters_and_marks_are_shortened() -> None:
    assert for_models("Heyyyy!!! PLEEEASE") == "hey! please"


def test_repeated_chinese_characters_stay_doubled() -> None:
    assert for_models("谢谢谢谢") == "谢谢"


def test_which_order_it_is_does_not_matter_to_the_models() -> None:
    assert for_models("where is 10482733?") == for_models("where is 1099-3017?")
    assert for_models("mail me at anna@example.org") == for_models("mail me at li.wen@example.com")


@pytest.mark.parametrize(
    "text", ["anna@example.org", "#10482733", "１０４８２７３３！", "10482733, anna@example.org 🙂"]
)
def test_numbers_and_addresses_alone_are_an_answer(text: str) -> None:
    assert is_only_an_answer(for_models(text))


@pytest.mark.parametrize("text", ["10482733 发票", "invoice anna@example.org", "42", "?!", ""])
def test_whatever_else_is_said_is_read(text: str) -> None:
    assert not is_only_an_answer(for_models(text))


def test_short_numbers_keep_their_value() -> None:
    assert "42" in for_models("size 42 please")


def test_full_width_letters_and_invisible_characters_are_cleaned() -> None:
    assert clean("１２３\u200b  ＡＢＣ") == "123 ABC"


def test_payloads_are_told_from_words() -> None:
    assert is_payload('/choose_item{"item": "2"}')
    assert not is_payload("/ 2 please")
    assert not is_payload("1/2")


def test_a_chinese_character_weighs_as_much_as_three_letters() -> None:
    assert weight("退货") == weight("return")


@pytest.mark.parametrize(
    ("careful", "careless"),
    [
        ("größe", "grosse"),
        ("żółw", "zolw"),
        ("çok ığdır", "cok igdir"),
        ("إرجاع", "ارجاع"),
        ("مُرتجعة", "مرتجعه"),
        ("ещё", "еще"),
    ],
)
def test_ngrams_do_not_see_what_customers_leave_out(careful: str, careless: str) -> None:
    assert for_ngrams(careful) == for_ngrams(careless)


def test_vowel_signs_of_other_scripts_stay() -> None:
    assert for_ngrams("में 日本語が พูดได้") == "में 日本語が พูดได้"
