"""What reading the audit log needs of a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.aftersales.audit import AuditEvent


@dataclass(frozen=True)
class AuditFilter:
    """Which events are wanted; an empty field asks for nothing.

    ``action`` is one action, or a group of them where it ends in a dot, such as ``account.``. ``subject`` is a kind
    of thing where it ends in a colon, such as ``case:``, else one thing. ``until`` is the first moment left out.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


class AuditTrail(Protocol):
    """The audit log as people read it."""

    async def page(self, wanted: AuditFilter, limit: int, before: int | None = None) -> list[AuditEvent]:
        """Return the newest wanted events, of those numbered below ``before`` if it is given, newest first."""

    async def actions(self) -> list[str]:
        """Return every action that occurs, in order of the alphabet."""
