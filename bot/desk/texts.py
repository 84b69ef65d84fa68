"""The desk's own words, in the language of whoever looks at them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from bot.desk.audit_codes import AUDIT_CODES
from bot.l10n.catalogue import Translator, translator
from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES, Direction, fallback_chain

DESK_LANGUAGES = ("en", "de", "es", "fr", "zh", "ja")
"""The languages that the desk itself is written in; which languages customers speak does not depend on it."""

DOMAIN = "desk"
"""The catalogues of the desk: ``locales/<language>/LC_MESSAGES/desk.po``."""

LABEL = "label"
"""The context of codes such as ``wrong_item``, whose English text is made from the code."""

CHANNEL_NAMES = {
    "web": "Web",
    "rest": "API",
    "socketio": "Socket.IO",
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
    "messenger": "Messenger",
    "line": "LINE",
    "email": "E-mail",
}
"""What channels are called; they are no labels like the others, as a line is also a line of an order."""

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ISOLATE, _END = "\u2068", "\u2069"


@dataclass(frozen=True)
class Texts:
    """Texts in one language: call it with an English text, whose ``{placeholders}`` are filled with values.

    Templates know it as ``_``, so that the extractor finds their texts; a value is escaped where the text is Markup.
    """

    language: str
    translator: Translator

    @property
    def direction(self) -> Direction:
        """Return the direction in which the language is written."""
        return LANGUAGES[self.language].direction

    def __call__(self, text: str, **values: Any) -> str:
        """Return a text."""
        return _filled(self.translator.translate(None, text, self.language), values)

    def count(self, one: str, several: str, count: int, **values: Any) -> str:
        """Return a text in the form that a number asks for; ``{count}`` stands for the number."""
        found = self.translator.translate_counted(None, one, several, count, self.language)
        return _filled(found, {"count": count, **values})

    def label(self, code: object) -> str:
        """Return a code such as ``wrong_item`` as people read it: ``Wrong item``; a dash for None."""
        return "–" if code is None else self.translator.translate(LABEL, label_text(str(code)), self.language)

    def channel(self, code: str) -> str:
        """Return what a channel is called."""
        return self.translator.translate(LABEL, CHANNEL_NAMES.get(code) or label_text(code), self.language)


_SPECIAL = {
    **AUDIT_CODES,
    "asked_for_human": "Asked for a person",
    "not_understood": "Bot did not understand",
    "safety": "Safety hazard",
    "policy_refusal": "Refused by policy",
    "identification_locked": "Identification locked",
    "not_solved": "Not solved for the customer",
    "review_needed": "Needs a decision",
    "agent_took_over": "Taken over by an agent",
    "bot_off": "Bot switched off",
    "waiting_customer": "Waiting for the customer",
    "paid_right": "Paid correctly",
    "human": "Person",
    "drop_off": "Drop-off",
    "return_refund": "Return for refund",
    "refund_full": "Full refund",
    "refund_partial": "Partial refund",
    "rma": "RMA",
    "sku": "SKU",
    "sla_breached": "Service level breached",
    "sla_warned": "Service level warned",
}


def label_text(code: str) -> str:
    """Return the English text of a code."""
    return _SPECIAL.get(code) or code.replace("_", " ").strip().capitalize()


def mark(text: str) -> str:
    """Return a text as it is: for texts of constants, so that the extractor finds what is translated later."""
    return text


@lru_cache(maxsize=len(DESK_LANGUAGES))
def texts(language: str) -> Texts:
    """Return the desk's texts in one of ``DESK_LANGUAGES``."""
    return Texts(language, translator(DOMAIN))


def nearest(language: str | None) -> str:
    """Return the language of the desk that is nearest to one that somebody wants, or English."""
    chain = fallback_chain(language) if language else ()
    return next((code for code in chain if code in DESK_LANGUAGES), DEFAULT_LANGUAGE)


def accepted(header: str) -> str:
    """Return the language of the desk that a browser's Accept-Language asks for first, or English."""
    wishes: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        code, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((float(quality or 1), code.strip().lower()))
        except ValueError:
            continue
    for quality_, code in sorted(wishes, key=lambda wish: -wish[0]):
        wanted = code.split("-")[0]
        if quality_ > 0 and wanted in DESK_LANGUAGES:
            return wanted
    return DEFAULT_LANGUAGE


def isolated(value: Any) -> Any:
    """Return a value that must not turn the sentence around it, such as an Arabic name, between bidi isolates."""
    if isinstance(value, str) and _RIGHT_TO_LEFT.search(value):
        return value.__class__(f"{_ISOLATE}{value}{_END}")
    return value


def _filled(text: str, values: dict[str, Any]) -> str:
    if not values:
        return text
    # Markup escapes what is filled in, so that a template may put a link into a sentence.
    pattern = Markup(text) if any(isinstance(value, Markup) for value in values.values()) else text
    return pattern.format(**{name: isolated(value) for name, value in values.items()})
