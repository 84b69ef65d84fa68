"""Audit events: who changed what, written in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(eq=False)
class AuditEvent:
    """One change of the world; ``actor`` is ``bot``, ``system`` or ``agent:<id>``, ``action`` a past event name."""

    at: datetime
    actor: str
    action: str
    subject: str
    conversation_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    id: int | None = None
