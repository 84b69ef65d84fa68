"""The clients of deep-translator, with what their services have changed since put right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import deep_translator.deepl
import deep_translator.google
import deep_translator.libre
import deep_translator.microsoft
import deep_translator.mymemory
from deep_translator import DeeplTranslator, GoogleTranslator, LibreTranslator, MicrosoftTranslator, MyMemoryTranslator

from bot.translation.result import EngineError, Reason
from bot.translation.transport import transport

for _module in (
    deep_translator.deepl,
    deep_translator.google,
    deep_translator.libre,
    deep_translator.microsoft,
    deep_translator.mymemory,
):
    _module.requests = transport

Google = GoogleTranslator
Microsoft = MicrosoftTranslator


class _AnyLanguage:
    """For services whose languages change faster than the client's list: the server decides."""

    def _map_language_to_code(self, *languages: str) -> Iterator[str]:
        return iter(languages)


class Libre(_AnyLanguage, LibreTranslator):  # type: ignore[misc]
    """LibreTranslate at an address of our own; many servers want no key, which the client insists on."""

    def __init__(self, source: str, target: str, base_url: str, api_key: str | None = None) -> None:
        super().__init__(source=source, target=target, custom_url=f"{base_url.rstrip('/')}/", api_key=api_key or "none")
        self.api_key = api_key


class Deepl(_AnyLanguage, DeeplTranslator):  # type: ignore[misc]
    """DeepL; keys of free accounts end in ``:fx`` and have a server of their own."""

    def __init__(self, source: str, target: str, api_key: str, base_url: str | None = None) -> None:
        super().__init__(source=source, target=target, api_key=api_key, use_free_api=api_key.endswith(":fx"))
        if base_url:
            self._base_url: str = f"{base_url.rstrip('/')}/v2/"

    def translate(self, text: str, **_: Any) -> str:
        """Return a text translated.

        DeepL stopped taking GET requests in March 2025 and keys outside of the header in January 2026, which is how
        deep-translator 1.11 asks.
        """
        answer = transport.post(
            f"{self._base_url}translate",
            headers={"Authorization": f"DeepL-Auth-Key {self.api_key}"},
            json={"text": [text], "source_lang": self.source.split("-")[0].upper(), "target_lang": self.target.upper()},
        )
        answer.raise_for_status()
        translated: str = answer.json()["translations"][0]["text"]
        return translated


class MyMemory(_AnyLanguage, MyMemoryTranslator):  # type: ignore[misc]
    """MyMemory over HTTPS; the client would send texts in the clear."""

    def __init__(self, source: str, target: str, base_url: str = "https://api.mymemory.translated.net") -> None:
        super().__init__(source=source, target=target)
        self._base_url = f"{base_url.rstrip('/')}/get"

    def translate(self, text: str, **_: Any) -> str:
        """Return a text translated; raises EngineError where the day's free words are used up."""
        translated = str(super().translate(text))
        # That is said in the place of the translation, with status 200.
        if translated.startswith("MYMEMORY WARNING"):
            raise EngineError(Reason.RATE_LIMITED)
        return translated
