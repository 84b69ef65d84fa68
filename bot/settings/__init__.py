"""Settings from the environment; nothing else in the code reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from bot.errors import SettingsError
from bot.settings.channels import CHANNELS, read_channels
from bot.settings.environment import read_days, read_flag, read_networks, read_port, read_secret
from bot.settings.orders import OrderSettings
from bot.settings.translation import TRANSLATION_ENGINES, TranslationSettings

__all__ = ["CHANNELS", "ROOT", "TRANSLATION_ENGINES", "OrderSettings", "Settings", "TranslationSettings"]

ROOT = Path(__file__).resolve().parents[2]


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
    log_format: str = "text"
    metrics_token: bytes | None = field(default=None, repr=False)
    otlp_endpoint: str | None = None
    public_url: str | None = None
    socketio: bool = False
    transcript_days: int = 730
    evidence_days: int = 365
    translation: TranslationSettings = field(default_factory=TranslationSettings)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    channels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """What each channel that is on is made with, by its name."""
    slack_webhook_url: str | None = field(default=None, repr=False)
    webhooks_insecure: bool = False
    orders: OrderSettings = field(default_factory=OrderSettings)
    payments: str | None = None
    """What makes the payment provider, such as ``shop.money:Provider``, or None where payments are only recorded."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of this process; raises SettingsError naming the variable that is wrong."""
        env = os.environ if environment is None else environment
        var = Path(env.get("PARLEY_VAR") or ROOT / "var")
        return cls(
            host=env.get("PARLEY_HOST") or "127.0.0.1",
            port=read_port(env.get("PARLEY_PORT") or "8080"),
            database_url=read_secret(env, "PARLEY_DATABASE_URL") or f"sqlite+aiosqlite:///{var / 'parley.db'}",
            var=var,
            models=Path(env.get("PARLEY_MODELS") or ROOT / "models"),
            policy=Path(env.get("PARLEY_POLICY") or ROOT / "data" / "policy"),
            service_levels=Path(env.get("PARLEY_SERVICE_LEVELS") or ROOT / "data" / "sla.yml"),
            actions_url=env.get("PARLEY_ACTIONS_URL") or None,
            demo_shop=read_flag(env, "PARLEY_DEMO_SHOP", default=True),
            secure_cookies=read_flag(env, "PARLEY_SECURE_COOKIES", default=False),
            secret=(read_secret(env, "PARLEY_SECRET") or "").encode() or None,
            shop_secret=_shop_secret(env),
            allowed_origins=tuple((env.get("PARLEY_ALLOWED_ORIGINS") or "").split()),
            log_level=_level(env.get("PARLEY_LOG_LEVEL") or "warning"),
            log_format=_log_format(env.get("PARLEY_LOG_FORMAT") or cls.log_format),
            metrics_token=_metrics_token(env),
            otlp_endpoint=_otlp_endpoint(env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or ""),
            public_url=_public_url(env.get("PARLEY_PUBLIC_URL") or ""),
            socketio=read_flag(env, "PARLEY_SOCKETIO", default=cls.socketio),
            transcript_days=read_days(env, "PARLEY_RETENTION_DAYS_TRANSCRIPTS", cls.transcript_days),
            evidence_days=read_days(env, "PARLEY_RETENTION_DAYS_EVIDENCE", cls.evidence_days),
            translation=TranslationSettings.from_environment(env),
            trusted_proxies=read_networks(env.get("PARLEY_TRUSTED_PROXIES") or "127.0.0.0/8 ::1/128"),
            channels=read_channels(env),
            slack_webhook_url=_slack_webhook_url(env),
            webhooks_insecure=read_flag(env, "PARLEY_WEBHOOKS_INSECURE", default=False),
            orders=OrderSettings.from_environment(env),
            payments=_payments(env.get("PARLEY_PAYMENTS") or ""),
        )


def _shop_secret(env: Mapping[str, str]) -> bytes | None:
    secret = (read_secret(env, "PARLEY_SHOP_SECRET") or "").encode()
    if secret and len(secret) < 32:
        raise SettingsError("PARLEY_SHOP_SECRET is too short: give at least 32 characters")
    return secret or None


def _slack_webhook_url(env: Mapping[str, str]) -> str | None:
    url = (read_secret(env, "PARLEY_SLACK_WEBHOOK_URL") or "").strip()
    # The address is a secret, so the message does not say what it is.
    if url and not re.fullmatch(r"https://[^\s/?#@]+/\S+|http://(?:localhost|127\.0\.0\.1)(?::\d+)?/\S+", url):
        raise SettingsError(
            "PARLEY_SLACK_WEBHOOK_URL is no address of an incoming webhook: give one such as "
            "https://hooks.slack.com/services/T…/B…/…"
        )
    return url or None


def _payments(text: str) -> str | None:
    text = text.strip()
    if text and not re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", text, re.ASCII):
        raise SettingsError(
            f"PARLEY_PAYMENTS is '{text}': give a module and what in it makes the provider, module:name"
        )
    return text or None


def _public_url(text: str) -> str | None:
    """Return the address without a slash at its end, so that paths can be put behind it."""
    text = text.strip()
    if text and not re.fullmatch(r"https?://[^\s/?#@:]+(?::\d{1,5})?(?:/[^\s?#]*)?", text):
        raise SettingsError(f"PARLEY_PUBLIC_URL is '{text}': give an address such as https://chat.example.com")
    return text.rstrip("/") or None


def _log_format(text: str) -> str:
    if text.lower() not in ("text", "json"):
        raise SettingsError(f"PARLEY_LOG_FORMAT is '{text}': give text or json")
    return text.lower()


def _metrics_token(env: Mapping[str, str]) -> bytes | None:
    token = read_secret(env, "PARLEY_METRICS_TOKEN") or ""
    if token and not re.fullmatch(r"[A-Za-z0-9._~+/-]{16,}=*", token):
        raise SettingsError("PARLEY_METRICS_TOKEN must have at least 16 letters, digits or any of ._~+/-")
    return token.encode() or None


def _otlp_endpoint(text: str) -> str | None:
    text = text.strip()
    if text and not re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", text):
        raise SettingsError(f"OTEL_EXPORTER_OTLP_ENDPOINT is '{text}': give an address such as http://localhost:4318")
    return text.rstrip("/") or None


def _level(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise SettingsError(f"PARLEY_LOG_LEVEL is '{text}': give debug, info, warning or error")
    return text.lower()
