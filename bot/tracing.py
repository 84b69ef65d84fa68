"""Traces by OpenTelemetry, where they are configured and its libraries are installed; otherwise all of this is nothing.

Attributes are names and codes of ours. Neither ids of conversations nor words of errors get into a span, since both may
be personal data; logs carry the id of the trace, and pseudonyms.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any

from bot.errors import SettingsError

_SERVICE = "parley"


class _Tracing:
    """What makes spans in this process; both None while traces are off."""

    provider: Any = None
    tracer: Any = None


def configure(endpoint: str | None, exporter: Any = None) -> None:
    """Send spans to a collector by OTLP over HTTP, or have no traces without an endpoint.

    The SDK reads the rest of OpenTelemetry's own variables itself (OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS,
    OTEL_TRACES_SAMPLER and so on). ``exporter`` takes the place of the one that sends. Raises SettingsError where the
    libraries are not installed.
    """
    close()
    if endpoint is None and exporter is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: "
            "install `parley[otel]`, or leave the variable empty"
        ) from error
    resource = Resource({"service.name": _SERVICE}).merge(OTELResourceDetector().detect())
    _Tracing.provider = TracerProvider(resource=resource)
    sends = exporter or OTLPSpanExporter(endpoint=f"{(endpoint or '').rstrip('/')}/v1/traces")
    _Tracing.provider.add_span_processor(BatchSpanProcessor(sends))
    _Tracing.tracer = _Tracing.provider.get_tracer(_SERVICE)


def close() -> None:
    """Send what was not sent yet, and have no traces from now on."""
    provider, _Tracing.provider, _Tracing.tracer = _Tracing.provider, None, None
    if provider is not None:
        provider.shutdown()


def span(name: str, **attributes: str) -> AbstractContextManager[Any]:
    """Make a span of what happens inside, below the one that is open; gives it, or None while traces are off."""
    return _span(name, attributes, None)


def request_span(name: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """Make a span of a request that somebody sent to us; its headers may name the trace of the sender."""
    return _span(name, {}, headers)


@contextmanager
def _span(name: str, attributes: Mapping[str, str], headers: Mapping[str, str] | None) -> Iterator[Any]:
    if _Tracing.tracer is None:
        yield None
        return
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind, Status, StatusCode

    options: dict[str, Any] = {} if headers is None else {"context": extract(headers), "kind": SpanKind.SERVER}
    with _Tracing.tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False, **options
    ) as current:
        try:
            yield current
        except Exception as error:
            # The kind is all there is to know of it: words of errors may quote a customer.
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


@asynccontextmanager
async def around(name: str, **attributes: str) -> AsyncIterator[None]:
    """Make a span of what happens inside, for a statement that enters other things asynchronously, too."""
    with span(name, **attributes):
        yield


def trace_id() -> str | None:
    """Return the id of the trace that is open, as collectors show it, or None."""
    if _Tracing.tracer is None:
        return None
    from opentelemetry.trace import format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else None
