"""Customers, products and orders as the shop writes them: the schema of shop files, in the words of OpenAPI.

Formats that only our own checks know become patterns, so that any tool finds what we would refuse.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from bot.api.schemas.kinds import Schema, named
from bot.services.shop_document import SCHEMA_FILE

_UNPRINTABLE = r"\u0000-\u001f\u007f-\u009f"
_UNPRINTABLE_IN_LINES = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
_LEAP = "19(7[26]|8[048]|9[26])|20([02468][048]|[13579][26])|21(0[48]|[2468][048]|[13579][26])"
DAY_PATTERN = (
    "((19[7-9][0-9]|2[01][0-9]{2})-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|"
    f"(0[13578]|1[02])-31)|({_LEAP})-02-29)"
)
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
MOMENT_PATTERN = f"^{DAY_PATTERN}[Tt ]{_TIME}$"
"""RFC 3339 from 1970 to 2199, which no format of JSON Schema says."""

_PATTERNS = {
    "plain-text": f"^[^{_UNPRINTABLE}]*$",
    "plain-lines": f"^[^{_UNPRINTABLE_IN_LINES}]*$",
    "email": rf'^(?!.*\.\.)[^\s@<>()\[\],:;"\\{_UNPRINTABLE}]+@([^\W_]([\w\-]*[^\W_])?\.)+[^\W\d_]{{2,}}$',
    "date-time": MOMENT_PATTERN,
}
_KEYS = {"product": "id", "customer": "id", "order": "number"}
ORDER_NUMBER: Schema = {"type": "string", "pattern": "^[A-Za-z0-9]{3,32}$"}


@lru_cache(maxsize=1)
def shop_schemas() -> dict[str, Schema]:
    """Return the schemas by their names in the document; what is in the path is not in the body."""
    definitions = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))["definitions"]
    found = {component(name): _translated(definition) for name, definition in definitions.items()}
    for name, key in _KEYS.items():
        schema = found[component(name)]
        schema["required"].remove(key)
        del schema["properties"][key]
    return found


def component(definition: str) -> str:
    """Return the name under which the document has a definition of the schema of shop files."""
    return "Shop" + "".join(part.title() for part in definition.split("_"))


def _translated(part: Any) -> Any:
    if isinstance(part, list):
        return [_translated(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return named(component(part["$ref"].rpartition("/")[2]))
    translated = {key: _translated(value) for key, value in part.items() if key != "format"}
    if part.get("format") in _PATTERNS:
        translated["pattern"] = _PATTERNS[part["format"]]
    if "enum" in translated and "type" not in translated:
        translated["type"] = "string"
    return translated
