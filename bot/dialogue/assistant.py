"""The assistant: one loaded Rasa agent that answers all conversations of the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import USER_INTENT_BACK, USER_INTENT_RESTART, USER_INTENT_SESSION_START
from rasa.utils.endpoints import EndpointConfig

from bot import metrics
from bot.conversations.bot import Turn
from bot.conversations.customer_language import Heard
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.dialogue import failures
from bot.dialogue.executor import HttpActions, InProcessActions
from bot.dialogue.graph_runner import PlannedGraphRunner
from bot.dialogue.nlg import UTC, LocalisedResponses, Phrasing, ZoneOf
from bot.dialogue.tracker_store import LiveTrackerStore, LoadEvents
from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES, SPOKEN, resolve, spoken_language
from bot.l10n.names import language_named
from bot.services.ports import Clock

Parse = Callable[..., Awaitable[dict[str, Any]]]

#: Rasa adds its own commands to every domain.
_COMMANDS = frozenset({USER_INTENT_BACK, USER_INTENT_RESTART, USER_INTENT_SESSION_START})

#: Set when the customer first writes a language that we understand but do not speak, and to the one chosen then.
_UNSPOKEN = "unspoken_language"
_WISHES = frozenset({"change_language", "choose_language"})
#: Offered then, besides the language of the answers and of the page.
_WIDELY_READ = ("en", "es", "fr", "de", "ru", "ar", "zh")


class Assistant:
    """Answers customers with a trained model; one turn at a time per conversation, many conversations at once."""

    def __init__(
        self,
        model: Path,
        load_events: LoadEvents,
        clock: Clock,
        actions: EndpointConfig,
        zone_of: ZoneOf = lambda language: UTC,
    ) -> None:
        self._clock = clock
        self._actions = actions
        self._zone_of = zone_of
        agent = Agent.load(model, generator=LocalisedResponses(zone_of=zone_of), action_endpoint=actions)
        assert agent.domain is not None and agent.processor is not None
        self._store = LiveTrackerStore(agent.domain, load_events)
        agent.tracker_store = self._store
        agent.processor.tracker_store = self._store
        agent.processor.graph_runner = PlannedGraphRunner.of(agent.processor.graph_runner)
        agent.processor.parse_message = _measured(agent.processor.parse_message)
        self._agent = agent
        self._intents = frozenset(agent.domain.intents) - _COMMANDS

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        """Return what the bot says and remembers; raises what an action raised, with nothing remembered."""
        said = _Said()
        metadata = _metadata(conversation)
        message = UserMessage(
            self._safe(inbound.text),
            said,
            conversation.id,
            input_channel=conversation.channel,
            message_id=inbound.id,
            metadata=metadata,
        )
        with failures.collected() as failed:
            await self._agent.handle_message(message)
        if failed:
            self.forget(conversation.id)
            raise failed[0]
        tracker = await self._store.retrieve(conversation.id)
        language = tracker.get_slot("language") if tracker else None
        events = self._store.take_new(conversation.id)
        messages = [self._message(conversation.id, reply) for reply in said.messages]
        for event in events:
            if event.get("event") == "user":
                self._note_understanding(event)
            if event.get("event") == "slot" and event.get("name") == _UNSPOKEN and _unspoken(event.get("value")):
                notice = self._language_notice(event["value"], language or DEFAULT_LANGUAGE, conversation)
                messages = [*notice, *messages]
        return Turn(messages, events, language, _unspoken(tracker.get_slot(_UNSPOKEN)) if tracker else None)

    async def hears(self, conversation: Conversation, inbound: InboundMessage) -> Heard | None:
        """Return the language that a message is in or asks for, or None; nothing is answered or remembered."""
        text = self._safe(inbound.text)
        message = UserMessage(text, sender_id=conversation.id, metadata=_metadata(conversation))
        parsed = await self._agent.processor.parse_message(message)
        written = parsed.get("language") if parsed.get("language_confidence") else None
        intent = (parsed.get("intent") or {}).get("name")
        if intent == "inform" and any(character.isdigit() for character in text):
            # Names and streets are of a country, which says nothing about the language of whoever lives there.
            written = None
        wish = _language_wished(intent, parsed, text)
        if wish is not None:
            return Heard(wish, is_wish=written != wish)
        return Heard(written) if written in LANGUAGES else None

    def _note_understanding(self, event: dict[str, Any]) -> None:
        intent = (event.get("parse_data") or {}).get("intent") or {}
        # A pressed button says what it means; there is nothing to understand.
        if intent.get("name") and not str(event.get("text") or "").startswith("/"):
            metrics.understood(
                intent["name"], float(intent.get("confidence") or 0.0), self._intents, DEFAULT_NLU_FALLBACK_INTENT_NAME
            )

    def _language_notice(self, written: str, answered: str, conversation: Conversation) -> list[Message]:
        """Return what tells a customer once that we read, but do not write, a language, and offers others."""
        offered = dict.fromkeys((answered, spoken_language(resolve(conversation.locale)), *_WIDELY_READ))
        choices = [
            {"title": LANGUAGES[code].native_name, "payload": f'/choose_language{{"language": "{code}"}}'}
            for code in offered
        ]
        messages = [
            self.say("utter_language_not_spoken", answered, name=LANGUAGES[written].native_name),
            self.say("utter_ask_language", answered, facts={"languages": list(SPOKEN)}, choices=choices),
        ]
        for message in messages:
            message.conversation_id = conversation.id
        return messages

    def is_loaded(self) -> bool:
        """Tell whether there is a model to answer with."""
        return bool(self._agent.is_ready())

    def forget(self, conversation_id: str) -> None:
        """Drop what is kept in memory of a conversation."""
        self._store.forget(conversation_id)

    def say(self, response: str, language: str, **values: Any) -> Message:
        """Return a message by response name, for what happens outside of a turn."""
        # People talk with customers in languages that the bot does not speak.
        spoken = spoken_language(resolve(language))
        zone = self._zone_of(language)
        written = Phrasing(self._agent.domain.responses, spoken, zone=zone).message(response, values)
        return self._message("", {**written, "utter_action": response})

    async def warm_up(self) -> None:
        """Parse a few messages, so that no customer waits for encoders and detectors to load."""
        for text in _WARM_UP:
            await self._agent.parse_message(text)

    def _safe(self, text: str) -> str:
        """Return the text, unless it would reach Rasa's own commands; customers may only send known intents."""
        if text.startswith("/") and text[1:].split("{")[0].strip() not in self._intents:
            return text.lstrip("/ ") or f"/{DEFAULT_NLU_FALLBACK_INTENT_NAME}"
        return text

    def _message(self, conversation_id: str, reply: dict[str, Any]) -> Message:
        return Message(
            conversation_id,
            Author.BOT,
            reply.get("text") or "",
            self._clock(),
            response=reply.get("utter_action"),
            language=reply.get("language") or DEFAULT_LANGUAGE,
            buttons=list(reply.get("buttons") or []),
            image=reply.get("image"),
            custom=dict(reply.get("custom") or {}),
        )


def _measured(parse: Parse) -> Parse:
    async def measured(*args: Any, **options: Any) -> dict[str, Any]:
        with metrics.stage("nlu"):
            return await parse(*args, **options)

    return measured


def _metadata(conversation: Conversation) -> dict[str, Any]:
    return {
        "locale": conversation.locale,
        "conversation_language": conversation.language,
        "channel": conversation.channel,
    }


def _language_wished(intent: str | None, parsed: dict[str, Any], text: str) -> str | None:
    """Return the language that a message asks for, by its name or a button."""
    if intent not in _WISHES:
        return None
    named = (found.get("value") for found in parsed.get("entities") or () if found.get("entity") == "language")
    wish = next(named, None) or language_named(text)
    return wish if wish in LANGUAGES else None


def _unspoken(written: Any) -> str | None:
    """Return a slot's value where it is a language that we understand, but do not speak."""
    return written if written in LANGUAGES and not LANGUAGES[written].is_spoken else None


# One that is clear, one outside the first encoder's languages, one on which language detectors disagree.
_WARM_UP = ("hello, where is my order", "hej, var är mitt paket någonstans", "ok ciao hola merci")


class _Said(OutputChannel):  # type: ignore[misc]
    """Collects what the bot says during one turn."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "parley"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)


def action_endpoint(url: str | None) -> EndpointConfig:
    """Return where actions run: the package ``actions`` in this process, or the action server at an address."""
    return HttpActions(url) if url else InProcessActions("actions")
