"""What schemas are made of."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
TRUTH: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
AMOUNT: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}


def record(description: str = "", /, **properties: Schema) -> Schema:
    """Return the schema of an object that has all of some properties and no others."""
    schema: Schema = {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }
    return {"description": description, **schema} if description else schema


def many(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def choice(members: Iterable[Enum]) -> Schema:
    """Return the schema of an enum's members."""
    return {"type": "string", "enum": [member.value for member in members]}


def nullable(schema: Schema) -> Schema:
    """Return the schema of the same or nothing."""
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def named(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


MONEY = record(amount=AMOUNT, currency=CURRENCY)
MAYBE_MONEY = record(amount=nullable(AMOUNT), currency=nullable(CURRENCY))
NO_OR_MONEY: Schema = {**MONEY, "type": ["object", "null"]}
