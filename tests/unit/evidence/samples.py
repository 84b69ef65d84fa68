"""Files as customers send them: photos with a camera's notes in them, papers, and what only pretends to be either."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

CANARY = b"Canary"
"""A word in everything that must not be kept."""

HEIC = (Path(__file__).parent / "photo.heic").read_bytes()
"""A photo of 64 x 48 pixels, left half blue, right half red, with Exif and a place in it."""


def exif(orientation: int = 1) -> Image.Exif:
    """Return what a telephone writes: maker, orientation, and where it was."""
    notes = Image.Exif()
    notes[0x010F] = "Canary Camera"
    notes[0x0112] = orientation
    notes.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    return notes


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Return a picture whose left half is blue and whose right half is red."""
    width, height = size
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((20, 30, 200), (0, 0, width // 2, height))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture as a file of Pillow's name for a format."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photo(size: tuple[int, int] = (64, 48), orientation: int = 1) -> bytes:
    """Return a JPEG with Exif, a place, and a comment."""
    return encoded(picture(size), "JPEG", exif=exif(orientation), comment=b"Canary comment")


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a PNG of a few bytes that says it unfolds to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def paper(pages: int = 1, **options: Any) -> bytes:
    """Return a PDF with metadata, a script, an action, an attachment, a link, and a photo with a place in it."""
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(200, 200))
        page = document.pages[0]
        image = document.make_stream(
            photo(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=64, Height=48, BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
            Metadata=document.make_stream(b"<x>Canary picture</x>"),
        )  # fmt: skip
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=image))
        page.Contents = document.make_stream(b"q 64 0 0 48 10 10 cm /Photo Do Q")
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('Canary script')")
        page.AA = pikepdf.Dictionary(O=script)
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://evil.example/Canary"),
        )  # fmt: skip
        page.Annots = pikepdf.Array([document.make_indirect(link)])
        page.PieceInfo = pikepdf.Dictionary(Editor=pikepdf.String("Canary editor"))
        document.Root.OpenAction = document.make_indirect(script)
        document.attachments["Canary.exe"] = b"MZ Canary attachment"
        document.docinfo["/Author"] = "Canary author"
        with document.open_metadata() as metadata:
            metadata["dc:title"] = "Canary title"
        buffer = io.BytesIO()
        document.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False, **options)
    return buffer.getvalue()
