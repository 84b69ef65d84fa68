"""A fake of WhatsApp's Cloud API for one business number."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from aiohttp import web

from tests.channels.graph_server import VERSION, AnsweredError, GraphServer, graph_error, need
from tests.channels.platform_server import Call

NUMBER = "106540352242922"
ANNA = "491701234567"
FIXTURES = "whatsapp"
TEMPLATE = "news_of_your_order"

_ID_OF_USER = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_MEDIA = {"image/jpeg", "image/png", "application/pdf", "text/plain"}


class WhatsAppServer(GraphServer):
    """``messages`` are the bodies that were taken; ``files`` are contents by media id, sent or to be fetched."""

    channel = "whatsapp"

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.template_languages = {"en", "de", "pt_BR"}
        self.media_url = ""
        self._ids = itertools.count(1)

    def routes(self) -> list[web.RouteDef]:
        number = f"{VERSION}/{NUMBER}"
        return [
            web.post(f"{number}/messages", self.guarded(self._send)),
            web.post(f"{number}/media", self.guarded(self._upload)),
            web.get(VERSION + r"/{media:\d+}", self.guarded(self._look_up)),
            web.get("/whatsapp_business/attachments/", self._download),
        ]

    @property
    def texts(self) -> list[str]:
        """What customers have read, oldest first."""
        return [_words(body) for body in self.messages]

    def _send(self, call: Call) -> dict[str, Any]:
        body = call.json
        need(call.media_type == "application/json" and isinstance(body, dict), "body is no JSON object")
        need(body.get("messaging_product") == "whatsapp", "messaging_product")
        need(body.get("recipient_type") == "individual", "recipient_type")
        need(("to" in body) != ("recipient" in body), "to or recipient")
        need(str(body.get("to", "1")).isdigit(), "to is no number")
        need(_ID_OF_USER.fullmatch(str(body.get("recipient", "DE.1"))), "recipient is no id")
        need(0 < len(body.get("biz_opaque_callback_data", "")) <= 512, "biz_opaque_callback_data")
        known = {"text": _text, "interactive": _interactive, "image": self._media, "document": self._media}
        kind = body.get("type")
        need(kind in (*known, "template"), "type")
        content = body.get(kind)
        need(isinstance(content, dict), kind)
        if kind == "template":
            self._template(content)
        else:
            known[kind](content)
        self.messages.append(body)
        address = body.get("to") or body["recipient"]
        contact = {"input": address, "wa_id": ANNA}
        return {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": f"wamid.ours{next(self._ids)}"}],
        }

    def _template(self, content: dict[str, Any]) -> None:
        need(content.get("name") == TEMPLATE, "template's name")
        need(re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", content["language"]["code"]), "template's language")
        (component,) = content["components"]
        (parameter,) = component["parameters"]
        need(component["type"] == "body" and parameter["type"] == "text", "template's components")
        need(0 < len(parameter["text"]) <= 1024, "length of the parameter")
        need(not re.search(r"[\n\t]| {5}", parameter["text"]), "new-line, tab or more than 4 consecutive spaces")
        if content["language"]["code"] not in self.template_languages:
            raise AnsweredError(404, graph_error(132001, "Template name does not exist in the translation"))

    def _media(self, content: dict[str, Any]) -> None:
        need(content.get("id") in self.files, "media id")
        need(len(content.get("caption", "")) <= 1024, "caption")
        need(content.keys() <= {"id", "caption", "filename"}, "fields of media")

    def _upload(self, call: Call) -> dict[str, Any]:
        form = call.form
        need(call.media_type == "multipart/form-data" and form["messaging_product"].text == "whatsapp", "form")
        file = form["file"]
        need(file.name and file.media_type in _MEDIA and form["type"].text == file.media_type, "type of the file")
        media_id = str(9000 + next(self._ids))
        self.files[media_id] = (file.media_type, file.content)
        return {"id": media_id}

    def _look_up(self, call: Call) -> dict[str, Any]:
        media_id = call.path.rpartition("/")[2]
        need(call.query.get("phone_number_id") == NUMBER, "phone_number_id")
        if media_id not in self.files:
            raise AnsweredError(400, graph_error(100, f"Object with ID '{media_id}' does not exist", 33))
        kind, content = self.files[media_id]
        url = self.media_url or f"{self.url}/whatsapp_business/attachments/?mid={media_id}&ext=1&hash=AT_x"
        return {
            "messaging_product": "whatsapp", "url": url, "mime_type": kind, "sha256": "sha",
            "file_size": len(content), "id": media_id,
        }  # fmt: skip

    async def _download(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        kind, content = self.files[request.query["mid"]]
        return web.Response(body=content, content_type=kind)


def _text(content: dict[str, Any]) -> None:
    need(0 < len(content.get("body", "")) <= 4096, "length of the text")


def _interactive(content: dict[str, Any]) -> None:
    need(0 < len(content["body"]["text"]) <= 1024, "length of the text above buttons")
    action = content["action"]
    if content["type"] == "button":
        replies = [button["reply"] for button in action["buttons"] if button["type"] == "reply"]
        need(1 <= len(replies) <= 3, "number of buttons")
        need(len({reply["title"] for reply in replies}) == len(replies), "titles of buttons must differ")
        need(all(0 < len(reply["title"]) <= 20 and len(reply["id"]) <= 256 for reply in replies), "buttons")
        return
    need(content["type"] == "list", "type of the interactive message")
    need(0 < len(action["button"]) <= 20, "button of the list")
    (section,) = action["sections"]
    rows = section["rows"]
    need(1 <= len(rows) <= 10 and len({row["id"] for row in rows}) == len(rows), "rows")
    need(all(0 < len(row["title"]) <= 24 and len(row["id"]) <= 200 for row in rows), "rows")


def _words(body: dict[str, Any]) -> str:
    content = body[body["type"]]
    if body["type"] == "template":
        return f"[{content['language']['code']}] {content['components'][0]['parameters'][0]['text']}"
    if body["type"] == "interactive":
        return str(content["body"]["text"])
    return str(content.get("body", content.get("caption", "")))


def replies_of(body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the buttons or rows of a message: each has an id and a title."""
    action = json.loads(json.dumps(body))["interactive"]["action"]
    if "buttons" in action:
        return [button["reply"] for button in action["buttons"]]
    return [row for section in action["sections"] for row in section["rows"]]
