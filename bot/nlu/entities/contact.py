"""E-mail addresses, phone numbers, and what else has digits but is no order number; pure."""

from __future__ import annotations

import re

import phonenumbers

from bot.nlu.entities.context import nearest_before, precedes
from bot.nlu.entities.spans import OTHER, Span, is_free

_EMAIL = re.compile(r"[a-z0-9][\w.+%-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.IGNORECASE | re.ASCII)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_VAT = re.compile(r"\b(?:ATU\d{8}|(?:DE|ESB?|FR|IT|NL|BE|GB|CHE|PL)-?\d{9,12}(?:B\d\d)?)\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w+])(?:\+|00)?\(?\d(?:[ ./()-]{0,2}\d){6,14}(?![\w])", re.ASCII)

# The countries whose national numbers customers of a language write, the likeliest first.
_REGIONS = {
    "en": ("US", "GB", "AU", "IN", "IE", "CA"), "de": ("DE", "AT", "CH"), "es": ("ES", "MX", "AR", "CO", "CL"),
    "zh": ("CN",), "zh-TW": ("TW", "HK"), "fr": ("FR", "BE", "CH", "CA"), "nl": ("NL", "BE"), "it": ("IT", "CH"),
    "pt": ("BR", "PT"), "pl": ("PL",), "ru": ("RU",), "tr": ("TR",), "ja": ("JP",), "ko": ("KR",), "sv": ("SE",),
    "da": ("DK",), "no": ("NO",), "fi": ("FI",), "cs": ("CZ",), "hu": ("HU",), "ro": ("RO",), "el": ("GR",),
    "uk": ("UA",), "bg": ("BG",), "he": ("IL",), "hi": ("IN",), "id": ("ID",), "vi": ("VN",), "ms": ("MY",),
    "th": ("TH",), "fa": ("IR",), "ar": ("SA", "AE", "EG", "MA"),
}  # fmt: skip
# Digits in these groups are how North Americans write phone numbers, order numbers never.
_PHONE_GROUPS = ((3, 3, 4), (3, 4, 3), (1, 3, 3, 4), (3, 4, 4))


def emails(folded: str) -> list[Span]:
    """Return the e-mail addresses, in lower case."""
    return [Span(match.start(), match.end(), "email", match.group().lower()) for match in _EMAIL.finditer(folded)]


def unrelated(folded: str) -> list[Span]:
    """Return links, bank accounts and tax numbers, whose digits are nothing to us."""
    found = []
    for pattern in (_URL, _VAT):
        found += [Span(match.start(), match.end(), OTHER, match.group()) for match in pattern.finditer(folded)]
    found += [
        Span(match.start(), match.end(), OTHER, match.group())
        for match in _IBAN.finditer(folded.upper())
        if _is_iban(match.group())
    ]
    return found


def phones(folded: str, language: str, taken: list[Span]) -> list[Span]:
    """Return the phone numbers in E.164 where a country can be told, else their digits.

    A number without country code is one where a word for phone precedes it, or where it is valid in a country
    of the language and nothing speaks for an order number.
    """
    found: list[Span] = []
    for match in _PHONE.finditer(folded):
        if not is_free([*taken, *found], match.start(), match.end()):
            continue
        value = _phone_value(folded, match, language)
        if value is not None:
            found.append(Span(match.start(), match.end(), "phone", value))
    return found


def _phone_value(folded: str, match: re.Match[str], language: str) -> str | None:
    text = match.group()
    digits = re.sub(r"\D", "", text)
    topic = nearest_before(folded, match.start(), ("phone", "tracking", "order", "postcode", "other"))
    if text.startswith(("+", "00")):
        parsed = _parsed("+" + digits.removeprefix("00"), None)
        if parsed is not None:
            return parsed
        return f"+{digits}" if text.startswith("+") and topic in (None, "phone") else None
    if topic == "phone":
        return _national(text, language) or digits
    if topic is not None or len(digits) < 9 or precedes(folded, match.start(), "order"):
        return None
    if folded[: match.start()].rstrip().endswith("#"):
        return None
    groups = tuple(len(group) for group in re.findall(r"\d+", text))
    if 1 in groups[1:]:
        # "10482733 2 pairs"
        return None
    if groups in _PHONE_GROUPS:
        return _national(text, language) or digits
    return _national(text, language)


def _national(text: str, language: str) -> str | None:
    for region in _REGIONS.get(language, ()):
        parsed = _parsed(text, region)
        if parsed is not None:
            return parsed
    return None


def _parsed(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    formatted: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return formatted


def _is_iban(text: str) -> bool:
    """Check the remainder of ISO 13616."""
    compact = text.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in rearranged)) % 97 == 1
