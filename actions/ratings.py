"""How many of five stars a customer gives."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from actions.turn import Turn
from bot.l10n.digits import digit
from bot.l10n.word_lists import word_lists

RATINGS = range(1, 6)
_FILLED = re.compile("[\u2b50\u2605\U0001f31f]")
#: Stars that are not given, and what makes a star an emoji.
_HOLLOW = re.compile("[\u2606\ufe0f\\s]")


def rating_in(turn: Turn) -> int | None:
    """Return the rating that a message consists of, or None.

    It is a button, a digit of any script, one out of five ("4/5"), with the word or the sign for a star ("4 Sterne",
    "4⭐"), as many stars, or a number word. Among other words a number may be of anything.
    """
    said = _plain(str(turn.value("rating") if turn.intent == "rate" else turn.text))
    rest = _HOLLOW.sub("", _FILLED.sub("", said))
    stars = len(_FILLED.findall(said))
    rating: int | None
    if stars and not rest:
        rating = stars
    elif stars == 1:
        rating = digit(rest)
    elif found := _with_words().fullmatch(said):
        rating = int(found.group(1) or found.group(2))
    else:
        rating = _number_word(turn)
    return rating if rating in RATINGS else None


def _plain(text: str) -> str:
    """Return a text in lower case with the digits of all scripts as 0 to 9."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text.strip().rstrip(".!").casefold())


def _number_word(turn: Turn) -> int | None:
    """Return the number that a message consists of as a word, "four", or None."""
    for found in turn.entities:
        word = turn.text[found.get("start", 0) : found.get("end", 0)]
        if found.get("entity") == "quantity" and word and word.strip(" .!") == turn.text.strip(" .!"):
            return int(found["value"]) if str(found["value"]).isdecimal() else None
    return None


@cache
def _with_words() -> re.Pattern[str]:
    lists = word_lists("stars")
    after, before = (
        "|".join(re.escape(word.casefold()) for words in lists[kind].values() for word in words)
        for kind in ("stars", "before")
    )
    return re.compile(rf"([1-5])(?:\s?[/／]\s?5)?\s?(?:{after})?|(?:{before})\s?([1-5])(?:개|つ)?")
