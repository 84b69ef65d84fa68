"""The document that describes the API, made from the very descriptions by which requests are checked."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from bot.api import idempotency
from bot.api.operation import Operation, Parameter, Schema
from bot.api.responses import PROBLEM
from bot.api.schemas.answers import ANSWERS
from bot.api.schemas.cases import CASES
from bot.api.schemas.events import EVENT_SCHEMAS
from bot.api.schemas.kinds import named
from bot.api.schemas.shop import shop_schemas

DESCRIPTION = "/openapi.json"

_REFUSALS = {
    400: "The request is not of the form that is described; `errors` says where.",
    401: "The token, or the signature, is missing or no good.",
    403: "The token lacks the scope that `scope` names.",
    429: "Too many requests; wait as long as Retry-After says.",
    500: "Something went wrong here.",
}
_KEPT_PRIVATE: Schema = {
    "description": "Answers are nobody else's to keep.",
    "required": True,
    "schema": {"type": "string", "const": "no-store"},
}
_REPLAYED: Schema = {
    "description": "The answer is the one that was given to this key before.",
    "schema": {"type": "string", "const": "true"},
}
_HEADERS: dict[int, dict[str, Schema]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    403: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    409: {
        "Retry-After": {
            "description": "Seconds, where a request with this key is under way.",
            "schema": {"type": "integer", "minimum": 1},
        }
    },
    429: {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
}


def describe(operations: Iterable[Operation], server: str, version: str) -> dict[str, Any]:
    """Return the document; ``server`` is the path under which the operations are."""
    paths: dict[str, Any] = {DESCRIPTION: {"get": _of_itself()}}
    schemes: dict[str, Any] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Made by `parley api-tokens create`."}
    }
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
        if operation.door is not None:
            schemes["signature"] = {"type": "apiKey", "in": "header", "name": operation.door.header}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Parley", "version": version, "description": "For the shop's own systems; see docs/api.md."},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "securitySchemes": schemes,
            "schemas": {**shop_schemas(), **EVENT_SCHEMAS, **ANSWERS, **CASES},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": {
            **{str(status): _answer(operation, *given) for status, given in operation.answers.items()},
            **{str(status): _refusal(status, why) for status, why in _refusals(operation).items()},
        },
        "security": [{"token": []}, *([{"signature": []}] if operation.door else [])],
    }
    scope = operation.scope.value if operation.scope else ""
    found["description"] = f"Needs the scope `{scope}`. {operation.description}".strip()
    if operation.writes:
        found["parameters"].append(_idempotency_key())
        content = {"application/json": {"schema": operation.body}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _of_itself() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    headers = {"Cache-Control": _KEPT_PRIVATE}
    return {
        "operationId": "getDescription",
        "summary": "Read this document",
        "security": [],
        "responses": {
            "200": {"description": "This document.", "headers": headers, "content": content},
            "400": _refusal(400, "The request has parameters."),
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "path" if parameter.is_in_path else "query",
        "required": parameter.is_in_path,
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _idempotency_key() -> dict[str, Any]:
    return {
        "name": idempotency.HEADER,
        "in": "header",
        "required": False,
        "description": "One for each request: sent again within a day, it is answered as the first time.",
        "schema": {"type": "string", "pattern": idempotency.PATTERN},
    }


def _refusals(operation: Operation) -> dict[int, str]:
    found = {**_REFUSALS, **operation.refusals}
    if any(parameter.is_in_path for parameter in operation.parameters):
        found.setdefault(404, "There is nothing at this address.")
    return dict(sorted(found.items()))


def _answer(operation: Operation, description: str, schema: Schema) -> dict[str, Any]:
    headers = {"Cache-Control": _KEPT_PRIVATE}
    if operation.writes:
        headers[idempotency.REPLAYED] = _REPLAYED
    return {"description": description, "headers": headers, "content": {"application/json": {"schema": schema}}}


def _refusal(status: int, why: str) -> dict[str, Any]:
    return {
        "description": f"{HTTPStatus(status).phrase}. {why}",
        "headers": {"Cache-Control": _KEPT_PRIVATE, **_HEADERS.get(status, {})},
        "content": {PROBLEM: {"schema": named("Problem")}},
    }
