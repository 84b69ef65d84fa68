"""A fake of Messenger's Send API for one page, and of the servers where Meta keeps what customers sent."""

from __future__ import annotations

import itertools
import json
from typing import Any

from aiohttp import web

from tests.channels.graph_server import VERSION, AnsweredError, GraphServer, graph_error, need
from tests.channels.platform_server import Call

ANNA = "5273812345678901"
FIXTURES = "messenger"
TEMPLATE = "news_of_your_order"


class MessengerServer(GraphServer):
    """``messages`` are the requests that were taken; ``uploads`` the files that came with them.

    ``templates`` are what became of the translations of the page's template, by language.
    """

    channel = "messenger"

    def __init__(self) -> None:
        super().__init__()
        self.people = {ANNA}
        self.messages: list[dict[str, Any]] = []
        self.uploads: list[bytes] = []
        self.typing_to: list[str] = []
        self.files: dict[str, bytes] = {}
        self.files_to_fail = 0
        self.templates = dict.fromkeys(("de", "en", "es_ES", "pt_BR"), "APPROVED") | {"fr": "REJECTED"}
        self._ids = itertools.count(1)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{VERSION}/me/messages", self.guarded(self._send)),
            web.get(f"{VERSION}/me/message_templates", self.guarded(self._list_templates)),
            web.get("/cdn/{name}", self._download),
        ]

    @property
    def texts(self) -> list[str]:
        """What customers have read, oldest first."""
        return [_words(body["message"]) for body in self.messages]

    def _send(self, call: Call) -> dict[str, Any]:
        if call.media_type == "multipart/form-data":
            form = call.form
            body: dict[str, Any] = {name: form[name].text for name in ("messaging_type", "tag") if name in form}
            body |= {name: json.loads(form[name].text) for name in ("recipient", "message")}
            need(form["filedata"].name and form["filedata"].content, "filedata")
            if self.files_to_fail:
                self.files_to_fail -= 1
                raise AnsweredError(500, graph_error(2, "Service temporarily unavailable"))
            self.uploads.append(form["filedata"].content)
        else:
            need(call.media_type == "application/json", "type of the body")
            body = call.json
        need(body["recipient"].keys() == {"id"} and body["recipient"]["id"] in self.people, "recipient")
        if "sender_action" in body:
            need(
                body.keys() == {"recipient", "sender_action"} and body["sender_action"] == "typing_on", "sender_action"
            )
            self.typing_to.append(body["recipient"]["id"])
            return {"recipient_id": body["recipient"]["id"]}
        need(body["messaging_type"] in ("RESPONSE", "MESSAGE_TAG", "UTILITY"), "messaging_type")
        need(body.get("tag") == ("HUMAN_AGENT" if body["messaging_type"] == "MESSAGE_TAG" else None), "tag")
        message = body["message"]
        need(0 < len(message["metadata"]) <= 1000, "metadata")
        if body["messaging_type"] == "UTILITY":
            self._check_template(call, message)
        else:
            self._check_message(message)
        self.messages.append(body)
        return {"recipient_id": body["recipient"]["id"], "message_id": f"m_ours-{next(self._ids)}"}

    def _check_template(self, call: Call, message: dict[str, Any]) -> None:
        need(call.media_type == "application/json" and message.keys() == {"template", "metadata"}, "a template alone")
        template = message["template"]
        need(template.keys() == {"name", "language", "components"} and template["name"] == TEMPLATE, "template's name")
        need(template["language"].keys() == {"code"}, "template's language")
        need(self.templates.get(template["language"]["code"]) == "APPROVED", "a language that the template has")
        (component,) = template["components"]
        need(component.keys() == {"type", "parameters"} and component["type"] == "body", "template's components")
        (parameter,) = component["parameters"]
        need(parameter.keys() == {"type", "text"} and parameter["type"] == "text", "template's parameter")
        need(0 < len(parameter["text"]) <= 1024 and "\n" not in parameter["text"], "text of the parameter")

    def _list_templates(self, call: Call) -> dict[str, Any]:
        need(call.query.keys() == {"name", "fields", "limit"}, "parameters of the search")
        need(set(call.query["fields"].split(",")) <= {"id", "name", "language", "status", "category"}, "fields")
        # A name is searched for within names.
        kept = [(TEMPLATE, *one) for one in self.templates.items()] + [(f"{TEMPLATE}_of_old", "ja", "APPROVED")]
        data = [
            {"id": str(number), "name": name, "language": language, "status": status}
            for number, (name, language, status) in enumerate(kept, 1)
            if call.query["name"] in name
        ]
        return {"data": data, "paging": {"cursors": {"before": "QVFI", "after": "QVFI"}}}

    def _check_message(self, message: dict[str, Any]) -> None:
        need(message.keys() <= {"text", "quick_replies", "attachment", "metadata"}, "fields of the message")
        need(("text" in message) != ("attachment" in message), "text or attachment")
        need(0 < len(message.get("text", "x")) <= 2000, "length of the text")
        if "attachment" in message:
            need(message["attachment"]["type"] in ("image", "file"), "type of the attachment")
        replies = message.get("quick_replies", [{"content_type": "text", "title": "x", "payload": "x"}])
        need(1 <= len(replies) <= 13, "number of quick replies")
        for reply in replies:
            need(reply["content_type"] == "text", "content_type")
            need(0 < len(reply["title"]) <= 20 and 0 < len(reply["payload"]) <= 1000, "quick reply")

    async def _download(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.breach("the token is shown to a server of files")
        content = self.files.get(request.match_info["name"])
        return web.Response(status=403, text="URL signature expired") if content is None else web.Response(body=content)


def _words(message: dict[str, Any]) -> str:
    if "template" in message:
        template = message["template"]
        return f"[{template['language']['code']}] {template['components'][0]['parameters'][0]['text']}"
    return str(message.get("text", "[file]"))
