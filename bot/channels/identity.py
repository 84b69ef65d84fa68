"""Who a customer is, in the words of the shop's own page: a token that the shop signs for whoever is logged in.

It is a JSON Web Token (RFC 7519) signed with HMAC and SHA-256 (``HS256``), which every language's libraries can make:
``sub`` is the customer's id as the shop's orders have it, ``exp`` when it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
from aiohttp import web

from bot.aftersales.identification import KnownCustomer
from bot.channels.keys import CLOCK, IDENTITY_SECRET, UOW
from bot.errors import OtherCustomerError, ParleyError
from bot.services import identification

HEADER = "X-Parley-Identity"
"""Carries the token where a request has no other place for it."""

LASTS = timedelta(days=1)
"""How far ahead a token's end may be: what a browser keeps longer than a day is not who sits there now."""

GRACE = timedelta(days=1)
"""How long after its end a token still opens the conversation that began with one of the same customer."""

_LONGEST = 2048
_LONGEST_ID = 128
_CLOCKS_DIFFER = timedelta(minutes=1)


class BadIdentityError(ParleyError):
    """Raised when a token is not of the shop, or not of now; ``reason`` says which, for the shop's developer."""

    code = "bad_identity"


@dataclass(frozen=True)
class Login:
    """Who is logged in at the shop, and until when its word on that stands."""

    customer_id: str
    until: datetime


async def introduce(app: web.Application, conversation_id: str, token: Any) -> str | None:
    """Keep whom a token says that a conversation is with, let nobody else into it, and return the customer's id.

    It is None for a conversation that is anybody's. Raises BadIdentityError for a token that is of no use there, and
    OtherCustomerError as ``admit`` does.
    """
    known, login = await _admitted(app, conversation_id, token)
    now = app[CLOCK]()
    if known is None:
        login = login_of(token, app[IDENTITY_SECRET], now)
    # With a newer token the customer's other orders are recognised for longer.
    if login is not None and (known is None or login.until > known.known_until):
        async with app[UOW]() as uow:
            await identification.introduce(uow, conversation_id, login.customer_id, now, login.until)
    return login.customer_id if login is not None else None


async def admit(app: web.Application, conversation_id: str, token: Any) -> str | None:
    """Return the id of the customer whose conversation it is, or None where it is anybody's who knows its id.

    Every door to a conversation asks here first. Raises OtherCustomerError where it is a customer's, and the token is
    not this customer's or ran out more than a day ago.
    """
    known, _ = await _admitted(app, conversation_id, token)
    return known.customer_id if known is not None else None


async def _admitted(
    app: web.Application, conversation_id: str, token: Any
) -> tuple[KnownCustomer | None, Login | None]:
    async with app[UOW]() as uow:
        known = await uow.known_customers.of(conversation_id)
    if known is None:
        return None, None
    try:
        login = login_of(token, app[IDENTITY_SECRET], app[CLOCK](), grace=GRACE)
    except BadIdentityError as error:
        raise OtherCustomerError() from error
    if login is None or login.customer_id != known.customer_id:
        raise OtherCustomerError()
    return known, login


def login_of(token: Any, secret: bytes | None, now: datetime, *, grace: timedelta = timedelta(0)) -> Login | None:
    """Return whom a token names, or None without one; raises BadIdentityError.

    It may have run out for no longer than ``grace``.
    """
    if token is None or token == "":
        return None
    if secret is None:
        raise BadIdentityError(reason="PARLEY_SHOP_SECRET is not set")
    if not isinstance(token, str) or len(token) > _LONGEST:
        raise BadIdentityError(reason="not a token")
    try:
        claims = jwt.decode(
            token, secret, algorithms=["HS256"], options={"require": ["exp", "sub"], "verify_exp": False}
        )
    except jwt.MissingRequiredClaimError as error:
        raise BadIdentityError(reason=f"{error.claim} is missing") from error
    except jwt.InvalidTokenError as error:
        raise BadIdentityError(reason="wrong signature or form") from error
    customer, ends = claims["sub"], claims["exp"]
    if not isinstance(customer, str) or not 0 < len(customer.strip()) <= _LONGEST_ID:
        raise BadIdentityError(reason=f"sub must be a text of 1 to {_LONGEST_ID} characters")
    if not isinstance(ends, (int, float)) or isinstance(ends, bool):
        raise BadIdentityError(reason="exp must be a number of seconds since 1970")
    # Said so that what is no number at all, which JSON in Python may hold, has run out.
    if not ends > (now - grace - _CLOCKS_DIFFER).timestamp():
        raise BadIdentityError(reason="expired")
    if ends > (now + LASTS + _CLOCKS_DIFFER).timestamp():
        raise BadIdentityError(reason="exp must be within a day")
    return Login(customer.strip(), datetime.fromtimestamp(ends, timezone.utc))
