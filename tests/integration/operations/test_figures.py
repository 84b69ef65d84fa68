"""What /metrics says after a conversation, read by Prometheus's own parser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.conversations.model import Author, Conversation, InboundMessage, Message, OutboundMessage, OutboxState
from bot.scheduler.scheduler import Job, Scheduler
from tests.integration.conftest import UowFactory
from tests.integration.server.parts import Server, a_server, now
from tests.integration.store.things import an_inbound

CONVERSATION = "wa:4930123456"


@pytest.fixture
async def server(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Server]:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as server:
        yield server


class Figures(dict[tuple[str, frozenset[tuple[str, str]]], float]):
    """Samples by name and labels."""

    def of(self, name: str, **labels: str) -> float:
        return self.get((name, frozenset(labels.items())), 0.0)

    def grown(self, before: Figures, name: str, **labels: str) -> float:
        return self.of(name, **labels) - before.of(name, **labels)


async def figures(server: Server) -> Figures:
    answer = await server.client.get("/metrics")
    assert answer.status == 200
    text = await answer.text()
    assert CONVERSATION not in text
    return Figures(
        ((sample.name, frozenset(sample.labels.items())), sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    )


async def test_a_conversation_shows_in_the_figures(server: Server) -> None:
    before = await figures(server)
    await server.say("hello", sender=CONVERSATION)
    await server.say("/affirm", sender=CONVERSATION, message_id="m-1")
    await server.say("/affirm", sender=CONVERSATION, message_id="m-1")
    after = await figures(server)
    assert after.grown(before, "parley_messages_received_total", channel="rest") == 2
    assert after.grown(before, "parley_messages_sent_total", channel="rest", author="bot") == 2
    assert after.grown(before, "parley_turns_total", channel="rest", result="answered") == 2
    for stage in ("prepare", "dialogue", "store", "whole"):
        assert after.grown(before, "parley_turn_seconds_count", stage=stage) == 2
    route = {"method": "POST", "route": "/webhooks/rest/webhook"}
    assert after.grown(before, "parley_http_requests_total", status="200", **route) == 3
    assert after.grown(before, "parley_http_request_seconds_count", **route) == 3
    assert after.of("parley_inbox_depth") == 0


async def test_a_turn_that_fails_is_counted_with_the_handoff_it_ends_in(server: Server) -> None:
    before = await figures(server)
    server.bot.failures_left = 3
    await server.say("hello", sender=CONVERSATION)
    after = await figures(server)
    assert after.grown(before, "parley_turns_total", channel="rest", result="failed") == 2
    assert after.grown(before, "parley_handoffs_total", reason="not_understood") == 1
    assert after.of("parley_handoffs_waiting") == 1


async def test_what_waits_is_read_from_the_database(server: Server) -> None:
    long_ago = now() - timedelta(minutes=5)
    async with server.parley.uow() as uow:
        waiting: InboundMessage = an_inbound()
        waiting.received_at = long_ago
        await uow.inbox.add(waiting)
        await uow.commit()
    await server.say("hello", sender=CONVERSATION)
    found = await figures(server)
    assert found.of("parley_inbox_depth") == 1
    assert 300 <= found.of("parley_inbox_oldest_seconds") < 360
    assert found.of("parley_outbox_depth", channel="rest", state="pending") >= 1


async def test_paths_of_requests_are_no_labels(server: Server) -> None:
    before = await figures(server)
    for path in ("/jane@example.com", "/another/jane", "/webhooks/rest/conversations/jane/messages"):
        await server.client.get(path)
    await server.client.request("JANE", "/health-of-jane")
    answer = await server.client.get("/metrics")
    assert "jane" not in (await answer.text()).casefold()
    after = await figures(server)
    assert after.grown(before, "parley_http_requests_total", method="GET", route="unmatched", status="404") == 2


async def test_figures_of_the_process_are_told_without_a_database(server: Server, tmp_path: Path) -> None:
    await server.say("hello", sender=CONVERSATION)
    await server.parley.store.close()
    (tmp_path / "parley.db").write_bytes(b"this is no database" * 100)
    (tmp_path / "parley.db-wal").unlink(missing_ok=True)
    found = await figures(server)
    depth = found.of("parley_inbox_depth")
    assert depth != depth, "what is not known is no number"
    assert found.of("parley_turns_total", channel="rest", result="answered") > 0


async def test_jobs_are_counted_by_what_came_of_them(server: Server) -> None:
    async def well(_: Any) -> None:
        return None

    async def badly(_: Any) -> None:
        raise RuntimeError

    before = await figures(server)
    jobs = [Job("goes_well", timedelta(hours=1), well), Job("goes_badly", timedelta(hours=1), badly)]
    await Scheduler(server.parley.uow, jobs, now).run_due()
    after = await figures(server)
    assert after.grown(before, "parley_job_runs_total", job="goes_well", result="done") == 1
    assert after.grown(before, "parley_job_runs_total", job="goes_badly", result="failed") == 1
    assert after.of("parley_job_last_success_timestamp_seconds", job="goes_well") > 0
    assert after.of("parley_job_last_success_timestamp_seconds", job="goes_badly") == 0
    assert after.grown(before, "parley_job_seconds_count", job="goes_badly") == 1


async def test_what_waits_is_the_same_on_both_databases(uow_factory: UowFactory) -> None:
    received = now() - timedelta(seconds=90)
    async with uow_factory() as uow:
        assert await uow.inbox.depth() == (0, None)
        assert await uow.outbox.depths() == []
        waiting = an_inbound()
        waiting.received_at = received
        await uow.inbox.add(waiting)
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.inbox.depth() == (1, received)


async def test_dead_letters_are_told_from_waiting_ones(uow_factory: UowFactory) -> None:
    due = now()
    kept = {OutboxState.PENDING: ("line", "line", "web"), OutboxState.FAILED: ("line",), OutboxState.SENT: ("web",)}
    async with uow_factory() as uow:
        uow.conversations.add(Conversation("c-1", "line", due, due))
        for state, channels in kept.items():
            for minutes, channel in enumerate(channels):
                message = Message("c-1", Author.BOT, "hello", due)
                await uow.messages.add(message)
                assert message.id is not None
                next_at = due + timedelta(minutes=minutes)
                uow.outbox.add(OutboundMessage(message.id, "c-1", channel, next_at, state))
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.outbox.depths()
    assert sorted((one.channel, one.state.value, one.messages) for one in found) == [
        ("line", "failed", 1),
        ("line", "pending", 2),
        ("web", "pending", 1),
    ]
    assert {one.next_attempt_at for one in found if one.channel == "line"} == {due}
