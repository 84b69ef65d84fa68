"""deep-translator's LibreTranslate client over HTTP, against a server that works and one that does not."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import requests

from bot.bootstrap import translations
from bot.settings import Settings
from bot.translation.result import Reason, Translation, Unavailable
from bot.translation.service import Translations
from bot.translation.transport import transport
from tests.integration.translation.libretranslate import (
    FakeLibreTranslate,
    Fault,
    body,
    drip,
    flood,
    half,
    silence,
    status,
)


@pytest.fixture
async def server() -> AsyncIterator[FakeLibreTranslate]:
    fake = FakeLibreTranslate()
    async with fake.server:
        yield fake


_HASTY = {"PARLEY_TRANSLATION_DEADLINE_SECONDS": "2", "PARLEY_TRANSLATION_TIMEOUT_SECONDS": "0.5"}


def _service(server: FakeLibreTranslate, **variables: str) -> Translations:
    environment = {
        "PARLEY_TRANSLATION": "libretranslate",
        "PARLEY_LIBRETRANSLATE_URL": str(server.server.make_url("/")),
        "PARLEY_TRANSLATION_DEADLINE_SECONDS": "60",
        "PARLEY_TRANSLATION_TIMEOUT_SECONDS": "60",
        **variables,
    }
    return translations(Settings.from_environment(environment))


async def test_a_text_is_translated_and_what_is_protected_stays(server: FakeLibreTranslate) -> None:
    result = await _service(server).translate("Where is PA-10294? Write to ana@mail.example.org", "en", "es")
    assert result == Translation("dónde está PA-10294? Write to ana@mail.example.org", "libretranslate")
    (asked,) = server.requests
    assert asked == {"q": "Where is <x0/>? Write to <x1/>", "source": "en", "target": "es", "format": "text",
                     "query": ""}  # fmt: skip


async def test_a_language_beyond_the_clients_list_is_the_servers_to_know(server: FakeLibreTranslate) -> None:
    service = _service(server)
    assert await service.translate("hello", "en", "nl") == Translation("hola", "libretranslate")
    missing = await service.translate("hello", "en", "kk")
    assert missing == Unavailable(Reason.UNSUPPORTED, (("libretranslate", Reason.UNSUPPORTED),))


async def test_the_key_is_sent_and_a_wrong_one_is_refused() -> None:
    fake = FakeLibreTranslate(api_key="right")
    async with fake.server:
        right = _service(fake, PARLEY_LIBRETRANSLATE_KEY="right")
        wrong = _service(fake, PARLEY_LIBRETRANSLATE_KEY="wrong")
        assert await right.translate("hello", "en", "es") == Translation("hola", "libretranslate")
        result = await wrong.translate("hello", "en", "es")
    assert isinstance(result, Unavailable) and result.reason is Reason.REFUSED


async def test_a_long_text_is_sent_in_pieces(server: FakeLibreTranslate) -> None:
    text = "Hello where is it. " * 300
    result = await _service(server).translate(text, "en", "es")
    assert result == Translation("hola dónde está it. " * 300, "libretranslate")
    assert len(server.requests) == 3 and all(len(asked["q"]) <= 2_000 for asked in server.requests)


@pytest.mark.parametrize("fault", [status(429), status(429, **{"Retry-After": "1"}), status(500), status(503), silence])
async def test_what_passes_is_got_over(server: FakeLibreTranslate, fault: Fault) -> None:
    server.faults = [fault]
    service = _service(server, PARLEY_TRANSLATION_TIMEOUT_SECONDS="1") if fault is silence else _service(server)
    assert await service.translate("hello", "en", "es") == Translation("hola", "libretranslate")
    assert len(server.requests) >= 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(429), Reason.RATE_LIMITED),
        (status(500), Reason.SERVER_ERROR),
        (half, Reason.GARBAGE),
        (body("<html>Sign in</html>"), Reason.GARBAGE),
        (body("{}"), Reason.GARBAGE),
        (body('{"translatedText": null}'), Reason.GARBAGE),
        (body('{"translatedText": ""}'), Reason.GARBAGE),
        (body('{"translatedText": "¿dónde?"}'), Reason.DAMAGED),
    ],
)
async def test_what_does_not_pass_is_told(server: FakeLibreTranslate, fault: Fault, reason: Reason) -> None:
    server.faults = [fault] * 9
    result = await _service(server).translate("Where is PA-10294?", "en", "es")
    assert isinstance(result, Unavailable) and result.reason is reason


@pytest.mark.parametrize("fault", [silence, drip])
async def test_a_server_that_never_ends_is_not_waited_for(server: FakeLibreTranslate, fault: Fault) -> None:
    server.faults = [fault] * 9
    result = await asyncio.wait_for(_service(server, **_HASTY).translate("Where is PA-10294?", "en", "es"), 60)
    # Whether the engine's last try or our patience ends first is a matter of moments.
    assert isinstance(result, Unavailable) and result.reason in (Reason.TIMEOUT, Reason.DEADLINE)


@pytest.mark.parametrize(
    ("fault", "reason"), [(silence, Reason.TIMEOUT), (drip, Reason.TIMEOUT), (flood, Reason.GARBAGE)]
)
async def test_an_answer_has_its_time_and_its_size(server: FakeLibreTranslate, fault: Fault, reason: Reason) -> None:
    server.faults = [fault]

    def ask(seconds: float) -> Reason | None:
        with transport.exchange(seconds) as exchange, pytest.raises(requests.exceptions.RequestException):
            transport.post(str(server.server.make_url("/translate")), params={"q": "hello"})
        return exchange.reason()

    assert await asyncio.to_thread(ask, 60.0 if fault is flood else 1.0) is reason


async def test_a_long_retry_after_is_honoured_by_not_asking_again(server: FakeLibreTranslate) -> None:
    server.faults = [status(429, **{"Retry-After": "3600"})]
    service = _service(server)
    first = await service.translate("hello", "en", "es")
    second = await service.translate("hello", "en", "es")
    assert isinstance(first, Unavailable) and first.reason is Reason.RATE_LIMITED
    assert isinstance(second, Unavailable) and second.reason is Reason.PAUSED
    assert len(server.requests) == 1


async def test_a_server_that_is_gone_costs_little_and_then_nothing() -> None:
    fake = FakeLibreTranslate()
    async with fake.server:
        service = _service(fake)
    for _ in range(2):
        result = await service.translate("hello", "en", "es")
        assert isinstance(result, Unavailable) and result.reason in (Reason.UNREACHABLE, Reason.PAUSED)
    result = await service.translate("hello", "en", "es")
    assert isinstance(result, Unavailable) and result.reason is Reason.PAUSED


async def test_many_at_once_get_each_their_own(server: FakeLibreTranslate) -> None:
    service = _service(server)
    results: list[Any] = await asyncio.gather(
        *(service.translate(f"hello number {'abcdefgh'[n % 8] * (n // 8 + 1)}", "en", "es") for n in range(40))
    )
    assert [result.text for result in results] == [f"hola number {'abcdefgh'[n % 8] * (n // 8 + 1)}" for n in range(40)]


async def test_the_command_logs_neither_text_nor_key_even_at_debug(server: FakeLibreTranslate) -> None:
    server.faults = [status(403), body("[]")]
    environment = {
        **os.environ,
        "PARLEY_LOG_LEVEL": "debug",
        "PARLEY_TRANSLATION": "libretranslate,mymemory",
        "PARLEY_LIBRETRANSLATE_URL": str(server.server.make_url("/")),
        "PARLEY_LIBRETRANSLATE_KEY": "sesame",
        # Nothing listens there, so the second engine, which puts texts into addresses, cannot be reached.
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }
    command = (sys.executable, "-m", "bot", "translate", "wherever is my vase", "--from", "en", "--to", "es")
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1 and not out
    assert b"libretranslate: refused" in err and b"mymemory: unreachable" in err
    assert b"vase" not in err and b"sesame" not in err
