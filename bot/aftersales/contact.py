"""Contacts: when customers came to us about an order, from wherever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SITTING = timedelta(hours=12)
"""Who writes again within this time, in the same conversation, goes on rather than coming again."""

REPEAT_WITHIN = timedelta(days=14)
"""How long after its resolution a case makes a new contact a repeated one."""


@dataclass(eq=False)
class Contact:
    """One sitting of a customer about an order in a conversation; ``last_at`` is the newest sign of it."""

    customer_id: str
    order_number: str
    channel: str
    conversation_id: str
    began_at: datetime
    last_at: datetime
    id: int | None = None

    def goes_on(self, now: datetime) -> bool:
        """Tell whether the customer is still at it."""
        return now - self.last_at < SITTING
