"""A shop file as a document: read with limits, checked against its JSON schema, every error at its path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker, ValidationError

from bot.errors import ImportRejectedError

MAX_FILE_BYTES = 50 * 1024 * 1024
SCHEMA_FILE = Path(__file__).resolve().parents[2] / "data" / "shop" / "shop.schema.json"

#: Where something stands in a document, from the root: ``("orders", 3, "total")``.
Location = tuple[str | int, ...]
Problem = tuple[Location, str]

# Errors about what an object has or lacks leave its other values readable.
_ABOUT_KEYS = frozenset({"required", "additionalProperties", "propertyNames"})
_LONGEST_LISTED_ENUM = 12
_LONGEST_MAILBOX = 254
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_MAILBOX = re.compile(r"[^\s@<>()\[\],:;\"\\]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNPRINTABLE_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Document:
    """A shop file with its schema errors; only values without one can be read."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self._unreadable: set[Location] = set()
        # A dict, because the validator reports an object once for every key it lacks.
        self._problems: dict[Problem, None] = {}
        for error in _validator().iter_errors(data):
            self._note(error)

    @property
    def problems(self) -> list[Problem]:
        """Return every schema error."""
        return list(self._problems)

    def value(self, location: Location) -> Any:
        """Return a value that has no schema error, or None where it is missing or has one."""
        return None if location in self._unreadable else self._find(location)

    def has(self, location: Location) -> bool:
        """Tell whether something stands there, readable or not."""
        return self._find(location) is not None

    def each(self, location: Location) -> Iterator[Location]:
        """Yield the location of every object in a list."""
        entries = self.value(location)
        if isinstance(entries, list):
            for index, entry in enumerate(entries):
                if isinstance(entry, dict):
                    yield (*location, index)

    def _find(self, location: Location) -> Any:
        found = self._data
        for key in location:
            try:
                found = found[key]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def _note(self, error: ValidationError) -> None:
        location = tuple(error.absolute_path)
        if error.validator not in _ABOUT_KEYS:
            self._unreadable.add(location)
        self._problems.update(dict.fromkeys(_explained(error, location)))


def read_file(path: Path) -> Any:
    """Return what a JSON file holds; raises ImportRejectedError for one that is too large or not JSON."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _rejected(f"the file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB")
        return parse_json(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _rejected(f"the file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _rejected(f"the file is not UTF-8 (byte {error.start})") from error


def parse_json(text: str) -> Any:
    """Return what a text in JSON holds; raises ImportRejectedError for what is none, and for keys that occur twice."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _rejected(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except ValueError as error:
        raise _rejected(f"not JSON: {error}") from error
    except RecursionError as error:
        raise _rejected("not JSON: nested too deeply") from error


def json_path(location: Location) -> str:
    """Return a location as a JSON path, such as ``$.orders[3].total``."""
    parts = ["$"]
    for key in location:
        if isinstance(key, int):
            parts.append(f"[{key}]")
        elif re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII):
            parts.append(f".{key}")
        else:
            parts.append(f"[{json.dumps(key)}]")
    return "".join(parts)


def parse_moment(text: str) -> datetime:
    """Return the aware moment of an RFC 3339 text; raises ValueError."""
    match = _RFC_3339.fullmatch(text)
    if match is None:
        raise ValueError("not RFC 3339")
    # Python 3.10 reads fractions of three or six digits only, and no "Z".
    fraction = f".{match[1][:6]:0<6}" if match[1] else ""
    offset = "+00:00" if match[2] in "Zz" else match[2]
    return datetime.fromisoformat(f"{text[:10]}T{text[11:19]}{fraction}{offset}")


def _rejected(message: str) -> ImportRejectedError:
    return ImportRejectedError([("$", message)])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"an object has the key {json.dumps(twice)} twice")
    return entry


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _is_moment(value: object) -> bool:
    # Beyond these years a database or an offset may overflow.
    return not isinstance(value, str) or 1970 <= parse_moment(value).year < 2200


def _is_mailbox(value: object) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST_MAILBOX:
        # What is too long is reported as that, and would keep the pattern busy.
        return True
    return _MAILBOX.fullmatch(value) is not None and ".." not in value and _is_plain(value)


def _is_plain(value: object) -> bool:
    # PostgreSQL refuses NUL, and no database can encode half a surrogate pair.
    return not isinstance(value, str) or _UNPRINTABLE.search(value) is None


def _is_plain_in_lines(value: object) -> bool:
    return not isinstance(value, str) or _UNPRINTABLE_IN_LINES.search(value) is None


@lru_cache(maxsize=1)
def _validator() -> Draft7Validator:
    formats = FormatChecker(formats=())
    formats.checks("date-time", raises=ValueError)(_is_moment)
    formats.checks("email")(_is_mailbox)
    formats.checks("plain-text")(_is_plain)
    formats.checks("plain-lines")(_is_plain_in_lines)
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    # Following a reference costs more than all other checks of a value together.
    return Draft7Validator(_inlined(schema, schema["definitions"]), format_checker=formats)


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """Return a part of a schema with every reference replaced by its definition; none is recursive."""
    if isinstance(part, list):
        return [_inlined(entry, definitions) for entry in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(entry, definitions) for key, entry in part.items() if key != "definitions"}


def _explained(error: ValidationError, location: Location) -> Iterator[Problem]:
    """Yield a schema error in plain words; values are never quoted, they may be personal."""
    rule, wanted = error.validator, error.validator_value
    if rule == "required":
        yield from (((*location, key), "is missing") for key in wanted if key not in error.instance)
    elif rule == "additionalProperties":
        known = error.schema["properties"]
        yield from (((*location, key), "is not known here") for key in error.instance if key not in known)
    elif rule == "type":
        yield location, f"must be of type {wanted}"
    elif rule == "const":
        yield location, f"must be {json.dumps(wanted)}"
    elif rule == "enum" and len(wanted) <= _LONGEST_LISTED_ENUM:
        yield location, f"must be one of {', '.join(wanted)}"
    elif wanted == "plain-text":
        yield location, "must have no control characters"
    elif wanted == "plain-lines":
        yield location, "must have no control characters other than line breaks and tabs"
    elif rule in _LIMITS:
        yield location, _LIMITS[rule].format(wanted)
    else:
        yield location, f"is not valid, expected: {error.schema.get('description', wanted)}"


_LIMITS = {
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} entries",
    "maxItems": "must have at most {} entries",
    "maxProperties": "must have at most {} keys",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
}
