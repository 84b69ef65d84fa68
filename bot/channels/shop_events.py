"""The shop's side door: ``POST /api/v1/events`` takes reports of parcels, goods and money.

The address belongs to the shop's API (``bot.api``), which lets in whoever has a token for it; here is what else opens
it, a signature, and what is behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.channels import signatures
from bot.errors import ConflictError
from bot.services import shop_events
from bot.services.problem import ProblemError
from bot.services.shop_events import UowFactory
from bot.services.shop_report import BadReportError, read_events

PATH = "/api/v1/events"

MAX_BYTES = 256 * 1024

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


class ShopDoor:
    """Takes events; ``news`` is called when there may be something to tell customers."""

    header = signatures.HEADER
    max_bytes = MAX_BYTES

    def __init__(self, secret: bytes | None, uow: UowFactory, news: Callable[[], None]) -> None:
        self._secret = secret
        self._uow = uow
        self._news = news

    def check(self, body: bytes, signature: str | None, now: datetime) -> None:
        """Raise ProblemError unless a request is signed by the shop, just now; 404 while no secret is configured."""
        if self._secret is None:
            reason = "set PARLEY_SHOP_SECRET or PARLEY_SHOP_SECRET_FILE to take events, or send a token"
            raise ProblemError(404, "disabled", reason, members={"reason": reason})
        if not signatures.is_valid(self._secret, body, signature, now):
            reason = f"the header {self.header} is missing, wrong or too old, and there is no token"
            raise ProblemError(
                401,
                "bad_signature",
                reason,
                headers={"WWW-Authenticate": 'Bearer realm="parley"'},
                members={"reason": reason},
            )

    async def take(self, body: bytes, now: datetime) -> dict[str, Any]:
        """Take one event or a list of them, and tell of each what became of it, be it ignored, waiting or failed.

        Raises ProblemError with 400 for what cannot be read, and then none of them counts, and with 409 when the shop
        should send it again.
        """
        try:
            events = read_events(_parsed(body), now)
        except BadReportError as error:
            path, reason = error.fields["path"], error.fields["reason"]
            members = {"path": path, "reason": reason}
            raise ProblemError(
                400, error.code, f"{path} {reason}", mistakes=[(path, reason)], members=members
            ) from error  # fmt: skip
        try:
            taken = await shop_events.take(self._uow, events, now)
        except ConflictError as error:
            # Those that were taken are known by their ids; the shop sends all of them again.
            reason = "send it again"
            raise ProblemError(409, "conflict", reason, members={"reason": reason}) from error
        self._news()
        return {"events": [{"id": event.id, "state": event.state.value, "result": event.result} for event in taken]}


def _parsed(body: bytes) -> Any:
    try:
        value = json.loads(body, parse_float=_number, parse_constant=_no_constant)
        if not _is_storable(value):
            raise BadReportError("body", "must have no NUL and no halves of surrogate pairs")
        return value
    except (ValueError, RecursionError) as error:
        raise BadReportError("body", "must be JSON") from error


def _number(text: str) -> int | float:
    # JSON has one kind of number: 3.0 is 3.
    value = float(text)
    return int(value) if value.is_integer() else value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _is_storable(value: Any) -> bool:
    """Tell whether databases take all texts of a JSON value, those included that nobody reads."""
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is None
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(_is_storable(part) for part in parts)
