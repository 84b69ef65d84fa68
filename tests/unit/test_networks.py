"""Whose address a request has, behind proxies and without."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict, CIMultiDictProxy

from bot.networks import behind, is_local, network_of

PROXIES = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))


async def client_of(remote: str, *forwarded: str) -> str | None:
    """Return the address that a handler sees of a request."""
    seen: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.remote)
        return web.Response()

    await behind(PROXIES)(request_from(remote, *forwarded), handler)
    return seen[0]


def request_from(remote: str, *forwarded: str) -> web.Request:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    return make_mocked_request("GET", "/", headers=CIMultiDictProxy(headers)).clone(remote=remote)


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("127.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("127.0.0.1", ("1.2.3.4, 198.51.100.1",), "198.51.100.1"),
        ("127.0.0.1", ("198.51.100.1, 10.0.0.7",), "198.51.100.1"),
        ("127.0.0.1", ("198.51.100.1", "10.0.0.7"), "198.51.100.1"),
        ("127.0.0.1", ("nonsense",), "127.0.0.1"),
        ("127.0.0.1", ("2001:db8::7",), "2001:db8::7"),
        ("::ffff:127.0.0.1", ("198.51.100.1, ::ffff:10.0.0.7",), "198.51.100.1"),
        ("127.0.0.1", (", ".join(["10.0.0.1"] * 100),), "10.0.0.1"),
    ],
)
async def test_only_trusted_proxies_say_who_the_client_is(remote: str, forwarded: tuple[str, ...], client: str) -> None:
    assert await client_of(remote, *forwarded) == client


def test_a_program_on_this_machine_is_local_and_a_client_behind_its_proxy_is_not() -> None:
    assert is_local(request_from("127.0.0.1"))
    assert is_local(request_from("::1"))
    assert not is_local(request_from("127.0.0.1", "198.51.100.1"))
    assert not is_local(request_from("198.51.100.1"))


def test_addresses_of_one_subscriber_are_one() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2:ffff::1")
    assert network_of("198.51.100.1") != network_of("198.51.100.2")
    # As proxies write IPv4 addresses that listen on both.
    assert network_of("::ffff:198.51.100.1") == network_of("198.51.100.1") != network_of("::ffff:198.51.100.2")
