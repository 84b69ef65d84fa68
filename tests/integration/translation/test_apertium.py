"""A real Apertium server translates between Spanish and English."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.bootstrap import translations
from bot.settings import Settings
from bot.translation.apertium import ApertiumTranslator
from bot.translation.result import Reason, Translation, Unavailable
from bot.translation.transport import transport
from tests.integration.translation.apertium import ApertiumServer, missing
from tests.integration.translation.libretranslate import FakeLibreTranslate


@pytest.fixture(scope="module")
def apertium() -> Iterator[str]:
    """The address of a running server, or a skip with the reason."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with ApertiumServer() as server:
        yield server.url


def _environment(url: str, **variables: str) -> dict[str, str]:
    return {
        "PARLEY_TRANSLATION": "apertium",
        "PARLEY_APERTIUM_URL": url,
        "PARLEY_TRANSLATION_DEADLINE_SECONDS": "30",
        "PARLEY_TRANSLATION_TIMEOUT_SECONDS": "20",
        **variables,
    }


def test_the_server_tells_its_pairs(apertium: str) -> None:
    with transport.exchange(20):
        pairs = ApertiumTranslator("es", "en", apertium).pairs()
    assert {("spa", "eng"), ("eng", "spa")} <= pairs


async def test_an_agent_reads_what_a_customer_wrote(apertium: str) -> None:
    service = translations(Settings.from_environment(_environment(apertium)))
    text = "El jarrón del pedido PA-10294 llegó roto. Pagué 1.234,56 €; escriban a ana@mail.example.org, {name}."
    result = await service.translate(text, "es", "en")
    await service.close()
    assert isinstance(result, Translation) and result.engine == "apertium"
    for kept in ("PA-10294", "1.234,56 €", "ana@mail.example.org", "{name}"):
        assert kept in result.text
    assert "broken" in result.text and "order" in result.text.replace("request", "order")


async def test_words_it_is_in_doubt_about_are_not_marked(apertium: str) -> None:
    service = translations(Settings.from_environment(_environment(apertium)))
    result = await service.translate("Quiero que me devuelvan los 39,90 € que pagué por el zapatillón", "es", "en")
    await service.close()
    assert isinstance(result, Translation) and "zapatillón" in result.text
    assert not set("#@*") & set(result.text)


async def test_a_long_text_comes_back_whole(apertium: str) -> None:
    service = translations(Settings.from_environment(_environment(apertium)))
    text = "".join(f"El plato {'abcdefghij'[n % 10] * 3} llegó roto. Pedido PA-{10000 + n}.\n" for n in range(400))
    result = await service.translate(text, "es", "en")
    await service.close()
    assert isinstance(result, Translation)
    assert result.text.count("\n") == 400 and all(f"PA-{10000 + n}" in result.text for n in range(400))


async def test_a_pair_that_is_not_installed_is_the_next_engines(apertium: str) -> None:
    fake = FakeLibreTranslate()
    async with fake.server:
        url = str(fake.server.make_url("/"))
        variables = {"PARLEY_TRANSLATION": "apertium,libretranslate", "PARLEY_LIBRETRANSLATE_URL": url}
        service = translations(Settings.from_environment(_environment(apertium, **variables)))
        assert await service.translate("hello", "en", "fr") == Translation("hola", "libretranslate")
        await service.close()
    alone = translations(Settings.from_environment(_environment(apertium)))
    assert await alone.translate("hello", "en", "fr") == Unavailable(
        Reason.UNSUPPORTED, (("apertium", Reason.UNSUPPORTED),)
    )
    await alone.close()


async def test_the_command_prints_translation_engine_and_time(apertium: str) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["translate", *arguments], env=_environment(apertium))

    done = await asyncio.to_thread(run, "Mi pedido no ha llegado", "--from", "es-MX", "--to", "en")
    assert done.exit_code == 0 and "not arrived" in done.stdout and done.stderr.startswith("apertium, ")
    failed = await asyncio.to_thread(run, "Hola", "--from", "es", "--to", "ja")
    assert failed.exit_code == 1 and "apertium: unsupported\nno translation: unsupported, " in failed.stderr
