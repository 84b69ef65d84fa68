"""What customers write and who they are never reaches the log, at its most talkative."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import logs
from tests.integration.privacy.marked import CONVERSATION, EMAIL, MARKS, NAME, ORDER, PHONE, TEXT, a_marked_customer
from tests.integration.server.parts import a_server


@pytest.fixture
def quiet_again() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.basicConfig(level=logging.WARNING, force=True)


@pytest.mark.usefixtures("quiet_again")
async def test_a_whole_conversation_leaves_no_personal_data_in_the_log(
    migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    # Only now: what is configured writes to the standard error of that moment.
    logs.configure("debug", b"k" * 32)
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as server:
        await a_marked_customer(server.parley.uow, tmp_path / "evidence")
        for text in (TEXT, f"{ORDER} {EMAIL}", f'/inform{{"name": "{NAME}"}}', PHONE):
            await server.say(text, sender=CONVERSATION)
        server.bot.failures_left, server.bot.words = 50, TEXT
        await server.post(sender="wa:4930", message=TEXT, message_id="m-fails")
        await server.post(sender="", message=TEXT)
        await server.post(sender="wa:4930", message=TEXT, metadata={"language": NAME})
        await server.client.post("/webhooks/rest/webhook", data=TEXT)
        await server.client.get(f"/webhooks/rest/conversations/{CONVERSATION}/messages", params={"after": NAME})
    printed = capfd.readouterr()
    log = (printed.out + printed.err).casefold()
    assert "router.turn_failed" in log
    assert [mark for mark in MARKS if mark in log] == []
