"""One customer message as the actions see it: words, intent, entities and the state of the dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from decimal import Decimal
from typing import Any

from rasa_sdk import Tracker

from bot.aftersales.mood import Mood, Said, mood_of
from bot.aftersales.order import normalised_number
from bot.aftersales.threats import threatens
from bot.l10n.languages import DEFAULT_LANGUAGE

_CASE_NUMBER = re.compile(r"[CR]\d{7}")

_LONGEST = 64

SURE = 0.6
"""From this confidence on an issue type is taken as said, below it the customer is asked."""

PLAIN = 0.8
"""From this confidence on a yes in words counts where something is written because of it."""

GUESSED = 0.4
"""From this confidence on an issue type is taken for what was meant where the customer was asked for one."""

HALF_GUESSED = 0.25
"""From this confidence on likewise, where every other issue type is at most half as likely."""

NOT_UNDERSTOOD = "nlu_fallback"
"""The intent of a message that was not understood well enough to act on."""

STATED = 0.5
"""From this probability on a message is taken to state a problem at all."""


class Turn:
    """The latest message of a tracker."""

    def __init__(self, tracker: Any) -> None:
        self.tracker = tracker
        message = tracker.latest_message or {}
        self.text: str = (message.get("text") or "").strip()
        self.intent: str = (message.get("intent") or {}).get("name") or ""
        self.confidence: float = float((message.get("intent") or {}).get("confidence") or 0.0)
        self.entities: list[dict[str, Any]] = message.get("entities") or []
        self.issue_ranking: list[dict[str, Any]] = message.get("issue_ranking") or []
        self.intent_ranking: list[dict[str, Any]] = message.get("intent_ranking") or []
        self.issue_stated: float = float(message.get("issue_stated") or 0.0)
        self.is_payload = self.text.startswith("/")
        since = _since_last_message(tracker.events)
        self.message_id: str = str((since[0] if since else {}).get("message_id") or "")
        self.metadata: dict[str, Any] = (since[0] if since else {}).get("metadata") or {}
        self._since = since

    def as_pressed(self, intent: str, values: dict[str, Any]) -> Turn:
        """Return this message as if it were the button of an intent with these values."""
        turn = copy(self)
        turn.intent, turn.confidence, turn.is_payload = intent, 1.0, True
        turn.entities = [{"entity": name, "value": value} for name, value in values.items()]
        turn.issue_ranking, turn.issue_stated = [], 0.0
        return turn

    @property
    def conversation_id(self) -> str:
        """Return the sender id."""
        return str(self.tracker.sender_id)

    @property
    def channel(self) -> str:
        """Return the channel the message came by."""
        return str(self.metadata.get("channel") or self.tracker.get_latest_input_channel() or "web")

    @property
    def language(self) -> str:
        """Return the language the conversation is held in."""
        return str(self.tracker.get_slot("language") or DEFAULT_LANGUAGE)

    @property
    def requested_slot(self) -> str | None:
        """Return the question the customer was asked last, or None outside of forms and where one begins just now."""
        if any(event.get("event") == "active_loop" for event in self._since):
            # A form that begins in the middle of another finds the question of that one, which it did not ask.
            return None
        slot = self.tracker.get_slot("requested_slot")
        return str(slot) if slot else None

    @property
    def last_said(self) -> str | None:
        """Return the name of the response that the bot uttered last before this message, or None."""
        return next(iter(self.heard), None)

    @property
    def heard(self) -> list[str | None]:
        """Return the names of the responses that the bot uttered right before this message, newest first."""
        found: list[str | None] = []
        is_before = False
        for event in reversed(self.tracker.events):
            if event.get("event") == "user":
                if is_before:
                    break
                is_before = True
            elif is_before and event.get("event") == "bot":
                found.append((event.get("metadata") or {}).get("utter_action"))
        return found

    def was_rejected_by(self, form: str) -> bool:
        """Tell whether a form could not use this message, so that something else answered it."""
        return any(
            event.get("event") == "action_execution_rejected" and event.get("name") == form for event in self._since
        )

    def values(self, entity: str) -> list[Any]:
        """Return an entity's values in the order of the text."""
        found = [found.get("value") for found in self.entities if found.get("entity") == entity]
        # Payloads are JSON from outside: what is no word or number, or far too long for one, is nothing.
        return [value for value in found if isinstance(value, (str, int, float)) and len(str(value)) <= _LONGEST]

    def value(self, entity: str) -> Any:
        """Return an entity's first value, or None."""
        return next(iter(self.values(entity)), None)

    @property
    def money(self) -> tuple[Decimal, str] | None:
        """Return the first amount in the message with its ISO 4217 code, "" where that is unsure, or None."""
        for found in self.entities:
            value = found.get("value")
            if found.get("entity") == "amount" and isinstance(value, dict):
                try:
                    amount = Decimal(str(value.get("amount"))[:_LONGEST])
                except ArithmeticError:
                    continue
                if amount.is_finite() and amount > 0:
                    return amount, str(value.get("currency") or "")
        return None

    @property
    def agrees(self) -> bool:
        """Tell whether the message is a plain yes, a button or words without doubt, condition or question."""
        if self.intent != "affirm" or self.is_payload:
            return self.intent == "affirm"
        return self.confidence >= PLAIN and not (self.values("doubt") or self.values("condition"))

    @property
    def order_number(self) -> str | None:
        """Return the order number in the message, or None; case and return numbers are none."""
        numbers = (normalised_number(str(value)) for value in (*self.values("order_number"), *self.values("order")))
        return next((number for number in numbers if not _CASE_NUMBER.fullmatch(number)), None)

    @property
    def case_number(self) -> str | None:
        """Return the case or return number in the message, or None."""
        if chosen := self.value("case"):
            return str(chosen)
        found = _CASE_NUMBER.search(self.text.upper())
        return found.group() if found else None

    @property
    def issue(self) -> str | None:
        """Return the issue type the message states with confidence, or None."""
        if chosen := self.value("reason"):
            return str(chosen)
        best = self.issue_ranking[0] if self.issue_ranking else None
        if best is None or self.issue_stated < STATED or float(best["confidence"]) < SURE:
            return None
        return str(best["name"])

    @property
    def likeliest_issue(self) -> str | None:
        """Return the likeliest issue type, supposing that the message states one, or None where all are unlikely."""
        first, second = (*(float(found["confidence"]) for found in self.issue_ranking[:2]), 0.0, 0.0)[:2]
        stands_out = first >= GUESSED or (first >= HALF_GUESSED and first >= 2 * second)
        return str(self.issue_ranking[0]["name"]) if stands_out else None

    @property
    def told_issues(self) -> list[dict[str, Any]]:
        """Return the issue ranking of the newest message that states a problem, or else of this one."""
        for event in reversed(self.tracker.events):
            parsed = (event.get("parse_data") or {}) if event.get("event") == "user" else {}
            if float(parsed.get("issue_stated") or 0.0) >= STATED:
                return list(parsed.get("issue_ranking") or [])
        return self.issue_ranking

    @property
    def factors(self) -> list[str]:
        """Return what in the message could prove whose order it is."""
        return [str(value) for name in ("email", "phone", "postcode") for value in self.values(name)]

    @property
    def earlier(self) -> list[Turn]:
        """Return the customer's messages since the active form began, oldest first, without the latest."""
        said = [event for event in self._in_form if event.get("event") == "user"]
        return [Turn(_Moment(self.tracker, event)) for event in said[:-1]]

    def was_told(self, response: str, **values: Any) -> bool:
        """Tell whether the bot uttered a response with these values since the active form began."""
        uttered = [event.get("metadata") or {} for event in self._in_form if event.get("event") == "bot"]
        return any(said.get("utter_action") == response and values.items() <= said.items() for said in uttered)

    @property
    def _in_form(self) -> list[dict[str, Any]]:
        """Return what happened since the active form began, the message that started it first."""
        events = self.tracker.events
        start = max((i for i, event in enumerate(events) if event.get("event") == "active_loop"), default=-1)
        # The message that started the form stands before it.
        first = max((i for i in range(start) if events[i].get("event") == "user"), default=0)
        return list(events[first:])

    @property
    def said(self) -> list[Said]:
        """What the customer said in the conversation so far, as it was understood."""
        return list(_said(self.tracker.events))

    @property
    def mood(self) -> Mood:
        """How the customer seems to feel."""
        return mood_of(self.said)

    @property
    def is_threatening(self) -> bool:
        """Whether the customer spoke of lawyers, courts or of taking the payment back."""
        return any(threatens(said.text, self.language) for said in self.said)

    @property
    def is_story(self) -> bool:
        """Tell whether the message is long enough to be the customer's own account of what happened."""
        return not self.is_payload and (len(self.text.split()) >= 7 or _wide_characters(self.text) >= 12)


class _Moment:
    """A tracker as it stood at an earlier message, as far as reading that message needs it."""

    def __init__(self, tracker: Tracker, event: dict[str, Any]) -> None:
        self.sender_id = tracker.sender_id
        self.latest_message = event.get("parse_data") or {}
        self.events = [event]
        self.get_slot = tracker.get_slot
        self.active_loop = tracker.active_loop


def _said(events: list[dict[str, Any]]) -> Iterator[Said]:
    for event in events:
        if event.get("event") == "user":
            text = str(event.get("text") or "")
            intent = ((event.get("parse_data") or {}).get("intent") or {}).get("name") or ""
            yield Said(str(intent), "" if text.startswith("/") else text)


def _since_last_message(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for index in range(len(events) - 1, -1, -1):
        if events[index].get("event") == "user":
            return events[index:]
    return []


def _wide_characters(text: str) -> int:
    """Count the characters of scripts that write no spaces, or few: Thai, Japanese, Chinese, Korean."""
    return sum(
        1
        for character in text
        if "\u0e01" <= character <= "\u0e4f" or "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af"
    )
