"""A session is slowed down, and an address with all the sessions behind it."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.channels.brakes import Brake, for_reads
from bot.rates import Rate


def request_from(remote: str, method: str = "GET", path: str = "/") -> web.Request:
    return make_mocked_request(method, path).clone(remote=remote)


def test_many_sessions_of_one_address_share_its_limit() -> None:
    brake = Brake(session=Rate(60, 2), address=Rate(60, 3))
    request = request_from("198.51.100.1")
    assert [brake.allows(request, f"session {number}") for number in range(5)] == [True] * 3 + [False] * 2
    assert brake.allows(request_from("198.51.100.2"), "session 9")


def test_one_session_has_its_own_limit_also_on_this_machine() -> None:
    brake = Brake(session=Rate(60, 2), address=Rate(60, 1))
    assert [brake.allows(request_from("127.0.0.1"), "session") for _ in range(3)] == [True, True, False]


async def answered(request: web.Request) -> web.Response:
    return web.Response()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_an_address_reads_as_much_as_it_may(method: str) -> None:
    middleware = for_reads(Brake(session=Rate(60, 1), address=Rate(60, 2)), ["/desk"])
    answers = [await middleware(request_from("198.51.100.1", method), answered) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "10"
    assert (await middleware(request_from("198.51.100.2", method), answered)).status == 200


@pytest.mark.parametrize(
    ("remote", "method", "path"),
    [
        ("127.0.0.1", "GET", "/"),
        ("::1", "GET", "/"),
        ("198.51.100.1", "POST", "/"),
        ("198.51.100.1", "GET", "/desk"),
        ("198.51.100.1", "GET", "/desk/login"),
    ],
)
async def test_what_is_no_strangers_reading_has_no_limit_of_reading(remote: str, method: str, path: str) -> None:
    middleware = for_reads(Brake(session=Rate(60, 1), address=Rate(60, 1)), ["/desk"])
    answers = [await middleware(request_from(remote, method, path), answered) for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3
