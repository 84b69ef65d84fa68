from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from bot.l10n.catalogue import Translator

ONE, SEVERAL = "within {days} day", "within {days} days"


def translator(language: str, forms: tuple[str, ...]) -> Translator:
    catalogue = Catalog(locale=language)
    catalogue.add((ONE, SEVERAL), forms, context="utter_x")
    return Translator({language: catalogue})


@pytest.mark.parametrize(
    ("count", "form"),
    [(1, "{days} день"), (2, "{days} дня"), (5, "{days} дней"), (21, "{days} день"), (14, "{days} дней")],
)
def test_the_number_chooses_the_form(count: int, form: str) -> None:
    russian = translator("ru", ("{days} день", "{days} дня", "{days} дней"))
    assert russian.translate_counted("utter_x", ONE, SEVERAL, count, "ru") == form


def test_english_has_two_forms_without_a_catalogue() -> None:
    nothing = Translator({})
    assert nothing.translate_counted("utter_x", ONE, SEVERAL, 1, "en") == ONE
    assert nothing.translate_counted("utter_x", ONE, SEVERAL, 14, "sk") == SEVERAL


def test_a_translation_that_lacks_a_form_is_not_used() -> None:
    unfinished = translator("ru", ("{days} день", "", ""))
    assert unfinished.translate_counted("utter_x", ONE, SEVERAL, 14, "ru") == SEVERAL
