"""The clients that differ from deep-translator's ask as the services document it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.translation.engines import DeepTranslatorEngine
from bot.translation.result import EngineError, Reason


class _Recorder:
    """Answers every request with the same JSON and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Any = {}
        self.asked: list[tuple[web.Request, str]] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._record)
        self.server = TestServer(app)

    async def _record(self, request: web.Request) -> web.Response:
        self.asked.append((request, await request.text()))
        return web.json_response(self.answer)


@pytest.fixture
async def recorder() -> AsyncIterator[_Recorder]:
    fake = _Recorder()
    async with fake.server:
        yield fake


async def _translate(recorder: _Recorder, name: str, source: str, target: str, **options: str) -> str:
    engine = DeepTranslatorEngine(name, {"base_url": str(recorder.server.make_url("/")), **options})
    return await asyncio.to_thread(engine.translate, "Hallo <x0/>", source, target, 5.0)


async def test_deepl_gets_a_post_with_the_key_in_the_header(recorder: _Recorder) -> None:
    recorder.answer = {"translations": [{"detected_source_language": "DE", "text": "您好 <x0/>"}]}
    assert await _translate(recorder, "deepl", "de", "zh-TW", api_key="k:fx") == "您好 <x0/>"
    ((request, body),) = recorder.asked
    assert (request.method, request.path_qs) == ("POST", "/v2/translate")
    assert request.headers["Authorization"] == "DeepL-Auth-Key k:fx"
    assert json.loads(body) == {"text": ["Hallo <x0/>"], "source_lang": "DE", "target_lang": "ZH-HANT"}


async def test_mymemory_gets_the_pair_and_its_used_up_day_is_no_translation(recorder: _Recorder) -> None:
    recorder.answer = {"responseData": {"translatedText": "Hello <x0/>"}, "responseStatus": 200, "matches": []}
    assert await _translate(recorder, "mymemory", "de", "en") == "Hello <x0/>"
    assert dict(recorder.asked[0][0].query) == {"q": "Hallo <x0/>", "langpair": "de|en-GB"}
    warning = "MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY."
    recorder.answer = {"responseData": {"translatedText": warning}, "responseStatus": "429", "matches": []}
    with pytest.raises(EngineError) as raised:
        await _translate(recorder, "mymemory", "de", "en")
    assert raised.value.reason is Reason.RATE_LIMITED
