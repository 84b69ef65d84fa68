"""Buttons named in words: "the voucher, please" where a voucher was one of the choices."""

from __future__ import annotations

import json
import re
from typing import Any

from actions.turn import Turn
from bot.aftersales.matching import likeness

_LONGEST = 60
_LEAST = 0.5
_MARGIN = 0.2
_PAYLOAD = re.compile(r"/(choose_\w+)(\{.*\})")


def picked(turn: Turn) -> Turn | None:
    """Return the message as if the button that it names had been pressed, or None where it names none to choose by."""
    payload = _PAYLOAD.fullmatch(named(turn) or "")
    return turn.as_pressed(payload[1], json.loads(payload[2])) if payload else None


def named(turn: Turn) -> str | None:
    """Return the payload of the button that the message names, or None where it names none, or several.

    A button is named when at least half of its words stand in the message, and clearly more than of any other.
    """
    if turn.is_payload or len(turn.text) > _LONGEST:
        return None
    found = sorted(
        ((likeness(str(button.get("title")), turn.text), str(button.get("payload"))) for button in _buttons(turn)),
        reverse=True,
    )
    if not found or found[0][0] < _LEAST or (len(found) > 1 and found[0][0] - found[1][0] < _MARGIN):
        return None
    return found[0][1]


def _buttons(turn: Turn) -> list[dict[str, Any]]:
    """Return the buttons of the question that this message answers."""
    for event in reversed(turn.tracker.events):
        buttons = (event.get("data") or {}).get("buttons") if event.get("event") == "bot" else None
        if buttons:
            return list(buttons)
    return []
