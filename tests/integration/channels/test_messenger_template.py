"""Later than 24 hours after a customer's last message, news go over Messenger as the page's utility template."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.templates import MAX_TEXT
from bot.conversations.model import Author, Message
from bot.errors import SettingsError
from tests.channels.graph_server import graph_error
from tests.channels.graph_talk import Talk, environment
from tests.channels.messenger_server import TEMPLATE, MessengerServer
from tests.integration.server.parts import a_server, now
from tests.unit.evidence import samples

DAY = timedelta(hours=24)
PERMISSIONS = graph_error(200, "Permissions error")

PLATFORM = MessengerServer
MessengerTalk = Talk[MessengerServer]


@pytest.fixture
def options() -> dict[str, str]:
    return {"PARLEY_MESSENGER_TEMPLATE": TEMPLATE}


async def silent(talk: MessengerTalk, ago: timedelta = DAY) -> None:
    """Let the customer write, and then nothing for so long."""
    await talk.write("hello")
    await talk.got(1)
    await talk.was_heard(ago)


async def tell(talk: MessengerTalk, text: str, language: str = "de", **more: Any) -> None:
    await talk.server.router.sender.send(Message(talk.own, Author.BOT, text, now(), language=language, **more))


async def test_within_24_hours_news_are_text(talk: MessengerTalk) -> None:
    await silent(talk, DAY - timedelta(minutes=1))
    await tell(talk, "Your money is on its way.")
    assert (await talk.got(2))[1] == "Your money is on its way."
    assert talk.platform.calls_of("message_templates") == []


async def test_later_news_go_with_the_template_in_one_paragraph(talk: MessengerTalk) -> None:
    await silent(talk)
    yes = [{"title": "Ja, gern", "payload": "/affirm"}, {"title": "Nein", "payload": "/deny"}]
    await tell(talk, "Ihr Paket  ist da.\n\n\tMöchten Sie es      behalten?", buttons=yes)
    assert (await talk.got(2))[1] == "[de] Ihr Paket ist da. Möchten Sie es behalten? Ja, gern · Nein"
    assert talk.platform.messages[1]["messaging_type"] == "UTILITY"
    await talk.write("nein")
    assert await talk.heard(2) == ["hello", "/deny"]
    assert (await talk.got(3))[2] == "heard /deny"


async def test_a_template_is_sent_in_a_language_in_which_it_is_approved(talk: MessengerTalk) -> None:
    await silent(talk)
    languages = {"de": "de", "es": "es_ES", "pt": "pt_BR", "fr": "en", "ja": "en"}
    for language in languages:
        await tell(talk, "news", language)
    assert (await talk.got(6))[1:] == [f"[{code}] news" for code in languages.values()]


async def test_a_template_that_is_not_approved_is_a_dead_letter(talk: MessengerTalk) -> None:
    await silent(talk)
    talk.platform.templates = {"de": "PENDING", "en": "PAUSED", "fr": "APPROVED"}
    await tell(talk, "news")
    assert [letter.error for letter in await talk.dead()] == ["template_missing"]


async def test_too_much_for_a_template_is_cut_off(talk: MessengerTalk) -> None:
    await silent(talk)
    await tell(talk, "news " * 400)
    text = (await talk.got(2))[1]
    assert (len(text), text[-1]) == (len("[de] ") + MAX_TEXT, "…")


async def test_an_agents_words_go_as_they_are_for_seven_days_and_then_with_the_template(talk: MessengerTalk) -> None:
    await silent(talk, 7 * DAY - timedelta(minutes=1))
    await talk.say("I have looked into it.")
    await talk.got(2)
    await talk.was_heard(7 * DAY)
    await talk.say("It is on its way.")
    assert (await talk.got(3))[1:] == ["I have looked into it.", "[en] It is on its way."]
    assert [body.get("tag") for body in talk.platform.messages] == [None, "HUMAN_AGENT", None]


async def test_without_the_permission_for_late_answers_an_agents_words_go_with_the_template(
    talk: MessengerTalk,
) -> None:
    await silent(talk, 2 * DAY)
    talk.platform.fail(403, graph_error(10, "Application does not have the capability to use this tag"))
    await talk.say("late")
    assert (await talk.got(2))[1] == "[en] late"


async def test_where_only_the_platform_knows_that_it_is_late_the_template_goes(talk: MessengerTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    talk.platform.fail(403, graph_error(10, "This message is sent outside of allowed window.", 2018278))
    await tell(talk, "news")
    assert (await talk.got(2))[1] == "[de] news"


async def test_words_that_were_taken_while_there_was_time_are_told_as_a_whole(talk: MessengerTalk) -> None:
    await talk.write("hello")
    await talk.got(1)
    talk.platform.fail(403, graph_error(10, "This message is sent outside of allowed window.", 2018278))
    # Two pieces as text, one as the template.
    await tell(talk, "\n".join(f"line-{number:04}" for number in range(300)))
    got = await talk.got(2)
    assert got[1].startswith("[de] line-0000 line-0001")
    await talk.write("hello again")
    assert (await talk.got(3))[2] == "heard hello again"


@pytest.mark.parametrize("at", ["message_templates", "messages"])
async def test_an_app_without_the_permission_for_templates_holds_nothing_up(talk: MessengerTalk, at: str) -> None:
    await silent(talk)
    talk.platform.fail(403, PERMISSIONS, of=f"me/{at}")
    await tell(talk, "news")
    assert [letter.error for letter in await talk.dead()] == ["window_closed"]
    await talk.write("hello again")
    assert (await talk.got(2))[1] == "heard hello again"


async def test_what_passes_is_tried_again(talk: MessengerTalk) -> None:
    await silent(talk)
    talk.platform.fail(500, graph_error(2, "Service temporarily unavailable"), of="message_templates")
    await tell(talk, "news")
    assert (await talk.got(2))[1] == "[de] news"
    ids = {body["message"]["metadata"] for body in talk.platform.messages[1:]}
    assert len(ids) == 1


async def test_a_file_does_not_go_with_a_template(talk: MessengerTalk, tmp_path: Path) -> None:
    await silent(talk, 7 * DAY)
    await talk.say("Please sign this", custom=await talk.attached(tmp_path, samples.paper()))
    assert [letter.error for letter in await talk.dead()] == ["window_closed"]
    assert len(talk.platform.calls) == 1


async def test_a_wrong_name_is_told_with_its_variable(
    platform: MessengerServer, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> None:
    values = {**environment(platform), "PARLEY_MESSENGER_TEMPLATE": "News of your order"}
    with pytest.raises(SettingsError, match="PARLEY_MESSENGER_TEMPLATE"):
        async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **values):
            pass
