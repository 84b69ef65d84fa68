"""Addresses as they are written in the country they are in."""

from __future__ import annotations

import re

from babel import Locale

from bot.aftersales.order import Address

# Universal Postal Union, "Addressing systems in member countries": what differs from "postcode town" below the
# street. The same line: town and postcode. The next line: the postcode stands alone.
_SAME_LINE = frozenset({"US", "CA", "AU", "NZ", "IN", "TH", "ID", "VN", "SA", "SG", "JP", "KR", "TW", "JO", "LB", "PE"})
_NEXT_LINE = frozenset({"GB", "IE", "RU", "UA", "BR", "EG", "ZA", "HK", "LK", "KE"})
# Where the largest part comes first when the address is written in the country's own script.
_LARGEST_FIRST = frozenset({"CN", "JP", "KR", "TW", "HK", "MO"})
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def lines_of(address: Address, *, is_abroad: bool = False) -> tuple[str, ...]:
    """Return the lines of an address; seen from abroad the country ends it, in English capitals as the UPU asks."""
    lines = _own_script(address) if _is_in_own_script(address) else _common(address)
    if is_abroad:
        lines.append(country_name(address.country, "en").upper())
    return tuple(line for line in lines if line.strip())


def country_name(country: str, language: str) -> str:
    """Return the name of an ISO 3166 country in a language, or its code where it has none."""
    return str(Locale.parse(language, sep="-").territories.get(country, country))


def _common(address: Address) -> list[str]:
    lines = [address.name, address.street]
    if address.country in _NEXT_LINE:
        return [*lines, address.city, address.postcode]
    if address.country in _SAME_LINE:
        return [*lines, f"{address.city} {address.postcode}".strip()]
    return [*lines, f"{address.postcode} {address.city}".strip()]


def _is_in_own_script(address: Address) -> bool:
    return address.country in _LARGEST_FIRST and bool(_EAST_ASIAN.search(address.city + address.street))


def _own_script(address: Address) -> list[str]:
    if address.country == "KR":
        return [f"{address.city} {address.street}", address.name, address.postcode]
    postcode = f"〒{address.postcode}" if address.country == "JP" and address.postcode else address.postcode
    return [postcode, f"{address.city}{address.street}", address.name]
