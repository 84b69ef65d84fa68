"""On which condition a customer would agree; pure."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from bot.nlu.entities.phrases import Index, pattern_of, plain
from bot.nlu.entities.spans import Span, is_free
from bot.nlu.lexicon import lexicon

SHOP_PAYS_SHIPPING = "shop_pays_shipping"

_SENTENCE_END = re.compile(r"[.!?;\n。！？；؟](?!\d)")
#: How far, in characters, the verb may stand from what is paid.
_REACH, _DENSE_REACH = 48, 14
_GAP = re.compile(r"[^\w]{0,3}")
_NEGATION_REACH = 22
#: As long is a space with a short object: "quién los cubre".
_OBJECT = 5


class _Cost(NamedTuple):
    language: str
    is_whole: bool


def conditions(folded: str, language: str, taken: list[Span]) -> list[Span]:
    """Return where the shop is asked to pay the return: at most one span, of the value `shop_pays_shipping`.

    A question counts as well: "do you pay the postage?" asks for nothing else while an offer is open.

    Args:
        language: Of the message; where it has no word for the costs, those of every language count.
    """
    text = plain(folded)
    hits = list(_index().find(text))
    source = "zh" if language == "zh-TW" else language
    for start, end, cost in [hit for hit in hits if hit.payload.language == source] or hits:
        place = (start, end) if cost.is_whole else _paid_by_shop(text, start, end, cost.language)
        if place and is_free(taken, *place):
            return [Span(*place, "condition", SHOP_PAYS_SHIPPING)]
    return []


def _paid_by_shop(text: str, start: int, end: int, language: str) -> tuple[int, int] | None:
    dense = "dense" in lexicon("conditions")[language]
    reach = _DENSE_REACH if dense else _REACH
    first = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    following = _SENTENCE_END.search(text, end)
    last = following.start() if following else len(text)
    for verb in _words(language, "pays").finditer(text, max(first, start - reach), min(last, end + reach)):
        if _is_shop(text, first, verb, language) and not _is_negated(text, first, verb, language, dense):
            return min(start, verb.start()), max(end, verb.end())
    return None


def _is_shop(text: str, first: int, verb: re.Match[str], language: str) -> bool:
    you, me = (_words(language, kind) for kind in ("you", "me"))
    last_you = max((match.end() for match in you.finditer(text, first, verb.start())), default=-1)
    last_me = max((match.end() for match in me.finditer(text, first, verb.start())), default=-1)
    if "you" not in lexicon("conditions")[language]:
        # The verb says who; only a subject right before it may say otherwise.
        return last_me < 0 or verb.start() - last_me > _OBJECT
    behind = _GAP.match(text, verb.end())
    return last_you > last_me or (behind is not None and you.match(text, behind.end()) is not None)


def _is_negated(text: str, first: int, verb: re.Match[str], language: str, dense: bool) -> bool:
    negation = _words(language, "not")
    before = negation.search(text, max(first, verb.start() - (4 if dense else 12)), verb.start())
    after = negation.search(text, verb.end(), verb.end() + (3 if dense else _NEGATION_REACH))
    return before is not None or (after is not None and not _SENTENCE_END.search(text, verb.end(), after.start()))


@cache
def _words(language: str, kind: str) -> re.Pattern[str]:
    block = lexicon("conditions")[language]
    return pattern_of(tuple(block.get(kind, ())), "dense" in block)


@cache
def _index() -> Index[_Cost]:
    return Index(
        (phrase, "dense" in block, _Cost(language, kind == "whole"))
        for language, block in lexicon("conditions").items()
        for kind in ("whole", "shipping")
        for phrase in block[kind]
    )
