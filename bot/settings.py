"""Settings from the environment; nothing else in the code reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]

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
            timeout_seconds=_seconds(env, "PARLEY_TRANSLATION_TIMEOUT_SECONDS", cls.timeout_seconds),
            deadline_seconds=_seconds(env, "PARLEY_TRANSLATION_DEADLINE_SECONDS", cls.deadline_seconds),
            keep_days=_days(env, "PARLEY_TRANSLATION_KEEP_DAYS", cls.keep_days),
        )


@dataclass(frozen=True)
class Settings:
    """How this process runs; see docs/configuration.md for each variable."""

    host: str
    port: int
    database_url: str
    var: Path
    models: Path
    policy: Path
    service_levels: Path
    actions_url: str | None
    demo_shop: bool
    secure_cookies: bool
    secret: bytes | None
    shop_secret: bytes | None
    allowed_origins: tuple[str, ...]
    log_level: str
    public_url: str | None = None
    transcript_days: int = 730
    evidence_days: int = 365
    translation: TranslationSettings = field(default_factory=TranslationSettings)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of this process; raises SettingsError naming the variable that is wrong."""
        env = os.environ if environment is None else environment
        var = Path(env.get("PARLEY_VAR") or ROOT / "var")
        return cls(
            host=env.get("PARLEY_HOST") or "127.0.0.1",
            port=_port(env.get("PARLEY_PORT") or "8080"),
            database_url=_secret(env, "PARLEY_DATABASE_URL") or f"sqlite+aiosqlite:///{var / 'parley.db'}",
            var=var,
            models=Path(env.get("PARLEY_MODELS") or ROOT / "models"),
            policy=Path(env.get("PARLEY_POLICY") or ROOT / "data" / "policy"),
            service_levels=Path(env.get("PARLEY_SERVICE_LEVELS") or ROOT / "data" / "sla.yml"),
            actions_url=env.get("PARLEY_ACTIONS_URL") or None,
            demo_shop=_flag(env, "PARLEY_DEMO_SHOP", default=True),
            secure_cookies=_flag(env, "PARLEY_SECURE_COOKIES", default=False),
            secret=(_secret(env, "PARLEY_SECRET") or "").encode() or None,
            shop_secret=_shop_secret(env),
            allowed_origins=tuple((env.get("PARLEY_ALLOWED_ORIGINS") or "").split()),
            log_level=_level(env.get("PARLEY_LOG_LEVEL") or "warning"),
            public_url=_public_url(env.get("PARLEY_PUBLIC_URL") or ""),
            transcript_days=_days(env, "PARLEY_RETENTION_DAYS_TRANSCRIPTS", cls.transcript_days),
            evidence_days=_days(env, "PARLEY_RETENTION_DAYS_EVIDENCE", cls.evidence_days),
            translation=TranslationSettings.from_environment(env),
        )


def _shop_secret(env: Mapping[str, str]) -> bytes | None:
    secret = (_secret(env, "PARLEY_SHOP_SECRET") or "").encode()
    if secret and len(secret) < 32:
        raise SettingsError("PARLEY_SHOP_SECRET is too short: give at least 32 characters")
    return secret or None


def _public_url(text: str) -> str | None:
    """Return the address without a slash at its end, so that paths can be put behind it."""
    text = text.strip()
    if text and not re.fullmatch(r"https?://[^\s/?#@:]+(?::\d{1,5})?(?:/[^\s?#]*)?", text):
        raise SettingsError(f"PARLEY_PUBLIC_URL is '{text}': give an address such as https://chat.example.com")
    return text.rstrip("/") or None


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"PARLEY_PORT is '{text}': give a port number from 1 to 65535")
    return int(text)


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = (env.get(name) or "").strip().lower()
    if text in ("", "1", "0", "true", "false", "yes", "no"):
        return default if not text else text in ("1", "true", "yes")
    raise SettingsError(f"{name} is '{text}': give yes or no")


def _secret(env: Mapping[str, str], name: str) -> str | None:
    """Return a secret from ``NAME``, or from the file that ``NAME_FILE`` names."""
    path = env.get(f"{name}_FILE")
    if not path:
        return env.get(name) or None
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE is '{path}': {error.strerror}") from error


def _level(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise SettingsError(f"PARLEY_LOG_LEVEL is '{text}': give debug, info, warning or error")
    return text.lower()


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
        value = _secret(env, variable) if option == "api_key" else (env.get(variable) or "").strip()
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


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    text = (env.get(name) or "").strip() or str(default)
    if not re.fullmatch(r"\d+(?:\.\d+)?", text, re.ASCII) or not 0.1 <= float(text) <= 600:
        raise SettingsError(f"{name} is '{text}': give seconds from 0.1 to 600")
    return float(text)


def _days(env: Mapping[str, str], name: str, default: int) -> int:
    text = (env.get(name) or "").strip() or str(default)
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
        raise SettingsError(f"{name} is '{text}': give a number of days")
    return int(text)
