"""What a file is, by its first bytes; its name and what a client says of it are not asked."""

from __future__ import annotations

JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
HEIC = "image/heic"
PDF = "application/pdf"

HEAD_BYTES = 1024
"""How much of the beginning of a file is needed."""

# ISO/IEC 23008-12, annex B: brands of files with pictures coded in HEVC. "mif1" names the container only.
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})


def recognise(head: bytes) -> str | None:
    """Return the media type that the beginning of a file stands for, or None for any that is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and _brands(head) & _HEVC_BRANDS:
        return HEIC
    # ISO 32000-1, implementation note 13: readers accept the mark anywhere in the first 1024 bytes.
    if b"%PDF-" in head[:HEAD_BYTES]:
        return PDF
    return None


def _brands(head: bytes) -> set[bytes]:
    """Return the brands in the file type box: the main one at 8, a version, then the compatible ones."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12]} | {head[at : at + 4] for at in range(16, end - 3, 4)}
