"""What posts to receivers, against real sockets."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.channels import signatures
from bot.services.webhooks_ports import Answer, Post
from bot.webhooks.http_sender import HttpSender
from tests.integration.webhooks.receiver import Receiver

NOW = datetime.now(timezone.utc)


def a_sender(*, timeout_seconds: float = 60.0) -> HttpSender:
    return HttpSender(signatures.sign, timeout_seconds=timeout_seconds)


async def test_a_body_is_posted_signed_and_as_json() -> None:
    # Receivers refuse what was signed minutes ago, and whole runs take longer.
    sent_at = datetime.now(timezone.utc)
    async with Receiver("whsec_1") as receiver:
        post = Post(receiver.url, '{"id":"evt_1","text":"é"}'.encode(), "whsec_1", {"X-Parley-Event-Id": "evt_1"})
        assert (await a_sender().send(post, sent_at)).is_taken
        (request,) = receiver.requests
        assert (request["method"], request["path"], request["Content-Type"]) == ("POST", "/parley", "application/json")
        assert receiver.bodies == [{"id": "evt_1", "text": "é"}]
        assert signatures.is_valid(b"whsec_1", post.body, request["X-Parley-Signature"], sent_at)
        assert receiver.forged == 0


async def test_without_a_secret_nothing_is_signed() -> None:
    async with Receiver() as receiver:
        assert (await a_sender().send(Post(receiver.url, b"{}"), NOW)).is_taken
        assert "X-Parley-Signature" not in receiver.requests[0]


async def test_redirects_are_not_followed() -> None:
    async with Receiver() as receiver:
        receiver.troubles = [(307, {"Location": "/elsewhere"})]
        answer = await a_sender().send(Post(receiver.url, b"{}"), NOW)
        assert (answer.status, answer.is_taken, len(receiver.requests)) == (307, False, 1)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120.0),
        (503, "0", 0.0),
        (503, format_datetime(NOW.replace(microsecond=0) + timedelta(minutes=1), usegmt=True), 60.0),
        (429, "soon", None),
        (429, "-5", None),
        (500, "120", None),
    ],
    # Without the moment in their names, so that every process collects the same tests.
    ids=["seconds", "none", "date", "words", "negative", "other status"],
)
async def test_receivers_say_how_long_to_wait(status: int, header: str, seconds: float | None) -> None:
    async with Receiver() as receiver:
        receiver.troubles = [(status, {"Retry-After": header})]
        answer = await a_sender().send(Post(receiver.url, b"{}"), NOW.replace(microsecond=0))
        assert answer == Answer(status, retry_after_seconds=seconds)


async def test_who_is_slow_or_not_there_is_a_code_and_no_error() -> None:
    async with Receiver() as receiver:
        receiver.troubles = [60.0]
        assert await a_sender(timeout_seconds=0.3).send(Post(receiver.url, b"{}"), NOW) == Answer(error="timeout")
        gone = receiver.url
    assert await a_sender().send(Post(gone, b"{}"), NOW) == Answer(error="no_connection")
    unknown = Post("https://shop.invalid/", b"{}")
    assert await a_sender().send(unknown, NOW) == Answer(error="unknown_host")


async def test_who_speaks_something_else_is_a_code_and_no_error() -> None:
    async with Receiver() as receiver:
        secure = receiver.url.replace("http://", "https://")
        assert await a_sender().send(Post(secure, b"{}"), NOW) == Answer(error="certificate")


class Resolver(AbstractResolver):
    """Says that every name is this machine, as a name does that somebody set up to get in."""

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_into_the_network_inside_is_not_connected_to_unless_that_is_allowed() -> None:
    async with Receiver() as receiver:
        post = Post(f"https://shop.example.com:{receiver.port}/", b"{}")
        sender = HttpSender(signatures.sign, resolver=Resolver)
        assert await sender.send(post, NOW) == Answer(error="private_address")
        plain = Post(f"http://shop.example.com:{receiver.port}/", b"{}")
        assert await sender.send(plain, NOW) == Answer(error="not_https")
        assert receiver.requests == []
        allowed = HttpSender(signatures.sign, insecure=True, resolver=Resolver)
        assert (await allowed.send(plain, NOW)).is_taken


async def test_a_private_address_is_not_connected_to() -> None:
    post = Post("https://192.168.255.1:9/", b"{}")
    assert await a_sender().send(post, NOW) == Answer(error="private_address")
