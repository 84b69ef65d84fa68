"""Where webhooks may be sent: to the internet, and not into the network that Parley itself stands in."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from bot.errors import InvalidInputError

LONGEST_URL = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCALHOST = "localhost"
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked_url(url: str, *, insecure: bool) -> str:
    """Return an address that webhooks may be sent to, or raise InvalidInputError.

    It is HTTPS without name and password in it; HTTP is for this machine (``localhost``, ``127.0.0.1``, ``[::1]``).
    ``insecure`` allows HTTP and private addresses anywhere.
    """
    url = url.strip()
    if len(url) > LONGEST_URL or not url.isascii() or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise InvalidInputError("url", "malformed")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInputError("url", "malformed") from error
    if parts.scheme not in ("https", "http") or not host or parts.username is not None or parts.fragment:
        raise InvalidInputError("url", "malformed")
    if insecure or is_this_machine(host):
        return url
    if parts.scheme == "http":
        raise InvalidInputError("url", "not_https")
    literal = _parsed(host)
    if literal is None and host.replace(".", "").isdigit():
        # Some programs read 2130706433 and 127.1 as addresses, past every check of names.
        raise InvalidInputError("url", "malformed")
    if literal is not None and not is_public(host):
        raise InvalidInputError("url", "private_address")
    return url


def host_of(url: str) -> str:
    """Return the host of an address: all of it that may stand in logs, since paths may hold secrets."""
    return urlsplit(url).hostname or ""


def is_this_machine(host: str) -> bool:
    """Tell whether a host, as somebody wrote it, means this machine."""
    literal = _parsed(host)
    return host.lower() == _LOCALHOST or (literal is not None and literal.is_loopback)


def is_literal(host: str) -> bool:
    """Tell whether a host is an address and no name."""
    return _parsed(host) is not None


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet: not private, local, shared, reserved or multicast."""
    found = _parsed(address)
    if found is None:
        return False
    return all(one.is_global and not one.is_multicast for one in _meant(found))


def _meant(address: _Address) -> list[_Address]:
    """Return an address and the IPv4 addresses that it stands for."""
    found: list[_Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            # What counts is where the packets go; the mapped form itself is never global.
            return [address.ipv4_mapped]
        if address in _NAT64:
            found = [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
        if address.sixtofour is not None:
            found.append(address.sixtofour)
        if address.teredo is not None:
            found.append(address.teredo[1])
    return found


def _parsed(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
