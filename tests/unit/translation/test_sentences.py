"""Long texts are cut at the ends of sentences and lose nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.translation.sentences import split

_TEXTS = st.text(alphabet=st.sampled_from("ab. !?。\n\u2026é字")) | st.text()


@given(_TEXTS, st.integers(min_value=8, max_value=60))
def test_pieces_are_short_and_give_the_text_again(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert "".join(pieces) == text
    assert all(0 < len(piece.encode("utf-8", "surrogatepass")) <= limit for piece in pieces)


@given(st.lists(st.sampled_from(["<x0/>", "<x12/>", "word", "字字字", ". ", " "])), st.integers(8, 40))
def test_no_mark_is_cut(parts: list[str], limit: int) -> None:
    text = "".join(parts)
    whole = sum(part in ("<x0/>", "<x12/>") for part in parts)
    assert sum(piece.count("<x0/>") + piece.count("<x12/>") for piece in split(text, limit)) == whole


def test_sentences_stay_whole_where_they_fit() -> None:
    assert split("One is here. Two is there! Three?", 16) == ["One is here. ", "Two is there! ", "Three?"]
    assert split("一个坏了。两个没到！", 16) == ["一个坏了。", "两个没到！"]


def test_a_short_text_is_one_piece_and_an_empty_one_none() -> None:
    assert split("Hello. Bye.", 100) == ["Hello. Bye."]
    assert split("", 100) == []
