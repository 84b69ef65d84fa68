"""Answers in languages that the bot does not speak."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

from bot.conversations.bot import Turn
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.conversations.translated_bot import TranslatedBot
from bot.translation.result import Reason, Translation, Unavailable

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
CONVERSATION = Conversation("c-1", "web", NOW, NOW)
INBOUND = InboundMessage("m-1", "c-1", "web", "p-1", "Bon dia, on és el meu paquet?", NOW)


class FakeBot:
    """Asks for the order number in Spanish, of a customer who writes a given language."""

    def __init__(self, written: str | None) -> None:
        self._written = written

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        message = Message(
            conversation.id, Author.BOT, "¿Cuál es su número de pedido?", NOW, "utter_ask_order_number", "es",
            buttons=[{"title": "No lo sé", "payload": "/deny"}, {"title": "OK", "payload": "/affirm"}],
        )  # fmt: skip
        return Turn([message], [], "es", self._written)

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        return Message("", Author.BOT, response, NOW, response, language)


class FakeTranslator:
    """Knows Spanish to Catalan, after a while."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self.asked: list[str] = []

    def order(self, source: str, target: str) -> tuple[str, ...]:
        return ("apertium",) if (source, target) == ("es", "ca") else ()

    async def translate(self, text: str, source: str, target: str) -> Translation | Unavailable:
        self.asked.append(text)
        await asyncio.sleep(self._seconds)
        known = {"¿Cuál es su número de pedido?": "Quin és el número de comanda?", "No lo sé": "No ho sé"}
        return Translation(known[text], "apertium") if text in known else Unavailable(Reason.NOTHING_TO_TRANSLATE)


async def _custom(written: str | None, translator: FakeTranslator, patience_seconds: float = 60.0) -> dict[str, Any]:
    turn = await TranslatedBot(FakeBot(written), translator, patience_seconds).answer(CONVERSATION, INBOUND)
    assert turn.messages[0].text == "¿Cuál es su número de pedido?"
    return turn.messages[0].custom


async def test_an_answer_carries_its_translation_and_the_engine_that_made_it() -> None:
    assert await _custom("ca", FakeTranslator()) == {
        "shown_in": "ca",
        "translation": {
            "ca": {
                "text": "Quin és el número de comanda?",
                "engine": "apertium",
                "buttons": ["No ho sé", "OK"],
            }
        },
    }


async def test_clients_get_the_translation_that_was_made_for_the_customer_and_no_other() -> None:
    custom = await _custom("ca", FakeTranslator())
    made_for_an_agent = {"text": "Was ist Ihre Bestellnummer?", "engine": "apertium"}
    custom["translation"]["de"] = made_for_an_agent
    message = Message("c-1", Author.BOT, "¿Cuál es su número?", INBOUND.received_at, custom=custom)
    assert list(message.as_json()["custom"]["translation"]) == ["ca"]
    only_for_the_desk = Message(
        "c-1", Author.BOT, "Hola", INBOUND.received_at, custom={"translation": {"de": made_for_an_agent}}
    )
    assert only_for_the_desk.as_json()["custom"] == {}


async def test_who_writes_a_spoken_language_gets_no_translation() -> None:
    translator = FakeTranslator()
    assert await _custom(None, translator) == {}
    assert translator.asked == []


async def test_without_an_engine_for_the_pair_nothing_changes() -> None:
    translator = FakeTranslator()
    assert await _custom("is", translator) == {}
    assert translator.asked == []


async def test_a_slow_engine_does_not_hold_the_answer_up() -> None:
    # It would have answered in the end.
    assert await _custom("ca", FakeTranslator(seconds=60.0), patience_seconds=0.05) == {}
