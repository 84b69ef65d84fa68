from __future__ import annotations

import pytest
from babel import Locale

from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES, LEARNED, SPOKEN, fallback_chain, resolve, spoken_language

UNSPOKEN = next(
    code for code, language in LANGUAGES.items() if not language.is_spoken and language.fallback == (DEFAULT_LANGUAGE,)
)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de-AT", "de"),
        ("de_CH.UTF-8", "de"),
        ("pt-BR", "pt"),
        ("zh-Hant-HK", "zh-TW"),
        ("zh_TW", "zh-TW"),
        ("zh-CN", "zh"),
        ("nb-NO", "no"),
        ("iw", "he"),
        ("xx", None),
        ("", None),
        (None, None),
    ],
)
def test_a_tag_is_resolved_to_the_registry(tag: str | None, code: str | None) -> None:
    assert resolve(tag) == code


def test_every_fallback_is_in_the_registry_and_ends_in_a_spoken_language() -> None:
    for code in LANGUAGES:
        chain = fallback_chain(code)
        assert set(chain) <= set(LANGUAGES)
        assert chain[-1] in SPOKEN


def test_every_language_learned_is_spoken_and_more_are_understood() -> None:
    assert set(LEARNED) < set(SPOKEN) < set(LANGUAGES)


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_cldr_knows_the_plural_rule_of_every_language(code: str) -> None:
    assert Locale.parse(LANGUAGES[code].plural_rule).plural_form(1) in ("one", "other")


def test_a_language_without_catalogue_is_answered_in_its_fallback() -> None:
    assert spoken_language("zh-TW") == "zh-TW"
    assert spoken_language(UNSPOKEN) == "en"
    assert spoken_language(None) == "en"
    assert spoken_language("de") == "de"


def test_right_to_left_languages_say_so() -> None:
    assert {code for code, language in LANGUAGES.items() if language.direction == "rtl"} == {"ar", "he", "fa", "ur"}
