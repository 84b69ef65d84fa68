"""The brake on guessing passwords from one address."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

from bot.desk.throttle import MAX_FAILURES, WINDOW, LoginThrottle

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


def failed(address: str | None, times: int = MAX_FAILURES) -> LoginThrottle:
    throttle = LoginThrottle()
    for _ in range(times):
        throttle.fail(address, NOW)
    return throttle


def test_an_address_is_blocked_after_its_last_failure_and_no_sooner() -> None:
    assert not failed("192.0.2.1", MAX_FAILURES - 1).is_blocked("192.0.2.1", NOW)
    assert failed("192.0.2.1").is_blocked("192.0.2.1", NOW)


def test_another_address_is_not_blocked() -> None:
    assert not failed("192.0.2.1").is_blocked("192.0.2.2", NOW)


def test_a_block_ends() -> None:
    throttle = failed("192.0.2.1")
    assert not throttle.is_blocked("192.0.2.1", NOW + WINDOW)


def test_a_subscriber_cannot_walk_through_its_own_ipv6_network() -> None:
    throttle = failed("2001:db8:1:2::1")
    assert throttle.is_blocked("2001:db8:1:2:ffff::9", NOW)
    assert not throttle.is_blocked("2001:db8:1:3::1", NOW)


def test_an_unknown_address_counts_as_one() -> None:
    assert failed(None).is_blocked(None, NOW)


async def test_passwords_are_checked_one_at_a_time() -> None:
    throttle, inside, most = LoginThrottle(), 0, 0

    async def check() -> None:
        nonlocal inside, most
        async with throttle.turn():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(check() for _ in range(5)))
    assert most == 1
