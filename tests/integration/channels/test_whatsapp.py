"""Customers and agents talk over WhatsApp; the Cloud API is a server that holds requests to what is documented."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.aftersales.evidence import MAX_BYTES, EvidenceRefusal
from bot.aftersales.notification import Notification
from bot.channels.intake import conversation_id
from bot.channels.templates import MAX_TEXT
from bot.conversations import undelivered
from bot.conversations.model import Author, Message, OutboxState
from bot.errors import SettingsError
from bot.settings import Settings
from bot.widget.strings import file_refused
from tests.channels import steps
from tests.channels.graph_server import graph_error
from tests.channels.graph_talk import Talk, environment, stored
from tests.channels.platform_server import until
from tests.channels.whatsapp_server import ANNA, WhatsAppServer, replies_of
from tests.integration.server.parts import a_server, now
from tests.integration.store.things import a_case, a_shop
from tests.unit.evidence import samples

DAY = timedelta(hours=24)
UNREADABLE = {
    "voice": "voice", "audio": "audio", "video": "video", "sticker": "sticker", "location": "location",
    "contacts": "contacts", "order": "order", "unsupported": "unsupported", "flow_reply": "nfm_reply",
}  # fmt: skip
IGNORED = (
    "reaction", "reaction_removed", "system_number_changed", "unheard_of", "group_text", "other_number", "status_sent",
    "status_delivered", "status_played", "status_read", "status_failed", "account_error", "template_update",
)  # fmt: skip
REMEDIES = ["Money back", "A new one", "Have it repaired", "Something else", "Nothing, thank you"]

PLATFORM = WhatsAppServer
WhatsAppTalk = Talk[WhatsAppServer]


# --- what customers send ----------------------------------------------------------------------------------------------


async def test_what_is_not_for_us_is_acknowledged_and_left_alone(talk: WhatsAppTalk) -> None:
    with capture_logs() as logs:
        for name in IGNORED:
            await talk.deliver(name)
    assert await stored(talk.server) == []
    assert "whatsapp.ignored" in [entry["event"] for entry in logs]


async def test_of_what_cannot_be_read_the_customer_is_told(talk: WhatsAppTalk) -> None:
    for name in UNREADABLE:
        await talk.deliver(name)
    assert set(await talk.got(len(UNREADABLE))) == {"utter_channel_unreadable {}"}
    assert await talk.said() == [f"[{kind}]" for kind in UNREADABLE.values()]
    assert talk.server.bot.heard == []


async def test_replies_and_buttons_of_templates_are_text(talk: WhatsAppTalk) -> None:
    await talk.deliver("text_in_reply")
    await talk.deliver("template_button")
    assert await talk.heard(2) == ["this one", "Tell me more"]


async def test_whoever_hides_their_number_is_answered_by_their_id(talk: WhatsAppTalk) -> None:
    await talk.deliver("text_of_user_name")
    assert await talk.got(1) == ["heard Hello from somebody without a number"]
    (body,) = talk.platform.messages
    assert body["recipient"] == "DE.1502576394655843"


async def test_a_photo_with_words_becomes_evidence_and_clean(talk: WhatsAppTalk) -> None:
    talk.platform.files["1003383421387257"] = ("image/jpeg", samples.photo((640, 480)))
    await talk.deliver("image_with_caption")
    assert await talk.heard(2) == ["This is how it came", talk.server.bot.heard[1]]
    (piece,) = await talk.pieces()
    assert talk.server.bot.heard[1] == f'/evidence_uploaded{{"evidence": "{piece.id}"}}'
    assert (piece.media_type, piece.width, piece.height) == ("image/jpeg", 640, 480)
    shown = (await steps.heard_from(talk.server, "whatsapp", ANNA))[1]
    assert shown.custom["attachment"] == {"id": piece.id, "kind": "image"}


async def test_a_paper_becomes_evidence_without_its_name(talk: WhatsAppTalk) -> None:
    talk.platform.files["1376223850470843"] = ("application/pdf", samples.paper())
    await talk.deliver("document")
    await talk.heard(2)
    assert [piece.kind.value for piece in await talk.pieces()] == ["document"]
    assert "Canary" not in repr(await steps.transcript(talk.server, "whatsapp", ANNA))


async def test_a_file_that_is_too_large_is_refused_with_the_reason_and_not_fetched(talk: WhatsAppTalk) -> None:
    talk.platform.files["1003383421387256"] = ("image/jpeg", bytes(MAX_BYTES + 1))
    await talk.deliver("image")
    assert await talk.got(1) == [file_refused(EvidenceRefusal.TOO_LARGE, "en")]
    assert talk.platform.calls_of("attachments") == []
    assert await talk.pieces() == []


async def test_of_a_file_that_is_gone_the_customer_is_told(talk: WhatsAppTalk) -> None:
    await talk.deliver("image")
    assert await talk.got(1) == ["utter_channel_file_lost {}"]


async def test_a_file_is_fetched_again_after_the_platform_stumbled(talk: WhatsAppTalk) -> None:
    talk.platform.files["1003383421387256"] = ("image/jpeg", samples.photo())
    talk.platform.fail(500, graph_error(131000, "Something went wrong"), of="1003383421387256")
    talk.platform.fail(of="attachments", resets=True)
    await talk.deliver("image")
    await talk.heard(1)
    assert len(await talk.pieces()) == 1


async def test_the_token_is_shown_to_nobody_but_meta(talk: WhatsAppTalk) -> None:
    talk.platform.files["1003383421387256"] = ("image/jpeg", samples.photo())
    strangers: list[str] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        strangers.append((await reader.readline()).decode())
        writer.close()

    stranger = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = stranger.sockets[0].getsockname()[1]
    talk.platform.media_url = f"http://127.0.0.1:{port}/photo.jpg"
    await talk.deliver("image")
    assert await talk.got(1) == ["utter_channel_file_lost {}"]
    assert strangers == []
    stranger.close()


# --- buttons ----------------------------------------------------------------------------------------------------------


async def offer(talk: WhatsAppTalk, titles: list[str], text: str = "What shall we do?") -> None:
    buttons = [{"title": title, "payload": f"/choose{place}"} for place, title in enumerate(titles, 1)]
    await talk.say(text, buttons=buttons)


async def test_up_to_three_short_answers_are_buttons_and_the_pressed_one_is_understood(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    (body,) = talk.platform.messages
    assert body["interactive"]["type"] == "button"
    (reply,) = replies_of(body)
    assert reply["title"] == "Yes"
    await talk.deliver("button_reply", REFERENCE=reply["id"])
    assert await talk.heard(2) == ["hello", "/affirm"]
    assert await talk.said() == ["hello", "Yes"]


@pytest.mark.parametrize(
    "titles",
    [REMEDIES, [*REMEDIES, *REMEDIES], ["Have the zip repaired", "Keep it"], ["The same", "The same"]],
    ids=["five", "ten", "longer", "alike"],
)  # fmt: skip
async def test_more_or_longer_answers_are_a_list_and_the_chosen_one_is_understood(
    talk: WhatsAppTalk, titles: list[str]
) -> None:
    await talk.write("hello")
    await talk.got(1)
    await offer(talk, titles)
    await talk.got(2)
    body = talk.platform.messages[1]
    assert body["interactive"]["type"] == "list"
    replies = replies_of(body)
    assert [reply["title"] for reply in replies] == titles
    await talk.deliver("list_reply", REFERENCE=replies[1]["id"])
    assert await talk.heard(2) == ["hello", "/choose2"]


async def test_what_fits_no_list_is_numbered_and_the_number_works_in_any_digits(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    long = ["I want to send back everything I ordered", "I want to have it repaired, whatever it costs"]
    expected = ["hello"]
    for place, typed in enumerate(("2", "２", "٢", "2.", long[1]), 2):
        await offer(talk, long)
        text = (await talk.got(2 * place - 2))[-1]
        assert text == f"What shall we do?\n\n1. {long[0]}\n2. {long[1]}\nutter_channel_choose_number {{}}"
        assert talk.platform.messages[-1]["type"] == "text"
        await talk.write(typed)
        expected.append("/choose2")
        assert await talk.heard(place) == expected
        await talk.got(2 * place - 1)


async def test_answers_below_a_long_text_are_numbered(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    await offer(talk, REMEDIES, "long " * 300)
    assert "5. Nothing, thank you" in (await talk.got(2))[1]


async def test_a_very_long_text_comes_in_parts(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    text = "\n".join(f"line-{number:04}" for number in range(900))
    await talk.say(text)
    got = (await talk.got(4))[1:]
    assert "\n".join(got) == text


# --- what becomes of messages -----------------------------------------------------------------------------------------


async def test_what_the_customer_has_read_is_known(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    own = await until(lambda: _sent_as(talk))
    for name in ("status_sent", "status_delivered", "status_read"):
        await talk.deliver(name, MESSAGE=own)
    async with talk.server.parley.uow() as uow:
        read = await uow.read_states.of_conversation(talk.own)
    said = await steps.transcript(talk.server, "whatsapp", ANNA)
    assert [state.message_id for state in read] == [said[-1].id]


async def test_what_did_not_arrive_after_all_is_a_dead_letter(talk: WhatsAppTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    await talk.deliver("status_failed", MESSAGE=await until(lambda: _sent_as(talk)))
    (letter,) = await talk.dead()
    assert letter.error == "undeliverable"


async def test_without_a_template_a_letter_that_is_reported_as_late_is_dead(
    platform: WhatsAppServer, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    values = {**environment(platform), "PARLEY_WHATSAPP_TEMPLATE": ""}
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **values) as server:
        talk: WhatsAppTalk = Talk(server, platform, "whatsapp")
        await talk.write("hello")
        await talk.got(1)
        await talk.deliver("status_window_closed", MESSAGE=await until(lambda: _sent_as(talk)))
        (letter,) = await talk.dead()
        assert letter.error == "window_closed"


async def test_a_letter_of_which_a_piece_did_not_arrive_is_dead(talk: WhatsAppTalk) -> None:
    letter_id = await long_letter(talk)
    await report(talk, "failed", letter_id)
    (letter,) = await talk.dead()
    assert (str(letter.message_id), letter.error) == (letter_id, "undeliverable")


async def test_who_has_read_a_piece_of_a_letter_has_read_it(talk: WhatsAppTalk) -> None:
    letter_id = await long_letter(talk)
    await report(talk, "read", letter_id)
    async with talk.server.parley.uow() as uow:
        assert [str(state.message_id) for state in await uow.read_states.of_conversation(talk.own)] == [letter_id]


@pytest.mark.parametrize("state", ["failed", "read"])
@pytest.mark.parametrize("letter_id", ["", "0", "-1", "１", "1 OR 1", "9" * 18, "9" * 40, "theirs", "of a stranger"])
async def test_a_report_counts_for_letters_to_its_recipient_only(
    talk: WhatsAppTalk, letter_id: str, state: str
) -> None:
    own = await long_letter(talk)
    recipient = "491700000000" if letter_id == "of a stranger" else ANNA
    if letter_id == "theirs":
        await talk.deliver("text_of_user_name")
        await talk.got(5)
        letter_id = talk.platform.messages[-1]["biz_opaque_callback_data"]
    await report(talk, state, own if letter_id == "of a stranger" else letter_id, recipient)
    assert await steps.dead(talk.server) == []
    async with talk.server.parley.uow() as uow:
        assert await uow.read_states.of_conversation(talk.own) == []


async def test_a_late_report_on_a_letter_that_was_sent_again_since_is_left_alone(talk: WhatsAppTalk) -> None:
    letter_id = await long_letter(talk)
    await report(talk, "failed", letter_id)
    await resend(talk, letter_id)
    await talk.got(7)
    await until(lambda: _is_sent(talk, letter_id))
    await report(talk, "failed", letter_id, ago=timedelta(hours=1))
    assert await steps.dead(talk.server) == []


async def test_a_letter_that_lost_a_piece_is_sent_again_as_a_whole(talk: WhatsAppTalk, tmp_path: Path) -> None:
    await talk.write("hello")
    await talk.got(1)
    talk.platform.fail(500, graph_error(131000, "Something went wrong"), of="media", times=float("inf"))
    text = "Please sign this. " * 100
    await talk.say(text.strip(), custom=await talk.attached(tmp_path, samples.paper()))
    await talk.got(2)
    letter_id = talk.platform.messages[1]["biz_opaque_callback_data"]
    await until(lambda: talk.platform.calls_of("media"))
    await report(talk, "failed", letter_id)
    talk.platform.heal()
    await resend(talk, letter_id)
    assert (await talk.got(4))[1:] == [text.strip(), text.strip(), ""]


@pytest.mark.parametrize(
    "code,reason",
    [(131026, "undeliverable"), (131030, "recipient_not_allowed"), (131049, "undeliverable"), (139999, "graph_139999")],
)
async def test_what_is_refused_for_good_is_a_dead_letter_with_its_reason(
    talk: WhatsAppTalk, code: int, reason: str
) -> None:
    talk.platform.fail(400, graph_error(code, "Message undeliverable"))
    await talk.write("one")
    await talk.write("two")
    assert await talk.got(1) == ["heard two"]
    assert [letter.error for letter in await talk.dead()] == [reason]


async def test_too_many_to_one_customer_hold_up_nobody_else(talk: WhatsAppTalk) -> None:
    talk.platform.fail(429, graph_error(131056, "(Business Account, Consumer Account) pair rate limit hit"))
    await talk.write("one")
    await until(lambda: talk.platform.calls)
    await talk.deliver("text_of_user_name")
    assert await talk.got(1) == ["heard Hello from somebody without a number"]
    await steps.be_due(talk.server, "whatsapp", ANNA)
    assert (await talk.got(2))[1] == "heard one"


async def test_an_account_that_is_restricted_holds_everything(talk: WhatsAppTalk) -> None:
    talk.platform.fail(403, graph_error(131031, "Account has been locked"))
    await talk.write("one")
    await until(lambda: talk.platform.calls)
    await talk.deliver("text_of_user_name")
    await talk.heard(2)
    await asyncio.sleep(1.2)
    assert len(talk.platform.calls) == 1
    assert await steps.dead(talk.server) == []


# --- later than 24 hours ----------------------------------------------------------------------------------------------


async def tell(talk: WhatsAppTalk, text: str, language: str = "de", **facts: Any) -> None:
    """Tell the customer something that nobody asked for."""
    message = Message(talk.own, Author.BOT, text, now(), "utter_note", language, **facts)
    await talk.server.router.sender.send(message)


async def silent(talk: WhatsAppTalk, ago: timedelta = DAY) -> None:
    """Let the customer write, and then nothing for so long."""
    await talk.write("hello")
    await talk.got(1)
    await talk.was_heard(ago)


async def test_within_24_hours_news_are_text(talk: WhatsAppTalk) -> None:
    await silent(talk, DAY - timedelta(minutes=1))
    await tell(talk, "Your money is on its way.")
    assert (await talk.got(2))[1] == "Your money is on its way."


async def test_later_news_go_with_the_template_in_one_paragraph(talk: WhatsAppTalk) -> None:
    await silent(talk)
    yes = [{"title": "Ja, gern", "payload": "/affirm"}, {"title": "Nein", "payload": "/deny"}]
    await tell(talk, "Ihr Paket  ist da.\n\n\tMöchten Sie es      behalten?", buttons=yes)
    text = (await talk.got(2))[1]
    assert text == "[de] Ihr Paket ist da. Möchten Sie es behalten? Ja, gern · Nein"
    await talk.write("nein")
    assert await talk.heard(2) == ["hello", "/deny"]
    assert (await talk.got(3))[2] == "heard /deny"


async def test_a_template_is_sent_in_a_language_that_it_has(talk: WhatsAppTalk) -> None:
    await silent(talk)
    talk.platform.template_languages = {"en_US", "de", "pt_BR", "zh_TW", "nb"}
    languages = {"de": "de", "pt": "pt_BR", "zh-TW": "zh_TW", "no": "nb", "zh": "en_US", "ja": "en_US"}
    for language in languages:
        await tell(talk, "news", language)
    texts = (await talk.got(1 + len(languages)))[1:]
    assert texts == [f"[{code}] news" for code in languages.values()]


async def test_too_much_for_a_template_is_cut_off(talk: WhatsAppTalk) -> None:
    await silent(talk)
    await tell(talk, "news " * 400)
    text = (await talk.got(2))[1]
    assert len(text) == len("[de] ") + MAX_TEXT
    assert text.endswith("…")


@pytest.mark.parametrize("status", [400, 403])
async def test_where_only_the_platform_knows_that_it_is_late_the_template_goes_once(
    talk: WhatsAppTalk, status: int
) -> None:
    await talk.write("hello")
    await talk.got(1)
    talk.platform.fail(status, graph_error(131047, "Re-engagement message"))
    await tell(talk, "news", "en")
    assert (await talk.got(2))[1] == "[en] news"
    talk.platform.fail(status, graph_error(131047, "Re-engagement message"), times=2)
    await tell(talk, "more news", "en")
    assert [letter.error for letter in await talk.dead()] == ["window_closed"]


async def test_a_template_that_is_not_there_is_a_dead_letter(talk: WhatsAppTalk) -> None:
    await silent(talk)
    talk.platform.template_languages = set()
    await tell(talk, "news")
    assert [letter.error for letter in await talk.dead()] == ["template_missing"]


async def test_a_file_does_not_go_with_a_template(talk: WhatsAppTalk, tmp_path: Path) -> None:
    await silent(talk)
    await talk.say("Please sign this", custom=await talk.attached(tmp_path, samples.paper()))
    assert [letter.error for letter in await talk.dead()] == ["window_closed"]


async def test_without_a_template_late_news_wait_as_dead_letters_until_the_customer_writes(
    platform: WhatsAppServer, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    values = {**environment(platform), "PARLEY_WHATSAPP_TEMPLATE": ""}
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **values) as server:
        talk: WhatsAppTalk = Talk(server, platform, "whatsapp")
        await silent(talk)
        await tell(talk, "news")
        (letter,) = await talk.dead()
        assert letter.error == "window_closed"
        await talk.write("are you there?")
        await talk.got(2)
        async with server.parley.uow() as uow:
            await undelivered.resend(uow, letter.message_id, "agent-1", now())
            await uow.commit()
        assert (await talk.got(3))[2] == "news"


async def test_without_a_template_an_announcement_comes_before_the_answer_when_the_customer_writes(
    platform: WhatsAppServer, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    values = {**environment(platform), "PARLEY_WHATSAPP_TEMPLATE": ""}
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **values) as server:
        talk: WhatsAppTalk = Talk(server, platform, "whatsapp")
        await silent(talk)
        await a_shop(server.parley.uow)
        message = Message(talk.own, Author.BOT, "news", now(), "utter_notify_return_received", "de")
        async with server.parley.uow() as uow:
            case, sender = a_case(), server.router.sender
            uow.cases.add(case)
            await sender.keep(uow, await sender.conversation(uow, talk.own), [message])
            told = Notification("R1", case.number, talk.own, "utter_notify_return_received", message.at)
            told.mark_sent(message.id, message.at)
            uow.notifications.add(told)
            await uow.commit()
        sender.publish([message])
        assert [letter.error for letter in await talk.dead()] == ["window_closed"]
        await talk.write("are you there?")
        assert (await talk.got(3))[1:] == ["news", "heard are you there?"]
        await talk.write("thank you")
        assert (await talk.got(4))[3] == "heard thank you"


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name,value", [("PHONE_NUMBER_ID", "+1 555 078 3881"), ("TEMPLATE", "News of your order"), ("APP_SECRET", "")]
)
async def test_a_wrong_variable_is_named(
    platform: WhatsAppServer, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any, name: str, value: str
) -> None:
    variable = f"PARLEY_WHATSAPP_{name}"
    with pytest.raises(SettingsError, match=variable):
        async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **{**environment(platform), variable: value}):
            pass


def test_without_a_token_the_channel_is_off() -> None:
    assert "whatsapp" not in Settings.from_environment({"PARLEY_WHATSAPP_PHONE_NUMBER_ID": "106540352242922"}).channels


async def long_letter(talk: WhatsAppTalk) -> str:
    """Send the customer a letter in three pieces, and return its id once it is sent."""
    await talk.write("hello")
    await talk.got(1)
    await talk.say("\n".join(f"line-{number:04}" for number in range(900)))
    await talk.got(4)
    (letter_id,) = {body["biz_opaque_callback_data"] for body in talk.platform.messages[1:]}
    await until(lambda: _is_sent(talk, letter_id))
    return str(letter_id)


async def report(
    talk: WhatsAppTalk, state: str, letter_id: str, recipient: str = ANNA, ago: timedelta = timedelta()
) -> None:
    """Deliver a report on a message whose own id we do not know, as on all pieces of a letter but the last."""
    moment = str(int((now() - ago).timestamp()))
    await talk.deliver(f"status_{state}_piece", LETTER=letter_id, MOMENT=moment, RECIPIENT=recipient)


async def resend(talk: WhatsAppTalk, letter_id: str) -> None:
    async with talk.server.parley.uow() as uow:
        await undelivered.resend(uow, int(letter_id), "agent-1", now())
        await uow.commit()


async def _is_sent(talk: WhatsAppTalk, letter_id: str) -> bool:
    async with talk.server.parley.uow() as uow:
        letter = await uow.outbox.get(int(letter_id))
    return letter is not None and letter.state is OutboxState.SENT


async def _sent_as(talk: WhatsAppTalk) -> str | None:
    """Return what the platform calls the last message that was sent."""
    own = conversation_id("whatsapp", ANNA)
    async with talk.server.parley.uow() as uow:
        said = await uow.messages.of(own)
        letter = await uow.outbox.get(said[-1].id or 0)
    return letter.platform_message_id if letter else None
