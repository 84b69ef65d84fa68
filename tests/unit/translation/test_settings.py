"""The configuration of translation is read from the environment, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap import translations
from bot.errors import SettingsError
from bot.settings import TRANSLATION_ENGINES, Settings
from bot.translation.engines import NAMES
from bot.translation.result import Reason, Unavailable


def test_settings_and_engines_know_the_same_names() -> None:
    assert set(TRANSLATION_ENGINES) == set(NAMES)


async def test_nothing_is_translated_unless_configured() -> None:
    settings = Settings.from_environment({})
    assert settings.translation.orders == {} and settings.translation.engines == {}
    assert await translations(settings).translate("hola", "es", "en") == Unavailable(Reason.OFF)


def test_one_order_for_all_or_one_for_each_pair() -> None:
    addresses = {"PARLEY_APERTIUM_URL": "http://apertium:2737", "PARLEY_LIBRETRANSLATE_URL": "https://libre.example/x"}
    environment = {"PARLEY_TRANSLATION": "apertium, libretranslate", **addresses}
    assert Settings.from_environment(environment).translation.orders == {"*": ("apertium", "libretranslate")}
    environment["PARLEY_TRANSLATION"] = "es-en=apertium,libretranslate; zh-TW-pt-BR=mymemory; *-en=google;*=google"
    chosen = Settings.from_environment(environment).translation
    assert chosen.orders["es-en"] == ("apertium", "libretranslate") and chosen.orders["*"] == ("google",)
    assert set(chosen.orders) == {"es-en", "zh-TW-pt-BR", "*-en", "*"}
    assert chosen.engines["apertium"] == {"base_url": "http://apertium:2737"}


def test_a_key_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("abc:fx\n")
    environment = {"PARLEY_TRANSLATION": "deepl", "PARLEY_DEEPL_KEY_FILE": str(file)}
    assert Settings.from_environment(environment).translation.engines == {"deepl": {"api_key": "abc:fx"}}


def test_numbers_are_read() -> None:
    chosen = Settings.from_environment(
        {
            "PARLEY_TRANSLATION_TIMEOUT_SECONDS": "2.5",
            "PARLEY_TRANSLATION_DEADLINE_SECONDS": "6",
            "PARLEY_TRANSLATION_KEEP_DAYS": "0",
            "PARLEY_TRANSLATION_REQUESTS_PER_MINUTE": "google=30, deepl=200",
        }
    ).translation
    assert (chosen.timeout_seconds, chosen.deadline_seconds, chosen.keep_days) == (2.5, 6.0, 0)
    assert chosen.requests_per_minute == {"google": 30, "deepl": 200}


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("PARLEY_TRANSLATION", "babelfish", "PARLEY_TRANSLATION has 'babelfish'"),
        ("PARLEY_TRANSLATION", "google,,mymemory", "PARLEY_TRANSLATION has ''"),
        ("PARLEY_TRANSLATION", "english=google", "PARLEY_TRANSLATION has 'english'"),
        ("PARLEY_TRANSLATION", "*=google;*=mymemory", "PARLEY_TRANSLATION has '*' twice"),
        ("PARLEY_TRANSLATION", "apertium", "PARLEY_APERTIUM_URL is empty"),
        ("PARLEY_TRANSLATION", "libretranslate", "PARLEY_LIBRETRANSLATE_URL is empty"),
        ("PARLEY_TRANSLATION", "deepl", "PARLEY_DEEPL_KEY is empty"),
        ("PARLEY_TRANSLATION", "microsoft", "PARLEY_MICROSOFT_KEY is empty"),
        ("PARLEY_TRANSLATION_TIMEOUT_SECONDS", "soon", "PARLEY_TRANSLATION_TIMEOUT_SECONDS is 'soon'"),
        ("PARLEY_TRANSLATION_DEADLINE_SECONDS", "0", "PARLEY_TRANSLATION_DEADLINE_SECONDS is '0'"),
        ("PARLEY_TRANSLATION_KEEP_DAYS", "-1", "PARLEY_TRANSLATION_KEEP_DAYS is '-1'"),
        ("PARLEY_TRANSLATION_REQUESTS_PER_MINUTE", "google", "PARLEY_TRANSLATION_REQUESTS_PER_MINUTE has 'google'"),
        ("PARLEY_TRANSLATION_REQUESTS_PER_MINUTE", "bing=3", "PARLEY_TRANSLATION_REQUESTS_PER_MINUTE has 'bing'"),
    ],
)
def test_what_is_wrong_is_named(variable: str, value: str, named: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({variable: value})
    assert str(raised.value).startswith(named)


def test_an_address_that_is_none_is_named() -> None:
    environment = {"PARLEY_TRANSLATION": "apertium", "PARLEY_APERTIUM_URL": "apertium:2737"}
    with pytest.raises(SettingsError, match="PARLEY_APERTIUM_URL is 'apertium:2737'"):
        Settings.from_environment(environment)
