"""The doors for operators: alive, ready, figures, and the id of each request."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.server.parts import Server, a_server

TOKEN = "a-token-for-metrics-only"


@pytest.fixture
async def server(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Server]:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as server:
        yield server


def change(folder: Path, sql: str) -> None:
    with sqlite3.connect(folder / "parley.db") as database:
        database.execute(sql)


async def asked(server: Server, path: str, **headers: str) -> tuple[int, Any]:
    answer = await server.client.get(path, headers=headers)
    return answer.status, await answer.json()


async def test_a_server_that_serves_is_alive_and_ready(server: Server) -> None:
    assert await asked(server, "/health") == (200, {"status": "ok"})
    assert await asked(server, "/ready") == (200, {"status": "ready"})


async def test_a_server_whose_database_is_gone_is_alive_and_not_ready(server: Server, tmp_path: Path) -> None:
    await server.parley.store.close()
    (tmp_path / "parley.db").write_bytes(b"this is no database" * 100)
    (tmp_path / "parley.db-wal").unlink(missing_ok=True)
    assert await asked(server, "/health") == (200, {"status": "ok"})
    assert await asked(server, "/ready") == (503, {"status": "not_ready", "reasons": ["database"]})


async def test_a_schema_that_is_behind_is_not_ready_and_one_ahead_is(server: Server, tmp_path: Path) -> None:
    change(tmp_path, "UPDATE alembic_version SET version_num = '0003'")
    assert (await asked(server, "/ready"))[1]["reasons"] == ["migrations"]
    change(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    assert (await asked(server, "/ready"))[0] == 200
    change(tmp_path, "DROP TABLE alembic_version")
    assert (await asked(server, "/ready"))[1]["reasons"] == ["migrations"]


async def test_a_server_that_is_starting_or_without_a_model_is_not_ready(server: Server) -> None:
    server.parley.is_running = False
    server.parley.is_model_loaded = lambda: False
    assert await asked(server, "/ready") == (503, {"status": "not_ready", "reasons": ["starting", "model"]})


async def test_metrics_are_for_this_machine_alone_and_for_no_proxy_on_it(server: Server) -> None:
    assert (await server.client.get("/metrics")).status == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        answer = await server.client.get("/metrics", headers={header: "203.0.113.9"})
        assert answer.status == 403
        assert "PARLEY_METRICS_TOKEN" in await answer.text()


async def test_with_a_token_only_the_token_counts(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> None:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, PARLEY_METRICS_TOKEN=TOKEN) as server:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
            answer = await server.client.get("/metrics", headers=headers)
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        given = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}
        assert (await server.client.get("/metrics", headers=given)).status == 200


async def test_a_request_keeps_a_good_id_and_gets_one_instead_of_any_other(server: Server) -> None:
    good = str(uuid.uuid4())
    answer = await server.client.get("/webhooks/rest/conversations/c-1/messages", headers={"X-Request-ID": good})
    assert answer.headers["X-Request-ID"] == good
    answer = await server.client.get("/nowhere", headers={"X-Request-ID": "jane@example.com"})
    assert answer.status == 404
    assert uuid.UUID(answer.headers["X-Request-ID"]).hex != "jane@example.com"
