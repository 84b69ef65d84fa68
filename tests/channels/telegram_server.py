"""A fake of Telegram's Bot API that holds requests to https://core.telegram.org/bots/api."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.channels.platform_server import Call, Part, PlatformServer, call_of

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
SECRET = "a-secret_of-the-webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"

MAX_DOWNLOAD = 20 * 1024 * 1024
_MAX_TEXT, _MAX_CAPTION, _MAX_DATA, _MAX_BUTTONS, _MAX_ROW = 4096, 1024, 64, 100, 8
_UPLOADS = {"sendPhoto": ("photo", 10 * 1024 * 1024), "sendDocument": ("document", 50 * 1024 * 1024)}
_SENDS = {"chat_id", "text", "reply_markup", "link_preview_options"}
_CHANGES = {
    "editMessageText": {"chat_id", "message_id", "text", "link_preview_options"},
    "editMessageCaption": {"chat_id", "message_id", "caption"},
    "deleteMessage": {"chat_id", "message_id"},
}


@dataclass
class Sent:
    """One message that a customer got."""

    chat: str
    text: str
    buttons: list[list[dict[str, str]]] = field(default_factory=list)
    file: Part | None = None
    method: str = "sendMessage"
    is_deleted: bool = False

    @property
    def titles(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]

    def data_of(self, title: str) -> str:
        """Return what comes back when a button is pressed."""
        return next(button["callback_data"] for row in self.buttons for button in row if button["text"] == title)


class TelegramServer(PlatformServer):
    """The Bot API with one bot; it knows those chats that wrote to it."""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.token = token
        self.sent: list[Sent] = []
        self.typing_in: list[str] = []
        self.files: dict[str, bytes] = {}
        self.blocked_by: set[str] = set()
        self.chats: set[str] = {"7001", "7002"}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self._method),
            web.get("/file/bot{token}/{path:.+}", self._file),
        ]

    def texts(self, chat: str = "7001") -> list[str]:
        """Return what a customer got to read, in order."""
        return [message.text for message in self.sent if message.chat == chat and not message.is_deleted]

    async def _method(self, request: web.Request) -> web.Response:
        call, method = call_of(request), request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _no(401, "Unauthorized")
        if call.method != "POST":
            self.breach(f"{call.method} for {method}")
        if method == "getFile":
            return self._get_file(call)
        if method == "sendMessage":
            return self._send_message(call)
        if method in _UPLOADS:
            return self._upload(call, method)
        if method == "sendChatAction":
            return self._act(call)
        if method in _CHANGES:
            return self._change(call, method)
        self.breach(f"no method {method}")
        return _no(404, "Not Found: method not found")

    def _send_message(self, call: Call) -> web.Response:
        values = call.json if call.media_type == "application/json" else None
        if not isinstance(values, dict) or set(values) - _SENDS:
            return self._bad("can't parse the request")
        text, chat = values.get("text"), str(values.get("chat_id"))
        if not isinstance(text, str) or not text.strip():
            return self._bad("message text is empty")
        if _units(text) > _MAX_TEXT:
            return self._bad("message is too long")
        rows = (values.get("reply_markup") or {}).get("inline_keyboard", [])
        if wrong := _wrong_keyboard(rows):
            return self._bad(wrong)
        return self._deliver(Sent(chat, text, rows))

    def _upload(self, call: Call, method: str) -> web.Response:
        name, most = _UPLOADS[method]
        form = call.form if call.media_type == "multipart/form-data" else {}
        file, caption = form.get(name), form["caption"].text if "caption" in form else ""
        if file is None or not file.name or set(form) - {"chat_id", "caption", name}:
            return self._bad(f"there is no {name} in the request")
        if len(file.content) > most:
            self.breach(f"{len(file.content)} bytes of {name}")
            return _no(413, "Request Entity Too Large")
        if _units(caption) > _MAX_CAPTION:
            return self._bad("message caption is too long")
        return self._deliver(Sent(form["chat_id"].text, caption, file=file, method=method))

    def _act(self, call: Call) -> web.Response:
        values = call.json or {}
        if set(values) != {"chat_id", "action"} or values["action"] not in ("typing", "upload_photo"):
            return self._bad("wrong parameter action in request")
        self.typing_in.append(str(values["chat_id"]))
        return web.json_response({"ok": True, "result": True})

    def _change(self, call: Call, method: str) -> web.Response:
        values = call.json if call.media_type == "application/json" else None
        if not isinstance(values, dict) or set(values) - _CHANGES[method]:
            return self._bad("can't parse the request")
        number = values.get("message_id")
        if not isinstance(number, int) or isinstance(number, bool):
            return self._bad("message identifier is not specified")
        index = number - 5001
        known = self.sent[index] if 0 <= index < len(self.sent) else None
        if known is None or known.chat != str(values.get("chat_id")) or known.is_deleted:
            return _no(400, f"Bad Request: message to {'delete' if method == 'deleteMessage' else 'edit'} not found")
        if method == "deleteMessage":
            known.is_deleted = True
            return web.json_response({"ok": True, "result": True})
        is_text = known.file is None
        if is_text != (method == "editMessageText"):
            return self._bad(
                f"there is no {'text' if method == 'editMessageText' else 'caption'} in the message to edit"
            )
        words = values.get("text" if is_text else "caption", "")
        if (is_text and not words.strip()) or _units(words) > (_MAX_TEXT if is_text else _MAX_CAPTION):
            return self._bad("message text is empty or too long")
        if words == known.text:
            return _no(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message",
            )
        known.text = words
        return _yes({"message_id": number, "date": 1_774_000_000, "chat": {"id": int(known.chat), "type": "private"}})

    def _deliver(self, message: Sent) -> web.Response:
        if message.chat in self.blocked_by:
            return _no(403, "Forbidden: bot was blocked by the user")
        if message.chat not in self.chats:
            return _no(400, "Bad Request: chat not found")
        self.sent.append(message)
        chat = {"id": int(message.chat), "type": "private"}
        return _yes({"message_id": 5000 + len(self.sent), "date": 1_774_000_000, "chat": chat, "text": message.text})

    def _get_file(self, call: Call) -> web.Response:
        file_id = (call.json or {}).get("file_id")
        if file_id not in self.files:
            return _no(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        if size > MAX_DOWNLOAD:
            return _no(400, "Bad Request: file is too big")
        return _yes(
            {"file_id": file_id, "file_unique_id": "u", "file_size": size, "file_path": f"photos/{file_id}.jpg"}
        )

    async def _file(self, request: web.Request) -> web.Response:
        file_id = request.match_info["path"].removeprefix("photos/").removesuffix(".jpg")
        if request.match_info["token"] != self.token or file_id not in self.files:
            return _no(404, "Not Found")
        return web.Response(body=self.files[file_id], content_type="application/octet-stream")

    def _bad(self, words: str) -> web.Response:
        self.breach(words)
        return _no(400, f"Bad Request: {words}")


def _units(text: str) -> int:
    """Return how long a text is as Telegram counts: in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def too_many(seconds: int) -> dict[str, Any]:
    """Return the body of a 429."""
    words = f"Too Many Requests: retry after {seconds}"
    return {"ok": False, "error_code": 429, "description": words, "parameters": {"retry_after": seconds}}


def _wrong_keyboard(rows: Any) -> str:
    buttons = [button for row in rows for button in row]
    if len(buttons) > _MAX_BUTTONS or any(not 0 < len(row) <= _MAX_ROW for row in rows):
        return "reply markup is too long"
    if any(set(button) != {"text", "callback_data"} or not button["text"] for button in buttons):
        return "text buttons are unallowed in the inline keyboard"
    if any(not 0 < len(button["callback_data"].encode()) <= _MAX_DATA for button in buttons):
        return "BUTTON_DATA_INVALID"
    return ""


def _yes(result: dict[str, Any]) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _no(status: int, words: str) -> web.Response:
    return web.json_response({"ok": False, "error_code": status, "description": words}, status=status)
