"""Writing at the desk over HTTP: translation, files, notes, canned responses, edits, and who has read what."""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image

from bot.services import canned
from bot.services.words_model import CUSTOMER
from tests.integration.desk.conftest import Browser
from tests.integration.desk.seed import EVIL
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


def a_photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return file.getvalue()


async def updates(browser: Browser, conversation_id: str, **query: int) -> dict[str, Any]:
    headers = {"Accept": "application/json"}
    answer = await browser.get(f"/desk/conversations/{conversation_id}/updates", params=query, headers=headers)
    assert answer.status == 200
    return dict(await answer.json())


async def send_file(browser: Browser, conversation_id: str, body: bytes, text: str = "") -> Any:
    form = FormData()
    form.add_field("text", text)
    form.add_field("file", body, filename="a.jpg", content_type="image/jpeg")
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    return await browser.client.post(f"/desk/conversations/{conversation_id}/attach", data=form, headers=headers)


async def newest(world: World, conversation_id: str) -> Any:
    async with world.uow() as uow:
        return (await uow.messages.of(conversation_id, with_notes=True))[-1]


async def ids_in(world: World, conversation_id: str) -> list[int]:
    async with world.uow() as uow:
        return [message.id or 0 for message in await uow.messages.of(conversation_id)]


async def test_what_a_customer_wrote_is_shown_beside_its_translation_with_the_engine(
    world: World, logged_in: LogIn
) -> None:
    world.translator.is_on = True
    ana = await logged_in("ana")
    ids = await ids_in(world, "c-bot")
    assert "data-foreign" in await ana.text("/desk/conversations/c-bot")
    answer = await (await ana.act("c-bot", "translate", ids=ids)).json()
    assert "en: aloh" in answer["messages"] and "Translated by Apertium" in answer["messages"]
    assert answer["unavailable"] == {}
    page = await ana.text("/desk/conversations/c-bot")
    assert "en: aloh" in page and "hola" in page
    assert re.search(r'data-reading data-possible="yes" data-foreign="yes" ', page)


async def test_without_engines_the_desk_says_so_and_works(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert "Translation is not set up." in await ana.text("/desk/conversations/c-bot")
    ids = await ids_in(world, "c-bot")
    answer = await (await ana.act("c-bot", "translate", ids=ids)).json()
    assert set(answer["unavailable"].values()) == {"Translation is not set up."}
    assert (await (await ana.act("c-bot", "preview", text="Hello")).json()) == {
        "unavailable": "Translation is not set up."
    }


async def test_a_translation_that_is_not_to_be_had_is_explained(world: World, logged_in: LogIn) -> None:
    world.translator.is_on = True
    await world.router.answer_to(await world.router.receive("c-bot", "web", "slow hoy"), "c-bot")
    ana = await logged_in("ana")
    ids = await ids_in(world, "c-bot")
    answer = await (await ana.act("c-bot", "translate", ids=ids)).json()
    # The customer's words, and the bot's that repeat them.
    why = "Translation unavailable: the engines do not answer at the moment."
    assert list(answer["unavailable"].values()) == [why, why]


async def story(browser: Browser, number: str) -> Any:
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    return await browser.client.post(f"/desk/cases/{number}/translate", json={}, headers=headers)


async def test_a_story_is_had_in_the_agents_language_with_the_engine(world: World, logged_in: LogIn) -> None:
    world.translator.is_on = True
    ana = await logged_in("ana")
    page = await ana.text("/desk/conversations/c-anna")
    # The handoff and the case tell it.
    assert page.count('data-story="C1000001"') == 2
    assert page.count("Der Wasserkocher raucht beim Einschalten.</p>") == 2
    assert await (await story(ana, "C1000001")).json() == {
        "text": f"en: {'Der Wasserkocher raucht beim Einschalten.'[::-1]}",
        "engine": "apertium",
        "engine_name": "Apertium",
    }
    assert (await story(ana, "C9999999")).status == 404


async def test_why_a_story_is_not_translated_is_explained(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert await (await story(ana, "C1000001")).json() == {"unavailable": "Translation is not set up."}
    world.translator.is_on = True
    async with world.uow() as uow:
        case = await uow.cases.get("C1000001")
        assert case is not None
        case.story = "slow"
        await uow.commit()
    why = "Translation unavailable: the engines do not answer at the moment."
    assert await (await story(ana, "C1000001")).json() == {"unavailable": why}


async def test_a_story_in_the_agents_language_asks_for_no_translation(world: World, logged_in: LogIn) -> None:
    world.translator.is_on = True
    ana = await logged_in("ana")
    await ana.submit("/desk/preferences", language="de", theme="system")
    assert "data-story" not in await ana.text("/desk/conversations/c-anna")
    assert await (await story(ana, "C1000001")).json() == {"same": True}


@pytest.mark.parametrize("ids", [None, "1", ["x"], [1.5], [-1], [True], list(range(51))])
async def test_only_a_bounded_list_of_messages_is_translated(logged_in: LogIn, ids: object) -> None:
    ana = await logged_in("ana")
    assert (await ana.act("c-bot", "translate", ids=ids)).status == 400


async def test_messages_of_other_conversations_are_not_given_away(world: World, logged_in: LogIn) -> None:
    world.translator.is_on = True
    ana = await logged_in("ana")
    answer = await (await ana.act("c-li", "translate", ids=await ids_in(world, "c-anna"))).json()
    assert (answer["messages"].strip(), answer["unavailable"]) == ("", {})


async def test_an_answer_is_previewed_improved_and_sent_with_both_texts(world: World, logged_in: LogIn) -> None:
    world.translator.is_on = True
    ana = await logged_in("ana")
    await ana.act("c-anna", "take-over")
    preview = await (await ana.act("c-anna", "preview", text="One moment")).json()
    assert preview == {
        "text": "de: tnemom enO", "language": "de", "source": "en", "engine": "apertium", "engine_name": "Apertium",
    }  # fmt: skip
    original = {"text": "One moment", "language": "en", "engine": "apertium", "is_edited": True}
    assert (await ana.act("c-anna", "reply", text="Einen Moment", original=original)).status == 200
    message = await newest(world, "c-anna")
    assert (message.text, message.language, message.custom["original"]["text"]) == ("Einen Moment", "de", "One moment")
    page = await ana.text("/desk/conversations/c-anna")
    assert "As written here; translated by Apertium" in page and "One moment" in page
    assert message.as_json()["custom"] == {}


@pytest.mark.parametrize(
    "original",
    [7, {}, {"text": "x", "language": "en", "engine": "<b>"}, {"text": "x", "language": "xx", "engine": "apertium"}],
)
async def test_an_original_that_nobody_made_is_refused(logged_in: LogIn, original: object) -> None:
    ben = await logged_in("ben")
    assert (await ben.act("c-held", "reply", text="hello", original=original)).status == 400


async def test_numbers_alone_need_no_translation(world: World, logged_in: LogIn) -> None:
    world.translator.is_on = True
    ana = await logged_in("ana")
    assert await (await ana.act("c-anna", "preview", text="10482733")).json() == {"same": True}


async def test_an_edit_reaches_every_open_page_and_says_that_it_is_one(world: World, logged_in: LogIn) -> None:
    ben, ana = await logged_in("ben"), await logged_in("ana")
    await ben.act("c-held", "reply", text="Gutn Tag")
    message = await newest(world, "c-held")
    seen = await updates(ana, "c-held")
    assert (await ben.act("c-held", f"messages/{message.id}/edit", text="Guten Tag")).status == 200
    after = await updates(ana, "c-held", after=seen["last_id"], changes=seen["last_change"])
    assert "Guten Tag" in after["changed"] and "Edited" in after["changed"] and after["messages"].strip() == ""
    later = await updates(ana, "c-held", after=seen["last_id"], changes=after["last_change"])
    assert later["changed"].strip() == ""


async def test_only_ones_own_words_can_be_changed_and_only_for_a_minute(world: World, logged_in: LogIn) -> None:
    ben, ana = await logged_in("ben"), await logged_in("ana")
    await ben.act("c-held", "reply", text="Hello")
    message = await newest(world, "c-held")
    page = await ben.text("/desk/conversations/c-held")
    assert "data-edit>" in page and "data-edit>" not in await ana.text("/desk/conversations/c-held")
    assert (await ana.act("c-held", f"messages/{message.id}/retract")).status == 404
    assert (await ben.act("c-li", f"messages/{message.id}/retract")).status == 404
    assert (await ben.act("c-held", "messages/x/retract")).status == 400
    world.now += timedelta(seconds=61)
    late = await ben.act("c-held", f"messages/{message.id}/edit", text="Hello!")
    assert late.status == 409
    assert "for a minute" in (await late.json())["error"]["message"]
    assert "data-edit>" not in await ben.text("/desk/conversations/c-held")


async def test_a_file_of_an_agent_reaches_the_customer_and_goes_with_its_message(
    world: World, logged_in: LogIn
) -> None:
    ben = await logged_in("ben")
    assert (await send_file(ben, "c-held", a_photo(), "Like this")).status == 200
    message = await newest(world, "c-held")
    file = message.custom["attachment"]["id"]
    assert (message.text, message.author.value) == ("Like this", "agent")
    assert (await ben.get(f"/desk/evidence/{file}/thumbnail")).status == 200
    async with world.uow() as uow:
        assert [piece.agent_id for piece in await uow.evidence.of_conversation("c-held")] == ["ben"]
        assert await uow.evidence.count_since("c-held", world.now - timedelta(hours=1)) == 0
    assert (await ben.act("c-held", f"messages/{message.id}/retract")).status == 200
    assert (await ben.get(f"/desk/evidence/{file}")).status == 404
    assert "This message was retracted" in await ben.text("/desk/conversations/c-held")


async def test_files_are_refused_with_a_reason_and_only_whoever_holds_it_sends_some(
    world: World, logged_in: LogIn
) -> None:
    ben, ana = await logged_in("ben"), await logged_in("ana")
    assert (await send_file(ana, "c-held", a_photo())).status == 409
    refused = await send_file(ben, "c-held", b"no picture")
    assert refused.status == 422
    assert "Send a photo" in (await refused.json())["error"]["message"]
    headers = {"X-CSRF-Token": ben.csrf, "Accept": "application/json"}
    address = "/desk/conversations/c-held/attach"
    assert (await ben.client.post(address, json={}, headers=headers)).status == 400
    without_file = FormData()
    without_file.add_field("text", "x", content_type="text/plain")
    assert (await ben.client.post(address, data=without_file, headers=headers)).status == 400
    ben.csrf = "guess"
    assert (await send_file(ben, "c-held", a_photo())).status == 403
    async with world.uow() as uow:
        assert await uow.evidence.of_conversation("c-held") == []


async def test_a_mention_waits_for_its_reader_and_is_marked_in_the_note(world: World, logged_in: LogIn) -> None:
    ben, ana = await logged_in("ben"), await logged_in("ana")
    await ben.act("c-held", "note", text="@ana can you look? @nobody")
    assert await (await ana.get("/desk/mentions/count")).json() == {"unseen": 1}
    listed = await ana.text("/desk/mentions")
    assert "Ben Okafor" in listed and "can you look?" in listed and "unseen" in listed
    page = await ana.text("/desk/conversations/c-held")
    assert '<b class="mention">@ana</b> can you look? @nobody' in page
    note = await newest(world, "c-held")
    assert (await ana.act("c-held", "read", message_id=note.id)).status == 200
    assert await (await ana.get("/desk/mentions/count")).json() == {"unseen": 0}
    assert await (await ben.get("/desk/mentions/count")).json() == {"unseen": 0}
    assert "unseen" not in await ana.text("/desk/mentions")


async def test_a_page_knows_what_its_agent_has_not_read(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert 'data-unread-after=""' in await ana.text("/desk/conversations/c-li")
    seen = (await newest(world, "c-li")).id
    await ana.act("c-li", "read", message_id=seen)
    await world.router.receive("c-li", "web", "还在吗?")
    assert f'data-unread-after="{seen}"' in await ana.text("/desk/conversations/c-li")


async def test_the_desk_sees_how_far_the_customer_has_read(world: World, logged_in: LogIn) -> None:
    ben = await logged_in("ben")
    await ben.act("c-held", "reply", text="Hello")
    message = await newest(world, "c-held")
    assert (await updates(ben, "c-held"))["read"] is None
    await world.router.words.read("c-held", CUSTOMER, message.id)
    assert (await updates(ben, "c-held"))["read"]["id"] == message.id


async def test_the_desk_sees_what_has_reached_the_customer(world: World, logged_in: LogIn) -> None:
    ben = await logged_in("ben")
    await ben.act("c-held", "reply", text="Hello")
    message = await newest(world, "c-held")
    assert (await updates(ben, "c-held"))["delivered"] is None
    assert 'data-delivered="" data-delivered-at=""' in await ben.text("/desk/conversations/c-held")
    async with world.uow() as uow:
        await uow.outbox.mark_delivered([message.id], world.now)
        await uow.commit()
    assert (await updates(ben, "c-held"))["delivered"] == {"id": message.id, "at": world.now.isoformat()}
    assert f'data-delivered="{message.id}"' in await ben.text("/desk/conversations/c-held")


async def test_canned_responses_come_in_the_customers_language_with_what_is_known(
    world: World, logged_in: LogIn
) -> None:
    async with world.uow() as uow:
        texts = {"en": "Dear {customer}, order {order}. {agent}", "de": "Guten Tag {customer}, Bestellung {order}"}
        await canned.add(uow, "hello", "Greeting", texts, "root", world.now)
    ana = await logged_in("ana")
    (german,) = (await (await ana.get("/desk/conversations/c-anna/help")).json())["canned"]
    assert german == {
        "shortcut": "hello", "title": "Greeting", "text": "Guten Tag Anna Schmidt, Bestellung 10482733",
        "language": "de", "suits": True, "meaning": "Dear Anna Schmidt, order 10482733. Ana Lima",
    }  # fmt: skip
    # Nothing was proved here, so nothing of an order is known, and Chinese falls back to English.
    (english,) = (await (await ana.get("/desk/conversations/c-li/help")).json())["canned"]
    assert english["text"] == "Dear {customer}, order {order}. Ana Lima"
    assert (english["suits"], english["meaning"]) == (False, None)


async def test_suggestions_follow_the_case_and_colleagues_leave_oneself_out(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    found = await (await ana.get("/desk/conversations/c-anna/help")).json()
    titles = [suggestion["title"] for suggestion in found["suggestions"]]
    assert "Status of the case" in titles and "Ask for the order number" not in titles
    assert [person["name"] for person in found["colleagues"]] == ["ben", "root"]
    unknown = await (await ana.get("/desk/conversations/c-li/help")).json()
    assert [suggestion["title"] for suggestion in unknown["suggestions"]] == ["Ask for the order number"]


async def test_hostile_text_in_every_field_stays_text(world: World, logged_in: LogIn) -> None:
    world.translator.is_on = True
    ben = await logged_in("ben")
    async with world.uow() as uow:
        conversation = await uow.conversations.get("c-held")
        assert conversation is not None
        conversation.language = "de"
        await uow.commit()
    await world.router.receive("c-held", "web", EVIL[::-1])
    await ben.act("c-held", "note", text=f"@ana {EVIL}")
    original = {"text": EVIL, "language": "en", "engine": "apertium"}
    await ben.act("c-held", "reply", text=EVIL, original=original)
    await ben.act("c-held", "translate", ids=await ids_in(world, "c-held"))
    for page in (await ben.text("/desk/conversations/c-held"), await (await logged_in("ana")).text("/desk/mentions")):
        assert "&lt;script&gt;" in page
        assert "<script>window" not in page and "<img src=x" not in page


async def test_everything_written_is_audited_without_its_text(world: World, logged_in: LogIn) -> None:
    ben = await logged_in("ben")
    await ben.act("c-held", "reply", text="secret words")
    message = await newest(world, "c-held")
    await ben.act("c-held", f"messages/{message.id}/edit", text="other secret words")
    async with world.uow() as uow:
        events = await uow.audit.of_subject(f"message:{message.id}")
    assert [(event.actor, event.action) for event in events] == [
        ("agent:ben", "message.sent"),
        ("agent:ben", "message.edited"),
    ]
    assert all("secret" not in str(event.data) for event in events)
