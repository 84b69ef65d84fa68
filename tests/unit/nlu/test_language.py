from __future__ import annotations

import pytest

from bot.nlu.language.evidence import word_count, words_of
from bot.nlu.language.identify import identify, sticky_language
from bot.nlu.language.own_ngrams import OwnNgrams
from bot.nlu.language.scripts import candidates

OWN = OwnNgrams.fit(
    ["where is my parcel", "my order is late", "wo ist mein paket", "meine bestellung ist zu spät"],
    ["en", "en", "de", "de"],
)
UNDECIDED = [
    "10482733", "#1048 2733", "anna@example.org", "ok", "OK!!", "👍", "42", "XL", "/affirm",
    '/choose_item{"item": "2"}', "https://example.org/x", "", "1Z999AA10123456784", "+49 170 1234567", "???",
]  # fmt: skip


@pytest.mark.parametrize("text", UNDECIDED)
def test_nothing_is_decided_without_words(text: str) -> None:
    found = identify(text, OWN, conversation="es")
    assert (found.language, found.confidence) == ("es", 0.0)


def test_the_locale_is_expected_until_there_is_a_conversation() -> None:
    assert identify("10482733", OWN, locale="de").language == "de"
    assert identify("10482733", OWN, conversation="zh", locale="de").language == "zh"
    assert identify("10482733", OWN).language == "en"


def test_a_name_does_not_change_the_language() -> None:
    assert identify("Giovanni Rossi", OWN, conversation="de").language == "de"


def test_one_foreign_word_does_not_switch_a_conversation() -> None:
    assert identify("merci", OWN, conversation="de").language == "de"


def test_a_foreign_sentence_switches_a_conversation() -> None:
    assert identify("hola, quiero devolver los zapatos que compré", OWN, conversation="de").language == "es"
    assert identify("我想退货，鞋子太小了", OWN, conversation="en").language == "zh"


CHINESE = OwnNgrams.fit(
    ["我想把它退了", "鞋子我想退掉", "我要退掉鞋子", "我想把跑鞋退掉", "把它退掉", "好的", "可以"],
    ["zh", "zh", "zh-TW", "zh-TW", "zh-TW", "zh", "zh-TW"],
)


def test_characters_that_both_orthographies_share_are_simplified_unless_more_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "你好，我想把跑鞋退掉"
    assert identify(text, CHINESE).language == "zh"
    assert identify(text, CHINESE, locale="zh-TW").language == "zh-TW"
    # Our n-grams lean to the other side, but not by enough.
    monkeypatch.setattr("bot.nlu.language.identify._TRADITIONAL_CONFIDENCE", 0.0)
    assert identify(text, CHINESE).language == "zh-TW"


@pytest.mark.parametrize(
    ("current", "detected", "confidence", "words", "expected"),
    [
        (None, "de", 0.3, 1, "de"),
        ("en", "de", 0.99, 1, "en"),
        ("en", "de", 0.6, 8, "en"),
        ("en", "de", 0.95, 3, "de"),
    ],
)
def test_switching_needs_certainty_and_words(
    current: str | None, detected: str, confidence: float, words: int, expected: str
) -> None:
    assert sticky_language(current, detected, confidence, words) == expected


def test_scripts_of_one_language_decide_at_once() -> None:
    assert candidates("배송이 언제 와요") == {"ko"}
    assert candidates("荷物はどこですか") == {"ja"}
    assert candidates("สวัสดี") == {"th"}
    assert candidates("de en") >= {"de", "en", "fr"}
    assert candidates("123 👍") == frozenset()


def test_chinese_orthographies_are_told_apart() -> None:
    assert candidates("我的訂單還沒到") == {"zh-TW"}
    assert candidates("我的订单还没到") == {"zh"}
    assert candidates("你好") == {"zh", "zh-TW", "ja"}


# What langdetect alone takes for Finnish, Somali, Catalan or Dutch.
@pytest.mark.parametrize(
    "text", ["Hello world", "I love you", "404 error", "thanks a lot", "good morning", "my order please", "no problem"]
)
def test_short_english_is_english(text: str) -> None:
    assert identify(text, OWN).language == "en"


def test_ok_thx_does_not_leave_a_conversation() -> None:
    assert identify("OK thx", OWN, conversation="de").language == "de"
    assert identify("404 error", OWN, conversation="fr").language == "fr"


def test_languages_beyond_the_spoken_ones_are_recognised() -> None:
    assert identify("Tere, minu pakk ei ole ikka veel kohale jõudnud, mis sellega on?", OWN).language == "et"
    assert identify("Dobrý deň, môj balík ešte stále neprišiel, čo mám robiť?", OWN).language == "sk"
    assert identify("ჩემი შეკვეთა ჯერ არ მოსულა", OWN).language == "ka"


def test_a_brand_name_does_not_make_a_chinese_message_english() -> None:
    assert identify("我的Nike鞋子什么时候发货", OWN).language == "zh"


def test_codes_and_addresses_are_no_words() -> None:
    assert words_of("order AB12345678 mail anna@example.org ok 👍") == ["order"]
    assert words_of("26510039这单能换吗") == ["这单能换吗"]


def test_chinese_is_counted_by_two_characters() -> None:
    assert word_count(["我想退货"]) == 2


def test_own_ngrams_are_neutral_about_what_they_never_saw() -> None:
    assert set(OWN.log_probabilities("ξζψ").values()) == {0.0}
    known = OWN.log_probabilities("wo ist mein paket")
    assert known["de"] > 0 > known["en"]
