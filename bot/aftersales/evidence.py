"""Evidence: photos and papers that customers send about what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.aftersales.labels import Label

MAX_BYTES = 10 * 1024 * 1024
"""How large a file may be, as sent."""

MAX_PIECES = 10
PIECES_WITHIN = timedelta(hours=1)
"""How many pieces one conversation may send in which time."""

MAX_PAGES = 20
"""How many pages a document may have."""

MAX_PIXELS = 64_000_000
"""How many pixels a picture may have, as sent: a packed file of some kilobytes can unfold to gigabytes."""


class EvidenceKind(Label):
    """What a piece of evidence is."""

    IMAGE = "image"
    DOCUMENT = "document"


class EvidenceRefusal(Label):
    """Why a file is not taken."""

    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    ENCRYPTED = "encrypted"
    TOO_MANY_PAGES = "too_many_pages"


@dataclass(eq=False)
class Evidence:
    """One photo or paper, as it is kept: a clean copy, never the file that was sent nor its name.

    ``id`` is 128 random bits in hexadecimal. ``media_type``, ``size_bytes``, ``width`` and ``height`` (pixels, None for
    a document) and ``sha256`` describe the copy. ``case_number`` is None until there is a case that it belongs to.
    ``agent_id`` is who of the desk sent it to the customer, None for what the customer sent.
    """

    id: str
    conversation_id: str
    kind: EvidenceKind
    media_type: str
    size_bytes: int
    width: int | None
    height: int | None
    sha256: str
    received_at: datetime
    case_number: str | None = None
    agent_id: str | None = None

    def attach(self, case_number: str) -> None:
        """Make it evidence of a case."""
        self.case_number = case_number
