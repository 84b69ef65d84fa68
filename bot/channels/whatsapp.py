"""WhatsApp: one business number, by Meta's Cloud API; see docs/channel-whatsapp.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, BinaryIO

from aiohttp import FormData, web

from bot.aftersales.evidence import EvidenceRefusal
from bot.channels import graph, intake, receipts, templates, whatsapp_late
from bot.channels import whatsapp_payloads as payloads
from bot.channels.diagnosis import examined, webhook
from bot.channels.graph import BUSY, NOT_PERMITTED, RESTRICTED, UNDELIVERABLE, WINDOW_CLOSED, Fault, GraphChannel
from bot.channels.pieces import Piece
from bot.conversations.letters import parts
from bot.conversations.platform import Attachment, Letter, Shape
from bot.errors import DeliveryError, EvidenceRefusedError, SettingsError
from bot.findings import Finding, ok, warning

_NUMBER_ID = re.compile(r"\d{5,25}", re.ASCII)
_MAX_CAPTION = 1024
_IMAGES = frozenset({"image/jpeg", "image/png"})


class WhatsApp(GraphChannel):
    """Takes events at ``/webhooks/whatsapp/webhook``; the options are those of ``settings.CHANNELS``.

    Later than 24 hours after a customer's last message only a template may be sent. Without one nothing is.
    """

    channel = "whatsapp"
    shape = Shape(max_text=4096, max_buttons=10, max_title=24, max_text_with_buttons=payloads.MAX_WITH_BUTTONS)
    # https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    faults = {
        80007: BUSY,
        130429: BUSY,
        130472: UNDELIVERABLE,
        131005: NOT_PERMITTED,
        131026: UNDELIVERABLE,
        131030: Fault("recipient_not_allowed", is_permanent=True),
        131031: RESTRICTED,
        131042: Fault("payment_method", holds_channel=True, pause_seconds=600.0),
        131045: RESTRICTED,
        131047: WINDOW_CLOSED,
        131048: BUSY,
        131049: UNDELIVERABLE,
        131053: Fault("file_refused", is_permanent=True),
        # Too many to this one customer: nobody else has to wait.
        131056: Fault("rate_limited", pause_seconds=6.0),
        132001: Fault(templates.MISSING, is_permanent=True),
        133010: RESTRICTED,
        **dict.fromkeys((131000, 131016, 131057, 133004), graph.FAILING),
    }

    def __init__(self, options: Mapping[str, str]) -> None:
        self._number = options["phone_number_id"]
        self._template = templates.checked_name(options.get("template"), "PARLEY_WHATSAPP_TEMPLATE")
        if not _NUMBER_ID.fullmatch(self._number):
            raise SettingsError(
                f"PARLEY_WHATSAPP_PHONE_NUMBER_ID is '{self._number}': give the number's id from the app's API setup, "
                "not the number"
            )
        super().__init__(options)

    async def take(self, app: web.Application, payload: dict[str, Any]) -> None:
        """Store customers' messages, oldest first, and note what became of ours."""
        values = list(payloads.values_for(payload, self._number))
        for status in (status for value in values for status in graph.objects(value, "statuses")):
            own, state = graph.text_in(status, "id"), status.get("status")
            if own and state == "read":
                await receipts.read(app, self.channel, own, payloads.reference_in(status))
            elif own and state == "delivered":
                await receipts.delivered(app, self.channel, own, payloads.reference_in(status))
            elif own and state == "failed":
                await self._note_failed(app, own, status)
        await intake.take_all(app, self.channel, payloads.messages_in(values))

    async def send(self, letter: Letter) -> str | None:
        """Send a letter's text, answers and file, or a template where it is too late for them; raises DeliveryError."""
        if self.is_answerable(letter.to):
            try:
                return await self._pieces.send(letter.id, self._answer(letter))
            except DeliveryError as error:
                # The platform's clock is the one that counts.
                if error.reason != WINDOW_CLOSED.reason:
                    raise
        # A file cannot go with a template: better that its sender sees that it waits for the customer to write.
        if self._template is None or letter.attachment is not None:
            raise DeliveryError(WINDOW_CLOSED.reason, is_permanent=True)
        return await self._send_template(self._template, letter)

    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        """Download a file by its id; raises DeliveryError, or EvidenceRefusedError where it is too large."""
        found = await self._api.call("GET", str(media["id"]), params={"phone_number_id": self._number})
        size, url = found.get("file_size"), graph.text_in(found, "url")
        if str(size).isdecimal() and int(str(size)) > most_bytes:
            raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
        # The token goes along, so it must not go anywhere else.
        if not graph.is_of_meta(url, self._base_url):
            raise DeliveryError("no_file", is_permanent=True)
        await self._api.download(url, file, most_bytes)

    async def diagnose(self, public_url: str | None) -> list[Finding]:
        """Return whether the token is good for the number, and whether Meta calls us."""
        return await examined(self.channel, self._api, partial(self._look, public_url))

    async def _note_failed(self, app: web.Application, own: str, status: dict[str, Any]) -> None:
        reason, reference = self.reason_of(payloads.error_code(status)), payloads.reference_in(status)
        found = None
        if reason == WINDOW_CLOSED.reason and self._template is not None:
            found = await whatsapp_late.send_again(app, self.channel, own, reference)
        if found is None:
            found = await receipts.failed(app, self.channel, own, reason, reference)
        for message_id in found:
            # Whoever sends it again means all of it.
            self._pieces.forget(str(message_id))

    async def _look(self, public_url: str | None) -> list[Finding]:
        fields = "verified_name,quality_rating,webhook_configuration"
        number = await self._api.call("GET", self._number, params={"fields": fields})
        findings = [ok(self.channel, f"the number belongs to {graph.text_in(number, 'verified_name') or 'us'}")]
        called = graph.text_in(graph.inner(number, "webhook_configuration"), "application")
        findings.append(webhook(self.channel, called, public_url, "set the callback URL in the app's dashboard"))
        if number.get("quality_rating") == "RED":
            what = "customers block or report this number: Meta rates it red and may restrict it"
            findings.append(warning(self.channel, what, "send fewer templates; see the WhatsApp Manager"))
        if self._template is None:
            what = "later than 24 hours after a customer's last message nothing can be sent"
            findings.append(warning(self.channel, what, "have a template approved and set PARLEY_WHATSAPP_TEMPLATE"))
        return findings

    def _answer(self, letter: Letter) -> list[Piece]:
        """Return a letter as messages: texts, the last with the answers, and then the file."""
        most = payloads.MAX_WITH_BUTTONS if letter.buttons else self.shape.max_text
        texts = parts(letter.text, most) if letter.text else []
        pieces: list[Piece] = []
        if letter.attachment is not None:
            is_caption = not letter.buttons and len(texts) == 1 and len(texts[0]) <= _MAX_CAPTION
            pieces.append(partial(self._send_file, letter, letter.attachment, texts.pop() if is_caption else ""))
        bodies = [payloads.text_of(text) for text in texts]
        if bodies and letter.buttons:
            bodies[-1] = payloads.choice_of(texts[-1], letter.buttons)
        return [*(partial(self._post, letter, body) for body in bodies), *pieces]

    async def _send_template(self, name: str, letter: Letter) -> str | None:
        languages = templates.languages_for(letter.language)
        for language in languages[:-1]:
            try:
                return await self._post_template(letter, name, language)
            except DeliveryError as error:
                if error.reason != templates.MISSING:
                    raise
        return await self._post_template(letter, name, languages[-1])

    async def _post_template(self, letter: Letter, name: str, language: str) -> str | None:
        template = templates.template_of(name, language, letter)
        return await self._post(letter, {"type": "template", "template": template})

    async def _send_file(self, letter: Letter, attachment: Attachment, caption: str) -> str | None:
        content = await attachment.read()
        form = FormData({"messaging_product": "whatsapp", "type": attachment.media_type})
        form.add_field("file", content, filename=attachment.name, content_type=attachment.media_type)
        uploaded = await self._api.call("POST", f"{self._number}/media", data=form)
        is_image = attachment.media_type in _IMAGES
        kind, named = ("image", {}) if is_image else ("document", {"filename": attachment.name})
        captioned = {"caption": caption} if caption else {}
        return await self._post(letter, {"type": kind, kind: {"id": uploaded.get("id"), **named, **captioned}})

    async def _post(self, letter: Letter, body: dict[str, Any]) -> str | None:
        answer = await self._api.call("POST", f"{self._number}/messages", json={**payloads.addressed(letter), **body})
        return next((graph.text_in(message, "id") for message in graph.objects(answer, "messages")), None)
