"""What a platform's answer means for what happens next."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from bot.channels.client import retry_after
from bot.channels.intake import Incoming, _message_id, _parts, conversation_id


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("0", 1), ("999999", 3600), ("-5", 1), ("soon", None), ("", None), (None, None)]
)
def test_seconds_to_wait_are_read_and_bounded(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_a_date_to_wait_for_is_read_too() -> None:
    in_a_minute = datetime.now(timezone.utc) + timedelta(seconds=60)
    seconds = retry_after(format_datetime(in_a_minute, usegmt=True))
    assert seconds is not None and 55 < seconds <= 60


def test_ids_of_conversations_name_nobody_and_cannot_be_chosen_by_clients_of_open_channels() -> None:
    own = conversation_id("whatsapp", "4915112345678")
    assert "4915112345678" not in own and own.startswith("whatsapp~")
    assert own == conversation_id("whatsapp", "4915112345678")
    assert (
        len({own, conversation_id("telegram", "4915112345678"), conversation_id("whatsapp", "4915112345678", "t")}) == 3
    )


def test_words_come_before_the_pictures_that_they_explain() -> None:
    parts = _parts(Incoming("a", "m-1", "It is broken", media=[{"id": "1"}, {"id": "2"}]))
    assert [(part, text) for part, text, _, _ in parts] == [
        ("", "It is broken"), ("/0", "/evidence_uploaded"), ("/1", "/evidence_uploaded"),
    ]  # fmt: skip


def test_a_picture_alone_has_the_messages_own_id() -> None:
    ((part, _, shown, metadata),) = _parts(Incoming("a", "m-1", media=[{"id": "1"}]))
    assert (part, shown, metadata) == ("", "", {"media": {"id": "1"}})


def test_of_a_very_long_text_people_see_all_and_the_bot_the_beginning() -> None:
    ((_, text, shown, _),) = _parts(Incoming("a", "m-1", "word " * 1000))
    assert len(text) == 2000 and shown is not None and len(shown) == 4999


def test_nothing_at_all_is_no_message() -> None:
    assert _parts(Incoming("a", "m-1", " \x00 ")) == []


@pytest.mark.parametrize("platform_id", ["wamid." + "x" * 200, "<id with blanks@example.com>", "ünïcode"])
def test_ids_that_do_not_fit_are_replaced_by_one_that_does(platform_id: str) -> None:
    fitting = _message_id(platform_id, "")
    assert len(fitting) <= 128 and fitting.isascii() and " " not in fitting
    assert fitting != _message_id(platform_id, "/1")
