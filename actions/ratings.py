"""How many of five stars a customer gives."""

from __future__ import annotations

import re

from actions.turn import Turn
from bot.l10n.digits import digit

RATINGS = range(1, 6)
#: "4 von 5 Sternen", "5/5"; with more words a number may be of weeks or pieces.
_OF_FIVE = re.compile(r"(?<!\d)(\d)\D{1,12}5(?!\d)")
_FEW_WORDS = 3
_FEW_LETTERS = 20
_STARS = re.compile("[\u2b50\u2605\U0001f31f]\ufe0f?")


def rating_in(turn: Turn) -> int | None:
    """Return the rating that a message gives as a button, a digit, stars, out of five or in words, or None."""
    said = str(turn.value("rating") if turn.intent == "rate" else turn.text).strip()
    stars = len(_STARS.findall(said))
    if stars and not _STARS.sub("", said).strip():
        rating: int | None = stars
    elif len(said) <= _FEW_LETTERS and (of_five := _OF_FIVE.search(said)):
        rating = int(of_five.group(1))
    elif digit(said) is None and len(said.split()) <= _FEW_WORDS and len(said) <= _FEW_LETTERS:
        counted = str(turn.value("quantity"))
        rating = int(counted) if counted.isdecimal() else None
    else:
        rating = digit(said)
    return rating if rating in RATINGS else None
