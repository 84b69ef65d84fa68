"""Order numbers, however a customer types them; pure.

A candidate is a row of digits, in groups or not, with or without letters in front. It counts if its normalised
form has a configured shape and nothing around it says that it is something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.nlu.entities.context import follows, nearest_before
from bot.nlu.entities.spans import Span, fold, is_free

# Every group is a whole row of digits: part of one is another number.
_GROUPS = re.compile(
    r"(?<!\d[.,])(?:(?<![\w+])[A-Za-z]{1,4}[ .#-]{0,2}|(?<![\d_+]))\d+(?!\d)(?:[ ./-]\d+(?!\d))*", re.ASCII
)
_PREFIX = re.compile(r"([A-Za-z]{1,4})([ .#-]{0,2})(?=\d)", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
# Of two words that end in the same place, such as 运单号 and 单号, the first topic wins.
_TOPICS = ("tracking", "order", "phone", "postcode", "other")
# Two letters before a number that abbreviate "number" and belong to no number.
_NUMBER_ABBREVIATIONS = frozenset({"NR", "NO", "NUM", "NRO", "ID"})
_SHORTEST = 4
_LONGEST = 12
#: Groups at least this long are numbers by themselves: "10482733 2 pairs".
_WHOLE_GROUP = 6


@dataclass(frozen=True)
class OrderNumberPatterns:
    """Shapes of normalised order numbers (upper case, no separators), matched as a whole.

    Attributes:
        sure: The shop's own; taken wherever they stand.
        likely: Taken after a word for order or a `#`, or where the message is little else.
    """

    sure: tuple[re.Pattern[str], ...]
    likely: tuple[re.Pattern[str], ...]

    @classmethod
    def compile(cls, sure: Sequence[str], likely: Sequence[str]) -> OrderNumberPatterns:
        """Return the patterns of these regular expressions; raises `re.error` where one is malformed."""
        return cls(tuple(map(re.compile, sure)), tuple(map(re.compile, likely)))

    def is_sure(self, value: str) -> bool:
        """Tell whether a value has the shop's own shape, with or without letters in front of it."""
        bare = value.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return self.is_own(value) or (self.is_likely(value) and self.is_own(bare))

    def is_likely(self, value: str) -> bool:
        """Tell whether a value could be an order number."""
        return any(pattern.fullmatch(value) for pattern in self.likely)

    def is_own(self, value: str) -> bool:
        """Tell whether a value has exactly the shop's own shape."""
        return any(pattern.fullmatch(value) for pattern in self.sure)


def normalise(text: str) -> str:
    """Return an order number in upper case without separators: `#pl-1048 2733` gives `PL10482733`."""
    return re.sub(r"[^0-9A-Z]", "", fold(text).upper())


def order_numbers(folded: str, patterns: OrderNumberPatterns, taken: list[Span]) -> list[Span]:
    """Return the order numbers outside of what is taken."""
    found: list[Span] = []
    for match in _GROUPS.finditer(folded):
        for start, end in _readings(match, patterns):
            value = normalise(folded[start:end])
            if not _stands_free(folded, start, end) and not _is_between_words(folded, start, end, value, patterns):
                continue
            if is_free([*taken, *found], start, end) and _counts(folded, start, end, value, patterns):
                found.append(Span(start, end, "order_number", value))
                break
    return found


def _stands_free(folded: str, start: int, end: int) -> bool:
    return not _has_case(folded[start - 1 : start]) and not _has_case(folded[end : end + 1])


def _is_between_words(folded: str, start: int, end: int, value: str, patterns: OrderNumberPatterns) -> bool:
    """Tell whether nothing but the space between words is missing: `order10482733please`, not `3f10482733ab`."""
    if not patterns.is_own(value):
        return False
    while start and _has_case(folded[start - 1]):
        start -= 1
    while end < len(folded) and _has_case(folded[end]):
        end += 1
    neighbours = folded[max(0, start - 1) : start] + folded[end : end + 1]
    return not any(neighbour.isdigit() or neighbour == "_" for neighbour in neighbours)


def _has_case(character: str) -> bool:
    # Letters with upper and lower case belong to scripts that set words apart; 订单10482733 has none missing.
    return character.lower() != character.upper()


def _readings(match: re.Match[str], patterns: OrderNumberPatterns) -> Iterator[tuple[int, int]]:
    """Yield the places within a match that may be one number, the most complete first."""
    text, offset = match.group(), match.start()
    # "número10482733": the pattern took the end of a word for a prefix.
    prefix = None if _has_case(match.string[offset - 1 : offset]) else _PREFIX.match(text)
    groups = [(group.start(), group.end()) for group in _DIGITS.finditer(text)]
    for first, last in _runs(text, groups):
        start, end = groups[first][0], groups[last][1]
        if prefix and first == 0:
            value = normalise(text[:end])
            # "für 10482733" is no prefix; "PL 10482733" is, in whatever case if the shop uses it.
            if patterns.is_own(value) or (_is_prefix(prefix) and patterns.is_likely(value)):
                yield offset, offset + end
                continue
        yield offset + start, offset + end


def _is_prefix(match: re.Match[str]) -> bool:
    letters, separator = match.groups()
    if letters.upper() in _NUMBER_ABBREVIATIONS:
        return False
    return " " not in separator or (len(letters) == 2 and letters.isupper())


def _runs(text: str, groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    lengths = [end - start for start, end in groups]
    if any(length >= _WHOLE_GROUP for length in lengths):
        yield from ((index, index) for index, length in enumerate(lengths) if length >= _WHOLE_GROUP)
        return
    spans = [
        (first, last)
        for first in range(len(groups))
        for last in range(first, len(groups))
        if _SHORTEST <= sum(lengths[first : last + 1]) <= _LONGEST
    ]
    # Whole rows before parts of them; of parts, those as long as the usual eight digits.
    whole = (0, len(groups) - 1)
    yield from sorted(spans, key=lambda span: (span != whole, abs(sum(lengths[span[0] : span[1] + 1]) - 8), span[0]))


def _counts(folded: str, start: int, end: int, value: str, patterns: OrderNumberPatterns) -> bool:
    hash_before = folded[:start].rstrip().endswith("#")
    topic = nearest_before(folded, start, _TOPICS)
    if value[0].isalpha() and patterns.is_own(value):
        return topic != "tracking"
    if topic in ("tracking", "phone", "postcode", "other") and not hash_before:
        return False
    if follows(folded, end, "tracking"):
        return False
    if patterns.is_sure(value):
        return True
    if not patterns.is_likely(value):
        return False
    alone = sum(character.isalpha() for character in folded[:start] + folded[end:]) <= 3
    return hash_before or topic == "order" or alone or follows(folded, end, "order")
