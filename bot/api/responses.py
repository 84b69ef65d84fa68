"""Answers of the API as HTTP has them, and every error as a problem (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import ConflictError, IllegalStateError, ParleyError
from bot.services.problem import ProblemError

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"
# Orders and conversations are nobody's business but the shop's.
_UNCACHED = {"Cache-Control": "no-store"}


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return an answer in JSON."""
    return _json(status, body, "application/json", headers)


def problem(error: ProblemError) -> web.Response:
    """Return a problem as its answer."""
    return _json(error.status, error.as_json(HTTPStatus(error.status).phrase), PROBLEM, error.headers)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whatever goes wrong with a problem."""
    try:
        return await handler(request)
    except ProblemError as error:
        return problem(error)
    except web.HTTPException as error:
        return problem(_of_http(error))
    except ParleyError as error:
        log.warning("api.failed", code=error.code)
        return problem(known_error(error))
    except Exception as error:
        # Its words may quote people.
        log.error("api.crashed", kind=type(error).__name__, exc_info=True)
        return problem(ProblemError(500, "internal", "something went wrong here; send the request again later"))


def known_error(error: ParleyError) -> ProblemError:
    """Return the problem that an error of the use cases is."""
    if isinstance(error, ConflictError):
        return ProblemError(409, "conflict", "others changed the same thing at this moment: send the request again")
    if isinstance(error, IllegalStateError):
        return ProblemError(409, error.code, f"this does not go with the present state: {error}")
    return ProblemError(500, "internal", f"the request could not be carried out: {error.code}")


def _of_http(error: web.HTTPException) -> ProblemError:
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return ProblemError(
            405, "method_not_allowed", f"this address takes {allowed}", headers={"Allow": allowed}
        )  # fmt: skip
    if error.status == 404:
        return ProblemError(404, "no_such_address", "there is nothing at this address; see /api/v1/openapi.json")
    return ProblemError(error.status, "http", error.reason)


def _json(status: int, body: Any, content_type: str, headers: Mapping[str, str] | None) -> web.Response:
    # What a client sent may hold halves of surrogate pairs, and is told back as it was escaped.
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return web.Response(
        body=raw, status=status, content_type=content_type, headers={**_UNCACHED, **(headers or {})}
    )  # fmt: skip
