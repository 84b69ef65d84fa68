"""Amounts of money; pure."""

from __future__ import annotations

import re

from bot.nlu.entities.spans import Span, is_free
from bot.nlu.lexicon import lexicon

_CODE_OF = {name: code for code, names in lexicon("currencies").items() for name in names}
_NAMES = "|".join(re.escape(name) for name in sorted(_CODE_OF, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_BEFORE = re.compile(rf"(?<![\w])(?P<currency>{_NAMES})\s?(?P<number>{_NUMBER})(?![\d\w])", re.IGNORECASE)
_AFTER = re.compile(rf"(?<![\d.,])(?P<number>{_NUMBER})(?:,-|\.-)?\s?(?P<currency>{_NAMES})(?![a-zà-ÿ])", re.IGNORECASE)
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
                    "currency": _CODE_OF[match.group("currency").lower()],
                }
                found.append(Span(match.start(), match.end(), "amount", value))
    return found


def decimal(number: str) -> str:
    """Return a number written in any convention as digits with a decimal point: `1.234,50` gives `1234.50`."""
    cleaned = number.replace(" ", "").replace("'", "")
    match = re.fullmatch(r"(.*?)[.,](\d{1,2})", cleaned)
    whole, cents = (match.group(1), match.group(2)) if match else (cleaned, "")
    whole = re.sub(r"[.,]", "", whole)
    return f"{whole}.{cents.ljust(2, '0')}" if cents else whole
