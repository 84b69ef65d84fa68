"""Which part of the price a customer asks for: `50 %`, `die Hälfte`, `全額`; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

from bot.l10n.languages import DEFAULT_LANGUAGE
from bot.nlu.entities.phrases import Index, pattern_of, plain
from bot.nlu.entities.spans import Span, is_free
from bot.nlu.lexicon import lexicon

_CLAUSE_END = re.compile(r"[.!?;:\n。！？；،؟,，、](?!\d)|(?<!\d)[.,]")
_FRACTION = re.compile(r"(?<![\w/.,-])(?<!\d )(?:([123])\s?/\s?([234])|([½⅓⅔¼¾]))(?![\w/.])")
_VULGAR = {"½": 50, "⅓": 33, "⅔": 67, "¼": 25, "¾": 75}
_FRACTIONS = {("1", "2"): 50, ("1", "3"): 33, ("2", "3"): 67, ("1", "4"): 25, ("3", "4"): 75}
#: Chinese and Japanese tenths: 五成, 3割 are so much of the price; 八折, 8.5折 leave so much of it to be paid.
_TENTHS = re.compile(r"(?<![\d.])([1-9一二三四五六七八九])\s?(?:成(?![功立分本员員人])|割(?!れ))(?:引)?")
_LEFT_TO_PAY = re.compile(
    r"(?<![\d.])(?:([1-9])(?:\.(\d))?|([一二三四五六七八九])([一二三四五六七八九])?)\s?折(?![断斷叠疊旧舊磨腾騰])"
)
_CHINESE_PERCENT = re.compile(r"(?:百分之|パーセントで)\s?(?:(\d{1,3})|([一二三四五六七八九十百]{1,3}))")
_CHINESE_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}
#: "Everything" is mostly not about money: so much at most may be said beside it and a wish.
_LONGEST_BARE_WISH = 14
#: How far, in characters, a word for money or for a wish may stand from a share.
_MONEY_REACH, _WISH_REACH = 32, 14
_DENSE_MONEY_REACH, _DENSE_WISH_REACH = 8, 5
#: As much of a message is looked at on each side, however long it is.
_WINDOW = 48


class _Meaning(NamedTuple):
    percent: int
    language: str
    sure: bool


def shares(folded: str, language: str, taken: list[Span]) -> list[Span]:
    """Return the parts of the price that are named, as whole percent from 1 to 100 in digits: `half` gives `50`.

    Percentages count wherever they stand, except 100 %, which is mostly cotton; words count where they are about
    money (`lexicons/shares.yml`).

    Args:
        language: Of the message; tells which words are about money beside a bare fraction.
    """
    text = plain(folded)
    candidates = sorted([*_percentages(text, language), *_words(text), *_fractions(text, language)], key=_longest_first)
    found: list[Span] = []
    for start, end, percent in candidates:
        if 0 < percent <= 100 and is_free([*taken, *found], start, end):
            found.append(Span(start, end, "share", str(percent)))
    return found


def _longest_first(candidate: tuple[int, int, int]) -> tuple[int, int]:
    start, end, _ = candidate
    return start - end, start


def _percentages(text: str, language: str) -> Iterator[tuple[int, int, int]]:
    for match in _percent_pattern().finditer(text):
        number = (match.group("before") or match.group("after")).replace(",", ".")
        percent = int(Decimal(number).quantize(Decimal(1), ROUND_HALF_UP))
        if percent != 100 or _is_about_money(text, match.start(), match.end(), language, is_all=True):
            yield match.start(), match.end(), percent
    if text.isascii():
        return
    for match in _CHINESE_PERCENT.finditer(text):
        yield match.start(), match.end(), int(match.group(1) or _chinese_number(match.group(2)))
    for match in _TENTHS.finditer(text):
        yield match.start(), match.end(), 10 * int(_CHINESE_DIGITS.get(match.group(1), 0) or match.group(1))
    for match in _LEFT_TO_PAY.finditer(text):
        tens, ones = match.group(1) or match.group(3), match.group(2) or match.group(4) or "0"
        paid = 10 * int(_CHINESE_DIGITS.get(tens, 0) or tens) + int(_CHINESE_DIGITS.get(ones, 0) or ones)
        yield match.start(), match.end(), 100 - paid


def _chinese_number(digits: str) -> int:
    if "百" in digits:
        return 100
    if "十" not in digits:
        return _CHINESE_DIGITS[digits[-1]]
    tens, _, ones = digits.partition("十")
    return 10 * _CHINESE_DIGITS.get(tens, 1) + _CHINESE_DIGITS.get(ones, 0)


def _words(text: str) -> Iterator[tuple[int, int, int]]:
    for start, end, meaning in _index().find(text):
        if _has_other_meaning(text, start, end, meaning.language):
            continue
        if meaning.sure or _is_about_money(text, start, end, meaning.language, is_all=meaning.percent == 100):
            yield start, end, meaning.percent


def _fractions(text: str, language: str) -> Iterator[tuple[int, int, int]]:
    for match in _FRACTION.finditer(text):
        above, below, vulgar = match.groups()
        percent = _VULGAR[vulgar] if vulgar else _FRACTIONS.get((above, below), 0)
        if percent and _is_about_money(text, match.start(), match.end(), language, reach=_WISH_REACH):
            yield match.start(), match.end(), percent


def _has_other_meaning(text: str, start: int, end: int, language: str) -> bool:
    dense = "dense" in lexicon("shares")[language]
    after = re.compile(r"[\s-]*").match(text, end)
    if after and _neighbours(language, "not_after", dense).match(text, after.end()):
        return True
    before = text[max(0, start - 24) : start].rstrip(" -")
    return any(match.end() == len(before) for match in _neighbours(language, "not_before", dense).finditer(before))


def _is_about_money(
    text: str, start: int, end: int, language: str, *, reach: int = _MONEY_REACH, is_all: bool = False
) -> bool:
    """Tell whether a share stands near money, next to a wish, or is all that is said."""
    dense = "dense" in lexicon("shares")[_source(language)]
    first, last = _clause(text, start, end)
    before, after = text[first:start], text[end:last]
    if not _letters(before + after):
        return not _letters(text[:first] + text[last:]) or len(text) < 2 * _MONEY_REACH
    if is_all:
        reach = _WISH_REACH
    money_reach, wish_reach = (_DENSE_MONEY_REACH, _DENSE_WISH_REACH) if dense else (reach, _WISH_REACH)
    if _stands_near(_neighbours(language, "money", dense), before, after, money_reach):
        return True
    if is_all and len(before) + len(after) > (_DENSE_WISH_REACH if dense else _LONGEST_BARE_WISH):
        return False
    return _stands_near(_neighbours(language, "wish", dense), before, after, wish_reach)


def _stands_near(pattern: re.Pattern[str], before: str, after: str, reach: int) -> bool:
    if any(match.start() <= reach for match in pattern.finditer(after)):
        return True
    return any(len(before) - match.end() <= reach for match in pattern.finditer(before))


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the clause around a share begins and ends, as far as its neighbours matter."""
    nearest, farthest = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    first = max((match.end() for match in _CLAUSE_END.finditer(text, nearest, start)), default=nearest)
    following = _CLAUSE_END.search(text, end, farthest)
    return first, following.start() if following else farthest


def _letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _source(language: str) -> str:
    """Return the language whose words stand for it: Chinese ones are listed in both scripts, unknown ones nowhere."""
    source = "zh" if language == "zh-TW" else language
    return source if source in lexicon("shares") else DEFAULT_LANGUAGE


@cache
def _neighbours(language: str, kind: str, dense: bool) -> re.Pattern[str]:
    words = lexicon("shares")[_source(language)].get(kind, [])
    return pattern_of(tuple(words), dense)


@cache
def _index() -> Index[_Meaning]:
    return Index(
        (phrase, "dense" in block, _Meaning(int(percent), language, kind == "sure"))
        for language, block in lexicon("shares").items()
        for kind in ("shares", "sure")
        for percent, phrases in block[kind].items()
        for phrase in phrases
    )


@cache
def _percent_pattern() -> re.Pattern[str]:
    blocks = lexicon("shares").values()
    after = _alternatives(phrase for block in blocks for phrase in block["percent"])
    before = _alternatives(phrase for block in blocks for phrase in block.get("percent_before", []))
    number = r"\d{1,3}(?:[.,]\d{1,2})?"
    # A digit comes first in every branch but one, so that the many words are only tried where one stands.
    return re.compile(
        rf"(?<![\d.,])(?P<before>{number})\s?(?:-\s?)?(?:[%٪]|(?:{after}))(?!\d)"
        rf"|(?:[%٪]|(?:{before}))\s?(?P<after>{number})(?![\d.,]\d|\d)"
    )


def _alternatives(phrases: Iterator[str]) -> str:
    dense = re.compile(r"[\u0e00-\u0e7f\u3000-\ud7a3]")
    ends = (
        (
            plain(phrase).rstrip("*"),
            "" if dense.search(phrase) else r"[^\W\d_]*" if phrase.endswith("*") else r"(?![^\W_])",
        )
        for phrase in sorted(set(phrases), key=len, reverse=True)
    )
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s") + end for phrase, end in ends)
