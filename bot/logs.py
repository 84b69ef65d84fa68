"""Logging: dotted events, one line each, without personal data."""

from __future__ import annotations

import logging
import os
import sys

import structlog


def configure(level: str) -> None:
    """Send our events and warnings of libraries to standard error.

    Debug lines of Rasa and urllib3 hold whole messages of customers, so their loggers never go below warning.
    """
    number = logging.getLevelName(level.upper())
    logging.basicConfig(level=number, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True)
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
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer() if not sys.stderr.isatty() else structlog.dev.ConsoleRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(max(number, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def quiet_libraries() -> None:
    """Keep what Rasa loads from talking: TensorFlow's start-up lines and warnings about its age."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    # Rasa and TensorFlow set warning filters of their own; what comes through them is sent to a logger that is off.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
