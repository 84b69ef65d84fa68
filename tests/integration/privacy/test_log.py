"""What customers write and who they are never reaches the log, at its most talkative."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from tests.integration.privacy.marked import CONVERSATION, EMAIL, MARKS, NAME, ORDER, PHONE, TEXT, a_marked_customer
from tests.integration.server.parts import a_server


@pytest.mark.parametrize("as_json", [False, True])
async def test_a_whole_conversation_leaves_no_personal_data_in_the_log(
    migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, capfd: pytest.CaptureFixture[str], as_json: bool
) -> None:
    # Only now: what is configured writes to the standard error of that moment.
    logs.configure("debug", b"k" * 32, as_json=as_json)
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as server:
        await a_marked_customer(server.parley.uow, tmp_path / "evidence")
        for text in (TEXT, f"{ORDER} {EMAIL}", f'/inform{{"name": "{NAME}"}}', PHONE):
            await server.say(text, sender=CONVERSATION)
        server.bot.failures_left, server.bot.words = 50, TEXT
        await server.post(sender="wa:4930", message=TEXT, message_id="m-fails")
        await server.post(sender="", message=TEXT)
        await server.post(sender="wa:4930", message=TEXT, metadata={"language": NAME})
        await server.client.post("/webhooks/rest/webhook", data=TEXT)
        await server.client.get(f"/nowhere/{NAME}", params={"phone": PHONE}, headers={"X-Request-ID": EMAIL})
        await server.client.get(f"/webhooks/rest/conversations/{CONVERSATION}/messages", params={"after": NAME})
    printed = capfd.readouterr()
    log = (printed.out + printed.err).casefold()
    assert "router.turn_failed" in log
    assert [mark for mark in MARKS if mark in log] == []
    if as_json:
        lines = [json.loads(line) for line in printed.err.splitlines()]
        failed = next(line for line in lines if line["event"] == "router.turn_failed")
        # A failure can be followed to its request and its message, and to nobody.
        assert {"request_id", "turn_id", "conversation_id", "channel"} <= set(failed)
