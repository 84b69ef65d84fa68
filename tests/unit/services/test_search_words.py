"""How text becomes words to be found."""

from __future__ import annotations

import pytest

from bot.services.inbox_ports import Term
from bot.services.search_words import snippet, terms_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Der Koffer ist BESCHÄDIGT!", ("der", "koffer", "ist", "beschadigt")),
        ("Straße", ("strasse",)),
        ("anna@example.org", ("anna", "example", "org")),
        ("退货吗", ("退货", "货吗", "吗")),
        ("iPhone手机", ("iphone", "手机", "机")),
        ("ABC-123", ("abc", "123")),
        ("환불을", ("환불", "불을", "을")),
        ("गर्मी", ("गर्मी",)),
        ("إِسْتِرْجَاع", ("استرجاع",)),
        ("、。!?", ()),
    ],
)
def test_text_is_cut_into_words(text: str, words: tuple[str, ...]) -> None:
    assert words_of([text]) == words


def test_the_voicing_of_kana_is_kept() -> None:
    assert words_of(["が"]) != words_of(["か"])
    assert words_of(["ガ"]) == words_of(["ガ"])


def test_a_run_of_han_is_asked_for_as_a_sequence_of_pairs() -> None:
    assert terms_of("退货吗") == [Term(("退货", "货吗"))]


def test_a_single_han_character_begins_a_pair() -> None:
    assert terms_of("货") == [Term(("货",), is_begun=True)]


def test_only_the_last_word_may_be_begun() -> None:
    assert terms_of("blue sho") == [Term(("blue",)), Term(("sho",), is_begun=True)]


def test_what_is_no_word_asks_for_nothing() -> None:
    assert terms_of('"*():^ - ') == []


def test_a_long_search_is_cut() -> None:
    assert len(terms_of("a b c d e f g h i j")) == 6
    assert sum(len(term.words[0]) for term in terms_of("x" * 5000)) <= 60


def test_a_snippet_shows_what_was_searched_for() -> None:
    text = "lorem ipsum " * 30 + "the kettle smokes " + "dolor " * 30
    shown = snippet(text, terms_of("kettle"))
    assert "kettle" in shown
    assert shown.startswith("…")
    assert len(shown) <= 122
