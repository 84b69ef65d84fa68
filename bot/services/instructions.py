"""What a person who gives a conversation back tells the bot to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.aftersales.escalation import EscalationState
from bot.aftersales.labels import Label
from bot.errors import InvalidInputError
from bot.services.ports import UnitOfWork

LONGEST_NOTE = 1000


class InstructionKind(Label):
    """What the bot does first when it has the conversation again."""

    GO_ON = "go_on"
    """Goes on where it was."""
    OFFER = "offer"
    """Offers to pay a share of the price back."""
    ASK_PHOTO = "ask_photo"
    ASK_ORDER_NUMBER = "ask_order_number"


@dataclass(frozen=True)
class Instruction:
    """One instruction; ``percent`` belongs to an offer, ``note`` is for colleagues and never shown to customers."""

    kind: InstructionKind
    percent: int | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what the database keeps."""
        return {"kind": self.kind.value, "percent": self.percent, "note": self.note}


def parse(given: object) -> Instruction | None:
    """Return an instruction from a form or from the database, None where none was given.

    Raises InvalidInputError for an unknown kind, an offer that is no share, and a note that is too long.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise InvalidInputError("instruction", "malformed")
    kind = next((kind for kind in InstructionKind if kind.value == given.get("kind")), None)
    if kind is None:
        raise InvalidInputError("instruction", "unknown")
    note = given.get("note") or ""
    if not isinstance(note, str) or len(note.strip()) > LONGEST_NOTE:
        raise InvalidInputError("note", "too_long")
    percent = given.get("percent") if kind is InstructionKind.OFFER else None
    if kind is InstructionKind.OFFER:
        text = str(percent).strip()
        if isinstance(percent, bool) or not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 100):
            raise InvalidInputError("percent", "no_share")
        percent = int(text)
    return Instruction(kind, percent, note.strip())


async def of(uow: UnitOfWork, conversation_id: str, now: datetime) -> Instruction | None:
    """Return what the bot is to do in a conversation that it has just got back, None for going on; commits nothing.

    Asked again after a crash it says the same: there is one return to the bot for each word that the bot is back.
    """
    latest = await uow.escalations.latest_of(conversation_id)
    if latest is None or latest.state is not EscalationState.RETURNED_TO_BOT:
        return None
    latest.followed_at = latest.followed_at or now
    try:
        return parse(latest.instruction)
    except InvalidInputError:
        # Kept by another version. Going on is never wrong, silence would be.
        return None
