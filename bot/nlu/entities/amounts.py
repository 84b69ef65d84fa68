"""Amounts of money; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.nlu.entities.spans import Span, is_free
from bot.nlu.lexicon import lexicon

_CODES: dict[str, str] = {
    word.lower(): code for block in lexicon("currencies").values() for code, words in block.items() for word in words
}
_SIGNS = {word for words in lexicon("currencies")["signs"].values() for word in words}
_STEMS = sorted((word.rstrip("*") for word in _CODES if word.endswith("*")), key=len, reverse=True)


def _any(words: Iterable[str]) -> str:
    return "|".join(
        re.escape(word.rstrip("*")) + (r"[^\W\d_]*" if word.endswith("*") else "")
        for word in sorted(words, key=len, reverse=True)
    )


_NUMBER = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_BEFORE = re.compile(rf"(?<![\w])(?P<currency>{_any(_SIGNS)})\s?(?P<number>{_NUMBER})(?![\d\w])", re.IGNORECASE)
# Languages without spaces go on behind the currency, others end a word there.
_AFTER = re.compile(
    rf"(?<![\d.,])(?P<number>{_NUMBER})(?:,-|\.-)?\s?(?P<currency>{_any(_CODES)})"
    r"(?:(?<=[\u0e00-\u0eff\u2e80-\ud7a3])|(?![^\W\d_]))(?!月|星期|礼拜|禮拜|小时|小時)",
    re.IGNORECASE,
)
_LONGEST_DIGITS = 7


def amounts(folded: str, taken: list[Span]) -> list[Span]:
    """Return the amounts as {amount, currency}: a decimal string and an ISO 4217 code, "" where unsure."""
    found: list[Span] = []
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(folded):
            if sum(character.isdigit() for character in match.group("number")) > _LONGEST_DIGITS:
                continue
            if is_free([*taken, *found], match.start(), match.end()):
                value = {
                    "amount": decimal(match.group("number")),
                    "currency": _code(match.group("currency").lower()),
                }
                found.append(Span(match.start(), match.end(), "amount", value))
    return found


def _code(word: str) -> str:
    if word in _CODES:
        return _CODES[word]
    return _CODES[next(stem for stem in _STEMS if word.startswith(stem)) + "*"]


def decimal(number: str) -> str:
    """Return a number written in any convention as digits with a decimal point: `1.234,50` gives `1234.50`."""
    cleaned = number.replace(" ", "").replace("'", "")
    match = re.fullmatch(r"(.*?)[.,](\d{1,2})", cleaned)
    whole, cents = (match.group(1), match.group(2)) if match else (cleaned, "")
    whole = re.sub(r"[.,]", "", whole)
    return f"{whole}.{cents.ljust(2, '0')}" if cents else whole
