"""Messenger: the chat of one Facebook page, by Meta's Send API; see docs/channel-messenger.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, BinaryIO

import structlog
from aiohttp import ClientResponse, FormData, web

from bot.channels import graph, intake, receipts, templates
from bot.channels.client import Client
from bot.channels.diagnosis import examined
from bot.channels.graph import NOT_PERMITTED, UNDELIVERABLE, WINDOW_CLOSED, Fault, GraphChannel
from bot.channels.intake import Incoming
from bot.channels.pieces import Piece
from bot.conversations.letters import parts
from bot.conversations.model import Author, Correspondent
from bot.conversations.platform import Attachment, Letter, Shape
from bot.errors import DeliveryError
from bot.findings import Finding, error, ok, warning

log = structlog.get_logger()

AGENT_WINDOW = timedelta(days=7)
"""How long after a customer's last message a person may still answer."""

# An app without the permission for late messages must not hold back what goes out without it.
_TOO_LATE = frozenset({WINDOW_CLOSED.reason, NOT_PERMITTED.reason})
_BLOCKED = Fault("blocked", is_permanent=True)
# Without these neither words nor pressed buttons arrive.
_SUBSCRIBED = ("messages", "messaging_postbacks")
_FILES = frozenset({"image", "file"})
_IGNORED = frozenset({"reaction"})
_MAX_WATERMARK = 4_000_000_000_000
_APPROVED = "APPROVED"


class Messenger(GraphChannel):
    """Takes events at ``/webhooks/messenger/webhook``; the options are those of ``settings.CHANNELS``."""

    channel = "messenger"
    shape = Shape(max_text=2000, max_buttons=13, max_title=20, max_text_with_buttons=2000)
    # https://developers.facebook.com/docs/messenger-platform/error-codes
    faults = {
        551: _BLOCKED,
        1200: graph.FAILING,
        1545041: _BLOCKED,
        2018001: UNDELIVERABLE,
        **dict.fromkeys((2018065, 2018108, 2018278), WINDOW_CLOSED),
    }

    def __init__(self, options: Mapping[str, str]) -> None:
        super().__init__(options)
        self._template = templates.checked_name(options.get("template"), "PARLEY_MESSENGER_TEMPLATE")
        # Files lie where everybody may fetch them who knows their address: no token is shown there.
        self._files = Client(self._base_url, check=_check_file)

    async def take(self, app: web.Application, payload: dict[str, Any]) -> None:
        """Store customers' messages, oldest first, and note what reached them and what they have read."""
        events = [event for entry in graph.objects(payload, "entry") for event in graph.objects(entry, "messaging")]
        news = []
        for event in sorted(events, key=_time):
            sender = graph.text_in(graph.inner(event, "sender"), "id")
            if sender and ("read" in event or "delivery" in event):
                await _note_receipt(app, intake.conversation_id(self.channel, sender), event)
            elif (incoming := read_event(sender, event)) is not None:
                news.append(incoming)
        await intake.take_all(app, self.channel, news)

    async def send(self, letter: Letter) -> str | None:
        """Send a letter's text with quick replies and its file, or a template where it is too late for them.

        Raises DeliveryError.
        """
        if self.is_answerable(letter.to):
            try:
                return await self._pieces.send(letter.id, self._answer(letter, {"messaging_type": "RESPONSE"}))
            except DeliveryError as error:
                # The platform's clock is the one that counts.
                if error.reason != WINDOW_CLOSED.reason:
                    raise
        if letter.author is Author.AGENT and self.is_answerable(letter.to, AGENT_WINDOW):
            tag = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
            try:
                return await self._pieces.send(letter.id, self._answer(letter, tag))
            except DeliveryError as error:
                if error.reason not in _TOO_LATE:
                    raise
        # A file cannot go with a template: better that its sender sees that it waits for the customer to write.
        if self._template is None or letter.attachment is not None:
            raise DeliveryError(WINDOW_CLOSED.reason, is_permanent=True)
        try:
            return await self._send_template(self._template, letter)
        except DeliveryError as error:
            if error.reason in _TOO_LATE:
                raise DeliveryError(WINDOW_CLOSED.reason, is_permanent=True) from error
            raise

    async def show_typing(self, to: Correspondent) -> None:
        """Show for twenty seconds, or until a message comes, that somebody is typing."""
        if self.is_answerable(to):
            action = {"recipient": {"id": to.address}, "sender_action": "typing_on"}
            await self._api.call("POST", "me/messages", json=action)

    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        """Download a file from Meta's servers; raises DeliveryError, or EvidenceRefusedError where it is too large."""
        url = graph.text_in(media, "url")
        if not graph.is_of_meta(url, self._base_url):
            raise DeliveryError("no_file", is_permanent=True)
        await self._files.download(url, file, most_bytes)

    async def diagnose(self, public_url: str | None) -> list[Finding]:
        """Return whether the token is good for a page, and whether the page's events come to the app."""
        return await examined(self.channel, self._api, self._look)

    async def _look(self) -> list[Finding]:
        page = await self._api.call("GET", "me", params={"fields": "name"})
        findings = [ok(self.channel, f"the page is {graph.text_in(page, 'name')}")]
        return [*findings, *await self._look_at_subscription(), *await self._look_at_template()]

    async def _look_at_subscription(self) -> list[Finding]:
        try:
            apps = await self._api.call("GET", "me/subscribed_apps")
        except DeliveryError as refusal:
            # Tokens may be good for messages and not for this.
            if refusal.holds_channel or not refusal.is_permanent:
                raise
            return []
        fields = {field for app in graph.objects(apps, "data") for field in app.get("subscribed_fields") or ()}
        missing = [field for field in _SUBSCRIBED if field not in fields]
        what = f"the page tells the app nothing of {', '.join(missing)}"
        mend = "add the page's subscription under Messenger > Webhooks in the app's dashboard"
        return [error(self.channel, what, mend)] if missing else []

    async def _look_at_template(self) -> list[Finding]:
        if self._template is None:
            what = "later than 24 hours after a customer's last message only agents can write"
            mend = "make a utility template of the page and set PARLEY_MESSENGER_TEMPLATE"
            return [warning(self.channel, what, mend)]
        try:
            languages = await self._languages_of(self._template)
        except DeliveryError as refusal:
            if refusal.reason != NOT_PERMITTED.reason:
                raise
            what = "the app may not send templates"
            return [error(self.channel, what, "let the page's token have the permission page_utility_messaging")]
        if _best_of(languages, "en") is None:
            what = f"the page has no approved template '{self._template}' in English, which all others get"
            return [error(self.channel, what, "make it, or change PARLEY_MESSENGER_TEMPLATE")]
        return [ok(self.channel, f"the template is there in {', '.join(languages)}")]

    async def close(self) -> None:
        """Give connections back."""
        await super().close()
        await self._files.close()

    async def _send_template(self, name: str, letter: Letter) -> str | None:
        language = _best_of(await self._languages_of(name), letter.language)
        if language is None:
            raise DeliveryError(templates.MISSING, is_permanent=True)
        # It has all words of the letter, also those that were taken while there was time.
        self._pieces.forget(letter.id)
        message = {"template": templates.template_of(name, language, letter), "metadata": letter.id}
        return await self._post(
            {"recipient": {"id": letter.to.address}, "messaging_type": "UTILITY", "message": message}
        )

    async def _languages_of(self, name: str) -> list[str]:
        """Return the languages in which the page has an approved template of a name."""
        # How a language that is not there is refused is not documented, so we look before we send.
        wanted = {"name": name, "fields": "name,language,status", "limit": "100"}
        found = graph.objects(await self._api.call("GET", "me/message_templates", params=wanted), "data")
        # Names that contain this one are found, too.
        mine = [one for one in found if one.get("name") == name and one.get("status", _APPROVED) == _APPROVED]
        return sorted({graph.text_in(one, "language") for one in mine} - {""})

    def _answer(self, letter: Letter, kind: dict[str, str]) -> list[Piece]:
        """Return a letter as messages: texts, the last with the quick replies, and then the file."""
        texts = parts(letter.text, self.shape.max_text) if letter.text else []
        messages: list[dict[str, Any]] = [{"text": text, "metadata": letter.id} for text in texts]
        if messages and letter.buttons:
            messages[-1]["quick_replies"] = [
                {"content_type": "text", "title": button.title, "payload": button.reference}
                for button in letter.buttons
            ]
        to = {"recipient": {"id": letter.to.address}, **kind}
        pieces: list[Piece] = [partial(self._post, {**to, "message": message}) for message in messages]
        if letter.attachment is not None:
            pieces.append(partial(self._send_file, letter, letter.attachment, kind))
        return pieces

    async def _send_file(self, letter: Letter, attachment: Attachment, kind: dict[str, str]) -> str | None:
        is_image = attachment.media_type.startswith("image/")
        content: dict[str, Any] = {"type": "image" if is_image else "file", "payload": {"is_reusable": False}}
        message = {"attachment": content, "metadata": letter.id}
        recipient = json.dumps({"id": letter.to.address})
        form = FormData({**kind, "recipient": recipient, "message": json.dumps(message)})
        body = await attachment.read()
        form.add_field("filedata", body, filename=attachment.name, content_type=attachment.media_type)
        answer = await self._api.call("POST", "me/messages", data=form)
        return graph.text_in(answer, "message_id") or None

    async def _post(self, body: dict[str, Any]) -> str | None:
        answer = await self._api.call("POST", "me/messages", json=body)
        return graph.text_in(answer, "message_id") or None


def read_event(sender: str, event: dict[str, Any]) -> Incoming | None:
    """Return the message in an event, or None where there is none to answer."""
    if "message" in event:
        message = graph.inner(event, "message")
        message_id = graph.text_in(message, "mid")
        # What the page itself says comes back to us, whoever wrote it.
        if message.get("is_echo") is not True and sender and message_id:
            return _incoming(sender, message_id, message)
    elif "postback" in event and sender:
        pressed = graph.inner(event, "postback")
        message_id = graph.text_in(pressed, "mid") or f"postback:{_time(event)}"
        return Incoming(sender, message_id, graph.text_in(pressed, "title"), choice=graph.text_in(pressed, "payload"))
    elif not _IGNORED & event.keys():
        kind = next((name for name in event if name not in ("sender", "recipient", "timestamp")), "")
        log.info("messenger.ignored", kind=kind[:40])
    return None


def _incoming(sender: str, message_id: str, message: dict[str, Any]) -> Incoming:
    media, unreadable = [], None
    for attachment in graph.objects(message, "attachments"):
        kind, payload = graph.text_in(attachment, "type"), graph.inner(attachment, "payload")
        # A thumb that is held down longer is a larger picture, but still no photo.
        if kind in _FILES and graph.text_in(payload, "url") and "sticker_id" not in payload:
            media.append({"url": payload["url"]})
        else:
            unreadable = "sticker" if "sticker_id" in payload else kind[:40] or "unknown"
    choice = graph.text_in(graph.inner(message, "quick_reply"), "payload") or None
    text = graph.text_in(message, "text")
    return Incoming(sender, message_id, text, choice=choice, media=media, unreadable=unreadable)


def _best_of(languages: Sequence[str], language: str) -> str | None:
    """Return the language in which to send a template that is there in some, or None."""
    for wanted in templates.languages_for(language):
        for known in languages:
            if known == wanted or known.startswith(f"{wanted}_"):
                return known
    return None


async def _note_receipt(app: web.Application, conversation_id: str, event: dict[str, Any]) -> None:
    told = graph.inner(event, "read") or graph.inner(event, "delivery")
    watermark = told.get("watermark")
    if not isinstance(watermark, int) or not 0 < watermark < _MAX_WATERMARK:
        return
    moment = datetime.fromtimestamp(watermark / 1000, timezone.utc)
    if "read" in event:
        await receipts.read_until(app, conversation_id, moment)
    else:
        named = told.get("mids")
        ids = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
        await receipts.delivered_until(app, conversation_id, moment, ids)


def _time(event: dict[str, Any]) -> int:
    written = event.get("timestamp")
    return written if isinstance(written, int) else 0


def _check_file(response: ClientResponse, body: dict[str, Any]) -> None:
    """Raise DeliveryError where a file is not given: its address ends after some days, and then for good."""
    if response.status != 200:
        raise DeliveryError("no_file", is_permanent=response.status < 500 and response.status != 429)
