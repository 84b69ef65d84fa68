"""What a message says of the customer's language, while people answer it."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.conversations.customer_language import Heard
from bot.conversations.handling import inbound_of
from bot.conversations.model import Conversation
from tests.integration.dialogue.conftest import Loaded

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("language", "text", "heard"),
    [
        ("en", "ich schreibe lieber auf deutsch weiter", Heard("de")),
        ("de", "请帮我退款，谢谢", Heard("zh")),
        ("en", "Can we speak German please?", Heard("de", is_wish=True)),
        ("en", "Können wir bitte Deutsch sprechen?", Heard("de")),
        ("en", '/choose_language{"language": "fr"}', Heard("fr", is_wish=True)),
        ("en", "the manual is only in German, my kettle is still broken", Heard("en")),
        ("fr", "Anna Schmidt, Lindenweg 4, Leipzig", None),
        ("en", "10482733", None),
        ("en", '/evidence_uploaded{"evidence": "x"}', None),
    ],
)
async def test_a_language_is_heard_or_wished_for(loaded: Loaded, language: str, text: str, heard: Heard | None) -> None:
    conversation = Conversation("c", "web", NOW, NOW, language)
    assert await loaded.assistant.hears(conversation, inbound_of("c", "web", text, NOW, None)) == heard


def test_people_may_talk_in_a_language_that_the_bot_does_not_speak(loaded: Loaded) -> None:
    assert loaded.assistant.say("utter_handoff_resolved", "zh-HK").language == "zh-TW"
    assert loaded.assistant.say("utter_handoff_resolved", "tlh").language == "en"
