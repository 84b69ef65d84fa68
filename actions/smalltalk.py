"""Asking back when a message was not understood, stopping, and changing the language."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.agent_offers import answer_offer_in_words, ask_offer_again
from actions.context import context
from actions.escalation import AGENT_OFFER, ask_besides, hand_over
from actions.evidence import ASK_PHOTO, TELL_HOW
from actions.intake import Intake, forget_answers
from actions.parcels import note_tracking
from actions.quotes import answer_quote_in_words
from actions.reading import read_order_number, read_verification
from actions.turn import Turn
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import IssueType
from bot.l10n import names
from bot.l10n.languages import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    LEARNED,
    SPOKEN,
    fallback_chain,
    resolve,
)
from bot.services import follow_up

#: Meanings that can be offered as a button, because the customer knows them from the wording alone.
_OFFERED = (
    "track_order",
    "return_item",
    "exchange_item",
    "refund_order",
    "complain",
    "check_case",
    "withdraw_case",
    "repair_item",
    "reship_item",
    "cancel_order",
    "change_address",
    "change_items",
    "ask_invoice",
    "ask_return_policy",
    "ask_return_cost",
    "ask_refund_time",
    "ask_packing",
    "ask_delivery",
    "ask_customs",
    "ask_warranty",
    "ask_payment",
    "ask_contact",
    "ask_privacy",
)


#: Questions whose answers say nothing about the language of the customer: streets, towns, sizes and colours.
_ASKED_FOR_NAMES = frozenset({"address", "variant"})
#: Questions that are answered with numbers and addresses, unless somebody makes a sentence of it.
_ASKED_FOR_NUMBERS = frozenset({"order_number", "verification"})
_SENTENCE_WORDS = 5
#: Responses that ask whether to bring in a person.
_OFFERS_A_PERSON = frozenset(
    {"utter_offer_human", "utter_offer_human_angry", "utter_case_joined", "utter_answer_privacy"}
)
#: Asks whether to register a complaint about a late order.
_ASKS_ABOUT_DELAY = "utter_order_late"


class ActionClarify(Action):
    """Offer the two likeliest meanings; the second time in a row offer a person."""

    def name(self) -> str:
        return "action_clarify"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return await clarify(dispatcher, Turn(tracker))


async def clarify(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Ask back; in the middle of a form its own question follows."""
    tracker = turn.tracker
    if not tracker.active_loop.get("name") and await note_tracking(dispatcher, turn):
        return []
    data = await _data(turn)
    misunderstood = int(tracker.get_slot("misunderstood") or 0) + 1
    human = facts.person_choice()
    if misunderstood >= 2:
        dispatcher.utter_message(response="utter_offer_human", choices=[human])
        return [*data, SlotSet("misunderstood", 0)]
    if tracker.active_loop.get("name"):
        # The form asks its question again right after this, with its own choices.
        dispatcher.utter_message(response="utter_not_understood")
        return [SlotSet("misunderstood", misunderstood)]
    likely = [found["name"] for found in turn.intent_ranking if found["name"] in _OFFERED][:2]
    likely += [name for name in ("return_item", "track_order") if name not in likely][: 2 - len(likely)]
    dispatcher.utter_message(
        response="utter_ask_intent",
        facts={"intents": likely},
        choices=[*(facts.intent_choice(name) for name in likely), human],
    )
    return [*data, SlotSet("misunderstood", misunderstood)]


class ActionDefaultFallback(ActionClarify):
    """Ask back where no rule knows what to do, too."""

    def name(self) -> str:
        return "action_default_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        events = await super().run(dispatcher, tracker, domain)
        # No rule leads on from here, so the policies would fall back once more.
        return [*events, FollowupAction(tracker.active_loop.get("name") or "action_listen")]


class ActionSayYes(Action):
    """Take a yes outside of any form: to what the bot asked in passing, or to nothing in particular."""

    def name(self) -> str:
        return "action_say_yes"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return await _answer(dispatcher, Turn(tracker), "utter_how_can_i_help")


class ActionSayNo(Action):
    """Take a no outside of any form, likewise."""

    def name(self) -> str:
        return "action_say_no"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return await _answer(dispatcher, Turn(tracker), "utter_all_right")


async def _answer(dispatcher: CollectingDispatcher, turn: Turn, otherwise: str) -> list[EventType]:
    form = turn.tracker.active_loop.get("name")
    if turn.last_said in (ASK_PHOTO, TELL_HOW):
        return await _answer_about_photos(dispatcher, turn)
    if form and turn.requested_slot == AGENT_OFFER:
        # Where it was answered by button meanwhile, the form goes on.
        return await answer_offer_in_words(dispatcher, turn) or []
    if not _OFFERS_A_PERSON.isdisjoint(turn.heard):
        return await _answer_about_person(dispatcher, turn)
    if form:
        # The question on the table is no question for yes or no.
        return await clarify(dispatcher, turn)
    if turn.intent == "affirm" and _ASKS_ABOUT_DELAY in turn.heard:
        return [SlotSet("reason", IssueType.LATE_DELIVERY.value), FollowupAction("complaint_form")]
    if await answer_quote_in_words(dispatcher, turn):
        return []
    offered = await answer_offer_in_words(dispatcher, turn)
    if offered is not None:
        return offered
    async with context().uow() as uow:
        case = await follow_up.asked_about(uow, turn.conversation_id)
    if case is None:
        dispatcher.utter_message(response=otherwise)
        return []
    return [SlotSet("feedback_case", case.number), FollowupAction("feedback_form")]


async def _answer_about_person(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Take a yes or no to whether a person shall be brought in; after a no a form asks its question again."""
    if turn.intent == "affirm":
        return await hand_over(dispatcher, turn, EscalationReason.ASKED_FOR_HUMAN)
    is_busy = bool(turn.tracker.active_loop.get("name"))
    dispatcher.utter_message(response="utter_evidence_declined" if is_busy else "utter_all_right")
    return []


async def _answer_about_photos(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Take a yes or no to whether there are photos, for which an agent had the bot ask outside of the form's turn."""
    form = turn.tracker.active_loop.get("name")
    if turn.intent == "affirm" and turn.last_said == ASK_PHOTO:
        dispatcher.utter_message(response=TELL_HOW)
        return ask_besides(form, "evidence")
    dispatcher.utter_message(response="utter_all_right" if turn.intent == "affirm" else "utter_evidence_declined")
    if not form:
        await ask_offer_again(dispatcher, turn)
    return []


class ActionThankForFeedback(Action):
    """Thank for the answers; they were kept as they came."""

    def name(self) -> str:
        return "action_thank_for_feedback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        dispatcher.utter_message(response="utter_rating_thanks")
        return forget_answers()


class ActionStop(Action):
    """Abandon what is being done; nothing of it was written."""

    def name(self) -> str:
        return "action_stop"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        was_busy = bool(tracker.active_loop.get("name"))
        dispatcher.utter_message(response="utter_stopped" if was_busy else "utter_nothing_to_stop")
        return [*forget_answers(), ActiveLoop(None), SlotSet("requested_slot", None)]


class ActionRememberLanguage(Action):
    """Keep the language in which to answer: the one the customer writes, where we speak it.

    Who writes one that we only understand is told so once, and may choose the language of the answers.
    """

    def name(self) -> str:
        return "action_remember_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        message = tracker.latest_message or {}
        current = tracker.get_slot("language")
        written, locale = message.get("language"), turn.metadata.get("locale")
        if current and _says_no_language(turn):
            return []
        if tracker.get_slot("unspoken_language") and current and written not in LEARNED:
            # The customer was told, and may have chosen. Estonian looks like Finnish at times, Slovak like Czech: what
            # is written on in the same language, or one like it, changes nothing.
            return []
        language = answer_language(current, written, locale)
        events: list[EventType] = [] if language == current else [SlotSet("language", language)]
        if written in LANGUAGES and not LANGUAGES[written].is_spoken:
            # Whatever is uttered while slots are filled, Rasa drops; the assistant says it when this slot is set.
            events.append(SlotSet("unspoken_language", written))
        return events


class ActionChangeLanguage(Action):
    """Go on in the language the customer asks for, or ask which one where it was not named."""

    def name(self) -> str:
        return "action_change_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        wanted = turn.value("language") or names.language_named(turn.text)
        if wanted in SPOKEN:
            dispatcher.utter_message(response="utter_language_changed", language=wanted)
            # Who has chosen wants no translations any more.
            chosen = [SlotSet("unspoken_language", wanted)] if tracker.get_slot("unspoken_language") else []
            return [SlotSet("language", wanted), *chosen]
        if wanted:
            dispatcher.utter_message(response="utter_language_not_spoken", name=LANGUAGES[wanted].native_name)
        # Any other that is spoken can be named in words.
        choices = [
            facts.choice(LANGUAGES[code].native_name, f'/choose_language{{"language": "{code}"}}') for code in LEARNED
        ]
        dispatcher.utter_message(response="utter_ask_language", facts={"languages": list(SPOKEN)}, choices=choices)
        return []


async def _data(turn: Turn) -> list[EventType]:
    """Return what keeps an order number or a proof that came before the wish, so that it is not asked for again."""
    if turn.tracker.active_loop.get("name") or not (turn.order_number or turn.factors):
        return []
    intake = Intake(turn, context())
    await read_order_number(intake, False)
    await read_verification(intake, False)
    return [SlotSet(slot, value) for slot, value in intake.updates.items()]


def _says_no_language(turn: Turn) -> bool:
    """Tell whether a message answers a question whose answers are of no language that somebody speaks."""
    if turn.requested_slot in _ASKED_FOR_NAMES:
        return True
    words = [word for word in turn.text.split() if not any(character.isdigit() for character in word)]
    return turn.requested_slot in _ASKED_FOR_NUMBERS and len(words) < _SENTENCE_WORDS and not turn.is_story


def answer_language(current: str | None, written: str | None, prior: str | None) -> str:
    """Return the language to answer in: the one written, else the one so far, else the client's, else English.

    ``written`` already is sticky: short or unclear messages come with the conversation's own language.
    """
    for candidate in (written, current, prior):
        code = resolve(candidate)
        for spoken in fallback_chain(code) if code else ():
            if spoken in SPOKEN and (spoken != DEFAULT_LANGUAGE or code == DEFAULT_LANGUAGE):
                return spoken
    return DEFAULT_LANGUAGE
