from __future__ import annotations

from bot.documents.runs import Font, Run, runs_of

LATIN = Font("latin", frozenset(range(0x20, 0x250)))
ARABIC = Font("arabic", frozenset(range(0x600, 0x700)) | {0x20})


def _texts(line: str, *, is_rtl: bool) -> list[tuple[str, bool]]:
    return [(run.text, run.is_rtl) for run in runs_of(line, [ARABIC, LATIN], is_rtl=is_rtl)]


def test_latin_in_arabic_keeps_its_direction_and_changes_its_font() -> None:
    assert runs_of("رقم R10", [ARABIC, LATIN], is_rtl=True) == [
        Run("R10", "latin", False),
        Run("رقم ", "arabic", True),
    ]


def test_arabic_in_a_line_from_the_left_is_read_from_the_right_with_its_numbers() -> None:
    texts = [text.strip() for text, _ in _texts("a شارع 12 b", is_rtl=False)]
    assert [text for text in texts if text] == ["a", "12", "شارع", "b"]


def test_vowel_signs_stay_with_their_letters() -> None:
    assert _texts("مُعادة", is_rtl=True) == [("مُعادة", True)]


def test_steering_characters_are_not_printed() -> None:
    assert _texts("\u2068R1\u2069", is_rtl=True) == [("R1", False)]


def test_characters_without_a_font_are_left_out() -> None:
    assert _texts("a\U0001f4e6b", is_rtl=False) == [("ab", False)]


def test_an_empty_line_has_no_runs() -> None:
    assert _texts("", is_rtl=True) == []
