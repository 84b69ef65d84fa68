"""The segments of a JPEG file, and which of them hold no picture."""

from __future__ import annotations

# ITU-T T.81, table B.1. APP14 says how colours are coded, without it they would be wrong.
_START_OF_SCAN = 0xDA
_APP = range(0xE0, 0xF0)
_APP_ADOBE = 0xEE
_COMMENT = 0xFE


def without_metadata(jpeg: bytes) -> bytes:
    """Return a JPEG without application data (Exif, XMP, IPTC, profiles) and comments; pixels are not touched.

    What does not follow the format up to the first scan is returned as it is.
    """
    kept = [jpeg[:2]]
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == _START_OF_SCAN:
            kept.append(jpeg[at:])
            return b"".join(kept)
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker != _COMMENT and (marker not in _APP or marker == _APP_ADOBE):
            kept.append(jpeg[at:end])
        at = end
    return jpeg
