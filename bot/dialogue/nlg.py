"""Responses in the customer's language: English source text from the domain, translations from the catalogues."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue import failures
from bot.l10n import formats
from bot.l10n.catalogue import Translator, translator
from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES

Responses = dict[str, list[dict[str, Any]]]
ZoneOf = Callable[[str], str]
"""Returns the zone of the IANA database whose clocks customers of a language are told of."""

UTC = "UTC"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class LocalisedResponses(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]
    """Generates responses by name, in the language slot's language.

    Subclasses Rasa's templated generator because an agent refreshes the responses of no other kind when it loads a
    model. Values come machine-readable (``{"type": "money", …}``, see ``actions.facts``) and are written by CLDR.
    """

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        domain: Domain | None = None,
        zone_of: ZoneOf = lambda language: UTC,
    ) -> None:
        super().__init__(domain.responses if domain else {})
        self._zone_of = zone_of

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **values: Any,
    ) -> dict[str, Any] | None:
        """Return text, buttons, facts and language of a response, or None for a name that does not exist."""
        if utter_action not in self.responses:
            return None
        language = values.pop("language", None) or tracker.get_slot("language") or DEFAULT_LANGUAGE
        try:
            return Phrasing(self.responses, language, zone=self._zone_of(language)).message(utter_action, values)
        except Exception as error:
            failures.report(error)
            raise


class Phrasing:
    """Writes responses in one language; moments without a zone of their own, those in UTC, are told in ``zone``."""

    def __init__(
        self, responses: Responses, language: str, translations: Translator | None = None, *, zone: str = UTC
    ) -> None:
        self._responses = responses
        self._zone = zone
        self._translations = translations or translator("bot")
        self.language = language
        self._is_rtl = language in LANGUAGES and LANGUAGES[language].direction == "rtl"

    def message(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return a whole message as Rasa's channels take it."""
        template = self._responses[name][0]
        buttons = [
            {"title": self._translations.translate(name, button["title"], self.language), "payload": button["payload"]}
            for button in template.get("buttons") or []
        ]
        buttons += [
            {"title": self.value(choice["title"]), "payload": choice["payload"]}
            for choice in values.get("choices") or []
        ]
        return {
            "text": self._filled(
                (values.get("words") or {}).get(self.language) or self._translated(name, values), values
            ),
            "buttons": buttons,
            "custom": dict(values.get("facts") or {}),
            "language": self.language,
        }

    def text(self, name: str, values: dict[str, Any]) -> str:
        """Return a response's text with its placeholders filled in."""
        return self._filled(self._translated(name, values), values)

    def _filled(self, text: str, values: dict[str, Any]) -> str:
        filled = _PLACEHOLDER.sub(
            lambda found: self._isolated(values[found[1]]) if found[1] in values else found[0], text
        )
        return re.sub(r"[ \t]{2,}", " ", filled).strip()

    def _translated(self, name: str, values: dict[str, Any]) -> str:
        response = self._responses[name][0]
        counted = response.get("custom") or {}
        if "one" not in counted:
            return self._translations.translate(name, response["text"], self.language)
        count = int(values.get(counted["counted"]) or 0)
        return self._translations.translate_counted(name, counted["one"], response["text"], count, self.language)

    def value(self, value: Any) -> str:
        """Return a value as this language writes it; a plain string stays as it is."""
        if not isinstance(value, dict) or "type" not in value:
            return "" if value is None else str(value)
        return str(getattr(self, f"_{value['type']}")(value))

    def _isolated(self, value: Any) -> str:
        text = self.value(value)
        if self._is_rtl and text:
            # Numbers and Latin names inside right-to-left text would otherwise swap places with their neighbours.
            return f"\u2068{text}\u2069"
        return text

    def _money(self, value: dict[str, Any]) -> str:
        return formats.money(Decimal(value["amount"]), value["currency"], self.language)

    def _date(self, value: dict[str, Any]) -> str:
        return formats.day(date.fromisoformat(value["date"]), self.language)

    def _datetime(self, value: dict[str, Any]) -> str:
        zone = value.get("zone", UTC)
        when = datetime.fromisoformat(value["datetime"])
        return formats.moment(when, self._zone if zone == UTC else zone, self.language)

    def _label(self, value: dict[str, Any]) -> str:
        return self.text(value["name"], value.get("values") or {})

    def _lines(self, value: dict[str, Any]) -> str:
        return "\n".join(self.value(line) for line in value["lines"])

    def _variant(self, value: dict[str, Any]) -> str:
        color = value.get("color")
        label = f"label_color_{color}"
        named = self.text(label, {}) if label in self._responses else color
        return " / ".join(part for part in (value.get("size"), named) if part) or "—"

    def _pieces(self, value: dict[str, Any]) -> str:
        variant = self._variant(value)
        described = value["title"] if variant == "—" else f"{value['title']} ({variant})"
        return described if value.get("quantity") is None else f"{value['quantity']} × {described}"
