"""Notifications: what a customer is told without having asked, each exactly once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ASK_SOLVED = "utter_ask_solved"
"""The response that asks, after a case was resolved, whether it is."""

QUESTIONS_AFTERWARDS = frozenset({ASK_SOLVED, "utter_notify_case_closed"})
"""Responses that ask something of a customer who waits for nothing more."""


@dataclass(eq=False)
class Notification:
    """One announcement on its way into the customer's conversation.

    ``key`` names the event in the world that it tells of, such as ``return:R1000001:received``; there is one
    notification a key. ``values`` fill the response's placeholders, machine-readable, so that the text can be written
    in the language that the conversation has when it is sent. One with ``sent_at`` and without ``message_id`` was set
    aside: nobody has been told.
    """

    key: str
    case_number: str
    conversation_id: str
    response: str
    created_at: datetime
    values: dict[str, Any] = field(default_factory=dict)
    sent_at: datetime | None = None
    message_id: int | None = None
    id: int | None = None

    def mark_sent(self, message_id: int | None, now: datetime) -> None:
        """Record which message of the transcript told the customer, None where none ever will."""
        self.message_id = message_id
        self.sent_at = now
