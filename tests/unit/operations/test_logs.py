"""Lines of the log as JSON, with the ids that make a turn one story."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs


class Lines:
    """What is logged as JSON from now on."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def begin(self) -> None:
        """Log; only inside of the test, since it goes to the standard error of that moment."""
        logs.configure("info", b"k" * 32, as_json=True)

    def __call__(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._capture.readouterr().err.splitlines()]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    yield Lines(capsys)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.basicConfig(level=logging.WARNING, force=True)


def test_an_event_is_one_object(lines: Lines) -> None:
    lines.begin()
    structlog.get_logger().warning("courier.postponed", channel="telegram", reason="timeout", attempts=2)
    (line,) = lines()
    assert line["event"] == "courier.postponed"
    assert (line["level"], line["channel"], line["attempts"]) == ("warning", "telegram", 2)
    assert line["timestamp"].endswith("Z")


def test_a_line_of_a_library_has_the_same_keys_and_no_words_of_its_error(lines: Lines) -> None:
    lines.begin()
    try:
        raise ValueError("jane@example.com")
    except ValueError:
        logging.getLogger("some.library").exception("it failed")
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("it failed", "error", "some.library")
    assert line["exception"].startswith("ValueError at test_logs.py:")
    assert "jane" not in json.dumps(line)


def test_a_bound_conversation_is_a_pseudonym(lines: Lines) -> None:
    lines.begin()
    with structlog.contextvars.bound_contextvars(conversation_id="wa:4930123456", request_id="a" * 32):
        structlog.get_logger().info("router.turn_answered")
    structlog.get_logger().info("router.turn_answered", conversation_id="wa:4930123456")
    bound, given = lines()
    assert bound["conversation_id"] == given["conversation_id"] != "wa:4930123456"
    assert bound["request_id"] == "a" * 32
    assert "request_id" not in given


def test_what_json_does_not_know_is_written_all_the_same(lines: Lines) -> None:
    lines.begin()
    structlog.get_logger().info("store.migrated", before=None, after={1})
    assert lines()[0]["after"] == "{1}"
