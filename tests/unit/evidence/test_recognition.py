"""Files are recognised by what is in them."""

from __future__ import annotations

import pytest

from bot.evidence import recognition
from bot.evidence.recognition import recognise
from tests.unit.evidence import samples


@pytest.mark.parametrize(
    "content,media_type",
    [
        (samples.photo(), recognition.JPEG),
        (samples.encoded(samples.picture(), "PNG"), recognition.PNG),
        (samples.encoded(samples.picture(), "WEBP"), recognition.WEBP),
        (samples.HEIC, recognition.HEIC),
        (samples.paper(), recognition.PDF),
        (b"\xef\xbb\xbf\n" + samples.paper(), recognition.PDF),
    ],
)
def test_what_may_be_sent_is_recognised(content: bytes, media_type: str) -> None:
    assert recognise(content[: recognition.HEAD_BYTES]) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"\xff\xd8", b"\x89PN", b"RIFF\x10\x00\x00\x00WAVEfmt ", b"GIF89a\x01\x00\x01\x00", b"MZ\x90\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"<!doctype html><p>hello",
        b"PK\x03\x04word/document.xml", b"II*\x00", b"BM6\x00", samples.encoded(samples.picture(), "GIF"),
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42",
        b"\xff\xff\xff\xffftyp", b"\x00\x00\x00\x00ftypmif1", b" " * 1024 + b"%PDF-1.7",
    ],
)  # fmt: skip
def test_anything_else_is_not(content: bytes) -> None:
    assert recognise(content[: recognition.HEAD_BYTES]) is None
