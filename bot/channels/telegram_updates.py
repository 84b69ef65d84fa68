"""What Telegram tells of: updates of the Bot API (https://core.telegram.org/bots/api#update), read with mistrust."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.aftersales.evidence import MAX_BYTES
from bot.channels.intake import GREETING, Incoming

START = "/start"

# In this order: an animation comes with a document and a venue with a location, for programs older than they are.
_UNREADABLE = (
    "animation", "audio", "checklist", "contact", "dice", "game", "venue", "location", "paid_media", "poll", "sticker",
    "story", "video", "video_note", "voice",
)  # fmt: skip


@dataclass(frozen=True)
class Update:
    """One update: its kind, the messages in it, and the press of a button that Telegram wants to be acknowledged."""

    kind: str
    incoming: tuple[Incoming, ...] = ()
    callback_query_id: str | None = None


def read_update(update: dict[str, Any]) -> Update:
    """Return what an update holds for us; of whatever is not a customer in a private chat only the kind."""
    kind = next((name for name in update if name != "update_id"), "")
    content = _object(update, kind)
    if kind == "callback_query":
        query_id = str(content.get("id") or "")
        return Update(kind, tuple(_pressed(content, query_id)), query_id or None)
    if kind in ("message", "edited_message"):
        incoming = tuple(_messages(content, is_edit=kind == "edited_message"))
        return Update(kind if incoming else f"{kind}.{_kind_of(content)}", incoming)
    return Update(kind)


def _messages(message: dict[str, Any], *, is_edit: bool) -> Iterator[Incoming]:
    """Read a message: its words, then its file, each under an id of its own.

    Edited words are a correction, and so a new message. A file goes by its own id, so that an edit brings it only if
    it is another one.
    """
    address, language = _who(message, message)
    number = str(message.get("message_id") or "")
    if address is None or not number:
        return
    text = _text(message, "text") or _text(message, "caption")
    if text.partition(" ")[0] == START:
        # The bot's link may add a parameter, which is for programs: it is no word of the customer's.
        yield Incoming(address, number, GREETING, shown=START, language=language)
        return
    edit_of = number if is_edit else None
    if text:
        own = f"{number}:{message.get('edit_date')}" if is_edit else number
        yield Incoming(address, own, text, language=language, edit_of=edit_of)
    media = _media(message)
    unreadable = next((kind for kind in _UNREADABLE if kind in message), None)
    # A live location is edited every few seconds: what could not be read is not complained of twice.
    if unreadable is not None and not is_edit:
        yield Incoming(address, f"{number}:{unreadable}", unreadable=unreadable, language=language)
    elif unreadable is None and media is not None:
        yield Incoming(address, f"{number}:{media['unique_id']}", media=(media,), language=language, edit_of=edit_of)


def _pressed(query: dict[str, Any], query_id: str) -> Iterator[Incoming]:
    """Read the press of a button; the message that it stands below may be too old to be told with it."""
    message, reference = _object(query, "message"), query.get("data")
    address, language = _who(message, query)
    if address is None or not query_id or not isinstance(reference, str):
        return
    rows = _object(message, "reply_markup").get("inline_keyboard")
    buttons = [button for row in _list(rows) for button in _list(row) if isinstance(button, dict)]
    title = next((_text(button, "text") for button in buttons if button.get("callback_data") == reference), "")
    yield Incoming(address, query_id, title or "[button]", choice=reference, language=language)


def _who(message: dict[str, Any], sent: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return whom to answer, None where that is not one person, and the language of that person's program."""
    chat, sender = _object(message, "chat"), _object(sent, "from")
    number = chat.get("id")
    if chat.get("type") != "private" or sender.get("is_bot") or type(number) is not int:
        return None, None
    language = sender.get("language_code")
    return str(number), language if isinstance(language, str) else None


def _media(message: dict[str, Any]) -> dict[str, Any] | None:
    sizes = [size for size in _list(message.get("photo")) if isinstance(size, dict)]
    # Smallest first, as Telegram sends them; the largest that we may keep shows most of what went wrong.
    file = next((size for size in reversed(sizes) if _size(size) <= MAX_BYTES), _object(message, "document"))
    if not isinstance(file.get("file_id"), str):
        return None
    return {"file_id": file["file_id"], "unique_id": str(file.get("file_unique_id") or ""), "size": _size(file)}


def _size(file: dict[str, Any]) -> int:
    size = file.get("file_size")
    return size if isinstance(size, int) else 0


def _kind_of(message: dict[str, Any]) -> str:
    """Return what an ignored message is, for logs: where it stands, or its last field, which is what it is about."""
    where = _object(message, "chat").get("type")
    return where if where in ("group", "supergroup", "channel") else next(reversed(message), "")


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
