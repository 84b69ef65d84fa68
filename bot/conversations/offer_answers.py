"""Answers to offers and quotes by button: taken by the shop itself, whoever handles the conversation now."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import structlog

from bot.aftersales.escalation import EscalationReason
from bot.aftersales.policy import Policy
from bot.conversations.bot import Bot, Turn
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.conversations.ports import UnitOfWork
from bot.errors import NotFoundError, ParleyError
from bot.services import agent_offers, escalations, repairs
from bot.services.ports import Clock

log = structlog.get_logger(__name__)

_BUTTON = re.compile(r"/(answer_offer|answer_quote)(\{.{0,200}\})", re.ASCII)
_LONGEST_POSITION = 4


class OfferAnswers:
    """Understands the buttons below offers of agents, and below quotes while a person has the conversation.

    Each answer is idempotent, so that a turn that is tried again after a crash does nothing twice.
    """

    def __init__(self, uow: Callable[[], UnitOfWork], policy: Policy, clock: Clock) -> None:
        self._uow = uow
        self._policy = policy
        self._clock = clock

    async def turn(
        self, bot: Bot, conversation: Conversation, inbound: InboundMessage, *, is_with_bot: bool
    ) -> Turn | None:
        """Return the answer to a button, or None for whatever is not one of these buttons."""
        found = _BUTTON.fullmatch(inbound.text.strip())
        # The bot knows quotes itself, and remembers what was said about them.
        if found is None or (found[1] == "answer_quote" and is_with_bot):
            return None
        try:
            pressed = json.loads(found[2])
        except json.JSONDecodeError:
            return None
        answer = self._offer if found[1] == "answer_offer" else self._quote
        messages = await answer(bot, conversation, {name: str(value) for name, value in pressed.items()}, is_with_bot)
        for message in messages:
            message.conversation_id, message.author, message.at = conversation.id, Author.BOT, self._clock()
        return Turn(messages, [], None)

    async def _offer(
        self, bot: Bot, conversation: Conversation, pressed: dict[str, str], is_with_bot: bool
    ) -> list[Message]:
        language, now = _language(conversation), self._clock()
        is_accepted, position = pressed.get("accepted") == "yes", pressed.get("offer", "")
        if not position.isdecimal() or not position.isascii() or len(position) > _LONGEST_POSITION:
            return [bot.say("utter_quote_over", language)]
        number = pressed.get("case", "")
        try:
            async with self._uow() as uow:
                await agent_offers.answer(uow, self._policy, conversation.id, number, int(position), is_accepted, now)
        except NotFoundError:
            return [bot.say("utter_quote_over", language)]
        except ParleyError as error:
            log.info("offers.not_carried_out", conversation_id=conversation.id, code=error.code)
            handed = await self._to_person(bot, conversation, number) if is_with_bot and is_accepted else []
            return [bot.say("utter_quote_over", language), *handed]
        if is_accepted:
            # What was started is announced with its numbers in the transaction that started it.
            return []
        handed = await self._to_person(bot, conversation, number) if is_with_bot else []
        return [bot.say("utter_all_right", language), *handed]

    async def _quote(
        self, bot: Bot, conversation: Conversation, pressed: dict[str, str], is_with_bot: bool
    ) -> list[Message]:
        language = _language(conversation)
        is_accepted = pressed.get("accepted") == "yes"
        try:
            async with self._uow() as uow:
                number = pressed.get("repair", "")
                repair = await repairs.answer_quote(uow, conversation.id, number, is_accepted, self._clock())
        except ParleyError:
            return [bot.say("utter_quote_over", language)]
        response = "utter_quote_accepted" if is_accepted else "utter_quote_declined"
        facts = {"repair": {"number": repair.number, "state": repair.state.value}}
        return [bot.say(response, language, repair=repair.number, facts=facts)]

    async def _to_person(self, bot: Bot, conversation: Conversation, number: str) -> list[Message]:
        """Hand a conversation over whose bot has nothing more to offer, and return what tells the customer."""
        language = _language(conversation)
        async with self._uow() as uow:
            place = await escalations.hand_over(
                uow,
                conversation.id,
                EscalationReason.REVIEW_NEEDED,
                language,
                self._clock(),
                case_number=number,
                facts={"asked_for": "offer_declined"},
            )
        message = bot.say(place.response, language, **place.values)
        message.custom = {**message.custom, "handoff": place.as_fact()}
        return [message]


def _language(conversation: Conversation) -> str:
    return conversation.language or conversation.locale or "en"
