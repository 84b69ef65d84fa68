"""Posting to receivers of webhooks: within ten seconds, without redirects, and only to where it is allowed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from bot.errors import InvalidInputError
from bot.services.webhook_addresses import checked_url, host_of, is_public, is_this_machine
from bot.services.webhooks_ports import Answer, Post

SIGNATURE = "X-Parley-Signature"
TIMEOUT_SECONDS = 10.0

# Receivers that ask for patience say so with these (RFC 9110, section 10.2.3; RFC 6585, section 4).
# As long as the longest that is taken in digits: some 31 years.
_LONGEST_WAIT_SECONDS = 999_999_999.0
_WAITING = frozenset({429, 503})

Sign = Callable[[bytes, bytes, datetime], str]
"""Return the signature of a body by a secret at a moment."""


class HttpSender:
    """Sends over connections of its own, made to addresses that were looked at when they were resolved."""

    def __init__(
        self,
        sign: Sign,
        *,
        insecure: bool = False,
        timeout_seconds: float = TIMEOUT_SECONDS,
        resolver: Callable[[], AbstractResolver] = DefaultResolver,
    ) -> None:
        self._sign = sign
        self._insecure = insecure
        self._resolver = resolver
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def send(self, post: Post, now: datetime) -> Answer:
        """Post a body and return what came of it; never raises for what the network or the receiver does."""
        try:
            url = checked_url(post.url, insecure=self._insecure)
        except InvalidInputError as error:
            return Answer(error=error.problem)
        headers = {"Content-Type": "application/json", "User-Agent": "Parley", **post.headers}
        if post.secret is not None:
            headers[SIGNATURE] = self._sign(post.secret.encode(), post.body, now)
        try:
            async with (
                aiohttp.ClientSession(connector=self._connector(url), timeout=self._timeout) as session,
                session.post(url, data=post.body, headers=headers, allow_redirects=False) as response,
            ):
                # What the receiver has to say beyond that is not read: it may be endless.
                return Answer(response.status, retry_after_seconds=_retry_after(response.status, response.headers, now))
        except Exception as error:
            # Whatever a receiver sends must not stop the deliveries to all the others.
            return Answer(error=_code(error))

    def _connector(self, url: str) -> aiohttp.TCPConnector:
        # Somebody who names this machine means it; a name that merely resolves to it is a way in from outside.
        resolver = self._resolver()
        if not self._insecure and not is_this_machine(host_of(url)):
            resolver = _PublicResolver(resolver)
        return aiohttp.TCPConnector(force_close=True, resolver=resolver)


class _PublicResolver(AbstractResolver):
    """Resolves names to addresses of the internet; the connection is made to what it returns and to nothing else."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the public addresses of a host, or raise an error where it has none."""
        found = [one for one in await self._resolver.resolve(host, port, family) if is_public(one["host"])]
        if not found:
            raise _PrivateAddressError
        return found

    async def close(self) -> None:
        """Release what resolves."""
        await self._resolver.close()


class _PrivateAddressError(OSError):
    """Raised when a name leads into the network that Parley stands in."""


def _code(error: Exception) -> str:
    """Return what went wrong as a code, without the error's words, which may hold the address and its secrets."""
    if isinstance(error, asyncio.TimeoutError):
        return "timeout"
    if isinstance(getattr(error, "os_error", None), _PrivateAddressError) or isinstance(error, _PrivateAddressError):
        return "private_address"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unknown_host"
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return "certificate"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "no_connection"
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return "broken_off"
    return type(error).__name__


def _retry_after(status: int, headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how many seconds a receiver asks to wait, by either form of the header, or None."""
    text = headers.get("Retry-After", "").strip()
    if status not in _WAITING or not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=timezone.utc)
    return min(max(0.0, (until - now).total_seconds()), _LONGEST_WAIT_SECONDS)
