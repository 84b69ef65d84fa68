"""The clients of deep-translator go through our transport, and their errors keep no secrets."""

from __future__ import annotations

import sys
import traceback

import pytest
from deep_translator import DeeplTranslator, GoogleTranslator, LibreTranslator, MicrosoftTranslator, MyMemoryTranslator

from bot.errors import SettingsError
from bot.translation.engines import DeepTranslatorEngine
from bot.translation.result import EngineError, Reason
from bot.translation.transport import transport


@pytest.mark.parametrize(
    "client", [DeeplTranslator, GoogleTranslator, LibreTranslator, MicrosoftTranslator, MyMemoryTranslator]
)
def test_every_client_sends_through_our_transport(client: type) -> None:
    assert sys.modules[client.__module__].requests is transport


def test_an_engine_that_does_not_exist_is_named() -> None:
    with pytest.raises(SettingsError, match="babelfish"):
        DeepTranslatorEngine("babelfish", {})


def test_a_language_that_the_client_does_not_know_is_unsupported() -> None:
    with pytest.raises(EngineError) as raised:
        DeepTranslatorEngine("google", {}).translate("hello", "en", "tlh", 1.0)
    assert raised.value.reason is Reason.UNSUPPORTED


def test_an_error_tells_neither_the_text_nor_the_key() -> None:
    engine = DeepTranslatorEngine("libretranslate", {"base_url": "http://127.0.0.1:1", "api_key": "sesame"})
    with pytest.raises(EngineError) as raised:
        engine.translate("my secret vase", "en", "de", 1.0)
    assert raised.value.reason is Reason.UNREACHABLE
    told = "".join(traceback.format_exception(raised.type, raised.value, None))
    assert "vase" not in told and "sesame" not in told and raised.value.__context__ is None


def test_no_time_left_means_no_request() -> None:
    engine = DeepTranslatorEngine("libretranslate", {"base_url": "http://127.0.0.1:1"})
    with pytest.raises(EngineError) as raised:
        engine.translate("hello", "en", "de", 0.0)
    assert raised.value.reason is Reason.TIMEOUT
