"""What is measured, in the format of Prometheus; see docs/operations.md for what each figure means.

Labels have few values, all of them ours: nobody outside can make a new one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from prometheus_client import Counter, Gauge, Histogram, Summary, disable_created_metrics

from bot import tracing

# A third of all lines otherwise, which nobody asks for.
disable_created_metrics()

_TURN_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_CONFIDENCE_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)

TURN_SECONDS = Histogram(
    "parley_turn_seconds",
    "Time to answer a message, by stage without the stages inside it; 'whole' is all of it.",
    ["stage"],
    buckets=_TURN_BUCKETS,
)
TURNS = Counter("parley_turns", "Turns, by what came of them.", ["channel", "result"])
RECEIVED = Counter("parley_messages_received", "New messages of customers.", ["channel"])
SENT = Counter(
    "parley_messages_sent", "Messages put on their way to customers, by who wrote them.", ["channel", "author"]
)
DELIVERIES = Counter(
    "parley_deliveries", "Letters handed to messaging platforms, by what came of it.", ["channel", "result"]
)
CHANNEL_ERRORS = Counter(
    "parley_channel_errors", "What platforms did not take, or give, by kind of reason.", ["channel", "reason"]
)
INTENTS = Counter(
    "parley_nlu_intents", "Understood messages, by intent; nlu_fallback is what was not understood.", ["intent"]
)
CONFIDENCE = Histogram(
    "parley_nlu_confidence", "How sure the best guess was.", ["outcome"], buckets=_CONFIDENCE_BUCKETS
)
HANDOFFS = Counter("parley_handoffs", "Conversations handed to people, by reason.", ["reason"])
JOB_RUNS = Counter("parley_job_runs", "Runs of jobs, by what came of them.", ["job", "result"])
JOB_SECONDS = Summary("parley_job_seconds", "How long jobs ran.", ["job"])
JOB_SUCCEEDED_AT = Gauge("parley_job_last_success_timestamp_seconds", "When a job last ended well here.", ["job"])
TRANSLATIONS = Counter(
    "parley_translation_calls", "Calls of translation engines, by what came of them.", ["engine", "result"]
)
TRANSLATION_SECONDS = Summary("parley_translation_seconds", "How long translation engines took.", ["engine"])
HTTP_REQUESTS = Counter("parley_http_requests", "Requests, by route and status.", ["method", "route", "status"])
HTTP_SECONDS = Summary(
    "parley_http_request_seconds", "How long requests took, WebSockets left out.", ["method", "route"]
)
WEBHOOK_DELIVERIES = Counter(
    "parley_webhook_deliveries", "Events sent to subscribers, by what came of it.", ["kind", "result"]
)

# Of the whole installation, read from the database when somebody asks: all replicas tell the same.
INBOX_DEPTH = Gauge("parley_inbox_depth", "Received messages that wait for their answer.")
INBOX_OLDEST = Gauge("parley_inbox_oldest_seconds", "How long the oldest of them has been waiting.")
OUTBOX_DEPTH = Gauge(
    "parley_outbox_depth", "Messages not delivered; 'failed' are the dead letters.", ["channel", "state"]
)
OUTBOX_OVERDUE = Gauge(
    "parley_outbox_overdue_seconds", "How long the next attempt of a channel has been due.", ["channel"]
)
HANDOFFS_WAITING = Gauge("parley_handoffs_waiting", "Conversations that wait for a person.")

WHOLE = "whole"
_KINDS_OF_REASONS = frozenset(
    {"unreachable", "timeout", "rate_limited", "unauthorized", "no_address", "no_file", "unexpected"}
)


class _Stages:
    """The stages of a turn with what each took itself; the stages inside of one are not counted to it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = time.perf_counter()

    def begin(self, name: str) -> None:
        self._count()
        self._open.append(name)

    def end(self) -> None:
        self._count()
        self._open.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] = self.seconds.get(self._open[-1], 0.0) + now - self._since
        self._since = now


_stages: ContextVar[_Stages | None] = ContextVar("stages", default=None)


@contextmanager
def turn() -> Iterator[None]:
    """Measure a turn: what is inside as a whole, and by its stages."""
    stages, started = _Stages(), time.perf_counter()
    token = _stages.set(stages)
    try:
        with tracing.span("turn"):
            yield
    finally:
        _stages.reset(token)
        for name, seconds in stages.seconds.items():
            TURN_SECONDS.labels(name).observe(seconds)
        TURN_SECONDS.labels(WHOLE).observe(time.perf_counter() - started)


@contextmanager
def stage(name: str, **attributes: str) -> Iterator[None]:
    """Measure a stage of the turn that runs, and make a span of it; outside of a turn only the span is made."""
    stages = _stages.get()
    if stages is not None:
        stages.begin(name)
    try:
        with tracing.span(name, **attributes):
            yield
    finally:
        if stages is not None:
            stages.end()


def understood(intent: str, confidence: float, known: frozenset[str], fallback: str) -> None:
    """Count what a message was understood as; an intent that is not ``known`` counts as ``other``."""
    INTENTS.labels(intent if intent in known or intent == fallback else "other").inc()
    CONFIDENCE.labels("fallback" if intent == fallback else "understood").observe(confidence)


def channel_error(channel: str, reason: str) -> None:
    """Count what a platform did not take or give, under one of few kinds of reasons."""
    if not reason.startswith("status_"):
        CHANNEL_ERRORS.labels(channel, reason if reason in _KINDS_OF_REASONS else "other").inc()
    else:
        CHANNEL_ERRORS.labels(channel, f"{reason[:8]}xx").inc()


def job_ended(job: str, *, has_failed: bool) -> None:
    """Count a run of a job, and remember when it last ended well."""
    JOB_RUNS.labels(job, "failed" if has_failed else "done").inc()
    if not has_failed:
        JOB_SUCCEEDED_AT.labels(job).set_to_current_time()


def forget_backlog() -> None:
    """Tell nothing of the backlog, since what it was a while ago would be taken for what it is."""
    for gauge in (INBOX_DEPTH, INBOX_OLDEST, HANDOFFS_WAITING):
        gauge.set(float("nan"))
    OUTBOX_DEPTH.clear()
    OUTBOX_OVERDUE.clear()


def set_all(gauge: Gauge, values: Mapping[tuple[str, ...], float]) -> None:
    """Set a gauge anew by its labels; what is not among the values is gone, rather than left as it was."""
    gauge.clear()
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
