"""Documents lose everything but what their pages show."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from bot.aftersales.evidence import EvidenceRefusal
from bot.errors import EvidenceRefusedError
from bot.evidence import documents
from bot.evidence.jpeg_segments import without_metadata
from tests.unit.evidence import samples


def cleaned(folder: Path, content: bytes) -> Path:
    source, copy = folder / "source", folder / "copy"
    source.write_bytes(content)
    documents.clean(source, copy)
    return copy


def everything_in(path: Path) -> bytes:
    """Return all of a PDF with its streams unpacked."""
    plain = path.with_name("plain")
    with pikepdf.open(path) as document:
        document.save(
            plain, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.specialized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )  # fmt: skip
    return plain.read_bytes()


def test_scripts_actions_attachments_and_metadata_are_gone(tmp_path: Path) -> None:
    content = samples.paper()
    assert content.count(samples.CANARY) >= 8
    copy = cleaned(tmp_path, content)
    plain = everything_in(copy)
    for word in (samples.CANARY, b"JavaScript", b"/OpenAction", b"/EmbeddedFile", b"/Metadata", b"/Annots", b"/URI"):
        assert word not in plain, word
    with pikepdf.open(copy) as document:
        assert set(document.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in document.trailer


def test_the_page_and_its_photo_are_still_there_and_the_place_in_the_photo_is_not(tmp_path: Path) -> None:
    with pikepdf.open(cleaned(tmp_path, samples.paper(pages=3))) as document:
        assert len(document.pages) == 3
        page = document.pages[0]
        assert [float(number) for number in page.MediaBox] == [0, 0, 200, 200]
        assert b"/Photo Do" in page.Contents.read_bytes()
        photo = pikepdf.PdfImage(page.Resources.XObject.Photo).as_pil_image()
        assert photo.size == (64, 48)
        assert len(photo.getexif()) == 0
        red = photo.convert("RGB").getpixel((60, 4))
        assert isinstance(red, tuple) and red[0] > 150


def test_what_pages_inherit_is_kept(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page()
        pages = document.Root.Pages
        for key, value in (("/MediaBox", pikepdf.Array([0, 0, 77, 88])), ("/Rotate", 90)):
            pages[key] = value
            if key in document.pages[0].obj:
                del document.pages[0].obj[key]
        document.save(tmp_path / "made")
    with pikepdf.open(cleaned(tmp_path, (tmp_path / "made").read_bytes())) as document:
        assert [int(number) for number in document.pages[0].MediaBox] == [0, 0, 77, 88]
        assert document.pages[0].Rotate == 90


def test_what_was_filled_into_a_form_stays_on_the_page(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(200, 200))
        look = document.make_stream(
            b"BT /F1 12 Tf (Filled in) Tj ET", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 90, 20]
        )
        field = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="order", V="Filled in",
                Rect=[10, 10, 100, 30], F=4, AP=pikepdf.Dictionary(N=look),
                AA=pikepdf.Dictionary(K=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="Canary")),
            )
        )  # fmt: skip
        document.pages[0].Annots = pikepdf.Array([field])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        document.save(tmp_path / "made")
    plain = everything_in(cleaned(tmp_path, (tmp_path / "made").read_bytes()))
    assert b"(Filled in) Tj" in plain
    assert samples.CANARY not in plain and b"/AcroForm" not in plain


def refusal(folder: Path, content: bytes) -> str:
    with pytest.raises(EvidenceRefusedError) as refused:
        cleaned(folder, content)
    return refused.value.reason


@pytest.mark.parametrize("password", ["secret", ""])
def test_an_encrypted_document_is_refused(tmp_path: Path, password: str) -> None:
    content = samples.paper(encryption=pikepdf.Encryption(owner="owner", user=password))
    assert refusal(tmp_path, content) == EvidenceRefusal.ENCRYPTED


def test_a_document_may_have_twenty_pages_and_no_more(tmp_path: Path) -> None:
    cleaned(tmp_path, samples.paper(pages=20))
    assert refusal(tmp_path, samples.paper(pages=21)) == EvidenceRefusal.TOO_MANY_PAGES


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n" + bytes(2000), b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content) == EvidenceRefusal.UNREADABLE


def test_segments_of_a_photo_without_picture_in_them_are_left_out() -> None:
    content = samples.photo()
    kept = without_metadata(content)
    assert samples.CANARY in content and samples.CANARY not in kept
    assert kept.startswith(b"\xff\xd8\xff") and len(kept) < len(content)
    for odd in (b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", b"no photo", b"\xff\xd8\xff\xe1\x00\x00" * 9):
        without_metadata(odd)
