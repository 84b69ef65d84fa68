"""What export, erasure and retention need of a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.aftersales.shared_conversation import SharedConversation


@dataclass(frozen=True)
class Belongings:
    """Which things are about a customer, by their keys.

    ``shared`` are those of the conversations that are about other customers, too. ``unfinished`` names open cases,
    handoffs and refunds, and the open cases of others in these conversations.
    """

    customer_id: str
    orders: tuple[str, ...]
    cases: tuple[str, ...]
    conversations: tuple[str, ...]
    evidence: tuple[str, ...]
    unfinished: tuple[str, ...]
    shared: Mapping[str, SharedConversation] = field(default_factory=dict)


@dataclass(frozen=True)
class Replacement:
    """What a customer's data is replaced by; ``conversations`` maps ids to pseudonyms."""

    name: str
    email: str
    conversations: Mapping[str, str] = field(default_factory=dict)


class PersonalData(Protocol):
    """Everything that is about people, wherever it is kept."""

    async def customers_with(self, email: str) -> list[str]:
        """Return the ids of the customers with an e-mail address, in whatever case it is written."""

    async def belongings(self, customer_id: str) -> Belongings:
        """Return what is about a customer."""

    async def read(self, found: Belongings) -> dict[str, list[dict[str, Any]]]:
        """Return conversations, messages, identifications, evidence, ratings and contacts as plain rows.

        What may be somebody else's is left out.
        """

    async def erase(self, found: Belongings, by: Replacement, now: datetime) -> None:
        """Replace what says who the customer is, and delete what they and others wrote; numbers and amounts stay.

        So does what belongs to other customers in the same conversations.
        """

    async def silent_conversations(self, moment: datetime, limit: int = 200) -> list[str]:
        """Return conversations with a transcript, but no message since a moment and nothing open, oldest first."""

    async def forget_transcripts(self, conversation_ids: Collection[str]) -> None:
        """Delete what was written in conversations and about their cases."""

    async def finished_evidence(self, moment: datetime, limit: int = 200) -> list[str]:
        """Return the evidence received before a moment whose case, if it has one, is not open, oldest first."""

    async def forget_evidence(self, ids: Collection[str]) -> None:
        """Delete pieces of evidence, and the conversations that were kept for nothing else; files are the store's."""
