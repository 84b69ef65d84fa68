"""The doors for whoever operates Parley: alive, ready, figures; and what is noted about every request."""

from __future__ import annotations

import hmac
import ipaddress
import re
import time
import uuid
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import metrics, tracing
from bot.bootstrap import Parley
from bot.logs import described
from bot.settings import Settings

log = structlog.get_logger()

REQUEST_ID = "X-Request-ID"
PATHS = ("/health", "/ready", "/metrics")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Whoever calls chooses it and it gets into every line of the log, so it can be nothing but random digits.
_REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def setup(app: web.Application, parley: Parley, settings: Settings) -> None:
    """Put the doors into an application, and note every request that comes to it."""
    doors = _Doors(parley, settings.metrics_token)
    app.middlewares.append(_observed)
    app.router.add_get("/health", doors.health)
    app.router.add_get("/ready", doors.ready)
    app.router.add_get("/metrics", doors.metrics)


class _Doors:
    def __init__(self, parley: Parley, token: bytes | None) -> None:
        self._parley = parley
        self._token = token

    async def health(self, request: web.Request) -> web.Response:
        """Answer as long as the process can; nothing else is asked, since a restart mends nothing else."""
        return web.json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        """Answer 200 when customers can be served, else 503 with codes of what is missing."""
        reasons = await self._reasons()
        if reasons:
            log.warning("operations.not_ready", reasons=",".join(reasons))
            return web.json_response({"status": "not_ready", "reasons": reasons}, status=503)
        return web.json_response({"status": "ready"})

    async def _reasons(self) -> list[str]:
        reasons = [] if self._parley.is_running else ["starting"]
        if not self._parley.is_model_loaded():
            reasons.append("model")
        try:
            present, newest = await self._parley.store.revisions()
        except Exception as error:
            log.debug("operations.no_database", error=described(error))
            return [*reasons, "database"]
        # A newer schema is that of the version which is being rolled out; this one still works with it.
        return reasons if present is not None and present >= newest else [*reasons, "migrations"]

    async def metrics(self, request: web.Request) -> web.Response:
        """Return all figures as text; only for who has the token or, without one, is on this machine."""
        if self._token is not None:
            given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
            if not hmac.compare_digest(given, b"Bearer " + self._token):
                return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"}, text="give the token\n")
        elif not _is_local(request):
            return web.Response(status=403, text="set PARLEY_METRICS_TOKEN to read the metrics from elsewhere\n")
        try:
            await _read_backlog(self._parley)
        except Exception as error:
            # The figures of this process say then what is going on.
            log.error("operations.backlog_failed", error=described(error))
            metrics.forget_backlog()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _read_backlog(parley: Parley) -> None:
    now = parley.clock()
    async with parley.uow() as uow:
        waiting, oldest = await uow.inbox.depth()
        kept = await uow.outbox.depths()
        people = await uow.routing.waiting()
    metrics.INBOX_DEPTH.set(waiting)
    metrics.INBOX_OLDEST.set(max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
    metrics.set_all(metrics.OUTBOX_DEPTH, {(found.channel, found.state.value): found.messages for found in kept})
    overdue = {(found.channel,): now - found.next_attempt_at for found in kept if found.channel in parley.channels}
    metrics.set_all(
        metrics.OUTBOX_OVERDUE, {labels: max(0.0, late.total_seconds()) for labels, late in overdue.items()}
    )
    metrics.HANDOFFS_WAITING.set(len(people))


@web.middleware
async def _observed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a request its id, count and time it by its route, and make a span of it."""
    given = request.headers.get(REQUEST_ID, "")
    request_id = given.lower() if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    if request.path in PATHS:
        return await handler(request)
    route = _route(request)
    method = request.method if request.method in _METHODS else "other"
    started, status, is_socket = time.perf_counter(), 500, False
    with (
        structlog.contextvars.bound_contextvars(request_id=request_id),
        tracing.request_span(f"{method} {route}", request.headers) as span,
    ):
        try:
            response = await handler(request)
            status, is_socket = response.status, isinstance(response, web.WebSocketResponse)
            if not response.prepared:
                response.headers[REQUEST_ID] = request_id
            return response
        except web.HTTPException as error:
            status = error.status
            error.headers[REQUEST_ID] = request_id
            raise
        except Exception as error:
            log.error("operations.request_failed", route=route, error=described(error))
            raise
        finally:
            metrics.HTTP_REQUESTS.labels(method, route, str(status)).inc()
            if not is_socket:
                metrics.HTTP_SECONDS.labels(method, route).observe(time.perf_counter() - started)
            if span is not None:
                facts = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                span.set_attributes(facts)


def _route(request: web.Request) -> str:
    """Return the pattern that a request's path matched; a path itself may hold names of customers."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"


def _is_local(request: web.Request) -> bool:
    """Tell whether a request comes from this machine, and not through a proxy that runs on it."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
