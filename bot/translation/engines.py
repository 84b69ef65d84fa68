"""The engines that can be chosen by name: blocking, each request within a time limit, errors as reasons."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from deep_translator.base import BaseTranslator
from deep_translator.exceptions import InvalidSourceOrTargetLanguage, LanguageNotSupportedException

from bot.errors import SettingsError
from bot.translation import clients
from bot.translation.apertium import ApertiumTranslator
from bot.translation.result import EngineError, Reason
from bot.translation.transport import transport


class Engine(Protocol):
    """Something that translates, blocking."""

    @property
    def name(self) -> str:
        """Return the name it is configured by."""

    @property
    def limit_bytes(self) -> int:
        """Return how much text it takes at once, in bytes of UTF-8."""

    def translate(self, text: str, source: str, target: str, timeout_seconds: float) -> str:
        """Return a text translated between languages given as BCP 47, or raise EngineError."""


@dataclass(frozen=True)
class _Kind:
    client: Callable[..., BaseTranslator]
    limit_bytes: int
    codes: Mapping[str, str] = field(default_factory=dict)


# Codes are where a service calls a language otherwise than BCP 47 does; limits are the services' own, with a margin.
_KINDS = {
    "apertium": _Kind(ApertiumTranslator, 10_000),
    "libretranslate": _Kind(clients.Libre, 2_000, {"zh-TW": "zh-Hant", "no": "nb"}),
    "deepl": _Kind(clients.Deepl, 20_000, {"no": "nb", "zh-TW": "zh-Hant"}),
    "microsoft": _Kind(
        clients.Microsoft, 10_000,
        {"zh": "zh-hans", "zh-TW": "zh-hant", "no": "nb", "sr": "sr-cyrl", "tl": "fil", "mn": "mn-cyrl"},
    ),
    "google": _Kind(clients.Google, 3_000, {"zh": "zh-CN", "he": "iw"}),
    "mymemory": _Kind(clients.MyMemory, 450, {"zh": "zh-CN", "en": "en-GB", "no": "nb"}),
}  # fmt: skip
NAMES = tuple(_KINDS)


class DeepTranslatorEngine:
    """An engine behind a client of deep-translator's kind."""

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        if name not in _KINDS:
            raise SettingsError(f"there is no translation engine '{name}': give one of {', '.join(NAMES)}")
        self._kind = _KINDS[name]
        self._options = {key: value for key, value in options.items() if value is not None}
        self._here = threading.local()
        self.name = name
        self.limit_bytes = self._kind.limit_bytes

    def translate(self, text: str, source: str, target: str, timeout_seconds: float) -> str:
        """Return a text translated between languages given as BCP 47, or raise EngineError."""
        with transport.exchange(timeout_seconds) as exchange:
            try:
                translated = self._client(source, target).translate(text)
            except EngineError:
                raise
            except (LanguageNotSupportedException, InvalidSourceOrTargetLanguage):
                failure = EngineError(Reason.UNSUPPORTED)
            except Exception:
                # Clients raise as they please, with texts and keys in their messages: only the reason is kept.
                failure = EngineError(exchange.reason() or Reason.GARBAGE, exchange.retry_after)
            else:
                if isinstance(translated, str) and translated.strip():
                    return translated
                failure = EngineError(Reason.GARBAGE)
        raise failure

    def _client(self, source: str, target: str) -> BaseTranslator:
        # One for each thread: clients keep the text they are translating in themselves. And kept, because some ask
        # the server for its languages first.
        known: dict[tuple[str, str], BaseTranslator] = self._here.__dict__.setdefault("clients", {})
        if (source, target) not in known:
            codes = self._kind.codes
            known[source, target] = self._kind.client(
                source=codes.get(source, source), target=codes.get(target, target), **self._options
            )
        return known[source, target]
