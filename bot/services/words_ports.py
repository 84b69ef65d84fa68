"""What people's words need of a database besides the messages themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.services.words_model import CannedResponse, Mention, ReadState, Revision


class CannedResponses(Protocol):
    """All canned responses."""

    def add(self, response: CannedResponse) -> None:
        """Keep a new canned response."""

    async def get(self, response_id: int) -> CannedResponse | None:
        """Return a canned response, or None."""

    async def by_shortcut(self, shortcut: str) -> CannedResponse | None:
        """Return the canned response of a shortcut (case-folded), or None."""

    async def all(self) -> list[CannedResponse]:
        """Return every canned response, by shortcut."""

    async def remove(self, response: CannedResponse) -> None:
        """Forget a canned response."""


class Mentions(Protocol):
    """All mentions of people in internal notes."""

    def add(self, mention: Mention) -> None:
        """Keep a new mention."""

    async def unseen_of(self, account_id: str) -> int:
        """Return how many mentions somebody has not seen."""

    async def of_account(self, account_id: str, limit: int = 50) -> list[Mention]:
        """Return somebody's mentions: those not seen first, then the newest."""

    async def forget(self, message_id: int) -> None:
        """Forget whom a note mentioned."""

    async def mark_seen(self, account_id: str, conversation_id: str, now: datetime) -> int:
        """Record that somebody saw their mentions in a conversation, and return how many were new."""


class Revisions(Protocol):
    """What changed messages were before; ids grow within a conversation."""

    async def add(self, revision: Revision) -> None:
        """Keep what a message was, and give the revision its id."""

    async def of_conversation(self, conversation_id: str, after: int = 0) -> list[Revision]:
        """Return a conversation's revisions with a larger id, oldest first."""

    async def of_message(self, message_id: int) -> list[Revision]:
        """Return what a message was before, oldest first."""


class ReadStates(Protocol):
    """Who has read how far."""

    async def advance(self, conversation_id: str, reader: str, message_id: int, now: datetime) -> bool:
        """Record that a reader has seen everything up to a message; return False where that was known."""

    async def of_conversation(self, conversation_id: str) -> list[ReadState]:
        """Return how far each reader of a conversation has come."""
