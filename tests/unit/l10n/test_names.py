from __future__ import annotations

import pytest

from bot.l10n.names import language_named


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("can we speak French?", "fr"),
        ("können wir auf Englisch schreiben", "en"),
        ("по-английски можно?", "en"),
        ("mluvíte anglicky?", "en"),
        ("영어로 해주세요", "en"),
        ("พูดภาษาอังกฤษได้ไหม", "en"),
        ("可以用英文嗎", "en"),
        ("说英语可以吗", "en"),
        ("繁體中文", "zh-TW"),
        ("中文可以吗", "zh"),
        ("puhutko englantia", "en"),
        ("angolul lehet?", "en"),
        ("ممكن بالإنجليزية؟", "en"),
        ("ممكن نتكلم انجليزي", "en"),
        ("אפשר באנגלית?", "en"),
        ("フランス語で", "fr"),
        ("w języku angielskim", "en"),
        ("tiếng Anh được không", "en"),
        ("به انگلیسی", "en"),
        ("på svenska tack", "sv"),
    ],
)
def test_a_language_is_known_by_its_name_in_the_customers_own(text: str, code: str) -> None:
    assert language_named(text) == code


def test_the_language_named_last_is_meant() -> None:
    assert language_named("mi español es malo, deutsch möglich?") == "de"
    assert language_named("not in English, in German please") == "de"


@pytest.mark.parametrize("text", ["hello", "a police report", "10482733", ""])
def test_other_words_name_no_language(text: str) -> None:
    assert language_named(text) is None
