"""What WhatsApp and Messenger share: Meta's webhooks and its Graph API."""

from __future__ import annotations

import hashlib
import hmac
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from yarl import URL

from bot.channels import webhooks
from bot.channels.channel import Channel
from bot.channels.client import Check, Client, check_status, retry_after
from bot.channels.pieces import Pieces
from bot.conversations.model import Correspondent
from bot.errors import DeliveryError

log = structlog.get_logger()

BASE_URL = "https://graph.facebook.com/v25.0"
SIGNATURE = "X-Hub-Signature-256"
ANSWER_WINDOW = timedelta(hours=24)
"""How long after a customer's last message a business may answer freely."""

_LONGEST_CHALLENGE = 256
_FILE_HOSTS = (".fbsbx.com", ".fbcdn.net")


@dataclass(frozen=True)
class Fault:
    """What an error code of the platform means for the letter, and for those that wait behind it."""

    reason: str
    is_permanent: bool = False
    holds_channel: bool = False
    pause_seconds: float | None = None


WINDOW_CLOSED = Fault("window_closed", is_permanent=True)
UNDELIVERABLE = Fault("undeliverable", is_permanent=True)
BUSY = Fault("rate_limited", holds_channel=True)
FAILING = Fault("platform_failing")
UNAUTHORIZED = Fault("unauthorized", holds_channel=True, pause_seconds=60.0)
NOT_PERMITTED = Fault("not_permitted", holds_channel=True, pause_seconds=60.0)
RESTRICTED = Fault("account_restricted", holds_channel=True, pause_seconds=600.0)

# https://developers.facebook.com/docs/graph-api/guides/error-handling
_FAULTS: Mapping[int, Fault] = {
    0: UNAUTHORIZED,
    1: FAILING,
    2: FAILING,
    3: NOT_PERMITTED,
    4: BUSY,
    10: NOT_PERMITTED,
    17: BUSY,
    32: BUSY,
    100: Fault("invalid_request", is_permanent=True),
    102: UNAUTHORIZED,
    190: UNAUTHORIZED,
    368: RESTRICTED,
    613: BUSY,
    **dict.fromkeys(range(200, 300), NOT_PERMITTED),
}


class GraphChannel(Channel):
    """A platform of Meta's; a subclass reads its events and writes its messages.

    ``faults`` are the meanings of its own error codes and subcodes.
    """

    faults: Mapping[int, Fault] = {}

    def __init__(self, options: Mapping[str, str]) -> None:
        self._app_secret = options["app_secret"].encode()
        self._verify_token = options["verify_token"]
        self._base_url = options.get("base_url", BASE_URL)
        headers = {"Authorization": f"Bearer {options['token']}"}
        self._api = Client(self._base_url, headers=headers, check=self._checker())
        self._pieces = Pieces()

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the webhook's two routes: one proves to Meta that it is ours, the other takes events."""
        path = f"/webhooks/{self.channel}/webhook"
        return [web.get(path, self._verify, allow_head=False), web.post(path, self._receive)]

    @abstractmethod
    async def take(self, app: web.Application, payload: dict[str, Any]) -> None:
        """Store what a call of the webhook brought, in the order in which it was written."""

    async def close(self) -> None:
        """Give connections back."""
        await self._api.close()

    def is_answerable(self, to: Correspondent, window: timedelta = ANSWER_WINDOW) -> bool:
        """Tell whether the customer wrote last within a window."""
        return datetime.now(timezone.utc) - to.heard_at < window

    def reason_of(self, code: Any) -> str:
        """Return the reason that stands for an error code."""
        fault = self._fault_of(code) if isinstance(code, int) else None
        return fault.reason if fault else f"graph_{str(code)[:20]}"

    async def _verify(self, request: web.Request) -> web.Response:
        query = request.query
        is_ours = webhooks.same(query.get("hub.verify_token"), self._verify_token)
        challenge = query.get("hub.challenge", "")
        if query.get("hub.mode") != "subscribe" or not is_ours or not 0 < len(challenge) <= _LONGEST_CHALLENGE:
            log.warning("channels.not_verified", channel=self.channel)
            return web.Response(status=403)
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def _receive(self, request: web.Request) -> web.Response:
        body = await webhooks.raw_body(request)
        if not is_signed(self._app_secret, body, request.headers.get(SIGNATURE)):
            log.warning("channels.bad_signature", channel=self.channel)
            return web.Response(status=401)
        await self.take(request.app, webhooks.parsed(body))
        return web.Response(text="EVENT_RECEIVED")

    def _fault_of(self, *codes: int) -> Fault | None:
        found = (self.faults.get(code) or _FAULTS.get(code) for code in codes)
        return next((fault for fault in found if fault), None)

    def _checker(self) -> Check:
        def check(response: aiohttp.ClientResponse, body: dict[str, Any]) -> None:
            error = body.get("error")
            if not isinstance(error, dict) or not isinstance(error.get("code"), int):
                return check_status(response, body)
            code, subcode = error["code"], error.get("error_subcode")
            # A subcode says more than its code, where we know it.
            fault = self._fault_of(*([subcode] if isinstance(subcode, int) else []), code)
            if fault is None or (fault.is_permanent and error.get("is_transient")):
                is_permanent = response.status < 500 and not error.get("is_transient")
                fault = Fault(f"graph_{code}", is_permanent=is_permanent)
            pause = retry_after(response.headers.get("Retry-After")) or fault.pause_seconds
            raise DeliveryError(
                fault.reason,
                is_permanent=fault.is_permanent,
                holds_channel=fault.holds_channel,
                retry_after_seconds=pause,
            )

        return check


def is_signed(secret: bytes, body: bytes, header: str | None) -> bool:
    """Tell whether a header of the form ``sha256=…`` is the body's HMAC under an app's secret."""
    return webhooks.same(header, "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest())


def is_of_meta(address: str, base_url: str) -> bool:
    """Tell whether a file's address leads to Meta, or to where its API is; any other could lead into our network."""
    try:
        url = URL(address)
        if url.user is None and url.origin() == URL(base_url).origin():
            return True
        return url.scheme == "https" and url.port == 443 and url.user is None and str(url.host).endswith(_FILE_HOSTS)
    except ValueError:
        return False


def objects(holder: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects of a list by its name; nothing where there is no such list."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def inner(holder: Any, name: str) -> dict[str, Any]:
    """Return an object by its name; an empty one where there is none."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}


def text_in(holder: dict[str, Any], name: str) -> str:
    """Return a text by its name; an empty one where there is none."""
    found = holder.get(name)
    return found if isinstance(found, str) else ""
