"""How far our clock is from another's, which is read over a network."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

MOST_SECONDS = 2.0
"""Signatures and second factors bear more; a clock that is further off is mostly not kept right at all."""


def apart(earliest: datetime, latest: datetime, before: datetime, after: datetime) -> float:
    """Return by how many seconds our clock is at least ahead of another's, negative where it is behind.

    The other said that its time was between ``earliest`` and ``latest`` at some moment between our ``before`` and
    ``after``; 0 where both can be true at once.
    """
    if before > latest:
        return (before - latest).total_seconds()
    if after < earliest:
        return (after - earliest).total_seconds()
    return 0.0


def apart_by_header(date: str | None, before: datetime, after: datetime) -> float | None:
    """Return what ``apart`` does by an answer's Date header (RFC 9110, 6.6.1), None where it says nothing."""
    try:
        moment = parsedate_to_datetime(date or "")
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    # It names whole seconds.
    return apart(moment, moment + timedelta(seconds=1), before, after)
