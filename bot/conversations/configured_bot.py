"""The bot as the settings of the desk want it: silent on some channels, and asking for ratings in the shop's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.aftersales.escalation import EscalationReason
from bot.aftersales.sla import ALWAYS_OPEN, ServiceLevels
from bot.conversations.bot import Bot, Turn
from bot.conversations.handling import RESUME
from bot.conversations.model import Conversation, InboundMessage, Message
from bot.conversations.ports import UnitOfWork
from bot.services import desk_settings, escalations
from bot.services.ports import Clock
from bot.services.team_zones import TeamZones

ASK_RATING = "utter_ask_rating"


class ConfiguredBot:
    """Asks the settings before every turn, so that a change in the browser counts from the next message on.

    Where the bot is off people answer. What an agent gives back to the bot it still does, because that agent asked for
    it; whatever the customer writes then goes to people again.
    """

    def __init__(
        self,
        bot: Bot,
        uow: Callable[[], UnitOfWork],
        clock: Clock,
        levels: ServiceLevels = ALWAYS_OPEN,
        zones: TeamZones | None = None,
    ) -> None:
        self._bot = bot
        self._zones = zones or TeamZones(levels)
        self._uow = uow
        self._clock = clock
        self._levels = levels

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        """Return the bot's answer, or where it is off the customer's place in the queue of people."""
        async with self._uow() as uow:
            settings = await desk_settings.read(uow)
            self._zones.follow(settings)
            if not settings.bot_answers_on(conversation.channel) and inbound.text != RESUME:
                return await self._hand_over(uow, conversation, inbound)
        turn = await self._bot.answer(conversation, inbound)
        for message in turn.messages:
            own = settings.survey.questions.get(message.language or "")
            if own is not None and message.response == ASK_RATING:
                message.text = own
        return turn

    def forget(self, conversation_id: str) -> None:
        """Drop what is kept in memory of a conversation."""
        self._bot.forget(conversation_id)

    def say(self, response: str, language: str, **values: Any) -> Message:
        """Return a message by response name, for what happens outside of a turn."""
        return self._bot.say(response, language, **values)

    async def _hand_over(self, uow: UnitOfWork, conversation: Conversation, inbound: InboundMessage) -> Turn:
        language = conversation.language or conversation.locale or "en"
        # The first words tell the agent what it is about, as they do where the bot hands over itself.
        facts = {"message": inbound.id, "last_words": (inbound.title or inbound.text)[:500]}
        now = self._clock()
        place = await escalations.hand_over(
            uow, conversation.id, EscalationReason.BOT_OFF, language, now, facts=facts, levels=self._levels
        )
        message = self._bot.say(place.response, language, **place.values)
        message.conversation_id, message.at = conversation.id, now
        message.custom = {"handoff": place.as_fact()}
        return Turn([message], [], None)
