"""Signed requests: a header proves that whoever knows the secret sent this body just now.

The scheme is the one shops know from payment providers' webhooks: HMAC with SHA-256 (RFC 2104) over the time, a dot and
the raw body, so that neither can be changed nor an old request be sent again.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

HEADER = "X-Parley-Signature"
MAX_AGE = timedelta(minutes=5)
"""How far the time in a header may be from now, to either side: clocks differ."""

_LONGEST_HEADER = 1024


def sign(secret: bytes, body: bytes, now: datetime) -> str:
    """Return the value of the header for a body."""
    seconds = int(now.timestamp())
    return f"t={seconds},v1={_digest(secret, body, seconds)}"


def is_valid(secret: bytes, body: bytes, header: str | None, now: datetime) -> bool:
    """Tell whether a header is of this body, this secret and the last minutes."""
    if not header or len(header) > _LONGEST_HEADER:
        return False
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 12:
        return False
    seconds = int(times[0])
    if abs(now.timestamp() - seconds) > MAX_AGE.total_seconds():
        return False
    expected = _digest(secret, body, seconds).encode()
    # All are compared, in constant time: a shop that changes its secret signs with the old and the new one.
    matches = [hmac.compare_digest(expected, value.encode()) for value in given]
    return any(matches)


def _digest(secret: bytes, body: bytes, seconds: int) -> str:
    return hmac.new(secret, str(seconds).encode() + b"." + body, hashlib.sha256).hexdigest()
