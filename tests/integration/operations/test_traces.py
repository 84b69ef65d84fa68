"""Spans of a conversation as a collector gets them by OTLP over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot import tracing
from tests.integration.server.parts import a_server

CONVERSATION = "wa:4930123456"


class Collector:
    """Takes spans in."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        return web.Response(content_type="application/x-protobuf")

    def spans(self) -> list[Any]:
        exported = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        scopes = [scope for one in exported for resource in one.resource_spans for scope in resource.scope_spans]
        return [span for scope in scopes for span in scope.spans]


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    # The exporter compresses nothing unless it is told to, whatever the environment of the tests says.
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_COMPRESSION", raising=False)
    collector, app = Collector(), web.Application()
    app.router.add_post("/v1/traces", collector.take)
    server = TestServer(app)
    await server.start_server()
    tracing.configure(str(server.make_url("")))
    yield collector
    tracing.close()
    await server.close()


async def test_a_turn_is_a_trace_from_the_request_to_the_database(
    collector: Collector, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as server:
        await server.say("my name is Jane Doe", sender=CONVERSATION)
    # The exporter sends from a thread, to a server in this loop.
    await asyncio.to_thread(tracing.close)
    by_name = {span.name: span for span in collector.spans()}
    request = by_name["POST /webhooks/rest/webhook"]
    inside = ("inbox.receive", "turn", "prepare", "dialogue", "store")
    assert {by_name[name].trace_id for name in inside} == {request.trace_id}
    assert by_name["turn"].parent_span_id == request.span_id
    assert by_name["store"].parent_span_id == by_name["turn"].span_id
    sent = b"".join(collector.bodies)
    assert b"Jane" not in sent
    assert CONVERSATION.encode() not in sent
    assert b"parley" in sent
