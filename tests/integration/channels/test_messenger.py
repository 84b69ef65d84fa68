"""Customers and agents talk over Messenger; the Send API is a server that holds requests to what is documented."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.aftersales.evidence import MAX_BYTES, EvidenceRefusal
from bot.channels.graph import is_of_meta
from bot.conversations.model import Author, Message
from bot.widget.strings import file_refused
from tests.channels import steps
from tests.channels.graph_server import fixture, graph_error
from tests.channels.graph_talk import Talk, stored
from tests.channels.messenger_server import ANNA, MessengerServer
from tests.channels.platform_server import until
from tests.integration.server.parts import now
from tests.unit.evidence import samples

DAY = timedelta(hours=24)
UNREADABLE = {
    "audio": "audio", "video": "video", "location": "location", "sticker": "sticker", "sticker_of_its_own": "sticker",
    "shared_post": "post",
}  # fmt: skip
IGNORED = (
    "echo", "delivery", "read", "reaction", "edit", "optin", "referral", "standby", "unheard_of",
)  # fmt: skip

PLATFORM = MessengerServer
MessengerTalk = Talk[MessengerServer]


# --- what customers send ----------------------------------------------------------------------------------------------


async def test_what_is_not_for_us_is_acknowledged_and_left_alone(talk: MessengerTalk) -> None:
    with capture_logs() as logs:
        for name in IGNORED:
            await talk.deliver(name)
    assert await stored(talk.server) == []
    assert "messenger.ignored" in [entry["event"] for entry in logs]


async def test_of_what_cannot_be_read_the_customer_is_told(talk: MessengerTalk) -> None:
    for name in UNREADABLE:
        await talk.deliver(name)
    assert set(await talk.got(len(UNREADABLE))) == {"utter_channel_unreadable {}"}
    assert await talk.said() == [f"[{kind}]" for kind in UNREADABLE.values()]
    assert talk.server.bot.heard == []


async def test_replies_shared_links_and_postbacks_are_text(talk: MessengerTalk) -> None:
    for name in ("text_in_reply", "shared_link", "postback", "postback_without_id", "postback_without_id"):
        await talk.deliver(name)
    expected = ["this one", "https://shop.example/raincoat", "Get Started", "Where is my order?"]
    assert await talk.heard(4) == expected
    assert await talk.said() == expected


async def test_photos_and_papers_become_evidence_and_clean(talk: MessengerTalk) -> None:
    cdn = f"{talk.platform.url}/cdn"
    talk.platform.files = {
        "photo.jpg": samples.photo((640, 480)),
        "other.png": samples.encoded(samples.picture(), "PNG"),
        "receipt.pdf": samples.paper(),
    }
    await talk.deliver("images_with_text", CDN=cdn)
    await talk.deliver("file", CDN=cdn)
    heard = await talk.heard(4)
    pieces = await talk.pieces()
    assert heard == ["These two", *(f'/evidence_uploaded{{"evidence": "{piece.id}"}}' for piece in pieces)]
    assert [piece.kind.value for piece in pieces] == ["image", "image", "document"]


async def test_the_customer_sees_that_an_agent_is_typing(talk: MessengerTalk) -> None:
    await talk.deliver("text")
    await talk.got(1)
    talk.server.router.feed.publish(talk.own, {"type": "typing", "author": "agent"})
    await until(lambda: talk.platform.typing_to == [talk.address])


async def test_a_file_that_is_too_large_is_refused_with_the_reason(talk: MessengerTalk) -> None:
    talk.platform.files["photo.jpg"] = bytes(MAX_BYTES + 1)
    await talk.deliver("image", CDN=f"{talk.platform.url}/cdn")
    assert await talk.got(1) == [file_refused(EvidenceRefusal.TOO_LARGE, "en")]
    assert await talk.pieces() == []


async def test_a_file_whose_address_has_ended_or_leads_elsewhere_is_not_fetched(talk: MessengerTalk) -> None:
    await talk.deliver("image", CDN=f"{talk.platform.url}/cdn")
    await talk.deliver("image_elsewhere")
    assert await talk.got(2) == ["utter_channel_file_lost {}"] * 2
    assert await steps.dead(talk.server) == []


@pytest.mark.parametrize(
    "address,expected",
    [
        ("https://scontent.xx.fbcdn.net/v/t1.15752-9/1_n.jpg?oh=03&oe=69A1", True),
        ("https://cdn.fbsbx.com/v/t59.2708-21/receipt.pdf", True),
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://graph.example/v25.0/file", True),
        ("http://scontent.xx.fbcdn.net/1_n.jpg", False),
        ("https://scontent.xx.fbcdn.net:8443/1_n.jpg", False),
        ("https://user@scontent.xx.fbcdn.net/1_n.jpg", False),
        ("https://fbcdn.net.evil.example/1_n.jpg", False),
        ("https://evilfbcdn.net/1_n.jpg", False),
        ("https://evil.example\\.fbcdn.net/1_n.jpg", False),
        ("https://evil.example#.fbcdn.net", False),
        ("https://169.254.169.254/.fbcdn.net", False),
        ("https://scontent.xx.fbcdn.net./1_n.jpg", False),
        ("file:///etc/passwd", False),
        ("/etc/passwd", False),
        ("https://", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_metas_own_addresses_are_fetched_from(address: str, expected: bool) -> None:
    assert is_of_meta(address, "https://graph.example/v25.0") is expected


# --- quick replies ----------------------------------------------------------------------------------------------------


async def offer(talk: MessengerTalk, titles: list[str]) -> None:
    buttons = [{"title": title, "payload": f"/choose{place}"} for place, title in enumerate(titles, 1)]
    await talk.say("What shall we do?", buttons=buttons)


async def test_buttons_are_quick_replies_and_the_pressed_one_is_understood(talk: MessengerTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    await offer(talk, [f"Remedy {number}" for number in range(1, 14)])
    await talk.got(2)
    replies = [body["message"]["quick_replies"] for body in talk.platform.messages]
    assert [reply["title"] for reply in replies[0]] == ["Yes"]
    assert len(replies[1]) == 13
    await talk.deliver("quick_reply", REFERENCE=replies[1][12]["payload"])
    assert await talk.heard(2) == ["hello", "/choose13"]
    assert await talk.said() == ["hello", "Yes"]


async def test_what_fits_no_quick_reply_is_numbered_and_the_number_works_in_any_digits(talk: MessengerTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    long = ["I want to send it back", "I want to have it repaired"]
    expected = ["hello"]
    for place, typed in enumerate(("2", "２", "٢", "2.", long[1]), 2):
        await offer(talk, long)
        text = (await talk.got(2 * place - 2))[-1]
        assert text == f"What shall we do?\n\n1. {long[0]}\n2. {long[1]}\nutter_channel_choose_number {{}}"
        assert "quick_replies" not in talk.platform.messages[-1]["message"]
        await talk.write(typed)
        expected.append("/choose2")
        assert await talk.heard(place) == expected
        await talk.got(2 * place - 1)


async def test_a_long_text_comes_in_parts(talk: MessengerTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    text = "\n".join(f"line-{number:04}" for number in range(500))
    await talk.say(text)
    got = (await talk.got(4))[1:]
    assert "\n".join(got) == text


# --- what has been read -----------------------------------------------------------------------------------------------


async def read_until(talk: MessengerTalk, moment: datetime) -> None:
    payload = fixture("messenger", "read")
    payload["entry"][0]["messaging"][0]["read"]["watermark"] = int(moment.timestamp() * 1000)
    await talk.deliver(payload)


async def read_id(talk: MessengerTalk) -> int | None:
    async with talk.server.parley.uow() as uow:
        states = await uow.read_states.of_conversation(talk.own)
    return states[0].message_id if states else None


async def test_what_was_sent_before_the_watermark_is_read(talk: MessengerTalk) -> None:
    before = now()
    await talk.write("hello")
    await talk.got(1)
    await until(lambda: _all_sent(talk))
    await read_until(talk, before - timedelta(minutes=1))
    assert await read_id(talk) is None
    await read_until(talk, now())
    first = (await steps.transcript(talk.server, "messenger", ANNA))[-1]
    assert await read_id(talk) == first.id


async def test_what_was_written_before_and_sent_after_the_watermark_is_not_read(talk: MessengerTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    await until(lambda: _all_sent(talk))
    first = (await steps.transcript(talk.server, "messenger", ANNA))[-1]
    talk.platform.fail(500, graph_error(2, "Service temporarily unavailable"), times=float("inf"))
    await talk.say("not there yet")
    await read_until(talk, now())
    assert await read_id(talk) == first.id


async def _all_sent(talk: MessengerTalk) -> bool:
    return not await steps.pending(talk.server, "messenger", ANNA)


# --- later than 24 hours ----------------------------------------------------------------------------------------------


async def silent(talk: MessengerTalk, ago: timedelta) -> None:
    """Let the customer write, and then nothing for so long."""
    await talk.write("hello")
    await talk.got(1)
    await talk.was_heard(ago)


async def test_within_24_hours_everybody_may_answer(talk: MessengerTalk) -> None:
    await silent(talk, DAY - timedelta(minutes=1))
    await talk.server.router.sender.send(Message(talk.own, Author.BOT, "news", now(), language="de"))
    await talk.say("and an agent")
    assert (await talk.got(3))[1:] == ["news", "and an agent"]
    assert {body["messaging_type"] for body in talk.platform.messages} == {"RESPONSE"}


async def test_up_to_seven_days_an_agent_may_answer_and_nobody_else(talk: MessengerTalk, tmp_path: Path) -> None:
    await silent(talk, 7 * DAY - timedelta(minutes=1))
    await talk.server.router.sender.send(Message(talk.own, Author.BOT, "news", now(), language="de"))
    await talk.say("Here it is", custom=await talk.attached(tmp_path, samples.paper()))
    assert (await talk.got(3))[1:] == ["Here it is", "[file]"]
    assert [body.get("tag") for body in talk.platform.messages] == [None, "HUMAN_AGENT", "HUMAN_AGENT"]
    assert [letter.error for letter in await talk.dead()] == ["window_closed"]


async def test_after_seven_days_nobody_may(talk: MessengerTalk) -> None:
    await silent(talk, 7 * DAY)
    await talk.say("too late")
    assert [letter.error for letter in await talk.dead()] == ["window_closed"]
    assert len(talk.platform.calls) == 1


async def test_an_app_without_the_permission_for_late_answers_holds_nothing_up(talk: MessengerTalk) -> None:
    await silent(talk, 2 * DAY)
    talk.platform.fail(403, graph_error(10, "Application does not have the capability to use this tag"))
    await talk.say("late")
    assert [letter.error for letter in await talk.dead()] == ["window_closed"]
    await talk.write("hello again")
    assert (await talk.got(2))[1] == "heard hello again"


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status,code,subcode,reason",
    [
        (400, 551, 1545041, "blocked"),
        (403, 200, 1545041, "blocked"),
        (400, 100, 2018001, "undeliverable"),
        (403, 10, 2018278, "window_closed"),
        (400, 100, 2018109, "invalid_request"),
        (400, 88888, None, "graph_88888"),
    ],
)
async def test_what_is_refused_for_good_is_a_dead_letter_with_its_reason(
    talk: MessengerTalk, status: int, code: int, subcode: int | None, reason: str
) -> None:
    talk.platform.fail(status, graph_error(code, "This person isn't available right now.", subcode))
    await talk.write("one")
    await talk.write("two")
    assert await talk.got(1) == ["heard two"]
    assert [letter.error for letter in await talk.dead()] == [reason]
