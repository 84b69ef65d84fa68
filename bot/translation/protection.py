"""Keeping what must not change safe from engines, which would translate, reformat or lose it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import ParleyError

# Numbers in angle brackets look like markup, which engines leave alone.
_MARK = re.compile(r"<\s{0,3}x\s{0,3}(\d{1,4})\s{0,3}/?\s{0,3}>", re.IGNORECASE | re.ASCII)
# What is left of a mark that an engine broke.
_WRECK = re.compile(r"<\s{0,3}/?\s{0,3}x\s{0,3}\d{0,4}|\bx\s{0,3}\d{1,4}\s{0,3}/\s{0,3}>", re.IGNORECASE | re.ASCII)

_NUMBER = r"(?<!\d)\d(?:[\d.,'’\u00a0\u202f]|[ ](?=\d{3}\b)){0,31}(?<=\d)"
_SYMBOL = r"(?:US|CA|AU|NZ|HK|NT|S|R)?[$€£¥₹₺₽₩฿₫₪₴₦]|\b(?:zł|Kč|kr\.?|Ft|lei|лв\.?|R\$|RM|Rp|CHF|Fr\.)"
_CODE = (
    r"(?:EUR|USD|GBP|CNY|RMB|JPY|CHF|SEK|DKK|NOK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|ILS|INR|IDR|MYR|VND|THB|KRW|TWD|HKD"
    r"|SGD|AUD|NZD|CAD|MXN|BRL|ZAR|AED|SAR|eur|usd|gbp|cny|rmb)"
)
# Only the number is kept where the unit is a word: the word is to be translated.
_WORD = (
    r"(?:euros?|dollars?|d[oó]lares|dólar|pounds?|libras?|yuan|yen|pesos?|franken|francs?|kronor|kroner|kronen|lire"
    r"|złot\w+|рубл\w+|евро|гривен\w*)"
)
_UNIT = rf"(?:{_SYMBOL}|\b{_CODE}\b)"
_PATTERNS = (
    # A mark in the original text is text, not a mark.
    rf"(?i:{_MARK.pattern}|{_WRECK.pattern})",
    r"\{\w+\}",
    r"\[[^\[\]\n]{1,80}\]",
    r"(?:https?://|www\.)[^\s<>\"'«»“”。，、）]*[^\s<>\"'«»“”。，、）.,;:!?()]",
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}\w{2,63}",
    # Money: a unit before or behind a number. Chinese, Japanese, Thai write no space before theirs.
    rf"{_UNIT}[ \u00a0\u202f]?[-−]?{_NUMBER}",
    rf"[-−]?{_NUMBER}[ \u00a0\u202f]?(?:{_SYMBOL}|{_CODE}(?![A-Za-z])|[日美欧港]?元|[円圆원块₽]|英镑|美金|บาท|руб\.?)",
    rf"[-−]?{_NUMBER}(?=[ \u00a0\u202f]?(?i:{_WORD})\b)",
    r"(?<![\w.,])\d+(?:[.,'’]\d+)+(?!\w)",
    # Parcel numbers of the Universal Postal Union, S10, as they are printed: in groups.
    r"(?<![A-Za-z0-9])[A-Z]{2} ?\d{2,3} ?\d{3} ?\d{3} ?\d? ?[A-Z]{2}(?![A-Za-z0-9])",
    # Order numbers, SKUs and parcel numbers: letters and digits in one token, maybe with dashes.
    r"#\s?[A-Za-z0-9][A-Za-z0-9-]*",
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9_/-]{0,63}\d)(?=[A-Za-z0-9_/-]{0,63}[A-Za-z])[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*",
    # SKUs without digits are in capitals and have a dash.
    r"(?<![A-Za-z0-9])[A-Z0-9]{2,}(?:-[A-Z0-9]+)+(?![A-Za-z0-9])",
    # Long numbers, also in groups: parcels, phones.
    r"(?<![\w.,])\+?\d{4,}(?:[ -]\d{2,})*|(?<![\w.,])\+?\d{2,4}(?:[ -]\d{2,}){2,}",
)
_PROTECTED = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))


class DamagedTranslationError(ParleyError):
    """Raised when a translation lost, doubled, broke or invented something that must not change."""

    code = "damaged_translation"


@dataclass(frozen=True)
class ProtectedText:
    """A text whose protected spans are replaced by marks."""

    masked: str
    spans: tuple[str, ...]

    @property
    def has_words(self) -> bool:
        """Tell whether anything is left to translate."""
        return any(character.isalpha() for character in _MARK.sub("", self.masked))

    def restore(self, translated: str) -> str:
        """Return a translation of ``masked`` with the spans back, or raise DamagedTranslationError."""
        used = [int(number) for number in _MARK.findall(translated)]
        if sorted(used) != list(range(len(self.spans))) or _WRECK.search(_MARK.sub("|", translated)):
            raise DamagedTranslationError(expected=len(self.spans), found=len(used))
        return _MARK.sub(lambda mark: self.spans[int(mark[1])], translated)


def protect(text: str) -> ProtectedText:
    """Return a text with marks for its placeholders, names in square brackets, addresses, numbers and money."""
    spans: list[str] = []

    def mark(found: re.Match[str]) -> str:
        spans.append(found[0])
        return f"<x{len(spans) - 1}/>"

    masked = _PROTECTED.sub(mark, text)
    return ProtectedText(masked, tuple(spans))
