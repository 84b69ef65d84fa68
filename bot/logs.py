"""Logging: dotted events, one line each, without personal data."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import structlog

from bot import tracing
from bot.errors import ParleyError

# A conversation's id may be a phone number or the name of an account elsewhere.
_IDS = ("conversation_id", "conversation", "sender")


def configure(level: str, secret: bytes | None = None, *, as_json: bool = False) -> None:
    """Send our events and warnings of libraries to standard error, each as a line of words or of JSON.

    Debug lines of Rasa and urllib3 hold whole messages of customers, so their loggers never go below warning. Ids of
    conversations are replaced by keyed digests, the same in all processes that have the secret; of errors that are not
    ours only kind and place are told, because their words may quote a customer.
    """
    number = logging.getLevelName(level.upper())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if as_json else _WordlessFormatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for chatty in (
        "rasa",
        "rasa_sdk",
        "tensorflow",
        "sanic",
        "alembic",
        "apscheduler",
        "aiohttp.access",
        "matplotlib",
        "urllib3",
    ):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _Pseudonyms(secret or os.urandom(16)),
            _wordless,
            _traced,
            _renderer(as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(max(number, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _renderer(as_json: bool) -> Any:
    if as_json:
        # Whatever an event holds becomes a line: one that cannot be written must not end the turn that wrote it.
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.LogfmtRenderer()


def quiet_libraries() -> None:
    """Keep what Rasa loads from talking, and from meddling: start-up lines, warnings, another event loop."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    # A library of Rasa's for Telegram swaps the event loop policy when it is imported, under a loop that runs already:
    # from then on no child process can be started, and files of customers are checked in one.
    os.environ.setdefault("DISABLE_UVLOOP", "1")
    # Rasa and TensorFlow set warning filters of their own; what comes through them is sent to a logger that is off.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)


def described(error: BaseException) -> str:
    """Return what kind of error happened and where, without its own words unless it is one of ours."""
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    words = f" ({error})" if isinstance(error, ParleyError) else ""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f" after {described(cause)}" if cause is not None else ""
    return f"{type(error).__name__}{words}{' at ' if frames else ''}{' > '.join(frames)}{before}"


class _Pseudonyms:
    """Replaces ids of conversations in events."""

    def __init__(self, key: bytes) -> None:
        self._key = key[:64]

    def __call__(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for field in _IDS:
            if isinstance(event.get(field), str):
                event[field] = hashlib.blake2b(event[field].encode(), key=self._key, digest_size=6).hexdigest()
        return event


def _wordless(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = described(error)
    return event


def _traced(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    trace = tracing.trace_id()
    if trace is not None:
        event["trace_id"] = trace
    return event


class _WordlessFormatter(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        return described(ei[1]) if ei[1] is not None else ""


class _JsonFormatter(_WordlessFormatter):
    """Lines of libraries with the same keys as ours."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "logger": record.name,
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
