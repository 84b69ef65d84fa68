"""Whether who was asked for a yes has doubts, makes a condition or asks back; pure."""

from __future__ import annotations

from functools import cache

from bot.nlu.entities.phrases import Index, plain
from bot.nlu.entities.spans import Span, is_free
from bot.nlu.entities.words import sources
from bot.nlu.lexicon import lexicon

_LEXICON = "doubts"
_QUESTION_MARKS = frozenset("?？؟⁉❓❔")


def doubts(folded: str, language: str, taken: list[Span]) -> list[Span]:
    """Return the first sign of doubt in a message, if any, as a span whose value is its plain wording.

    Args:
        language: Of the message; its words count, those of its nearest relative, and English ones.
    """
    text = plain(folded)
    known = sources("zh" if language == "zh-TW" else language, _LEXICON)
    hits = [(hit.start, hit.end) for hit in _index().find(text) if hit.payload in known]
    hits += [(place, place + 1) for place, character in enumerate(text) if character in _QUESTION_MARKS]
    for start, end in sorted(hits):
        if is_free(taken, start, end):
            return [Span(start, end, "doubt", text[start:end])]
    return []


@cache
def _index() -> Index[str]:
    return Index(
        (phrase, "dense" in block, language)
        for language, block in lexicon(_LEXICON).items()
        for phrase in block["words"]
    )
