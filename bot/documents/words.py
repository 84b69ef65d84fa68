"""The words of documents in one language: English from the domain, translations from the catalogues."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path

from bot.aftersales.money import Money
from bot.l10n import formats
from bot.l10n.catalogue import translator
from bot.l10n.languages import LANGUAGES
from bot.l10n.template import entries

Translate = Callable[[str, str, str], str]
"""Return a text in a language: context (the label's name), English text, BCP 47 language."""

_DOMAIN = Path(__file__).resolve().parents[2] / "domain"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Words:
    """Writes labels, amounts and days in a language."""

    def __init__(self, language: str, translate: Translate | None = None) -> None:
        self.language = language
        self._translate = translate or translator("bot").translate
        self._is_rtl = LANGUAGES[language].direction == "rtl"

    def __call__(self, name: str, **values: str) -> str:
        """Return a label's text with its placeholders filled in; others stay as they are."""
        text = self._translate(name, _labels()[name], self.language)
        return _PLACEHOLDER.sub(lambda found: self.isolated(values.get(found[1], found[0])), text)

    def color(self, color: str) -> str:
        """Return the name of a colour, as the shop writes it where it is none of the usual ones."""
        name = f"label_color_{color}"
        return self(name) if name in _labels() else color

    def money(self, amount: Money) -> str:
        """Return an amount with its currency."""
        return self.isolated(formats.money(amount.amount, amount.currency, self.language))

    def day(self, when: date) -> str:
        """Return a day with its month in words."""
        return self.isolated(formats.day(when, self.language))

    def isolated(self, text: str) -> str:
        """Return a text so that its digits and Latin letters do not swap places with their neighbours."""
        return f"\u2068{text}\u2069" if self._is_rtl and text and "{" not in text else text


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    return {name: text for name, text, _ in entries(_DOMAIN) if name.startswith("label_") and isinstance(text, str)}
