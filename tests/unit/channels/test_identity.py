"""Tokens in which the shop's page says who is logged in."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
import pytest

from bot.channels.identity import GRACE, BadIdentityError, Login, login_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
SECRET = b"0123456789abcdef0123456789abcdef"


def token(secret: bytes = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    whole = {"sub": "customer-7", "exp": int((NOW + timedelta(hours=1)).timestamp()), **claims}
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, secret, algorithm)


def test_the_customer_of_a_valid_token_is_known() -> None:
    assert login_of(token(), SECRET, NOW) == Login("customer-7", NOW + timedelta(hours=1))


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_a_token_nobody_is_named(nothing: Any) -> None:
    assert login_of(nothing, None, NOW) is None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (token(secret=b"another secret of thirty-two bytes!!"), "wrong signature or form"),
        (token(algorithm="HS512"), "wrong signature or form"),
        (jwt.encode({"sub": "customer-7", "exp": 2**31}, None, algorithm="none"), "wrong signature or form"),
        (token() + "x", "wrong signature or form"),
        ("not a token", "wrong signature or form"),
        (7, "not a token"),
        ({"sub": "customer-7"}, "not a token"),
        ("x" * 5000, "not a token"),
        (token(exp=None), "exp is missing"),
        (token(sub=None), "sub is missing"),
        (token(sub=""), "sub must be a text of 1 to 128 characters"),
        (token(sub="x" * 129), "sub must be a text of 1 to 128 characters"),
        (token(exp=int((NOW - timedelta(minutes=2)).timestamp())), "expired"),
        (token(exp=int((NOW + timedelta(days=2)).timestamp())), "exp must be within a day"),
        (token(exp=float("nan")), "expired"),
        (token(exp=float("inf")), "exp must be within a day"),
    ],
)
def test_anything_else_names_nobody_and_says_why(bad: Any, reason: str) -> None:
    with pytest.raises(BadIdentityError) as error:
        login_of(bad, SECRET, NOW)
    assert error.value.fields["reason"] == reason


def test_without_a_secret_no_token_counts() -> None:
    with pytest.raises(BadIdentityError, match="PARLEY_SHOP_SECRET"):
        login_of(token(), None, NOW)


@pytest.mark.parametrize("hours", [0, 1, 23])
def test_within_its_grace_a_token_that_ran_out_still_names_its_customer(hours: int) -> None:
    old = token(exp=int((NOW - timedelta(hours=hours)).timestamp()))
    assert login_of(old, SECRET, NOW, grace=GRACE) == Login("customer-7", NOW - timedelta(hours=hours))


def test_after_its_grace_it_names_nobody() -> None:
    with pytest.raises(BadIdentityError) as error:
        login_of(token(exp=int((NOW - timedelta(hours=25)).timestamp())), SECRET, NOW, grace=GRACE)
    assert error.value.fields["reason"] == "expired"
