"""Which of a visitor's languages is taken."""

from __future__ import annotations

import pytest

from bot.l10n.languages import LANGUAGES, preferred

UNSPOKEN, ALSO_UNSPOKEN = [code for code, language in LANGUAGES.items() if not language.is_spoken][:2]


@pytest.mark.parametrize(
    ("tags", "taken"),
    [
        (["de-AT", "fr"], "de-AT"),
        ([UNSPOKEN, "fr-CA", "de"], "fr-CA"),
        (["tlh", UNSPOKEN, "ja"], "ja"),
        # Whoever reads English before the others is answered in English, and expected to write the first.
        ([UNSPOKEN, "en-GB", "fr"], UNSPOKEN),
        (["en", "de"], "en"),
        ([UNSPOKEN, ALSO_UNSPOKEN], UNSPOKEN),
        (["zh-Hant-HK", "ja"], "zh-Hant-HK"),
        (["", "fr"], "fr"),
        ([], None),
    ],
)
def test_first_language_that_we_speak_is_taken(tags: list[str], taken: str | None) -> None:
    assert preferred(tags) == taken
