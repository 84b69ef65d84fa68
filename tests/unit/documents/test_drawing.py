"""What is printed can be read again: by people, by copying the text out, and by a barcode scanner."""

from __future__ import annotations

import io
import re
import unicodedata
from functools import lru_cache

import pypdf
import pypdfium2
import pytest
import zxingcpp

from bot.documents.blocks import Document, texts_of
from bot.documents.drawing import pdf_of
from bot.documents.invoice import invoice
from bot.documents.slip import slip_of
from bot.services.document_links import DocumentKind
from tests.unit.documents.papers import NOW, a_slip, an_invoice, pictures_of, text_of, translate

# Copied out of a PDF, marks and letters of a syllable can come in another order than they were written in.
_VARYING = re.compile(r"[\s\u2066-\u2069\u200b-\u200f\u0610-\u061a\u064b-\u0652\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


@lru_cache(maxsize=16)
def _pdf(language: str) -> bytes:
    return pdf_of(slip_of(a_slip(language), translate), NOW)


def _letters(text: str) -> str:
    return _VARYING.sub("", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("language", ["de", "ja", "th", "zh"])
def test_everything_a_slip_says_can_be_copied_out_of_it(language: str) -> None:
    text = _letters(text_of(_pdf(language)))
    document = slip_of(a_slip(language), translate)
    said = {_letters(part) for whole in texts_of(document.blocks) for part in whole.split("\n")}
    assert not {part for part in said if part not in text}


def test_every_arabic_word_of_a_slip_can_be_copied_out_of_it() -> None:
    # PDFium, which reads for the other tests, sorts glyphs by place, and Arabic marks stand above others.
    pages = pypdf.PdfReader(io.BytesIO(_pdf("ar"))).pages
    text = _letters("".join(page.extract_text() for page in pages))
    said = {_letters(word) for part in texts_of(slip_of(a_slip("ar"), translate).blocks) for word in part.split()}
    assert not {word for word in said if word.strip(".,:«»()،") not in text}


def test_hindi_letters_are_all_there_whatever_their_order() -> None:
    text = text_of(_pdf("hi"))
    expected = "".join(texts_of(slip_of(a_slip("hi"), translate).blocks))
    missing = {letter for letter in expected if letter.isalnum() and letter not in text}
    assert not missing


@pytest.mark.parametrize("language", ["de", "ar", "hi"])
def test_both_barcodes_of_a_slip_are_the_return_number(language: str) -> None:
    found = zxingcpp.read_barcodes(pictures_of(_pdf(language))[0])
    assert [(code.text, code.format) for code in found] == [("R1000042", zxingcpp.BarcodeFormat.Code128)] * 2


def test_a_barcode_is_read_from_a_bad_print_too() -> None:
    page = pictures_of(_pdf("de"), scale=1.2)[0].convert("L").rotate(4, fillcolor=255)
    assert {code.text for code in zxingcpp.read_barcodes(page)} == {"R1000042"}


def test_a_slip_within_the_customs_union_is_one_page_and_has_no_customs_note() -> None:
    assert len(pictures_of(_pdf("de"), scale=0.2)) == 1
    assert "Customs" not in text_of(_pdf("de"))


def test_a_slip_across_a_border_has_the_customs_note_in_english_as_well() -> None:
    text = text_of(_pdf("ja"))
    assert "これは返品であり" in text
    assert "Returnedgoods,nosale" in text
    assert "KP004211973DE" in text
    assert "€159.80" in text


def test_an_english_slip_has_its_customs_note_once() -> None:
    assert text_of(_pdf("en")).count("Returnedgoods,nosale") == 1


def test_many_items_go_on_to_further_pages_and_the_label_stays_whole() -> None:
    pdf = pdf_of(slip_of(a_slip("de", pieces=30), translate), NOW)
    pages = pictures_of(pdf)
    assert len(pages) == 3
    assert "Seite3von3" in text_of(pdf)
    assert [code.text for code in zxingcpp.read_barcodes(pages[-1])] == ["R1000042"]
    assert text_of(pdf).count("ArtikelGrundMenge") == 2


def test_arabic_begins_at_the_right() -> None:
    """The brand stands where a page begins, the barcode at the other side."""
    german, arabic = (pypdfium2.PdfDocument(_pdf(language))[0] for language in ("de", "ar"))
    assert _left_of("R1000042", german) < 100
    assert _left_of("R1000042", arabic) > 300


def _left_of(text: str, page: pypdfium2.PdfPage) -> float:
    """Return how many points from the left a text first stands."""
    found = page.get_textpage()
    index, _ = found.search(text).get_next()
    return float(found.get_charbox(index)[0])


def test_an_invoice_adds_up_on_paper() -> None:
    text = text_of(pdf_of(invoice(an_invoice("de"), translate), NOW))
    for expected in (
        "Rechnungsnummer10482733", "149,80€", "Rabatt10,00€", "Artikel179,65€", "Versand4,90€", "Einfuhrabgaben12,00€",
        "EnthalteneSteuer28,68€", "Gesamt196,55€", "Gezahltam3.März2026100,00€", "Nochzuzahlen0,00€", "DE000000000",
    ):  # fmt: skip
        assert expected in text


def test_the_slip_of_a_repair_speaks_of_a_repair_and_has_the_address() -> None:
    slip = a_slip("en", kind=DocumentKind.REPAIR, number="W1000042")
    text = text_of(pdf_of(slip_of(slip, translate), NOW))
    for expected in ("Repairslip", "RepairnumberW1000042", "TorgauerStraße231", "Goodsforrepair"):
        assert expected in text
    assert "Returnnumber" not in text and "Returnedgoods,nosale" not in text


def test_names_in_any_script_are_printed_in_any_language() -> None:
    names = "Ελένη Παπαδοπούλου 김민수 გიორგი Նարե אורי"
    slip = a_slip("de")
    document = slip_of(slip, translate)
    named = Document("de", names, names, document.page_line, document.blocks)
    text = text_of(pdf_of(named, NOW))
    for name in ("Ελένη", "김민수", "გიორგი", "Նարե", "אורי"):
        assert name in text


def test_what_no_font_has_is_left_out_and_nothing_else() -> None:
    document = Document("de", "Paket \U0001f4e6 da", "Shop", "{page}", ())
    assert "Paketda" in text_of(pdf_of(document, NOW))
