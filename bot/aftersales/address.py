"""Reading a postal address as people write it into a chat."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from bot.aftersales.order import Address

LONGEST = 300
"""How many characters of a message are looked at."""

_SEPARATORS = re.compile(r"[\n;,،、，；]+")
# By the shape of the Universal Postal Union's addressing systems: letters and digits of Britain and Canada, the
# Dutch 1234 AB, Japan's and Poland's and Portugal's hyphens, ZIP+4, and three to seven digits of the rest.
_POSTCODE = re.compile(
    r"(?<![\w/])("
    r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|\d{4}\s?[A-Z]{2}(?![A-Za-z])"
    r"|(?:[A-Z]{1,2}-)?\d{3}\s?\d{2}|\d{2}-\d{3}|\d{3}-\d{4}|\d{4}-\d{3}|\d{5}-\d{3,4}|\d{4,7}"
    r")(?![\w/])",
    re.IGNORECASE,
)
# Where the town ends and the street begins in addresses that are written without spaces, largest part first.
_EAST_ASIAN_TOWN = re.compile(r"^(.*?[市区區町村县縣州])(.+)$")
_JUNK = " .,-–—:·"


def read_address(text: str, known: Address) -> Address | None:
    """Return the address that a message gives, or None where street, postcode or town is missing.

    Name and country are those of the ``known`` address: who wants it in another country needs a person.
    """
    clean = _western_digits(unicodedata.normalize("NFKC", text[:LONGEST])).replace("〒", " ")
    found = _last_postcode(clean)
    if found is None:
        return None
    postcode = re.sub(r"\s+", " ", found[1].upper()).strip()
    before, after = clean[: found.start()], clean[found.end() :]
    street, city = _street_and_city(_parts(before), _parts(after))
    if not _is_street(street) or not _is_town(city):
        return None
    return replace(known, street=street, postcode=postcode, city=city)


def _last_postcode(text: str) -> re.Match[str] | None:
    """Return the postcode: the last that looks like one, since house numbers come before it more often than after."""
    found = list(_POSTCODE.finditer(text))
    in_front = [match for match in found if not text[: match.start()].strip(_JUNK)]
    if in_front and len(found) > 1 and re.search(r"[\u3040-\u9fff]", text):
        return in_front[0]
    return found[-1] if found else None


def _parts(text: str) -> list[str]:
    return [part for raw in _SEPARATORS.split(text) if (part := re.sub(r"\s+", " ", raw).strip(_JUNK))]


def _street_and_city(before: list[str], after: list[str]) -> tuple[str, str]:
    if before and after:
        # Street, postcode and town; whatever follows the town, such as the country, is left out.
        return ", ".join(before), after[0]
    if after:
        whole = " ".join(after)
        if east_asian := _EAST_ASIAN_TOWN.match(whole.replace(" ", "")):
            return east_asian[2], east_asian[1]
        return ", ".join(after[1:]), after[0]
    if len(before) >= 2:
        # The town stands in front of its postcode, with or without a state: "Austin, TX 78701".
        town = before[-1] if len(before[-1]) > 3 or len(before) == 2 else f"{before[-2]}, {before[-1]}"
        return ", ".join(before[: -1 if town == before[-1] else -2]), town
    if before and (east_asian := _EAST_ASIAN_TOWN.match(before[0].replace(" ", ""))):
        return east_asian[2], east_asian[1]
    words = before[0].split() if before else []
    return " ".join(words[:-1]), words[-1] if words else ""


def _western_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(character)) if character.isdecimal() else character for character in text)


def _is_street(text: str) -> bool:
    return len(text) >= 4 and any(character.isalpha() for character in text)


def _is_town(text: str) -> bool:
    return len(text) >= 2 and any(character.isalpha() for character in text)
