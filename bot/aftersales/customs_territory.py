"""Between which countries goods pass no customs."""

from __future__ import annotations

# Regulation (EU) No 952/2013, article 4, with Monaco by its agreement with France.
_EUROPEAN_UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK".split()
)
# The treaty of 29 March 1923 between Switzerland and Liechtenstein.
_SWITZERLAND = frozenset({"CH", "LI"})
# Crown dependencies in the customs union of the United Kingdom by the arrangements of 26 November 2018.
_UNITED_KINGDOM = frozenset({"GB", "GG", "IM", "JE"})

_UNIONS = (_EUROPEAN_UNION, _SWITZERLAND, _UNITED_KINGDOM)


def passes_customs(origin: str, destination: str) -> bool:
    """Tell whether goods sent from one ISO 3166 country to another are declared to customs."""
    return origin != destination and not any(origin in union and destination in union for union in _UNIONS)
