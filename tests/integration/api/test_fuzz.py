"""The API holds to its own document, whatever is sent: every check of schemathesis, and no findings."""

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import schemathesis
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation import GenerationMode
from schemathesis.hooks import unregister

from bot.api import idempotency
from bot.api.app import PATH
from bot.store.database import Database
from bot.store.engine import create_engine
from tests.integration.api.parts import CUSTOMER, ORDER, PRODUCT, a_token, an_app
from tests.integration.api.plausible import plausible, printable

EXAMPLES = 8
SEED = 7

# The forms of events times all their bounds are some thousands of requests; they are fuzzed, twice as much.
EVENTS = {
    "include-operation-id": "postEvents",
    "generation": {"max-examples": 2 * EXAMPLES},
    "phases": {"coverage": {"enabled": False}},
}


class Run:
    """What schemathesis sent, what came, and what it found."""

    def __init__(self, url: str, token: str, document: dict[str, Any]) -> None:
        self.statuses: dict[str, Counter[int]] = {}
        self.findings: list[str] = []
        self._keys = itertools.count()
        config = {
            "seed": SEED,
            "base-url": url,
            "auth": {"openapi": {"token": {"bearer": token}}},
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none", "no-shrink": True},
            "continue-on-failure": True,
            "operations": [EVENTS],
        }
        # Each of 250 countries would be a request, for customers and for orders; none differs from the others.
        countries = document["components"]["schemas"]["ShopCountry"]
        countries["enum"] = countries["enum"][::50]
        self.schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))

    def go(self) -> None:
        # A hook must be a function, which attributes can be set on, and this one there is only for the whole process.
        @schemathesis.hook("before_call")
        def before_call(context: Any, case: Any, kwargs: Any) -> None:
            self._before_call(case)

        try:
            for event in from_schema(self.schema).execute():
                if isinstance(event, events.ScenarioFinished):
                    self._look_at(event.recorder)
                elif isinstance(event, (events.NonFatalError, events.FatalError)):
                    self.findings.append(repr(vars(event)))
        finally:
            unregister(before_call)

    def _before_call(self, case: Any) -> None:
        """Give each request a key of its own, and make valid ones plausible."""
        key = (case.headers or {}).get(idempotency.HEADER)
        if isinstance(key, str) and re.fullmatch(idempotency.PATTERN, key):
            case.headers[idempotency.HEADER] = f"{key[:200]}-{next(self._keys)}"
        if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
            return
        for name, value in (case.path_parameters or {}).items():
            # A text that looks quoted, such as `a%0Eb`, is sent unquoted, and then is none that the document allows.
            sent = unquote(str(value))
            if (allowed := re.sub("[^!-~]", "x", sent)) != sent:
                case.path_parameters[name] = quote(allowed, safe="")
        name = case.operation.definition.raw["operationId"]
        if name == "postEvents":
            case.body = printable(case.body)
        elif isinstance(case.body, dict):
            plausible(name, case.body, case.path_parameters)

    def _look_at(self, recorder: Any) -> None:
        for case_id, sent in recorder.interactions.items():
            label = recorder.cases[case_id].value.operation.label
            status = sent.response.status_code if sent.response is not None else 0
            self.statuses.setdefault(label, Counter())[status] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    sent = recorder.interactions[case_id]
                    got = sent.response.content if sent.response is not None else b""
                    self.findings.append(
                        f"{check.name}: {check.failure_info.failure.message}\n"
                        f"{sent.request.method} {sent.request.uri} {sent.request.body!r}\n{got!r}"
                    )


async def test_the_api_holds_to_its_document(migrated_sqlite: Path, tmp_path: Path) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "parley.db")
    store = Database(create_engine(f"sqlite+aiosqlite:///{tmp_path}/parley.db"))
    server = TestServer(an_app(store.uow))
    await server.start_server()
    try:
        token = await a_token(store.uow)
        run = Run(str(server.make_url(PATH)), token, await _stock_up(server, token))
        await asyncio.to_thread(run.go)
    finally:
        await server.close()
        await store.close()
    assert not run.findings, "\n\n".join(run.findings[:10])
    assert len(run.statuses) == 12
    unreached = [label for label, seen in run.statuses.items() if not seen[200] and not seen[201]]
    # Nobody guesses the number of a case or the id of a conversation; test_reading.py asks for them.
    assert set(unreached) <= {"GET /cases/{number}", "GET /conversations/{id}/messages", "GET /orders/{number}"}


async def _stock_up(server: TestServer, token: str) -> dict[str, Any]:
    """Write what orders need, and return the document that the server gives of itself."""
    async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        for path, body in (("/customers/C-7", CUSTOMER), ("/products/P-100", PRODUCT), ("/orders/77310042", ORDER)):
            async with session.put(server.make_url(PATH + path), json=body) as answer:
                assert answer.status == 201, await answer.text()
        async with session.get(server.make_url(f"{PATH}/openapi.json")) as answer:
            return dict(await answer.json())
