"""The desk's own words in several languages."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog
from markupsafe import Markup

from bot.desk import script_texts
from bot.desk.texts import DESK_LANGUAGES, LABEL, Texts, accepted, label_text, nearest, texts
from bot.l10n.catalogue import Translator

ARABIC = "ليلى"


def german(**strings: str) -> Texts:
    catalogue = Catalog(locale="de")
    catalogue.add("With {name}", "Bei {name}")
    catalogue.add(("1 case", "{count} cases"), ("1 Vorgang", "{count} Vorgänge"))
    catalogue.add("Wrong item", "Falscher Artikel", context=LABEL)
    return Texts("de", Translator({"de": catalogue}))


def test_a_text_is_filled_in_its_language() -> None:
    assert german()("With {name}", name="Ana") == "Bei Ana"
    assert german().count("1 case", "{count} cases", 3) == "3 Vorgänge"
    assert german().count("1 case", "{count} cases", 1) == "1 Vorgang"


def test_what_is_not_translated_is_english() -> None:
    assert german()("Take over") == "Take over"
    assert german().count("1 scan", "{count} scans", 2) == "2 scans"


def test_a_code_is_a_word_in_a_context_of_its_own() -> None:
    assert german().label("wrong_item") == "Falscher Artikel"
    assert german()("Wrong item") == "Wrong item"
    assert german().label(None) == "–"
    assert label_text("asked_for_human") == "Asked for a person"


def test_the_channel_line_is_not_a_line_of_an_order() -> None:
    assert texts("de").channel("line") == "LINE"
    assert texts("de").label("line") == "Position"
    assert texts("ja").channel("email") == "メール"
    assert texts("en").channel("telegram") == "Telegram"


def test_a_link_in_a_sentence_stays_one_and_what_customers_wrote_is_escaped() -> None:
    link = Markup('<a href="/desk">x</a>')
    text = texts("en")("{name} wrote {link}", name="<b>", link=link)
    assert text == Markup('&lt;b&gt; wrote <a href="/desk">x</a>')
    assert "<b>" in texts("en")("{name} wrote", name="<b>") and not isinstance(texts("en")("x {a}", a=1), Markup)


def test_an_arabic_name_does_not_turn_the_sentence_around_it() -> None:
    assert texts("en")("With {name}", name=ARABIC) == f"With \u2068{ARABIC}\u2069"
    assert texts("en")("With {name}", name="Ana") == "With Ana"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("pl,fr;q=0.4,en;q=0.3", "fr"),
        ("zh-Hant-TW", "zh"),
        ("ar,he;q=0.8", "en"),
        ("de;q=0, ja;q=0.1", "ja"),
        ("JA", "ja"),
        ("", "en"),
        (";q=x,,de;q=y", "en"),
    ],
)
def test_the_browser_names_the_language(header: str, language: str) -> None:
    assert accepted(header) == language


def test_the_nearest_language_is_taken() -> None:
    assert (nearest("zh-TW"), nearest("sv"), nearest(None)) == ("zh", "en", "en")


@pytest.mark.parametrize("language", DESK_LANGUAGES)
def test_scripts_get_a_module_that_is_known_by_its_content(language: str) -> None:
    source = script_texts.source(language)
    assert source.isascii() and source.startswith("export const texts = {")
    assert script_texts.address(language) == f"/desk/texts/{language}.js?v={script_texts.version(language)}"
    assert texts(language).direction == "ltr"
