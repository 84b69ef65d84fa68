"""Only who knows the secret can sign a body, and only for the next minutes."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from bot.channels.signatures import MAX_AGE, is_valid, sign

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=timezone.utc)
SECRET = b"s" * 32
BODY = b'{"id": "e-1"}'


def test_a_signed_body_is_accepted_for_five_minutes() -> None:
    header = sign(SECRET, BODY, NOW)
    assert is_valid(SECRET, BODY, header, NOW)
    assert is_valid(SECRET, BODY, header, NOW + MAX_AGE)
    assert not is_valid(SECRET, BODY, header, NOW + MAX_AGE + timedelta(seconds=1))
    assert not is_valid(SECRET, BODY, header, NOW - MAX_AGE - timedelta(seconds=1))


def test_another_body_secret_or_time_is_refused() -> None:
    header = sign(SECRET, BODY, NOW)
    assert not is_valid(SECRET, BODY + b" ", header, NOW)
    assert not is_valid(b"t" * 32, BODY, header, NOW)
    assert not is_valid(SECRET, BODY, header.replace("t=17", "t=18"), NOW)


def test_one_of_several_signatures_is_enough() -> None:
    time, digest = sign(SECRET, BODY, NOW).split(",")
    assert is_valid(SECRET, BODY, f"{time}, v1={'0' * 64}, {digest}", NOW)


@pytest.mark.parametrize(
    "header", [None, "", "v1=abc", "t=,v1=", "t=1e9,v1=ä", "t=²,v1=0", f"t={'9' * 5000},v1=0", "="]
)
def test_nonsense_is_refused(header: str | None) -> None:
    assert not is_valid(SECRET, BODY, header, NOW)


def test_openssl_signs_the_same() -> None:
    seconds = int(NOW.timestamp())
    command = ["openssl", "dgst", "-sha256", "-hmac", SECRET.decode(), "-r"]
    try:
        made = subprocess.run(command, input=f"{seconds}.".encode() + BODY, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")
    assert sign(SECRET, BODY, NOW) == f"t={seconds},v1={made.stdout.decode().split()[0]}"
