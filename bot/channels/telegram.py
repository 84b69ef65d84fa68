"""Telegram: a bot's private chats, by the Bot API (https://core.telegram.org/bots/api)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO
from urllib.parse import quote

import structlog
from aiohttp import ClientResponse, FormData, web

from bot.aftersales.evidence import EvidenceRefusal
from bot.channels import intake, webhooks
from bot.channels.channel import Channel
from bot.channels.client import Client, check_status, retry_after
from bot.channels.diagnosis import examined
from bot.channels.pieces import Piece, Pieces
from bot.channels.telegram_diagnosis import findings_of_webhook
from bot.channels.telegram_updates import read_update
from bot.conversations.letters import parts
from bot.conversations.model import Correspondent
from bot.conversations.platform import Attachment, Button, Letter, Shape
from bot.errors import DeliveryError, EvidenceRefusedError, SettingsError
from bot.findings import Finding, ok

log = structlog.get_logger()

API = "https://api.telegram.org"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"

_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
_URL = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?")
_KIND = re.compile(r"[a-z_.]{1,60}")

_MAX_TEXT = 4096
_MAX_CAPTION = 1024
_MAX_PHOTO_BYTES = 10 * 1024 * 1024
_PHOTOS = ("image/jpeg", "image/png")
_ROW_WIDTH = 36
"""How many letters of buttons stand side by side on a small telephone without being cut off."""

# What Telegram says where it refuses for good, and our code for it.
_REFUSALS = {
    "bot was blocked by the user": "blocked",
    "user is deactivated": "deactivated",
    "can't initiate conversation": "never_started",
    "chat not found": "chat_not_found",
    "file is too big": "file_too_big",
    "message is not modified": "not_modified",
    "message to delete not found": "gone",
}
# Telegram names every message by itself; a letter of several keeps all names.
_BETWEEN = ","


class Telegram(Channel):
    """Takes updates at ``/webhooks/telegram/webhook``; the options are those of ``settings.CHANNELS``."""

    channel = "telegram"
    shape = Shape(max_text=4000, max_buttons=20, max_title=_ROW_WIDTH, max_text_with_buttons=4000, changes=True)

    def __init__(self, options: Mapping[str, str]) -> None:
        token, self._secret = options["token"], options["webhook_secret"]
        url = options.get("base_url", API).rstrip("/")
        if not _TOKEN.fullmatch(token):
            raise SettingsError("PARLEY_TELEGRAM_TOKEN is no bot's token: give the one from @BotFather, 123456:ABC-…")
        if not _SECRET.fullmatch(self._secret):
            raise SettingsError("PARLEY_TELEGRAM_WEBHOOK_SECRET must have 16 to 256 letters, digits, _ or -")
        if not _URL.fullmatch(url):
            raise SettingsError(f"PARLEY_TELEGRAM_API_URL is '{url}': give an address such as {API}")
        self._files = f"{url}/file/bot{token}"
        self._client = Client(f"{url}/bot{token}", check=_check)
        self._pieces = Pieces()

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the webhook's route."""
        return (web.post("/webhooks/telegram/webhook", self._receive),)

    async def send(self, letter: Letter) -> str | None:
        """Send a letter's text, buttons and file as plain messages; raises DeliveryError."""
        to, attachment = {"chat_id": letter.to.address}, letter.attachment
        texts, caption = self._laid_out(letter)
        # Nobody but the customer shall follow a link to the customer's own papers, not even to show a picture of it.
        words: list[dict[str, Any]] = [
            {**to, "text": text, "link_preview_options": {"is_disabled": True}} for text in texts
        ]
        if words and letter.buttons:
            words[-1]["reply_markup"] = {"inline_keyboard": keyboard(letter.buttons)}
        pieces: list[Piece] = [partial(self._send_words, values) for values in words]
        if attachment is not None:
            pieces.append(partial(self._send_file, {**to, "caption": caption} if caption else to, attachment))
        return _BETWEEN.join(filter(None, await self._pieces.send_all(letter.id, pieces))) or None

    async def change(self, to: Correspondent, platform_message_id: str, letter: Letter | None) -> None:
        """Edit the messages that a letter became, or delete them; bots may do so for 48 hours.

        Raises DeliveryError, also where the new letter would be more messages, or fewer.
        """
        named = [{"chat_id": to.address, "message_id": int(own)} for own in platform_message_id.split(_BETWEEN)]
        if letter is None:
            # From the end, so that what is left after a failure still reads as a beginning.
            for message in reversed(named):
                await _unless("gone", self._client.call("POST", "deleteMessage", json=message))
            return
        texts, caption = self._laid_out(letter)
        if len(texts) + (letter.attachment is not None) != len(named):
            raise DeliveryError("other_length", is_permanent=True)
        changed = [
            ("editMessageText", {**message, "text": text, "link_preview_options": {"is_disabled": True}})
            for message, text in zip(named, texts)
        ]
        if letter.attachment is not None:
            changed.append(("editMessageCaption", {**named[-1], "caption": caption}))
        for method, values in changed:
            await _unless("not_modified", self._client.call("POST", method, json=values))

    async def show_typing(self, to: Correspondent) -> None:
        """Show for five seconds, or until a message comes, that somebody is typing."""
        await self._client.call("POST", "sendChatAction", json={"chat_id": to.address, "action": "typing"})

    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        """Download a photo or document; raises DeliveryError, or EvidenceRefusedError where it is too large."""
        if media["size"] > most_bytes:
            raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
        try:
            found = await self._client.call("POST", "getFile", json={"file_id": media["file_id"]})
        except DeliveryError as error:
            if error.reason == "file_too_big":
                raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE) from error
            raise
        path = found["result"].get("file_path")
        if not path:
            raise DeliveryError("no_file", is_permanent=True)
        try:
            await self._client.download(f"{self._files}/{quote(path)}", file, most_bytes)
        except DeliveryError as error:
            if error.reason == "unauthorized":
                # The token was right a moment ago, so it is the file that is not there.
                raise DeliveryError("no_file", is_permanent=True) from error
            raise

    async def diagnose(self, public_url: str | None) -> list[Finding]:
        """Return whether the token is good, and whether updates find their way here."""
        return await examined(self.channel, self._client, partial(self._look, public_url))

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    async def _look(self, public_url: str | None) -> list[Finding]:
        me = (await self._client.call("POST", "getMe"))["result"]
        told = (await self._client.call("POST", "getWebhookInfo"))["result"]
        return [ok(self.channel, f"the bot is @{me.get('username')}"), *findings_of_webhook(told, public_url)]

    async def _receive(self, request: web.Request) -> web.Response:
        """Store an update's messages; Telegram sends it again unless the answer is 2xx."""
        if not webhooks.same(request.headers.get(SECRET_HEADER), self._secret):
            log.warning("telegram.wrong_secret")
            raise web.HTTPUnauthorized(text=f"{SECRET_HEADER} is not PARLEY_TELEGRAM_WEBHOOK_SECRET")
        update = read_update(webhooks.parsed(await webhooks.raw_body(request)))
        if not update.incoming:
            log.info("telegram.ignored", kind=update.kind if _KIND.fullmatch(update.kind) else "unknown")
        for incoming in update.incoming:
            await intake.take(request.app, self.channel, incoming)
        if update.callback_query_id is None:
            return web.Response()
        # Until this is acknowledged the button looks busy; Telegram takes one request as the answer to an update.
        return web.json_response({"method": "answerCallbackQuery", "callback_query_id": update.callback_query_id})

    def _laid_out(self, letter: Letter) -> tuple[list[str], str]:
        """Return a letter's messages of text, and what stands below its file."""
        texts = parts(letter.text, _most_in(letter.text)) if letter.text else []
        if letter.attachment is None or letter.buttons or len(texts) != 1 or _units(texts[0]) > _MAX_CAPTION:
            return texts, ""
        return [], texts[0]

    async def _send_words(self, values: dict[str, Any]) -> str | None:
        return _message_id(await self._client.call("POST", "sendMessage", json=values))

    async def _send_file(self, values: dict[str, str], attachment: Attachment) -> str | None:
        content = await attachment.read()
        if attachment.media_type in _PHOTOS and len(content) <= _MAX_PHOTO_BYTES:
            try:
                return await self._upload("photo", values, attachment, content)
            except DeliveryError as error:
                # A panorama is no photo to Telegram, but it is a file.
                if error.reason != "bad_request":
                    raise
        return await self._upload("document", values, attachment, content)

    async def _upload(self, kind: str, values: dict[str, str], attachment: Attachment, content: bytes) -> str | None:
        form = FormData(values)
        form.add_field(kind, content, filename=attachment.name, content_type=attachment.media_type)
        return _message_id(await self._client.call("POST", f"send{kind.title()}", data=form))


def keyboard(buttons: Sequence[Button]) -> list[list[dict[str, str]]]:
    """Return buttons in rows, side by side as long as their titles fit: buttons of a row are equally wide."""
    rows: list[list[dict[str, str]]] = []
    widest = 0
    for button in buttons:
        width = 2 + sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in button.title)
        widest = max(widest, width)
        if not rows or (len(rows[-1]) + 1) * widest > _ROW_WIDTH:
            rows.append([])
            widest = width
        rows[-1].append({"text": button.title, "callback_data": button.reference})
    return rows


def _most_in(text: str) -> int:
    """Return how many characters of a text a message holds: Telegram counts UTF-16, in which some are two."""
    return min(Telegram.shape.max_text, max(_MAX_TEXT // 2, _MAX_TEXT - (_units(text) - len(text))))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _message_id(answer: dict[str, Any]) -> str | None:
    result = answer["result"]
    return str(result["message_id"]) if isinstance(result, dict) and "message_id" in result else None


async def _unless(reason: str, call: Awaitable[Any]) -> None:
    """Let a call go well where Telegram says that there is nothing to do."""
    try:
        await call
    except DeliveryError as error:
        if error.reason != reason:
            raise


def _check(response: ClientResponse, body: dict[str, Any]) -> None:
    """Raise DeliveryError where the Bot API did not do what it was asked to."""
    result = body.get("result")
    if response.status == 200 and body.get("ok") is True and (result is True or isinstance(result, dict)):
        return
    if response.status == 200:
        raise DeliveryError("bad_answer")
    if response.status == 429:
        asked = body.get("parameters")
        pause = retry_after(str(asked["retry_after"])) if isinstance(asked, dict) and "retry_after" in asked else None
        raise DeliveryError("rate_limited", retry_after_seconds=pause, holds_channel=True)
    if response.status == 404:
        # A token of no bot is an unknown path.
        raise DeliveryError("unauthorized", retry_after_seconds=60.0, holds_channel=True)
    if response.status in (400, 403):
        said = str(body.get("description") or "").lower()
        known = next((code for words, code in _REFUSALS.items() if words in said), None)
        if known is None and response.status == 403:
            # Telegram has been seen to forbid for minutes what was allowed before and after.
            raise DeliveryError("forbidden")
        raise DeliveryError(known or "bad_request", is_permanent=True)
    check_status(response, body)
    raise DeliveryError(f"status_{response.status}")
