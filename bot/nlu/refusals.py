"""Which wish a message says is NOT meant: "don't cancel my order"; pure.

Sentence encoders put a wish and its negation next to each other, so whatever learns from their vectors takes the one
for the other. What stands right before or behind the word decides instead.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from bot.nlu.entities.phrases import pattern_of, plain
from bot.nlu.entities.words import sources
from bot.nlu.lexicon import lexicon
from bot.nlu.text import for_ngrams

_LEXICON = "refusals"
_MOST_BETWEEN = 6
_GRAMMAR = frozenset({"before", "after", "between", "unless", "phrases"})
_DENSE = frozenset({"ja", "ko", "zh", "th"})


def refused(text: str, language: str) -> frozenset[str]:
    """Return the intents whose wish a message refuses, in its own language or one it is often taken for.

    What did not happen ("you have not refunded me") and questions are no refusals.
    """
    if any(mark in text for mark in "?？؟"):
        return frozenset()
    words = plain(for_ngrams(text))
    known = sources("zh" if language == "zh-TW" else language, _LEXICON)
    if any(_unless(source).search(words) for source in known[:1]):
        return frozenset()
    return frozenset(
        intent for source in known for intent, patterns in _patterns(source).items()
        if any(pattern.search(words) for pattern in patterns)
    )  # fmt: skip


@cache
def _unless(language: str) -> re.Pattern[str]:
    return pattern_of(tuple(lexicon(_LEXICON)[language].get("unless", ())), language in _DENSE)


@cache
def _patterns(language: str) -> dict[str, list[re.Pattern[str]]]:
    block: dict[str, Any] = lexicon(_LEXICON)[language]
    wishes = {intent: tuple(words) for intent, words in block.items() if intent not in _GRAMMAR}
    if "phrases" in block:
        return {intent: [pattern_of(words, language in _DENSE)] for intent, words in wishes.items()}
    before, after, between = (tuple(block.get(name, ())) for name in ("before", "after", "between"))
    gap = rf"(?:[\s']*{pattern_of(between, False).pattern}){{0,{_MOST_BETWEEN}}}[\s']*"
    made: dict[str, list[re.Pattern[str]]] = {}
    for intent, words in wishes.items():
        wish = pattern_of(words, False).pattern
        made[intent] = [re.compile(pattern_of(before, False).pattern + gap + wish)]
        if after:
            made[intent].append(re.compile(wish + gap + pattern_of(after, False).pattern))
    return made
