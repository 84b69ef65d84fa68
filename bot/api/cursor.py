"""Where a page of a list ends, as clients give it back: every text of the form is a place in every list."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from bot.services.api_ports import Place

PATTERN = r"^[0-9]{1,17}\.([0-9a-f]{2}){1,256}$"

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FORM = re.compile(PATTERN)


def write(place: Place) -> str:
    """Return the cursor behind which the next page begins."""
    microseconds = (place.moment - _EPOCH) // timedelta(microseconds=1)
    return f"{max(microseconds, 0)}.{place.key.encode().hex()}"


def read(cursor: str) -> Place | None:
    """Return the place of a cursor, or None for a text that is none."""
    if not _FORM.fullmatch(cursor):
        return None
    microseconds, _, key = cursor.partition(".")
    # Databases refuse NUL; a key that nobody has is as good a place as any.
    text = bytes.fromhex(key).decode("utf-8", "replace").replace("\x00", "")
    return Place(_EPOCH + timedelta(microseconds=int(microseconds)), text)
