"""Where webhooks may be sent."""

from __future__ import annotations

import pytest

from bot.errors import InvalidInputError
from bot.services.webhook_addresses import checked_url, host_of, is_public, is_this_machine


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.com/parley?token=abc",
        "https://93.184.216.34:8443/",
        "http://localhost:8000/hook",
        "http://127.0.0.1/",
        "http://[::1]:8000/",
    ],
)
def test_https_anywhere_and_http_on_this_machine_are_taken(url: str) -> None:
    assert checked_url(f" {url} ", insecure=False) == url


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://shop.example.com/", "not_https"),
        ("https://10.1.2.3/", "private_address"),
        ("https://169.254.169.254/latest/meta-data", "private_address"),
        ("https://[::ffff:10.0.0.1]/", "private_address"),
        ("https://user:secret@shop.example.com/", "malformed"),
        ("https://shop.example.com/#part", "malformed"),
        ("https://shop.example.com:99999/", "malformed"),
        ("https://shop example.com/", "malformed"),
        ("https:///path", "malformed"),
        ("ftp://shop.example.com/", "malformed"),
        ("shop.example.com", "malformed"),
        ("https://shop.example.com/" + "x" * 2000, "malformed"),
        ("https://shop.example.com/\r\nHost: other", "malformed"),
    ],
)
def test_everything_else_is_refused_with_the_reason(url: str, problem: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        checked_url(url, insecure=False)
    assert (caught.value.field, caught.value.problem) == ("url", problem)


def test_whoever_allows_it_sends_into_their_own_network() -> None:
    assert checked_url("http://10.1.2.3:8000/hook", insecure=True) == "http://10.1.2.3:8000/hook"


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:192.168.1.1", "64:ff9b::a00:1", "2002:a00:1::", "not an address",
    ],
)  # fmt: skip
def test_addresses_of_networks_inside_are_not(address: str) -> None:
    assert not is_public(address)


def test_this_machine_is_known_by_its_names() -> None:
    assert all(is_this_machine(host) for host in ("localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1"))
    assert not any(is_this_machine(host) for host in ("localhost.example.com", "10.0.0.1", "example.com"))


def test_only_the_host_of_an_address_is_told() -> None:
    assert host_of("https://hooks.example.com:8443/secret?token=1") == "hooks.example.com"
