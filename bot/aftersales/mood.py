"""How a customer feels, told from signs in what they wrote: each sign is one that an agent can check in the transcript.

No word of any language is looked at: what counts is what the customer did (complained again, asked for a person again,
declined, was not understood) and how the messages are written, so that it works alike in all languages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.aftersales.labels import Label

_REPEATED = {"complain": "complained", "ask_human": "asked_for_person", "deny": "declined"}
_EMPHASIS = re.compile(r"[!?！？]{2,}")
_LETTERS_OF_SHOUTING = 12
_WEIGHTS = {"shouting": 2, "emphasis": 1, "not_understood": 1}
_ANGRY_FROM = 3


class MoodLevel(Label):
    """How somebody seems to feel."""

    CALM = "calm"
    ANNOYED = "annoyed"
    ANGRY = "angry"


class Said(NamedTuple):
    """One message as it was understood; ``text`` is empty for a button."""

    intent: str
    text: str


@dataclass(frozen=True)
class Mood:
    """A level with the signs that led to it and how often each was seen."""

    level: MoodLevel
    signs: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return what a handoff keeps of it."""
        return {"level": self.level.value, "signs": self.signs}


def mood_of(said: Iterable[Said]) -> Mood:
    """Return the mood of somebody who said these things, oldest first.

    Twice the same kind of thing, or louder writing, makes annoyed; several of these together make angry.
    """
    found = list(said)
    times = Counter(message.intent for message in found)
    signs = {sign: times[intent] for intent, sign in _REPEATED.items() if times[intent] >= 2}
    if times["nlu_fallback"] >= 2:
        signs["not_understood"] = times["nlu_fallback"]
    if loud := sum(_is_shouting(message.text) for message in found):
        signs["shouting"] = loud
    if emphatic := sum(bool(_EMPHASIS.search(message.text)) for message in found):
        signs["emphasis"] = emphatic
    score = sum(_WEIGHTS.get(sign, 1) for sign in signs)
    level = MoodLevel.ANGRY if score >= _ANGRY_FROM else MoodLevel.ANNOYED if score else MoodLevel.CALM
    return Mood(level, signs)


def mood_from(kept: object) -> Mood | None:
    """Return the mood that a handoff keeps, None where none is known."""
    if not isinstance(kept, dict) or kept.get("level") not in {level.value for level in MoodLevel}:
        return None
    signs = {str(sign): int(times) for sign, times in (kept.get("signs") or {}).items()}
    return Mood(MoodLevel(kept["level"]), signs)


def _is_shouting(text: str) -> bool:
    cased = [letter for letter in text if letter.isupper() or letter.islower()]
    return len(cased) >= _LETTERS_OF_SHOUTING and sum(letter.isupper() for letter in cased) > 0.7 * len(cased)
