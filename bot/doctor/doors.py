"""What is elsewhere: messaging platforms, engines of translation, the shop's orders, the address customers use."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bot import bootstrap
from bot.channels.platforms import PLATFORMS
from bot.errors import SettingsError
from bot.findings import Finding, error, ok, warning
from bot.services.order_sources_ports import OrderSourceError
from bot.settings import TRANSLATION_ENGINES, Settings
from bot.translation.result import EngineError, Reason

_TIMEOUT = aiohttp.ClientTimeout(total=10)
# Longer than any order number that was given out, and still one for systems that number by digits.
_NO_ORDER = "999999999999999"
_WORDS = {"en": "Hello", "de": "Hallo", "es": "Hola", "fr": "Bonjour", "pt": "Olá", "zh": "你好", "ja": "こんにちは"}
# These say that the engine did its work, or would.
_HARMLESS = (Reason.UNSUPPORTED, Reason.RATE_LIMITED)


async def channel(settings: Settings, name: str) -> list[Finding]:
    """Ask one messaging platform how it stands with us."""
    try:
        platform = PLATFORMS[name](settings.channels[name])
    except SettingsError as wrong:
        return [error(name, str(wrong), f"see docs/channel-{name}.md")]
    try:
        return await platform.diagnose(settings.public_url) or [ok(name, "is on; it has no check of its own")]
    finally:
        await platform.close()


async def translation(settings: Settings) -> list[Finding]:
    """Have each engine translate one word."""
    chosen = settings.translation
    if not chosen.engines:
        return [ok("translation", "is off")]
    pairs = {name: _pair(rule) for rule, names in chosen.orders.items() for name in names}
    service = bootstrap.translations(settings)
    try:
        return list(await asyncio.gather(*(_engine(service, name, *pairs[name]) for name in chosen.engines)))
    finally:
        await service.close()


async def orders(settings: Settings) -> list[Finding]:
    """Ask the system that the shop takes its orders in for an order that there is not."""
    source = bootstrap.order_source(settings)
    if source is None:
        return [ok("orders", "are those of Parley's own database")]
    try:
        await source.find(_NO_ORDER)
    except OrderSourceError as refusal:
        wanted = (
            "PARLEY_ORDERS_TOKEN and PARLEY_ORDERS_SECRET" if source.name == "woocommerce" else "PARLEY_ORDERS_TOKEN"
        )
        variable = wanted if refusal.reason == "unauthorized" else "PARLEY_ORDERS_URL"
        report = warning if refusal.reason == "rate_limited" else error
        hint = f" ({refusal.hint})" if refusal.hint else ""
        what = f"{source.name} gives no orders: {refusal.reason}{hint}"
        return [report("orders", what, f"check {variable}; see docs/order-backends.md")]
    finally:
        await source.close()
    return [ok("orders", f"{source.name} at {settings.orders.url} answers")]


async def actions(settings: Settings) -> list[Finding]:
    """Look for the server of the actions, where they are not run inside the process."""
    url = settings.actions_url
    if url is None:
        return [ok("actions", "run inside the process")]
    try:
        address = URL(url).with_path("/health").with_query(None)
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(address) as response:
            status = response.status
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as failure:
        mend = "start `parley actions`, or correct PARLEY_ACTIONS_URL"
        return [error("actions", f"{url} cannot be reached ({type(failure).__name__})", mend)]
    if status != 200:
        return [
            error("actions", f"{url} answers {status}", "check that PARLEY_ACTIONS_URL is that of `parley actions`")
        ]
    return [ok("actions", f"{url} answers")]


def payments(settings: Settings) -> list[Finding]:
    """Tell who moves the money, and whether that can be made."""
    try:
        provider = bootstrap.payment_provider(settings)
    except SettingsError as wrong:
        return [error("payments", str(wrong), "see docs/money.md")]
    if provider is not None:
        return [ok("payments", f"are made by {settings.payments}")]
    return [ok("payments", "are instructions in the database, which people or another system carry out")]


async def public_address(settings: Settings) -> list[Finding]:
    """Look whether customers and platforms reach us at PARLEY_PUBLIC_URL, encrypted."""
    findings = list(_promises(settings))
    url = settings.public_url
    if url is None:
        return findings or [ok("public address", "none is needed: no platform calls us")]
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(f"{url}/health", allow_redirects=False) as response,
        ):
            status = response.status
    except aiohttp.ClientSSLError:
        what, mend = f"the certificate of {url} is not to be trusted", "renew it at the reverse proxy"
        return [*findings, error("public address", what, mend)]
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as failure:
        what = f"{url} cannot be reached from here ({type(failure).__name__})"
        mend = "check PARLEY_PUBLIC_URL, its DNS entry and the reverse proxy; some networks do not reach themselves"
        return [*findings, warning("public address", what, mend)]
    if status >= 500:
        what, mend = f"{url} answers {status}", "start `parley serve`, and check where the reverse proxy passes on to"
        return [*findings, warning("public address", what, mend)]
    return findings or [ok("public address", f"{url} answers")]


def _promises(settings: Settings) -> Iterator[Finding]:
    called = [name for name in settings.channels if name != "email"]
    if settings.public_url is None:
        if called:
            mend = "set PARLEY_PUBLIC_URL, such as https://chat.example.com"
            yield warning("public address", f"{', '.join(called)} must call us, and it is not said where", mend)
        return
    parts = urlsplit(settings.public_url)
    if _is_here(parts.hostname or ""):
        return
    if parts.scheme != "https":
        what = "customers' messages and links travel unencrypted; no platform calls such an address"
        yield error("public address", what, "serve it over HTTPS and set PARLEY_PUBLIC_URL to https://…")
    elif not settings.secure_cookies:
        what = "logins at the desk could be sent unencrypted"
        yield warning("public address", what, "set PARLEY_SECURE_COOKIES=yes")
    if settings.demo_shop:
        what = "the demo shop's orders and customers are, or will be, in this database"
        yield warning("public address", what, "set PARLEY_DEMO_SHOP=no before the first start with customers")


async def _engine(service, name: str, source: str, target: str) -> Finding:  # type: ignore[no-untyped-def]
    variables = " and ".join(variable for _, variable, _ in TRANSLATION_ENGINES[name]) or "the network"
    try:
        await service.probe(name, _WORDS.get(source, "Hello"), source, target)
    except EngineError as failure:
        if failure.reason in _HARMLESS:
            mend = "correct PARLEY_TRANSLATION" if failure.reason is Reason.UNSUPPORTED else "try again in a minute"
            return warning("translation", f"{name} does not translate {source}-{target}: {failure.reason.value}", mend)
        return error("translation", f"{name} does not work: {failure.reason.value}", f"check {variables}")
    return ok("translation", f"{name} translates {source}-{target}")


def _pair(rule: str) -> tuple[str, str]:
    """Return a pair of languages that a rule of PARLEY_TRANSLATION is about."""
    source, _, target = rule.partition("-") if rule != "*" else ("*", "", "*")
    # `zh-TW-en` and `en-zh-TW` have a language with a region on one side.
    if target[:1].isupper():
        region, _, target = target.partition("-")
        source = f"{source}-{region}"
    if source == "*":
        source = "es" if target == "en" else "en"
    if target in ("*", ""):
        target = "es" if source == "en" else "en"
    return source, target


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
