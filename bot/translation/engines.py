"""The engines of deep-translator, chosen by name; credentials come from the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_translator import (
    DeeplTranslator,
    GoogleTranslator,
    LibreTranslator,
    MicrosoftTranslator,
    MyMemoryTranslator,
)
from deep_translator.base import BaseTranslator

from bot.errors import SettingsError

Translate = Callable[[str], str]
"""Return an English text in the target language."""

_ENGINES: dict[str, type[BaseTranslator]] = {
    "google": GoogleTranslator,
    "deepl": DeeplTranslator,
    "libretranslate": LibreTranslator,
    "microsoft": MicrosoftTranslator,
    "mymemory": MyMemoryTranslator,
}
NAMES = tuple(_ENGINES)

# Engines that call a language otherwise than BCP 47 does.
_CODES = {"google": {"zh": "zh-CN", "he": "iw"}, "deepl": {"no": "nb"}, "mymemory": {"zh": "zh-CN", "en": "en-GB"}}


def engine(name: str, language: str, *, url: str | None = None, api_key: str | None = None) -> Translate:
    """Return a translator from English into a language.

    ``url`` is for a self-hosted LibreTranslate. Raises SettingsError where the engine does not exist, lacks its key or
    does not know the language.
    """
    if name not in _ENGINES:
        raise SettingsError(f"there is no translation engine '{name}': give one of {', '.join(NAMES)}")
    codes = _CODES.get(name, {})
    options: dict[str, Any] = {"source": codes.get("en", "en"), "target": codes.get(language, language)}
    if url:
        options["custom_url" if name == "libretranslate" else "base_url"] = f"{url.rstrip('/')}/"
    if name == "libretranslate" and not api_key:
        # The client insists on a key; a self-hosted server that wants none ignores it.
        api_key = "none"
    if api_key:
        options["api_key"] = api_key
    try:
        translator = _ENGINES[name](**options)
    except Exception as error:
        raise SettingsError(f"cannot use the engine '{name}' for '{language}': {error}") from error
    return lambda text: str(translator.translate(text))
