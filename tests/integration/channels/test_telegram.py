"""What customers send over Telegram arrives once, in order, and as what it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.aftersales.evidence import MAX_BYTES, EvidenceRefusal
from bot.channels.intake import conversation_id
from bot.services import evidence
from bot.widget.strings import file_refused
from tests.channels import steps
from tests.channels.platform_server import until
from tests.channels.telegram_server import MAX_DOWNLOAD, SECRET, SECRET_HEADER
from tests.integration.channels.telegram_parts import CHAT, PATH, Telegram, update
from tests.unit.evidence import samples

# --- the door ---------------------------------------------------------------------------------------------------------


async def test_a_message_is_answered_in_the_same_chat(telegram: Telegram) -> None:
    assert await telegram.deliver("text") == {}
    assert await telegram.got(1) == ["heard Meine Tasse kam zerbrochen an"]
    (call,) = telegram.platform.calls
    assert call.json["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in call.json


async def test_without_the_secret_nothing_is_taken(telegram: Telegram) -> None:
    for secret in (None, "", "wrong", SECRET[:-1], "\u00e9" * 8):
        headers = {} if secret is None else {SECRET_HEADER: secret}
        answer = await telegram.server.client.post(PATH, json=update("text"), headers=headers)
        assert answer.status == 401
    assert await telegram.said() == []


async def test_the_secret_comes_before_the_body(telegram: Telegram) -> None:
    answer = await telegram.server.client.post(PATH, data=bytes(2 * 1024 * 1024), headers={SECRET_HEADER: "wrong"})
    assert answer.status == 401


async def test_what_is_no_update_is_refused_without_harm(telegram: Telegram) -> None:
    for body in (b"", b"{", b"[]", b"[" * 100_000, b"\xff\xfe"):
        assert (await telegram.post(body)).status == 400
    assert (await telegram.post(b"{}")).status == 200
    assert (await telegram.post(bytes(1024 * 1024 + 1))).status == 413
    assert await telegram.said() == []


async def test_a_body_without_a_length_is_cut_off_at_the_limit(telegram: Telegram) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(65_536)

    answer = await telegram.server.client.post(PATH, data=endless(), headers={SECRET_HEADER: SECRET})
    assert answer.status == 413


async def test_a_redelivery_is_taken_once_also_at_the_same_moment(telegram: Telegram) -> None:
    await asyncio.gather(*(telegram.deliver("text") for _ in range(3)))
    await telegram.got(1)
    await telegram.deliver("text")
    await asyncio.sleep(0.2)
    assert await telegram.said() == ["Meine Tasse kam zerbrochen an"]
    assert len(telegram.platform.sent) == 1


async def test_the_webhook_waits_neither_for_the_bot_nor_for_the_platform(telegram: Telegram) -> None:
    telegram.server.bot.may_answer.clear()
    telegram.platform.fail(seconds=120, times=float("inf"))
    await asyncio.wait_for(telegram.write("first"), 60)
    await asyncio.wait_for(telegram.deliver("photo"), 60)
    assert await telegram.said() == ["first", ""]
    telegram.platform.heal()
    telegram.server.bot.may_answer.set()


async def test_ten_messages_in_a_row_are_answered_in_order(telegram: Telegram) -> None:
    telegram.server.bot.may_answer.clear()
    texts = [f"message {number}" for number in range(10)]
    for number, text in enumerate(texts, 1):
        await telegram.write(text, number)
    telegram.server.bot.may_answer.set()
    assert await telegram.got(10) == [f"heard {text}" for text in texts]


async def test_whoever_writes_too_fast_is_slowed_down_and_loses_nothing(telegram: Telegram) -> None:
    telegram.server.bot.may_answer.clear()
    told = update("text")
    for number in range(1, 400):
        told["message"].update(message_id=number, text=f"m{number}")
        answer = await telegram.post(told)
        if answer.status == 429:
            break
    assert (answer.status, answer.headers["Retry-After"], number > 60) == (429, "10", True)
    assert len(await telegram.said()) == number - 1
    await telegram.write("another customer", chat="7002")
    await asyncio.sleep(1)
    await telegram.deliver(told)
    assert (await telegram.said())[-1] == f"m{number}"


# --- what customers send ----------------------------------------------------------------------------------------------

IGNORED = (
    "edited_live_location", "callback_query_inline", "callback_query_game", "group", "group_callback_query",
    "channel_post", "from_another_bot", "pinned_message", "blocked", "message_reaction", "unheard_of", "shapeless",
)  # fmt: skip
UNREADABLE = (
    "voice", "sticker", "location", "contact", "video", "video_note", "audio", "poll", "dice", "story", "animation",
    "venue",
)  # fmt: skip


async def test_what_is_not_for_us_is_acknowledged_and_left_alone(telegram: Telegram) -> None:
    for name in IGNORED:
        await telegram.deliver(name)
    async with telegram.server.parley.uow() as uow:
        assert await uow.conversations.recent() == []


async def test_of_what_cannot_be_read_the_customer_is_told(telegram: Telegram) -> None:
    for name in UNREADABLE:
        await telegram.deliver(name)
    assert await telegram.got(len(UNREADABLE)) == ["utter_channel_unreadable {}"] * len(UNREADABLE)
    assert await telegram.said() == [f"[{name}]" for name in UNREADABLE]
    assert telegram.server.bot.heard == []


async def test_a_video_with_words_is_both_read_and_told_of(telegram: Telegram) -> None:
    await telegram.deliver("video_with_caption")
    assert await telegram.got(2) == ["heard Hier sieht man den Schaden", "utter_channel_unreadable {}"]


@pytest.mark.parametrize("name", ["start", "start_with_parameter"])
async def test_whoever_opens_the_chat_is_greeted_in_the_language_of_their_program(
    telegram: Telegram, name: str
) -> None:
    told = update(name)
    told["message"]["from"]["language_code"] = "zh-hant"
    await telegram.deliver(told)
    assert await telegram.heard(1) == ["/greet"]
    assert await telegram.said() == ["/start"]
    (_, answer) = await until(lambda: _transcript_of_two(telegram))
    assert answer.language == "zh-TW"


async def _transcript_of_two(telegram: Telegram) -> Any:
    told = await steps.transcript(telegram.server, "telegram", CHAT)
    return told if len(told) == 2 else None


async def test_an_edit_is_a_new_message_and_its_file_is_taken_once(telegram: Telegram) -> None:
    telegram.platform.files["file-large"] = samples.photo((640, 480))
    for name in ("text", "edited_text", "edited_text", "photo_with_caption", "edited_caption"):
        await telegram.deliver(name)
    assert await telegram.said() == [
        "Meine Tasse kam zerbrochen an", "Meine Kanne kam zerbrochen an", "So kam sie an", "", "So kam die Kanne an",
    ]  # fmt: skip
    assert len(await telegram.heard(5)) == 5
    assert len(telegram.platform.calls_of("/getFile")) == 1


async def test_an_edit_is_marked_with_the_message_that_it_corrects(telegram: Telegram) -> None:
    for name in ("edited_caption", "text", "edited_text"):
        await telegram.deliver(name)
    (unknown, _, said, edited) = await until(lambda: _said_by_customer(telegram, 4))
    assert "edit_of" not in said.custom
    assert (unknown.custom["edit_of"], edited.custom["edit_of"]) == (True, said.id)


async def _said_by_customer(telegram: Telegram, count: int) -> Any:
    told = await steps.heard_from(telegram.server, "telegram", CHAT)
    return told if len(told) == count else None


async def pieces_of(telegram: Telegram) -> list[Any]:
    async with telegram.server.parley.uow() as uow:
        return await evidence.of_conversation(uow, conversation_id("telegram", CHAT))


async def test_a_photo_becomes_evidence_in_its_largest_size_and_clean(telegram: Telegram) -> None:
    telegram.platform.files["file-large"] = samples.photo((640, 480))
    await telegram.deliver("photo_with_caption")
    assert (await telegram.got(2))[0] == "heard So kam sie an"
    (piece,) = await pieces_of(telegram)
    assert telegram.server.bot.heard[1] == f'/evidence_uploaded{{"evidence": "{piece.id}"}}'
    assert (piece.media_type, piece.width, piece.height) == ("image/jpeg", 640, 480)
    shown = (await steps.heard_from(telegram.server, "telegram", CHAT))[1]
    assert shown.custom["attachment"] == {"id": piece.id, "kind": "image"}


async def test_an_album_and_a_paper_are_pieces_of_their_own(telegram: Telegram) -> None:
    telegram.platform.files.update({f"file-album-{n}": samples.photo() for n in (1, 2, 3)})
    telegram.platform.files["file-paper"] = samples.paper()
    for name in ("album_1", "album_2", "album_3", "document"):
        await telegram.deliver(name)
    await until(lambda: len(telegram.server.bot.heard) == 6)
    assert telegram.server.bot.heard[0] == "Drei Bilder vom Schaden"
    assert telegram.server.bot.heard[4] == "Die Rechnung"
    assert [piece.kind.value for piece in await pieces_of(telegram)] == ["image"] * 3 + ["document"]


@pytest.mark.parametrize("case", ["told", "beyond_telegrams", "not_told"])
async def test_a_file_that_is_too_large_is_refused_with_the_reason(
    telegram: Telegram, tmp_path: Path, case: str
) -> None:
    told = update("document_too_large")
    size = {"told": 5, "beyond_telegrams": MAX_DOWNLOAD + 1, "not_told": MAX_BYTES + 1}[case]
    telegram.platform.files["file-huge"] = bytes(size)
    if case != "told":
        del told["message"]["document"]["file_size"]
    await telegram.deliver(told)
    assert await telegram.got(1) == [file_refused(EvidenceRefusal.TOO_LARGE, "de")]
    assert len(telegram.platform.calls_of("/getFile")) == (case != "told")
    assert await pieces_of(telegram) == []
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []


async def test_of_a_file_that_is_gone_the_customer_is_told(telegram: Telegram) -> None:
    telegram.platform.files["file-large"] = samples.photo()
    telegram.platform.fail(404, {"ok": False, "error_code": 404, "description": "Not Found"}, of="/file/")
    await telegram.deliver("photo")
    assert await telegram.got(1) == ["utter_channel_file_lost {}"]
    telegram.platform.files.clear()
    await telegram.deliver("album_2")
    assert await telegram.got(2) == ["utter_channel_file_lost {}"] * 2


async def test_a_file_is_fetched_again_after_the_platform_stumbled(telegram: Telegram) -> None:
    telegram.platform.files["file-large"] = samples.photo()
    telegram.platform.fail(502, None, of="/getFile")
    telegram.platform.fail(of="/file/", resets=True)
    await telegram.deliver("photo")
    await telegram.got(1)
    assert len(await pieces_of(telegram)) == 1


# --- buttons ----------------------------------------------------------------------------------------------------------

LONG = ["I want to send back everything I ordered", "I want to have it repaired, whatever it costs"]


async def test_a_pressed_button_is_understood_and_acknowledged_at_once(telegram: Telegram) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    (message,) = telegram.platform.sent
    assert message.titles == ["Yes"]
    asked = await telegram.press(message.data_of("Yes"))
    assert asked == {"method": "answerCallbackQuery", "callback_query_id": "30069370000000001"}
    assert await telegram.heard(2) == ["hello", "/affirm"]
    assert await telegram.said() == ["hello", "Yes"]
    assert await telegram.press(message.data_of("Yes")) == asked
    assert len(telegram.server.bot.heard) == 2


async def test_a_button_of_somebody_elses_says_nothing(telegram: Telegram) -> None:
    await telegram.write("hello", chat="7002")
    await telegram.got(1, "7002")
    await telegram.press(telegram.platform.sent[0].data_of("Yes"))
    assert await telegram.heard(2) == ["hello", "Yes"]


async def test_a_button_whose_message_is_out_of_reach_is_understood(telegram: Telegram) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    told = update("callback_query_inaccessible")
    told["callback_query"]["data"] = telegram.platform.sent[0].data_of("Yes")
    await telegram.deliver(told)
    assert await telegram.heard(2) == ["hello", "/affirm"]


async def test_titles_too_long_for_buttons_are_numbered_and_the_number_works(telegram: Telegram) -> None:
    await telegram.write("hello")
    await telegram.got(1)
    buttons = [{"title": title, "payload": f"/choose{place}"} for place, title in enumerate(LONG, 1)]
    for asked, typed in enumerate(("2", "２", "٢", "۲", "2.", LONG[1].upper()), 1):
        await steps.say_as_agent(telegram.server, "telegram", CHAT, "What shall we do?", buttons=buttons)
        text = (await telegram.got(2 * asked))[-1]
        assert text == f"What shall we do?\n\n1. {LONG[0]}\n2. {LONG[1]}\nutter_channel_choose_number {{}}"
        assert telegram.platform.sent[-1].buttons == []
        await telegram.write(typed, 1 + asked)
        assert await telegram.heard(1 + asked) == ["hello"] + ["/choose2"] * asked
        await telegram.got(2 * asked + 1)
