"""Which engines translate for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import SettingsError
from bot.settings.environment import read_days, read_seconds, read_secret

# What an engine is made with, and the variable it comes from; those with True cannot be left out.
TRANSLATION_ENGINES: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "apertium": (("base_url", "PARLEY_APERTIUM_URL", True),),
    "libretranslate": (
        ("base_url", "PARLEY_LIBRETRANSLATE_URL", True),
        ("api_key", "PARLEY_LIBRETRANSLATE_KEY", False),
    ),
    "deepl": (("api_key", "PARLEY_DEEPL_KEY", True),),
    "microsoft": (("api_key", "PARLEY_MICROSOFT_KEY", True), ("region", "PARLEY_MICROSOFT_REGION", False)),
    "google": (),
    "mymemory": (),
}
_LANGUAGE = r"(?:[a-z]{2,3}(?:-[A-Z]{2})?|\*)"
_PAIR = re.compile(rf"{_LANGUAGE}-{_LANGUAGE}|\*")


@dataclass(frozen=True)
class TranslationSettings:
    """Which engines translate for people and how; without an order nothing is translated.

    Attributes:
        orders: Names of engines in order, by pair of languages (`es-en`, `es-*`, `*-en`, `*`).
        engines: What each engine is made with (`base_url`, `api_key`, `region`).
        requests_per_minute: How many requests each engine gets in a minute.
        timeout_seconds: How long one request may take.
        deadline_seconds: How long a translation may take in all.
        keep_days: How long translations are remembered; 0 for not at all.
    """

    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    engines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    requests_per_minute: Mapping[str, int] = field(default_factory=dict)
    timeout_seconds: float = 4.0
    deadline_seconds: float = 8.0
    keep_days: int = 30

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> TranslationSettings:
        """Return what the environment says; raises SettingsError naming the variable that is wrong."""
        orders = _orders(env.get("PARLEY_TRANSLATION") or "")
        names = dict.fromkeys(name for order in orders.values() for name in order)
        return cls(
            orders=orders,
            engines={name: _engine(env, name) for name in names},
            requests_per_minute=_rates(env.get("PARLEY_TRANSLATION_REQUESTS_PER_MINUTE") or ""),
            timeout_seconds=read_seconds(env, "PARLEY_TRANSLATION_TIMEOUT_SECONDS", cls.timeout_seconds),
            deadline_seconds=read_seconds(env, "PARLEY_TRANSLATION_DEADLINE_SECONDS", cls.deadline_seconds),
            keep_days=read_days(env, "PARLEY_TRANSLATION_KEEP_DAYS", cls.keep_days),
        )


def _orders(text: str) -> dict[str, tuple[str, ...]]:
    """Return engines by pair from ``a,b`` or ``es-en=a,b;*=c``."""
    orders = {}
    for rule in filter(None, (part.strip() for part in text.split(";"))):
        pair, separator, names = rule.rpartition("=")
        pair = pair.strip() if separator else "*"
        if not _PAIR.fullmatch(pair):
            raise SettingsError(f"PARLEY_TRANSLATION has '{pair}': give a pair of languages such as es-en, es-* or *")
        if pair in orders:
            raise SettingsError(f"PARLEY_TRANSLATION has '{pair}' twice: give each pair once")
        orders[pair] = tuple(name.strip() for name in names.split(","))
        for name in orders[pair]:
            _known("PARLEY_TRANSLATION", name)
    return orders


def _known(variable: str, name: str) -> None:
    if name not in TRANSLATION_ENGINES:
        raise SettingsError(f"{variable} has '{name}': give engines of {', '.join(TRANSLATION_ENGINES)}")


def _engine(env: Mapping[str, str], name: str) -> dict[str, str]:
    options = {}
    for option, variable, is_required in TRANSLATION_ENGINES[name]:
        value = read_secret(env, variable) if option == "api_key" else (env.get(variable) or "").strip()
        if value:
            options[option] = value
        elif is_required:
            raise SettingsError(f"{variable} is empty: the translation engine '{name}' needs it")
        if value and option == "base_url" and not re.fullmatch(r"https?://[^\s/]+(?:/\S*)?", value):
            raise SettingsError(f"{variable} is '{value}': give an address such as http://localhost:2737")
    return options


def _rates(text: str) -> dict[str, int]:
    """Return requests a minute by engine from ``google=30,deepl=200``."""
    variable, rates = "PARLEY_TRANSLATION_REQUESTS_PER_MINUTE", {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = (word.strip() for word in part.partition("="))
        _known(variable, name)
        if not re.fullmatch(r"[1-9]\d{0,5}", number, re.ASCII):
            raise SettingsError(f"{variable} has '{part}': give whole numbers such as google=30")
        rates[name] = int(number)
    return rates
