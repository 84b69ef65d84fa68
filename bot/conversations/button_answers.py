"""Buttons that work whoever handles the conversation: what they answer was asked by the shop, and is taken by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import structlog

from bot.aftersales.case import CaseState
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.policy import Policy
from bot.conversations.bot import Bot, Turn
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.suggestions import going_on_in
from bot.errors import ConflictError, IllegalStateError, InvalidInputError, NotFoundError, ParleyError
from bot.services import agent_offers, desk_settings, escalations, follow_up, repairs
from bot.services.ports import Clock
from bot.services.progress import progress_of

log = structlog.get_logger(__name__)

_BUTTON = re.compile(r"/(answer_offer|answer_quote|solved|rate)(\{.{0,200}\})", re.ASCII)
_LONGEST_NUMBER = 4


class ButtonAnswers:
    """Understands the buttons below offers of agents, and where the bot does not answer, those below other questions.

    These are quotes, whether a case is solved, and how it was. Each answer is idempotent, so that a turn that is tried
    again after a crash does nothing twice.
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
        if found is None:
            return None
        # The bot knows the others itself, and remembers what was said about them.
        if found[1] != "answer_offer" and is_with_bot and await self._bot_answers_on(conversation.channel):
            return None
        try:
            pressed = json.loads(found[2])
        except json.JSONDecodeError:
            return None
        values = {name: str(value) for name, value in pressed.items()}
        if found[1] == "answer_offer":
            messages = await self._offer(bot, conversation, inbound, values, is_with_bot)
        elif found[1] == "solved":
            messages = await self._solved(bot, conversation, inbound, values, is_with_bot)
        elif found[1] == "rate":
            messages = await self._rate(bot, conversation, values)
        else:
            messages = await self._quote(bot, conversation, values)
        for message in messages:
            message.conversation_id, message.author, message.at = conversation.id, Author.BOT, self._clock()
        return Turn(messages, [], None)

    async def _offer(
        self, bot: Bot, conversation: Conversation, inbound: InboundMessage, pressed: dict[str, str], is_with_bot: bool
    ) -> list[Message]:
        language, now = _language(conversation), self._clock()
        is_accepted, position = pressed.get("accepted") == "yes", _number(pressed.get("offer", ""))
        if position is None:
            return [bot.say("utter_not_understood", language)]
        number = pressed.get("case", "")
        try:
            async with self._uow() as uow:
                await agent_offers.answer(uow, self._policy, conversation.id, number, position, is_accepted, now)
        except NotFoundError:
            return [bot.say("utter_not_understood", language)]
        except ConflictError:
            # Something else happened to the case at this moment; that says nothing of the offer, so it is tried again.
            raise
        except ParleyError as error:
            log.info("offers.not_carried_out", conversation_id=conversation.id, code=error.code)
            handed = await self._declined(bot, conversation, inbound, number) if is_with_bot and is_accepted else []
            return [await self._how_it_stands(bot, number, language), *handed]
        # What was started is announced with its numbers in the transaction that started it.
        handed = await self._declined(bot, conversation, inbound, number) if is_with_bot and not is_accepted else []
        return [bot.say("utter_all_right", language), *handed]

    async def _how_it_stands(self, bot: Bot, case_number: str, language: str) -> Message:
        """Return how a case is going: what there is to say to an answer that comes too late."""
        async with self._uow() as uow:
            progress = await progress_of(uow, await going_on_in(uow, case_number))
        response, values = progress.told()
        return bot.say(response, language, **values)

    async def _quote(self, bot: Bot, conversation: Conversation, pressed: dict[str, str]) -> list[Message]:
        language = _language(conversation)
        is_accepted = pressed.get("accepted") == "yes"
        try:
            async with self._uow() as uow:
                number = pressed.get("repair", "")
                repair = await repairs.answer_quote(uow, conversation.id, number, is_accepted, self._clock())
        except (NotFoundError, IllegalStateError):
            return [bot.say("utter_quote_over", language)]
        response = "utter_quote_accepted" if is_accepted else "utter_quote_declined"
        facts = {"repair": {"number": repair.number, "state": repair.state.value}}
        return [bot.say(response, language, repair=repair.number, facts=facts)]

    async def _solved(
        self, bot: Bot, conversation: Conversation, inbound: InboundMessage, pressed: dict[str, str], is_with_bot: bool
    ) -> list[Message]:
        language, number, said = _language(conversation), pressed.get("case", ""), pressed.get("solved")
        if said not in ("yes", "no"):
            return [bot.say("utter_not_understood", language)]
        try:
            async with self._uow() as uow:
                case = await follow_up.answer_solved(uow, conversation.id, number, said == "yes", self._clock())
                survey = await follow_up.survey(uow, case) if case.state is CaseState.CLOSED else None
        except NotFoundError:
            return [bot.say("utter_not_understood", language)]
        except IllegalStateError:
            return [await self._how_it_stands(bot, number, language)]
        if said == "yes":
            asked = [bot.say(follow_up.SURVEY, language, **survey)] if survey is not None else []
            return [bot.say("utter_solved", language), *asked]
        told = bot.say("utter_not_solved", language, case=number, facts={"case": {"number": number}})
        reason = EscalationReason.NOT_SOLVED
        return [told, *(await self._to_person(bot, conversation, inbound, reason, number) if is_with_bot else [])]

    async def _rate(self, bot: Bot, conversation: Conversation, pressed: dict[str, str]) -> list[Message]:
        language, rating = _language(conversation), _number(pressed.get("rating", ""))
        try:
            async with self._uow() as uow:
                number = pressed.get("case") or await follow_up.newest_done(uow, conversation.id) or ""
                await follow_up.rate(uow, conversation.id, number, rating or 0, None, self._clock())
        except (NotFoundError, InvalidInputError):
            return [bot.say("utter_not_understood", language)]
        return [bot.say("utter_rating_thanks", language)]

    async def _bot_answers_on(self, channel: str) -> bool:
        async with self._uow() as uow:
            return (await desk_settings.read(uow)).bot_answers_on(channel)

    async def _declined(
        self, bot: Bot, conversation: Conversation, inbound: InboundMessage, number: str
    ) -> list[Message]:
        """Hand a conversation over whose bot has nothing more to offer, and return what tells the customer."""
        reason = EscalationReason.REVIEW_NEEDED
        return await self._to_person(bot, conversation, inbound, reason, number, asked_for="offer_declined")

    async def _to_person(
        self,
        bot: Bot,
        conversation: Conversation,
        inbound: InboundMessage,
        reason: EscalationReason,
        number: str,
        **facts: str,
    ) -> list[Message]:
        """Hand a conversation over, and return what tells the customer."""
        language = _language(conversation)
        async with self._uow() as uow:
            place = await escalations.hand_over(
                uow,
                conversation.id,
                reason,
                language,
                self._clock(),
                case_number=number,
                facts={**facts, "message": inbound.id},
                levels=self._policy.levels,
            )
        message = bot.say(place.response, language, **place.values)
        message.custom = {**message.custom, "handoff": place.as_fact()}
        return [message]


def _number(text: str) -> int | None:
    is_number = text.isdecimal() and text.isascii() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else None


def _language(conversation: Conversation) -> str:
    return conversation.language or conversation.locale or "en"
