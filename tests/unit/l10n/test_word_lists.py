"""The word lists beside the catalogues know every language that Parley speaks."""

from __future__ import annotations

from bot.l10n.languages import SPOKEN
from bot.l10n.word_lists import word_lists


def test_every_spoken_language_can_say_everything() -> None:
    assert set(word_lists("everything")["everything"]) == set(SPOKEN)


def test_every_weak_word_and_every_word_at_home_means_everything_somewhere() -> None:
    lists = word_lists("everything")
    known = {word for words in lists["everything"].values() for word in words}
    assert {*lists["weak"], *lists["at_home_only"]} - known == set()
