"""Where requests come from: behind proxies of ours, and told apart by what one subscriber cannot change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp import web

Network = IPv4Network | IPv6Network
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_FORWARDED = "X-Forwarded-For"
_MOST_HOPS = 20


def behind(proxies: Collection[Network]) -> Any:
    """Return a middleware that gives requests the address of the client instead of a trusted proxy's.

    Each proxy appends whom it heard from to ``X-Forwarded-For``, and a client may begin it with anything; so it is read
    from its end, as far as the addresses are those of proxies that we trust.
    """

    @web.middleware
    async def find_client(request: web.Request, handler: Handler) -> web.StreamResponse:
        said = request.headers.getall(_FORWARDED, [])
        remote = request.remote
        for hop in [hop.strip() for value in said for hop in value.split(",")][: -_MOST_HOPS - 1 : -1]:
            if not _is_in(remote, proxies) or not _is_address(hop):
                break
            remote = hop
        return await handler(request if remote is None else request.clone(remote=remote))

    return find_client


def is_local(request: web.Request) -> bool:
    """Tell whether a request comes from a program on this very machine, and not through a proxy on it."""
    remote = request.remote
    return _FORWARDED not in request.headers and _is_address(remote) and _parsed(remote).is_loopback


def network_of(address: str | None) -> str:
    """Return what one subscriber cannot change: an IPv4 address, or the /64 of an IPv6 address."""
    if not _is_address(address):
        return address or ""
    parsed = _parsed(address)
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else str(parsed)


def _is_in(address: str | None, networks: Collection[Network]) -> bool:
    return _is_address(address) and any(_parsed(address) in network for network in networks)


def _parsed(text: str | None) -> IPv4Address | IPv6Address:
    """Return an address; the IPv4 one where a proxy that listens on both has written it as IPv6."""
    address = ip_address(text or "")
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_address(text: str | None) -> bool:
    try:
        ip_address(text or "")
    except ValueError:
        return False
    return True
