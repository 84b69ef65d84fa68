"""Traces: spans inside of each other, without words of errors; nothing at all where they are off."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot import metrics, tracing
from bot.errors import SettingsError


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.configure(None, exporter)
    yield exporter
    tracing.close()


def finished(exporter: InMemorySpanExporter) -> dict[str, Any]:
    tracing._Tracing.provider.force_flush()
    return {span.name: span for span in exporter.get_finished_spans()}


def test_without_an_endpoint_there_are_no_spans() -> None:
    tracing.configure(None)
    with tracing.span("turn") as span:
        assert span is None
        assert tracing.trace_id() is None


def test_stages_are_spans_below_their_turn(spans: InMemorySpanExporter) -> None:
    with metrics.turn(), metrics.stage("dialogue"), metrics.stage("nlu"):
        pass
    found = finished(spans)
    assert found["nlu"].parent.span_id == found["dialogue"].context.span_id
    assert found["dialogue"].parent.span_id == found["turn"].context.span_id
    assert found["turn"].parent is None


def test_of_an_error_only_its_kind_is_kept(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError), tracing.span("courier.send", channel="telegram"):
        raise ValueError("jane@example.com has no such chat")
    span = finished(spans)["courier.send"]
    assert span.status.description == "ValueError"
    assert span.events == ()
    assert dict(span.attributes) == {"channel": "telegram"}
    assert "jane" not in span.to_json()


def test_a_request_joins_the_trace_of_its_caller(spans: InMemorySpanExporter) -> None:
    caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with tracing.request_span("GET /", {"traceparent": caller}):
        assert tracing.trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_what_is_entered_asynchronously_is_a_span_too(spans: InMemorySpanExporter) -> None:
    async with tracing.around("inbox.receive", channel="web"):
        pass
    assert "inbox.receive" in finished(spans)


def test_an_endpoint_without_the_libraries_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsError, match=r"OTEL_EXPORTER_OTLP_ENDPOINT.*parley\[otel\]"):
        tracing.configure("http://localhost:4318")


def test_closing_sends_what_was_not_sent() -> None:
    exporter = InMemorySpanExporter()
    tracing.configure(None, exporter)
    with tracing.span("turn"):
        pass
    tracing.close()
    assert [span.name for span in exporter.get_finished_spans()] == ["turn"]
