"""One mapping of a policy file, read key by key; whatever is wrong is noted with its line, not raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from bot.aftersales.policy_terms import Place

LabelType = TypeVar("LabelType", bound=Enum)


class Problem(NamedTuple):
    """A mistake at a place of a file; ``field`` is a dotted path, empty for the file as a whole."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"{self.file}:{self.line}", self.field, self.message) if part)


@dataclass(eq=False)
class Section:
    """A mapping that knows the line of each of its keys.

    Every reader notes a problem where the value is missing or not what it should be, and then returns a
    harmless one, so that a single run finds every mistake.
    """

    file: str
    path: str
    content: Mapping[Any, Any]
    problems: list[Problem]
    line: int = 1

    def problem(self, key: str, message: str, line: int | None = None) -> None:
        """Note what is wrong with the value of a key."""
        self.problems.append(Problem(self.file, line or self._line_of(key), self._path_of(key), message))

    def check_keys(self, known: frozenset[str]) -> None:
        """Note every key that is not known; the readers note those that are missing."""
        for key in self.content:
            if key not in known:
                self.problem(str(key), f"is not known; known are {', '.join(sorted(known))}")

    def has(self, key: str) -> bool:
        """Tell whether a key is there at all."""
        return key in self.content

    def places(self) -> dict[str, Place]:
        """Return where each key stands."""
        return {str(key): Place(self.file, self._line_of(key)) for key in self.content}

    def section(self, key: str) -> Section:
        """Return the mapping under a key."""
        value = self._value(key)
        if isinstance(value, Mapping):
            return Section(self.file, self._path_of(key), value, self.problems, self._line_of(key))
        if key in self.content:
            self.problem(key, "must hold keys with values")
        # One problem is enough: that everything in it is missing too is no news.
        return Section(self.file, self._path_of(key), {}, [], self._line_of(key))

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self._value(key)
        if key in self.content and not (isinstance(value, str) and value.strip()):
            self.problem(key, f"must be a text, not {shown(value)}")
        return str(value)

    def texts(self, key: str, expected: str) -> Iterator[tuple[str, int]]:
        """Yield the texts of a list that is not empty, each with its line; ``expected`` names such a list."""
        value = self._value(key)
        if not isinstance(value, list) or not value:
            if key in self.content:
                self.problem(key, f"must be {expected}, not {shown(value)}")
            return
        for index, item in enumerate(value):
            line = _item_line(value, index) or self._line_of(key)
            if isinstance(item, str):
                yield item, line
            else:
                self.problem(key, f"must be {expected}; {shown(item)} is no text", line)

    def items(self, key: str) -> Iterator[tuple[Any, int]]:
        """Yield the items of a list, whatever they are, each with its line."""
        value = self._value(key)
        if not isinstance(value, list):
            if key in self.content:
                self.problem(key, f"must be a list, not {shown(value)}")
            return
        for index, item in enumerate(value):
            yield item, _item_line(value, index) or self._line_of(key)

    def yes_or_no(self, key: str) -> bool:
        """Return a truth value."""
        value = self._value(key)
        if key in self.content and not isinstance(value, bool):
            self.problem(key, f"must be true or false, not {shown(value)}")
        return value is True

    def whole_number(self, key: str, least: int = 0) -> int | None:
        """Return a whole number, or None after noting a problem."""
        value = self._value(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return int(value)
        if key in self.content:
            self.problem(key, f"must be a whole number of at least {least}, not {shown(value)}")
        return None

    def whole_number_or_none(self, key: str, least: int = 0) -> int | None:
        """Return a whole number, or None where the file says null."""
        if key in self.content and self.content[key] is None:
            return None
        return self.whole_number(key, least)

    def amount(self, key: str) -> Decimal:
        """Return a number of at least nothing."""
        value = self._value(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            amount = Decimal(str(value))
            if amount.is_finite() and amount >= 0:
                return amount
        if key in self.content:
            self.problem(key, f"must be a number of at least 0, not {shown(value)}")
        return Decimal(0)

    def amount_or_none(self, key: str) -> Decimal | None:
        """Return a number of at least nothing, or None where the file says null."""
        if key in self.content and self.content[key] is None:
            return None
        return self.amount(key)

    def label(self, key: str, kind: type[LabelType]) -> LabelType | None:
        """Return one of an enum's members, or None after noting a problem."""
        value = self._value(key)
        found = member_of(kind, value)
        if key in self.content and found is None:
            self.problem(key, f"must be one of {_names(kind)}, not {shown(value)}")
        return found

    def labels(self, key: str, kind: type[LabelType]) -> tuple[LabelType, ...]:
        """Return a list of an enum's members in the order written; it is not empty and repeats nothing."""
        found: list[LabelType] = []
        for text, line in self.texts(key, f"a list of some of {_names(kind)}"):
            member = member_of(kind, text)
            if member is None:
                self.problem(key, f"must hold only {_names(kind)}, not {shown(text)}", line)
            elif member in found:
                self.problem(key, f"{text} is listed twice", line)
            else:
                found.append(member)
        return tuple(found)

    def _value(self, key: str) -> Any:
        if key not in self.content:
            self.problem(key, "is missing")
        return self.content.get(key)

    def _path_of(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _line_of(self, key: str) -> int:
        places = getattr(self.content, "lc", None)
        if places is None or key not in self.content:
            return self.line
        return int(places.key(key)[0]) + 1


def _item_line(items: list[Any], index: int) -> int | None:
    places = getattr(items, "lc", None)
    return int(places.item(index)[0]) + 1 if places is not None else None


def member_of(kind: type[LabelType], value: Any) -> LabelType | None:
    """Return the member of an enum that a text names, or None."""
    return next((member for member in kind if isinstance(value, str) and member.value == value), None)


def _names(kind: type[Enum]) -> str:
    return ", ".join(member.value for member in kind)


def shown(value: Any) -> str:
    """Return a value as a message shows it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "a section"
