"""LINE: the Messaging API's webhook, replies and pushes; see docs/channel-line.md."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import UUID, uuid5

import structlog
from aiohttp import ClientResponse, web

from bot.aftersales.evidence import EvidenceRefusal
from bot.channels import intake, line_events, webhooks
from bot.channels.channel import Channel
from bot.channels.client import Client, check_status
from bot.channels.diagnosis import examined, webhook
from bot.channels.keys import UOW
from bot.conversations.letters import parts
from bot.conversations.model import Correspondent
from bot.conversations.platform import Letter, Shape
from bot.errors import DeliveryError, EvidenceRefusedError, SettingsError
from bot.findings import Finding, error, ok

log = structlog.get_logger()

REPLY_WITHIN = timedelta(seconds=50)
"""A reply token is good for a minute; some of it is for the way."""

_API = "https://api.line.me"
_DATA = "https://api-data.line.me"
_URL = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?")
_KEYS = UUID("5f0d3d7c-5f0a-5d0e-9a3b-3c0b8f6f2d11")
# LINE counts UTF-16 code units and allows 5,000: no character has more than two.
_MAX_PART = 2_500
_MAX_AT_ONCE = 5
_TOKENS_REMEMBERED = 5_000
_NOT_READY_PAUSES_SECONDS = (0.5, 1.0, 2.0)
_SHORTEST_LOADING_SECONDS = 5
_BAD_TOKEN, _NOT_READY = "bad_reply_token", "not_ready"


class Line(Channel):
    """Talks with users who are friends of the shop's official account, one to one.

    What follows an event soon is a reply, which costs nothing; all else is a push, which counts.
    """

    channel = "line"
    # Quick replies vanish with the next message, and a push costs once however much it brings.
    shape = Shape(max_text=5_000, max_buttons=13, max_title=20, max_text_with_buttons=5_000, merges=True, files=False)

    def __init__(self, options: Mapping[str, str]) -> None:
        if not re.fullmatch(r"[\x21-\x7e]+", options["token"]):
            raise SettingsError("PARLEY_LINE_TOKEN is no channel access token: give it as one line without blanks")
        headers = {"Authorization": f"Bearer {options['token']}"}
        self._secret = options["channel_secret"].encode()
        self._api = Client(_url(options, "base_url", "PARLEY_LINE_API_URL", _API), headers=headers, check=_check)
        self._data = Client(_url(options, "data_url", "PARLEY_LINE_DATA_URL", _DATA), headers=headers, check=_check)
        self._spent: OrderedDict[str, None] = OrderedDict()

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the webhook's route."""
        return [web.post("/webhooks/line/webhook", self._receive)]

    async def send(self, letter: Letter) -> str | None:
        """Reply to what the customer wrote within the last minute, or push; returns the id of the first message."""
        if letter.to.facts.get(line_events.BLOCKED):
            raise DeliveryError("blocked", is_permanent=True)
        if letter.attachment is not None:
            # Nobody outside can reach this server, so there is no link either.
            raise DeliveryError("no_files", is_permanent=True)
        messages = _messages(letter)
        token = self._token(letter)
        if token and len(messages) <= _MAX_AT_ONCE:
            try:
                body = await self._api.call(
                    "POST", "/v2/bot/message/reply", json={"replyToken": token, "messages": messages}
                )
            except DeliveryError as error:
                if error.reason != _BAD_TOKEN:
                    raise
                self._spend(token)
            else:
                self._spend(token)
                return _id_in(body)
        return await self._push(letter, messages)

    async def show_typing(self, to: Correspondent) -> None:
        """Show for five seconds, or until a message comes, that an answer is on its way."""
        loading = {"chatId": to.address, "loadingSeconds": _SHORTEST_LOADING_SECONDS}
        try:
            await self._api.call("POST", "/v2/bot/chat/loading/start", json=loading)
        except DeliveryError as error:
            # Elsewhere 202 says that a file is not ready; here it is all that LINE ever says.
            if error.reason != _NOT_READY:
                raise

    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        """Write an image or a file that a user sent into a file."""
        if media.get("size", 0) > most_bytes:
            raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
        path = f"/v2/bot/message/{quote(str(media['id']), safe='')}/content"
        for pause in (*_NOT_READY_PAUSES_SECONDS, None):
            try:
                await self._data.download(path, file, most_bytes)
                return
            except DeliveryError as error:
                if error.reason != _NOT_READY or pause is None:
                    raise
                await asyncio.sleep(pause)

    async def diagnose(self, public_url: str | None) -> list[Finding]:
        """Return whether the token is good, and whether LINE calls us."""
        return await examined(self.channel, self._api, partial(self._look, public_url))

    async def close(self) -> None:
        """Give connections back."""
        await self._api.close()
        await self._data.close()

    async def _push(self, letter: Letter, messages: list[dict[str, Any]]) -> str | None:
        first: str | None = None
        for start in range(0, len(messages), _MAX_AT_ONCE):
            # The same at every try, so LINE itself sees to it that nothing arrives twice. The words are part of it
            # because a database that is set up anew counts its messages from one again.
            key = uuid5(_KEYS, f"{letter.id}\n{letter.to.address}\n{start}\n{letter.text}")
            body = await self._api.call(
                "POST",
                "/v2/bot/message/push",
                json={"to": letter.to.address, "messages": messages[start : start + _MAX_AT_ONCE]},
                headers={"X-Line-Retry-Key": str(key)},
            )
            first = first or _id_in(body)
        return first

    def _token(self, letter: Letter) -> str | None:
        token = letter.to.facts.get(line_events.REPLY_TOKEN)
        is_fresh = datetime.now(timezone.utc) - letter.to.heard_at < REPLY_WITHIN
        # With a later message's token a try that comes after a reply that nobody confirmed would be another reply.
        is_for_it = letter.to.facts.get(line_events.TOKEN_CAME, 0.0) <= letter.at.timestamp()
        return token if is_fresh and is_for_it and token not in self._spent else None

    def _spend(self, token: str) -> None:
        # Another replica may have used a token too; then LINE refuses it, and the letter is pushed.
        self._spent[token] = None
        if len(self._spent) > _TOKENS_REMEMBERED:
            self._spent.popitem(last=False)

    async def _look(self, public_url: str | None) -> list[Finding]:
        me = await self._api.call("GET", "/v2/bot/info")
        findings = [ok(self.channel, f"the account is {me.get('displayName')} ({me.get('basicId')})")]
        try:
            told = await self._api.call("GET", "/v2/bot/channel/webhook/endpoint")
        except DeliveryError as refusal:
            # So LINE says that there is none.
            if refusal.reason != "status_404":
                raise
            told = {}
        where = "set the webhook URL in the LINE Developers console"
        findings.append(webhook(self.channel, told.get("endpoint"), public_url, where))
        if told.get("endpoint") and not told.get("active"):
            findings.append(
                error(self.channel, "the webhook is switched off", "switch on `Use webhook` in the console")
            )
        return findings

    async def _receive(self, request: web.Request) -> web.Response:
        """Store what LINE delivers; it wants its 200 within two seconds, also for no events at all."""
        body = await webhooks.raw_body(request)
        expected = base64.b64encode(hmac.new(self._secret, body, hashlib.sha256).digest()).decode()
        if not webhooks.same(request.headers.get("X-Line-Signature"), expected):
            log.warning("line.wrong_signature")
            raise web.HTTPUnauthorized(text="X-Line-Signature was not made with PARLEY_LINE_CHANNEL_SECRET")
        steps = (self._step(request.app, event) for event in line_events.in_order(webhooks.parsed(body)))
        await intake.take_all(request.app, self.channel, [step for step in steps if step is not None])
        return web.Response(text="OK")

    def _step(self, app: web.Application, event: dict[str, Any]) -> intake.Incoming | intake.Step | None:
        """Return what is to be done about an event."""
        kind = event.get("type")
        address = line_events.address(event)
        incoming = line_events.incoming(event) if address else None
        if incoming is not None:
            came = datetime.now(timezone.utc).timestamp()
            return replace(incoming, facts={**incoming.facts, line_events.TOKEN_CAME: came})
        if address and kind in ("follow", "unfollow"):
            return partial(self._follow, app, address, line_events.time_of(event), is_blocked=kind == "unfollow")
        log.info("line.ignored", kind=line_events.named(kind), is_to_us=bool(address))
        return None

    async def _follow(self, app: web.Application, address: str, at: int, *, is_blocked: bool) -> None:
        """Note whether a user may be written to: LINE takes messages to those who blocked us without a word."""
        async with app[UOW]() as uow:
            known = await uow.correspondents.get(intake.conversation_id(self.channel, address))
            # Events may be late: what the user did afterwards counts.
            if known is not None and known.facts.get(line_events.AS_OF, 0) <= at:
                facts = {line_events.BLOCKED: is_blocked, line_events.AS_OF: at}
                await uow.correspondents.keep(replace(known, facts=facts))
                await uow.commit()


def _url(options: Mapping[str, str], option: str, variable: str, usual: str) -> str:
    url = options.get(option, usual)
    if not _URL.fullmatch(url):
        raise SettingsError(f"{variable} is '{url}': give an address such as {usual}")
    return url


def _messages(letter: Letter) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"type": "text", "text": text} for text in parts(letter.text, _MAX_PART)]
    if letter.buttons:
        actions = [
            {
                "type": "postback",
                "label": button.title,
                "data": line_events.data_of(button),
                "displayText": button.title,
            }
            for button in letter.buttons
        ]
        messages[-1]["quickReply"] = {"items": [{"type": "action", "action": action} for action in actions]}
    return messages


def _id_in(body: dict[str, Any]) -> str | None:
    sent = body.get("sentMessages")
    return str(sent[0].get("id")) if isinstance(sent, list) and sent and isinstance(sent[0], dict) else None


def _check(response: ClientResponse, body: dict[str, Any]) -> None:
    """Raise DeliveryError for what LINE refuses; the words of its errors are documented, codes it has none."""
    words, status = str(body.get("message", "")).lower(), response.status
    if status == 409:
        # The same retry key was accepted before: an earlier try arrived after all.
        return
    if status == 202:
        raise DeliveryError(_NOT_READY)
    if status == 429 and "monthly limit" in words:
        # Nothing but next month or another plan helps, and replies need neither: only this letter is dead.
        raise DeliveryError("monthly_limit", is_permanent=True)
    if status == 400 and "invalid reply token" in words:
        raise DeliveryError(_BAD_TOKEN, is_permanent=True)
    if status == 400 and "failed to send messages" in words:
        raise DeliveryError("undeliverable", is_permanent=True)
    check_status(response, body)
