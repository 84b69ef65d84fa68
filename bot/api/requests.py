"""Reading requests: the body within its limit, JSON, parameters; whatever is wrong is a ProblemError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.api.operation import Operation, Parameter
from bot.errors import ImportRejectedError
from bot.services.problem import Mistake, ProblemError
from bot.services.shop_document import parse_json

_CHUNK = 64 * 1024


async def read_body(request: web.Request, operation: Operation) -> bytes:
    """Return the raw body; raises 413 above the operation's limit, without reading on."""
    too_large = ProblemError(413, "too_large", f"a request may have {operation.max_bytes} bytes")
    if (request.content_length or 0) > operation.max_bytes:
        raise too_large
    body = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > operation.max_bytes:
            raise too_large
    return bytes(body)


def read_json(request: web.Request, raw: bytes) -> dict[str, Any]:
    """Return the JSON object of a body; raises 415 for another type, 400 for what is none."""
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise ProblemError(415, "unsupported_media_type", "send application/json in UTF-8")
    try:
        body = parse_json(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _unreadable(f"not UTF-8 (byte {error.start})") from error
    except ImportRejectedError as error:
        raise _unreadable(error.problems[0][1]) from error
    if not isinstance(body, dict):
        raise _unreadable("must be of type object")
    return body


def read_values(request: web.Request, operation: Operation) -> dict[str, Any]:
    """Return the values of an operation's parameters; raises 400 naming every one that is wrong or not known."""
    known = {parameter.name: parameter for parameter in operation.parameters}
    mistakes: list[Mistake] = []
    for name in dict.fromkeys(request.query):
        parameter = known.get(name)
        if parameter is None or parameter.is_in_path:
            mistakes.append((name, "is not known here"))
        elif not parameter.repeatable and len(request.query.getall(name)) > 1:
            mistakes.append((name, "may be given once"))
    values = {name: _value(request, parameter, mistakes) for name, parameter in known.items()}
    if mistakes:
        raise ProblemError(400, "invalid", "a parameter is not of the form that is described", mistakes=mistakes)
    return values


def _value(request: web.Request, parameter: Parameter, mistakes: list[Mistake]) -> Any:
    source: Mapping[str, str] = request.match_info if parameter.is_in_path else request.query
    given = [source[parameter.name]] if parameter.is_in_path else request.query.getall(parameter.name, [])
    try:
        read = [parameter.read(text) for text in given]
    except ValueError as error:
        mistakes.append((parameter.name, str(error)))
        return None
    if parameter.repeatable:
        return tuple(read)
    return read[0] if read else None


def _unreadable(reason: str) -> ProblemError:
    return ProblemError(400, "unreadable", f"the body cannot be read: {reason}", mistakes=[("$", reason)])
