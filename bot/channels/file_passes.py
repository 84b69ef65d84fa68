"""Passes to single files of a conversation that is a customer's: a picture on a page cannot send a token along.

Who may read the conversation gets them with its messages, and they end soon.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.channels.keys import CLOCK, IDENTITY_SECRET

PARAMETER = "pass"
LASTS = timedelta(days=1)

_PURPOSE = "parley file pass 1"
_A_DAY = 86_400


def pass_to(app: web.Application, conversation_id: str, evidence_id: str) -> str:
    """Return what opens one file of a conversation for a day and the rest of the last one."""
    # To the end of a day, so that a browser finds the picture again in what it has kept.
    expires = (int((app[CLOCK]() + LASTS).timestamp()) // _A_DAY + 1) * _A_DAY
    return f"{expires}-{_signature(app, conversation_id, evidence_id, expires)}"


def opens(app: web.Application, given: str, conversation_id: str, evidence_id: str) -> bool:
    """Tell whether a pass is one to a file of a conversation, and has not ended."""
    expires, _, signature = given.partition("-")
    if app[IDENTITY_SECRET] is None or not (expires.isascii() and expires.isdecimal() and len(expires) <= 12):
        return False
    expected = _signature(app, conversation_id, evidence_id, int(expires))
    is_genuine = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
    return is_genuine and app[CLOCK]().timestamp() < int(expires)


def with_pass(app: web.Application, conversation_id: str, message: dict[str, Any]) -> dict[str, Any]:
    """Return a message as JSON whose file, if it has one, comes with the pass to it."""
    attached = message["custom"].get("attachment")
    if not attached:
        return message
    ticket = {PARAMETER: pass_to(app, conversation_id, attached["id"])}
    return {**message, "custom": {**message["custom"], "attachment": {**attached, **ticket}}}


def _signature(app: web.Application, conversation_id: str, evidence_id: str, expires: int) -> str:
    # Only with this secret there are conversations that are a customer's.
    secret = app[IDENTITY_SECRET]
    if secret is None:
        raise RuntimeError("PARLEY_SHOP_SECRET is not set")
    # The purpose keeps a signature of something else under the same secret from ever opening a file.
    text = "\n".join((_PURPOSE, conversation_id, evidence_id, str(expires)))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
