"""Access tokens of Shopify: one that lasts, or those of a day that an app's client id and secret are exchanged for."""

from __future__ import annotations

import asyncio
import time

from bot.breaker import Seconds
from bot.orders.web import WebClient
from bot.services.order_sources_ports import OrderSourceError

_PATH = "/admin/oauth/access_token"
# A token is given up before it expires, so that no request is made with one that expires on its way.
_MARGIN_SECONDS = 300.0


class ShopifyToken:
    """The token for the next request; the client credentials grant of apps that the shop has made for itself.

    Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
    """

    def __init__(self, token: str, secret: str = "", clock: Seconds = time.monotonic) -> None:
        self._id_or_token = token
        self._secret = secret
        self._clock = clock
        self._granted = ""
        self._expires_at = 0.0
        self._asking = asyncio.Lock()

    async def get(self, client: WebClient) -> str:
        """Return a token that is good for now; raises OrderSourceError where Shopify grants none."""
        if not self._secret:
            return self._id_or_token
        async with self._asking:
            if not self._granted or self._clock() >= self._expires_at:
                await self._renew(client)
            return self._granted

    def forget(self, token: str) -> bool:
        """Give up a token that was refused, and tell whether another one can be had."""
        if self._secret and token == self._granted:
            self._granted = ""
        return bool(self._secret)

    async def _renew(self, client: WebClient) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._id_or_token,
            "client_secret": self._secret,
        }
        content = (await client.post_form(_PATH, form)).content
        token = content.get("access_token") if isinstance(content, dict) else None
        seconds = content.get("expires_in") if isinstance(content, dict) else None
        if not isinstance(token, str) or not token or not isinstance(seconds, (int, float)):
            raise OrderSourceError("unauthorized", "Shopify grants no token: is the app installed in this store?")
        self._granted, self._expires_at = token, self._clock() + max(seconds - _MARGIN_SECONDS, seconds / 2)
