"""Which system the shop takes its orders in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import SettingsError
from bot.settings.environment import read_count, read_seconds, read_secret


@dataclass(frozen=True)
class OrderSettings:
    """Which system the shop takes its orders in; for ``embedded`` it is Parley's own database.

    Attributes:
        backend: ``embedded``, ``http``, ``shopify`` or ``woocommerce``.
        url: Where that system is.
        token: What proves to it who asks; for WooCommerce the consumer key, for Shopify a client id or a token.
        secret: WooCommerce's consumer secret, Shopify's client secret.
        api_version: Which version of Shopify's API is spoken.
        name_pattern: How Shopify writes an order's number, with ``{number}`` in place of the number.
        keep_seconds: How old the copy of a proved order may be.
        deadline_seconds: How long a conversation waits for the system.
        requests_per_minute: How many numbers that nobody has proved are asked for in a minute.
    """

    backend: str = "embedded"
    url: str = ""
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    api_version: str = "2026-07"
    name_pattern: str = "#{number}"
    keep_seconds: float = 300.0
    deadline_seconds: float = 2.0
    requests_per_minute: int = 60

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> OrderSettings:
        """Return what the environment says; raises SettingsError naming the variable that is wrong."""
        backend = (env.get("PARLEY_ORDERS") or cls.backend).strip().lower()
        if backend not in ("embedded", "http", "shopify", "woocommerce"):
            raise SettingsError(f"PARLEY_ORDERS is '{backend}': give embedded, http, shopify or woocommerce")
        if backend == cls.backend:
            return cls()
        names = ("PARLEY_ORDERS_TOKEN", "PARLEY_ORDERS_SECRET")
        token, secret = (read_secret(env, name) or "" for name in names)
        for name, value in zip(names, (token, secret)):
            is_needed = name == names[0] or backend == "woocommerce"
            if (is_needed or value) and not re.fullmatch(r"[\x21-\x7e]+", value):
                wrong = "holds what no token can" if value else "is empty"
                raise SettingsError(f"{name} {wrong}: PARLEY_ORDERS={backend} needs it, see docs/order-backends.md")
        version, pattern = env.get("PARLEY_ORDERS_API_VERSION") or cls.api_version, env.get("PARLEY_ORDERS_NAME")
        if not re.fullmatch(r"20\d\d-(?:01|04|07|10)", version):
            raise SettingsError(f"PARLEY_ORDERS_API_VERSION is '{version}': give a version such as {cls.api_version}")
        if pattern and not re.fullmatch(r"[\w#./ -]{0,20}\{number\}[\w#./ -]{0,20}", pattern):
            raise SettingsError(f"PARLEY_ORDERS_NAME is '{pattern}': give a pattern such as EN-{{number}}")
        return cls(
            backend,
            _orders_url(env.get("PARLEY_ORDERS_URL") or "", backend),
            token,
            secret,
            api_version=version,
            name_pattern=pattern or cls.name_pattern,
            keep_seconds=read_seconds(env, "PARLEY_ORDERS_KEEP_SECONDS", cls.keep_seconds),
            deadline_seconds=read_seconds(env, "PARLEY_ORDERS_DEADLINE_SECONDS", cls.deadline_seconds),
            requests_per_minute=read_count(env, "PARLEY_ORDERS_REQUESTS_PER_MINUTE", cls.requests_per_minute),
        )


def _orders_url(text: str, backend: str) -> str:
    """Return the address without a slash at its end; the platforms are only spoken to where nobody can listen."""
    text = text.strip()
    if not re.fullmatch(r"https?://[^\s/?#@:]+(?::\d{1,5})?(?:/[^\s?#]*)?", text):
        raise SettingsError(f"PARLEY_ORDERS_URL is '{text}': give an address such as https://shop.example.com")
    if backend != "http" and not re.match(r"https:|http://(?:localhost|127\.0\.0\.1)(?:[:/]|$)", text):
        raise SettingsError(f"PARLEY_ORDERS_URL is '{text}': give one that begins with https://")
    return text.rstrip("/")
