from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.documents.lines import broken


def _broken(text: str, width: int) -> list[str]:
    return broken(text, width, len)


def test_words_stay_whole() -> None:
    assert _broken("the quick brown fox", 10) == ["the quick", "brown fox"]


def test_line_ends_of_the_text_are_kept() -> None:
    assert _broken("a\n\nb", 10) == ["a", "", "b"]


def test_a_word_too_long_for_a_line_is_cut() -> None:
    assert _broken("Donaudampfschiff", 6) == ["Donaud", "ampfsc", "hiff"]


def test_marks_are_not_cut_off_their_letters() -> None:
    assert _broken("aaa\u0301aaa", 3) == ["aa", "a\u0301a", "aa"]


def test_no_line_begins_with_a_japanese_full_stop() -> None:
    assert _broken("箱に入れて。紙を", 5) == ["箱に入れ", "て。紙を"]


def test_no_line_ends_with_an_opening_bracket() -> None:
    assert _broken("これは「箱」です", 4) == ["これは", "「箱」で", "す"]


def test_numbers_inside_chinese_stay_whole() -> None:
    assert _broken("请于2026年寄出", 5) == ["请于", "2026年", "寄出"]


def test_thai_breaks_in_front_of_leading_vowels() -> None:
    assert _broken("กรุณาใส่กล่อง", 8) == ["กรุณา", "ใส่กล่อง"]


def test_korean_breaks_at_spaces_only() -> None:
    assert _broken("상자에 넣어 주세요", 6) == ["상자에 넣어", "주세요"]


@given(st.text(alphabet="ab 箱。「เก\u0301ا\u2068\u2069-", max_size=60), st.integers(1, 20))
def test_nothing_but_spaces_is_lost(text: str, width: int) -> None:
    assert "".join(_broken(text, width)).replace(" ", "") == text.replace(" ", "")
