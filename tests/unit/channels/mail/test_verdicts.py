"""A sender is who the operator's own mail server vouches for; nobody else's word counts for one."""

from __future__ import annotations

import email

import pytest

from bot.channels.mail.verdicts import Trust, is_disowned, trust_in

SERVER = "mx.shop.example"
ANNA = "anna@mail.example"

VOUCHED = [
    "mx.shop.example; dmarc=pass",
    "MX.Shop.example 1; spf=fail smtp.mailfrom=list.example; dkim=pass; DMARC = Pass (p=none) header.from=mail.example",
    "mx.shop.example;\r\n dkim=none;\r\n dmarc=pass (p=NONE sp=(x) dis=NONE)\r\n header.from=Mail.example",
]
NOT_VOUCHED = [
    "mx.shop.example; dmarc=none",
    "mx.shop.example; spf=pass smtp.mailfrom=mail.example; dkim=pass",
    "mx.shop.example; none",
    "mx.shop.example",
    "",
    "mx.other.example; dmarc=pass",
    "mx.shop.example.other.example; dmarc=pass",
    "mx.other.example; spf=pass mx.shop.example; dmarc=pass",
    "dmarc=pass",
    "mx.shop.example; dmarc=pass header.from=other.example",
    "mx.shop.example; dmarc=passed",
    "mx.shop.example; x-dmarc=pass",
    # What senders may choose: quoted words and comments, however they look.
    'mx.shop.example; spf=pass smtp.mailfrom="; dmarc=pass "@other.example',
    "mx.shop.example; spf=pass (sender; dmarc=pass) smtp.mailfrom=other.example",
    "mx.shop.example; spf=pass (one (two); dmarc=pass \\); dmarc=pass) smtp.helo=x",
    'mx.shop.example; spf=pass smtp.mailfrom="\\"; dmarc=pass;"',
]


def trust(*found: str, server: str | None = SERVER, sender: str = ANNA) -> Trust:
    return trust_in(_message(*found), sender, server)


def _message(*found: str) -> email.message.Message:
    return email.message_from_bytes("".join(f"Authentication-Results: {value}\r\n" for value in found).encode())


@pytest.mark.parametrize("found", VOUCHED)
def test_whom_our_server_vouches_for_is_verified(found: str) -> None:
    assert trust(found) is Trust.VERIFIED


@pytest.mark.parametrize("found", NOT_VOUCHED)
def test_whom_our_server_does_not_vouch_for_is_doubted(found: str) -> None:
    assert trust(found) is Trust.DOUBTED


def test_without_any_word_of_our_server_everybody_is_doubted() -> None:
    assert trust() is Trust.DOUBTED


def test_what_stands_below_our_servers_word_does_not_count() -> None:
    assert trust("mx.shop.example; dmarc=none", "mx.shop.example; dmarc=pass") is Trust.DOUBTED
    assert trust("mx.shop.example; dkim=pass", "mx.shop.example; dmarc=pass") is Trust.VERIFIED
    assert trust("mx.other.example; dmarc=none", "mx.shop.example; dmarc=pass") is Trust.VERIFIED


@pytest.mark.parametrize("server", [SERVER, None])
def test_a_domain_that_disowns_a_mail_is_heard_wherever_it_says_so(server: str | None) -> None:
    found = ("mx.shop.example; dmarc=pass", "mx.other.example; dmarc=fail (p=reject)")
    assert trust(*found, server=server) is Trust.DOUBTED
    assert is_disowned(_message(*found))
    assert not is_disowned(_message("mx.shop.example; spf=fail; dmarc=pass"))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), Trust.UNKNOWN),
        (("mx.shop.example; dmarc=pass",), Trust.UNKNOWN),
        (("mx.shop.example; spf=softfail; dkim=none",), Trust.UNKNOWN),
        (("mx.shop.example; spf=fail",), Trust.DOUBTED),
        (("mx.shop.example; spf=pass", "mx.other.example; dkim=hardfail"), Trust.DOUBTED),
    ],
)
def test_where_nobody_says_which_server_is_ours_nobody_is_verified(found: tuple[str, ...], expected: Trust) -> None:
    assert trust(*found, server=None) is expected
