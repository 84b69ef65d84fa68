"""What Rasa's Socket.IO channel would say of a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.aftersales.evidence import EvidenceKind
from bot.conversations.choices import text_of, titles_of
from bot.conversations.model import Message


def frames(message: Message, file_url: Callable[[str], str], translated: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return what ``bot_uttered`` says of a message, in the forms of Rasa's channel.

    Widgets tell the forms apart by their keys; the only other one is ``metadata``, which holds Parley's own facts.
    """
    told = message.as_json()
    facts = {key: told[key] for key in ("message_id", "author", "response", "language", "custom")}
    text, said = text_of(message), []
    if text:
        if message.custom.get("shown_in"):
            # Whoever reads it must know that nobody has checked it.
            text += f"\n({translated(message.language or 'en')})"
        replies = [{"content_type": "text", **button} for button in buttons(message)]
        said.append({"text": text, **({"quick_replies": replies} if replies else {})})
    if message.image:
        said.append(_picture(message.image))
    attached = message.custom.get("attachment")
    if attached:
        url = file_url(attached["id"])
        said.append(_picture(url) if attached["kind"] == EvidenceKind.IMAGE.value else {"text": url})
    return [{**frame, "metadata": facts} for frame in said]


def _picture(url: str) -> dict[str, Any]:
    return {"attachment": {"type": "image", "payload": {"src": url}}}


def buttons(message: Message) -> list[dict[str, str]]:
    """Return a message's buttons with the titles that its customer reads."""
    pairs = zip(message.buttons, titles_of(message), strict=True)
    return [{"title": title, "payload": button["payload"]} for button, title in pairs]
