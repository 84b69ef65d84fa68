"""What goes with the words people of the desk write: canned responses, mentions, revisions and read states."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.aftersales.labels import Label

CUSTOMER = "customer"
"""The reader of a conversation who is no account of the desk."""


@dataclass(eq=False)
class CannedResponse:
    """An answer that is written once and used often.

    ``shortcut`` is what follows the slash, case-folded; ``texts`` holds one text a language (BCP 47), whose
    ``{placeholders}`` are those of ``bot.services.canned.VARIABLES``. A form sends ``version`` along, so that nothing
    newer is overwritten.
    """

    shortcut: str
    title: str
    texts: dict[str, str]
    updated_at: datetime
    id: int | None = None
    version: int = 0


@dataclass(eq=False)
class Mention:
    """Somebody was addressed in an internal note; ``seen_at`` is None until that person opens the conversation."""

    conversation_id: str
    message_id: int
    account_id: str
    by_account_id: str
    at: datetime
    seen_at: datetime | None = None
    id: int | None = None


class RevisionKind(Label):
    """How a message that was sent already was changed."""

    EDITED = "edited"
    RETRACTED = "retracted"


@dataclass(eq=False)
class Revision:
    """What a message was before its author changed it; the audit log only says that it was."""

    conversation_id: str
    message_id: int
    kind: RevisionKind
    at: datetime
    account_id: str
    text: str
    custom: dict[str, Any] = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True)
class ReadState:
    """Up to which message somebody has read a conversation, and since when."""

    reader: str
    message_id: int
    at: datetime
