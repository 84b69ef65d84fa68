"""The size of a picture from its first bytes: enough to tell a logo from a photo, without a decoder in this process."""

from __future__ import annotations

import struct

SMALL_BYTES = 10 * 1024
SMALL_PIXELS = 100


def is_logo(content: bytes, *, is_named_by_text: bool) -> bool:
    """Tell whether a picture in the flow of a text is too small to show anything but a logo or a smile.

    Telephones put photos there, too, but no text of theirs names them: of those only the smallest are none.
    """
    size = _size(content)
    return (size is not None and min(size) < SMALL_PIXELS) or (is_named_by_text and len(content) < SMALL_BYTES)


def _size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, GIF or JPEG, or None."""
    try:
        if content.startswith(b"\x89PNG"):
            width, height = struct.unpack(">II", content[16:24])
        elif content.startswith(b"GIF8"):
            width, height = struct.unpack("<HH", content[6:10])
        elif content.startswith(b"\xff\xd8"):
            return _jpeg_size(content)
        else:
            return None
    except struct.error:
        return None
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        # Start of frame, of any kind of compression; the others in this range are tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
