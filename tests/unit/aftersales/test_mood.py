"""How a customer feels, by what they did and how they wrote."""

from __future__ import annotations

import pytest

from bot.aftersales.mood import Mood, MoodLevel, Said, mood_from, mood_of


def test_who_asks_once_is_calm() -> None:
    said = [Said("complain", "my lamp is broken"), Said("ask_human", ""), Said("affirm", "yes!")]
    assert mood_of(said) == Mood(MoodLevel.CALM, {})


def test_complaining_again_annoys() -> None:
    assert mood_of([Said("complain", "broken")] * 2) == Mood(MoodLevel.ANNOYED, {"complained": 2})


@pytest.mark.parametrize("text", ["WHERE IS MY PARCEL", "ГДЕ МОЯ ПОСЫЛКА", "ΠΟΥ ΕΙΝΑΙ ΤΟ ΔΕΜΑ ΜΟΥ"])
def test_capitals_are_shouting_in_every_script_that_has_them(text: str) -> None:
    assert mood_of([Said("track_order", text)]).signs == {"shouting": 1}


@pytest.mark.parametrize("text", ["OK", "DHL 00340434161094", "我的包裹在哪里", "iPhone XR"])
def test_codes_and_scripts_without_capitals_are_no_shouting(text: str) -> None:
    assert mood_of([Said("inform", text)]).level is MoodLevel.CALM


def test_several_signs_together_are_anger() -> None:
    said = [Said("complain", "again!!"), Said("complain", "说了两遍！！"), Said("ask_human", ""), Said("ask_human", "")]
    assert mood_of(said) == Mood(MoodLevel.ANGRY, {"complained": 2, "asked_for_person": 2, "emphasis": 2})


def test_a_mood_is_read_as_it_was_kept() -> None:
    mood = Mood(MoodLevel.ANGRY, {"shouting": 2, "emphasis": 1})
    assert mood_from(mood.as_json()) == mood
    assert mood_from(None) is None
    assert mood_from({"level": "furious"}) is None
