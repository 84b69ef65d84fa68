"""The desk's own words, in the language of whoever looks at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from bot.l10n.catalogue import Translator, translator
from bot.l10n.languages import DEFAULT_LANGUAGE, fallback_chain

DESK_LANGUAGES = ("en", "de", "es", "fr", "zh", "ja")
"""The languages that the desk itself is written in; which languages customers speak does not depend on it."""

LABEL = "label"
"""The context of codes such as ``wrong_item``, whose English text is made from the code."""


@dataclass(frozen=True)
class Texts:
    """Texts in one language: call it with an English text, whose ``{placeholders}`` are filled with values.

    Templates know it as ``_``, so that the extractor finds their texts; a value is escaped where the text is Markup.
    """

    language: str
    translator: Translator

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


_SPECIAL = {
    "asked_for_human": "Asked for a person",
    "not_understood": "Bot did not understand",
    "safety": "Safety hazard",
    "policy_refusal": "Refused by policy",
    "identification_locked": "Identification locked",
    "not_solved": "Not solved for the customer",
    "review_needed": "Needs a decision",
    "agent_took_over": "Taken over by an agent",
    "return_refund": "Return for refund",
    "refund_full": "Full refund",
    "refund_partial": "Partial refund",
    "rma": "RMA",
}


def label_text(code: str) -> str:
    """Return the English text of a code."""
    return _SPECIAL.get(code) or code.replace("_", " ").strip().capitalize()


@lru_cache(maxsize=len(DESK_LANGUAGES))
def texts(language: str) -> Texts:
    """Return the desk's texts in one of ``DESK_LANGUAGES``."""
    return Texts(language, translator("desk"))


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
            wishes.append((float(quality or 1), code.strip()))
        except ValueError:
            continue
    for _quality, code in sorted(wishes, key=lambda wish: -wish[0]):
        for wanted in (code, code.split("-")[0]):
            if wanted in DESK_LANGUAGES:
                return wanted
    return DEFAULT_LANGUAGE


def _filled(text: str, values: dict[str, Any]) -> str:
    if not values:
        return text
    fill: Callable[..., str] = Markup(text).format if _has_markup(values) else text.format
    return fill(**values)


def _has_markup(values: dict[str, Any]) -> bool:
    return any(isinstance(value, Markup) for value in values.values())

