"""What a widget made for Rasa is told of a message: it knows the forms by their keys."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from bot.channels import socketio_frames
from bot.conversations.model import Author, Message

NOW = datetime(2026, 3, 20, 12, tzinfo=timezone.utc)
FACTS = {"message_id": "7", "author": "bot", "response": "utter_greet", "language": "de", "custom": {}}
FILES = "https://chat.example.com/files"
YES = [{"title": "Ja", "payload": "/affirm"}]


def frames(text: str = "", **fields: Any) -> list[dict[str, Any]]:
    message = Message("s-1", Author.BOT, text, NOW, "utter_greet", "de", id=7, **fields)
    return socketio_frames.frames(message, lambda id: f"{FILES}/{id}", lambda language: f"by machine, {language}")


def test_text_has_no_other_key_but_metadata() -> None:
    assert frames("Hallo") == [{"text": "Hallo", "metadata": FACTS}]


def test_buttons_are_quick_replies_below_their_text() -> None:
    replies = [{"content_type": "text", "title": "Ja", "payload": "/affirm"}]
    assert frames("Ja?", buttons=YES) == [{"text": "Ja?", "quick_replies": replies, "metadata": FACTS}]


def test_a_translation_is_shown_and_named_as_one() -> None:
    custom = {"shown_in": "sw", "translation": {"sw": {"text": "Ndiyo?", "engine": "x", "buttons": ["Ndiyo"]}}}
    (said,) = frames("Ja?", buttons=YES, custom=custom)
    assert said["text"] == "Ndiyo?\n(by machine, de)"
    assert said["quick_replies"] == [{"content_type": "text", "title": "Ndiyo", "payload": "/affirm"}]
    assert said["metadata"]["custom"] == custom


def test_a_picture_follows_its_text() -> None:
    said = frames("So:", image="https://shop.example/shoe.png")
    assert [sorted(frame) for frame in said] == [["metadata", "text"], ["attachment", "metadata"]]
    assert said[1]["attachment"] == {"type": "image", "payload": {"src": "https://shop.example/shoe.png"}}


def test_a_file_of_an_agent_is_a_picture_or_a_link() -> None:
    picture, paper = (frames(custom={"attachment": {"id": "e1", "kind": kind}}) for kind in ("image", "document"))
    assert picture[0]["attachment"] == {"type": "image", "payload": {"src": f"{FILES}/e1"}}
    assert paper[0]["text"] == f"{FILES}/e1"


def test_of_a_retracted_message_nothing_is_said() -> None:
    assert frames(custom={"retracted": True}) == []
