"""What Telegram tells of is read as it documents it, and nothing in it can do harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.intake import Incoming
from bot.channels.telegram import Telegram, keyboard
from bot.channels.telegram_updates import read_update
from bot.conversations.platform import Button
from bot.errors import SettingsError

FIXTURES = Path(__file__).parents[2] / "channels" / "telegram"
CHAT = "7001"


def media(name: str, size: int) -> dict[str, Any]:
    return {"file_id": f"file-{name}", "unique_id": f"AQAD{name}", "size": size}


def said(number: int | str, text: str, **more: Any) -> Incoming:
    return Incoming(CHAT, str(number), text, language="de", **more)


def sent(number: int, name: str, size: int, **more: Any) -> Incoming:
    return Incoming(CHAT, f"{number}:AQAD{name}", media=(media(name, size),), language="de", **more)


def unreadable(number: int, kind: str) -> Incoming:
    return Incoming(CHAT, f"{number}:{kind}", unreadable=kind, language="de")


READ = {
    "text": [said(41, "Meine Tasse kam zerbrochen an")],
    "text_with_entities": [said(42, "Bestellung P-10023, siehe hier\nfett")],
    "start": [said(43, "/greet", shown="/start")],
    "start_with_parameter": [said(44, "/greet", shown="/start")],
    "photo": [sent(45, "large", 52000)],
    "photo_with_caption": [said(46, "So kam sie an"), sent(46, "large", 52000)],
    "album_1": [said(47, "Drei Bilder vom Schaden"), sent(47, "album-1", 40000)],
    "album_2": [sent(48, "album-2", 40000)],
    "album_3": [sent(49, "album-3", 40000)],
    "document": [said(50, "Die Rechnung"), sent(50, "paper", 4000)],
    "document_too_large": [sent(51, "huge", 31457280)],
    "edited_text": [said("41:1774000060", "Meine Kanne kam zerbrochen an", edit_of="41")],
    "edited_caption": [
        said("46:1774000090", "So kam die Kanne an", edit_of="46"),
        sent(46, "large", 52000, edit_of="46"),
    ],
    "edited_live_location": [],
    "callback_query": [said(30069370000000001, "Yes", choice="REFERENCE")],
    "callback_query_inaccessible": [said(30069370000000002, "[button]", choice="REFERENCE")],
    "callback_query_inline": [],
    "callback_query_game": [],
    "voice": [unreadable(70, "voice")],
    "sticker": [unreadable(71, "sticker")],
    "location": [unreadable(72, "location")],
    "contact": [unreadable(73, "contact")],
    "video": [unreadable(74, "video")],
    "video_note": [unreadable(75, "video_note")],
    "audio": [unreadable(76, "audio")],
    "poll": [unreadable(77, "poll")],
    "dice": [unreadable(78, "dice")],
    "story": [unreadable(79, "story")],
    "animation": [unreadable(80, "animation")],
    "venue": [unreadable(81, "venue")],
    "video_with_caption": [said(82, "Hier sieht man den Schaden"), unreadable(82, "video")],
    "group": [],
    "group_callback_query": [],
    "channel_post": [],
    "from_another_bot": [],
    "pinned_message": [],
    "blocked": [],
    "message_reaction": [],
    "unheard_of": [],
    "shapeless": [],
}


def update(name: str) -> dict[str, Any]:
    return dict(json.loads((FIXTURES / f"{name}.json").read_text("utf-8")))


def test_every_fixture_is_expected_to_be_something() -> None:
    assert {file.stem for file in FIXTURES.glob("*.json")} == set(READ)


@pytest.mark.parametrize("name", READ)
def test_each_kind_of_update_is_read(name: str) -> None:
    assert list(read_update(update(name)).incoming) == READ[name]


@pytest.mark.parametrize(
    "name,kind",
    [
        ("group", "message.supergroup"),
        ("pinned_message", "message.pinned_message"),
        ("edited_live_location", "edited_message.location"),
        ("blocked", "my_chat_member"),
        ("unheard_of", "from_the_future"),
    ],
)
def test_of_what_is_ignored_the_kind_is_known(name: str, kind: str) -> None:
    assert read_update(update(name)).kind == kind


@pytest.mark.parametrize("name", ["callback_query", "callback_query_game", "group_callback_query"])
def test_every_press_is_acknowledged_also_where_it_is_not_for_us(name: str) -> None:
    assert read_update(update(name)).callback_query_id == update(name)["callback_query"]["id"]


def test_a_photo_beyond_our_limit_is_taken_in_its_next_smaller_size() -> None:
    told = update("photo")
    told["message"]["photo"][-1]["file_size"] = 10 * 1024 * 1024 + 1
    (incoming,) = read_update(told).incoming
    assert incoming.media[0]["file_id"] == "file-medium"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["chat", "from", "id", "type", "text", "photo", "data", "file_id"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["message", "edited_message", "callback_query", "update_id", "x"]), _json))
def test_no_json_is_too_strange_to_be_read(told: dict[str, Any]) -> None:
    read_update(told)


@pytest.mark.parametrize(
    "titles,rows",
    [
        (["Yes", "No"], [["Yes", "No"]]),
        (["Return", "Exchange", "Repair"], [["Return", "Exchange", "Repair"]]),
        (["Send it back to us", "Have it repaired"], [["Send it back to us"], ["Have it repaired"]]),
        (["1", "2", "3", "4", "5"], [["1", "2", "3", "4", "5"]]),
        (["我想要退货退款", "我想要换一件"], [["我想要退货退款", "我想要换一件"]]),
        (["我想要退货并且退款给我", "我想要换一件"], [["我想要退货并且退款给我"], ["我想要换一件"]]),
    ],
)
def test_buttons_stand_side_by_side_as_long_as_their_titles_fit(titles: list[str], rows: list[list[str]]) -> None:
    laid = keyboard([Button(title, f"7:{place}") for place, title in enumerate(titles)])
    assert [[button["text"] for button in row] for row in laid] == rows
    assert [button["callback_data"] for row in laid for button in row] == [f"7:{n}" for n in range(len(titles))]


@pytest.mark.parametrize(
    "options,variable",
    [
        ({"token": "secret-without-a-number"}, "PARLEY_TELEGRAM_TOKEN"),
        ({"webhook_secret": "short"}, "PARLEY_TELEGRAM_WEBHOOK_SECRET"),
        ({"webhook_secret": "no blanks are allowed in it"}, "PARLEY_TELEGRAM_WEBHOOK_SECRET"),
        ({"base_url": "api.telegram.org"}, "PARLEY_TELEGRAM_API_URL"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_told(options: dict[str, str], variable: str) -> None:
    right = {"token": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0", "webhook_secret": "s" * 16}
    with pytest.raises(SettingsError, match=variable) as told:
        Telegram({**right, **options})
    assert "secret-without" not in str(told.value)
