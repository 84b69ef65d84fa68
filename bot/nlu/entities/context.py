"""Which words stand next to a number; pure."""

from __future__ import annotations

import re
from functools import cache

from bot.nlu.entities.phrases import plain
from bot.nlu.lexicon import lexicon

_WORD_START = r"(?<![^\W_])"
_WORD_END = r"(?![^\W_])"
# Arabic and Hebrew particles: and, the, for, in …
_GLUED = "(?:[وفبلك]{0,2}(?:ال)?|[והבלמשכ]{0,2})"
_BEFORE = 28
_AFTER = 16
_SHORTEST_WITHOUT_ACCENTS = 3
# A word further away than a sentence or another number belongs to something else.
_BREAK = re.compile(r"[.!?;。！？；](?:\s|$)|[,，、]\s*(?=\D*$)|\d{3,}")


def precedes(folded: str, start: int, topic: str) -> bool:
    """Tell whether a word of the topic (`lexicons/context.yml`) stands shortly before a place in the text."""
    return _last_end(folded, start, topic) >= 0


def directly_precedes(folded: str, start: int, topic: str, reach: int) -> bool:
    """Tell whether a word of the topic ends at most so many characters before a place in the text."""
    end = _last_end(folded, start, topic)
    return end >= 0 and min(start, _BEFORE) - end <= reach


def nearest_before(folded: str, start: int, topics: tuple[str, ...]) -> str | None:
    """Return the topic whose word stands closest before a place in the text, None where no word does."""
    ends = {topic: _last_end(folded, start, topic) for topic in topics}
    best = max(ends, key=lambda topic: ends[topic])
    return best if ends[best] >= 0 else None


def follows(folded: str, end: int, topic: str) -> bool:
    """Tell whether a word of the topic stands right after a place in the text."""
    window = re.split(r"[.,!?;\d]", folded[end : end + _AFTER].lower())[0]
    return bool(_pattern(topic).search(window))


def _last_end(folded: str, start: int, topic: str) -> int:
    window = folded[max(0, start - _BEFORE) : start].lower()
    for broken in _BREAK.finditer(window):
        window = " " * broken.end() + window[broken.end() :]
    return max((match.end() for match in _pattern(topic).finditer(window)), default=-1)


@cache
def _pattern(topic: str) -> re.Pattern[str]:
    parts = []
    for word in sorted(lexicon("context")[topic], key=len, reverse=True):
        whole = word.endswith("$")
        bare = word.rstrip("$")
        # Vietnamese "cỡ" is a size, "co" the start of many words.
        forms = {bare, plain(bare)} if len(bare) > _SHORTEST_WITHOUT_ACCENTS or not bare[0].isascii() else {bare}
        stem = f"(?:{'|'.join(map(re.escape, sorted(forms)))})"
        spaced = word[0].isascii() or (word[0].isalpha() and ord(word[0]) < 0x0E00)
        glued = _GLUED if "\u0590" <= word[0] <= "\u06ff" else ""
        parts.append((_WORD_START + glued if spaced else "") + stem + (_WORD_END if whole else ""))
    return re.compile("|".join(parts))
