"""The bot as the settings of the desk want it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.conversations.bot import Turn
from bot.conversations.configured_bot import ASK_RATING, ConfiguredBot
from bot.conversations.handling import RESUME
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.services.desk_settings import SettingKey
from tests.fakes import FakeDatabase, fake_unit_of_work_factory
from tests.unit.aftersales.builders import NOW


class TalkativeBot:
    def __init__(self) -> None:
        self.heard: list[str] = []

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        self.heard.append(inbound.text)
        said = [Message(conversation.id, Author.BOT, "Happy?", NOW, ASK_RATING, "de")]
        said.append(Message(conversation.id, Author.BOT, "Bye.", NOW, "utter_goodbye", "de"))
        return Turn(said, [], "de")

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        return Message("", Author.SYSTEM, f"{response} {sorted(values)}", NOW, response, language)


class Desk:
    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.uow = fake_unit_of_work_factory(self.database)
        self.bot = TalkativeBot()
        self.configured = ConfiguredBot(self.bot, self.uow, lambda: NOW)

    async def set(self, key: SettingKey, value: Any) -> None:
        async with self.uow() as uow:
            await uow.desk_settings.put(key.value, value, 0)
            await uow.commit()

    async def hear(self, text: str, channel: str = "web", message_id: str = "m1") -> Turn:
        conversation = Conversation("c1", channel, NOW, NOW, locale="fr")
        inbound = InboundMessage(message_id, "c1", channel, message_id, text, NOW)
        return await self.configured.answer(conversation, inbound)

    @property
    def handoffs(self) -> list[Escalation]:
        return self.database.all(Escalation)


async def test_where_the_bot_is_on_it_answers() -> None:
    desk = Desk()
    await desk.set(SettingKey.BOT_OFF, ["rest"])
    assert [message.text for message in (await desk.hear("hi")).messages] == ["Happy?", "Bye."]
    assert desk.handoffs == []


async def test_where_the_bot_is_off_people_get_the_first_message() -> None:
    desk = Desk()
    await desk.set(SettingKey.BOT_OFF, ["web"])
    turn = await desk.hear("mon colis est perdu")
    assert desk.bot.heard == []
    (handoff,) = desk.handoffs
    assert (handoff.reason, handoff.state, handoff.language) == (EscalationReason.BOT_OFF, EscalationState.QUEUED, "fr")
    assert handoff.facts["last_words"] == "mon colis est perdu"
    (told,) = turn.messages
    assert (told.conversation_id, told.language) == ("c1", "fr")
    assert told.custom["handoff"]["state"] == "queued"


async def test_a_message_that_is_answered_again_after_a_crash_is_handed_over_once() -> None:
    desk = Desk()
    await desk.set(SettingKey.BOT_OFF, ["web"])
    await desk.hear("hello")
    await desk.hear("hello")
    assert len(desk.handoffs) == 1


async def test_what_an_agent_gives_back_the_bot_still_does() -> None:
    desk = Desk()
    await desk.set(SettingKey.BOT_OFF, ["web"])
    await desk.hear("hello")
    desk.handoffs[0].assign("ana", NOW)
    desk.handoffs[0].return_to_bot(NOW + timedelta(minutes=1))
    await desk.hear(RESUME, message_id="m2")
    assert desk.bot.heard == [RESUME]
    await desk.hear("and now?", message_id="m3")
    assert desk.bot.heard == [RESUME]
    assert len(desk.handoffs) == 2


async def test_a_rating_is_asked_for_in_the_words_of_the_shop() -> None:
    desk = Desk()
    await desk.set(SettingKey.SURVEY, {"is_on": True, "questions": {"de": "Wie war's?"}})
    assert [message.text for message in (await desk.hear("hi")).messages] == ["Wie war's?", "Bye."]
