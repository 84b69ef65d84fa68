"""Translations from gettext catalogues, with a fallback chain down to the English source text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.l10n.languages import SPOKEN, fallback_chain

LOCALES = Path(__file__).resolve().parents[2] / "locales"


@dataclass(frozen=True)
class Translator:
    """The catalogues of one domain (``bot``), by language."""

    catalogues: dict[str, Catalog]

    def translate(self, context: str, text: str, language: str) -> str:
        """Return a text in a language, or in the nearest language of its fallback chain, or as it is in English."""
        for code in fallback_chain(language):
            if code == "en":
                break
            catalogue = self.catalogues.get(code)
            message = catalogue.get(text, context) if catalogue is not None else None
            if message is not None and message.string and not message.fuzzy:
                return str(message.string)
        return text


def load(domain: str, languages: Iterable[str] = SPOKEN, folder: Path = LOCALES) -> Translator:
    """Read the catalogues of a domain; a language without one falls back."""
    found = {}
    for language in languages:
        path = folder / language.replace("-", "_") / "LC_MESSAGES" / f"{domain}.po"
        if path.exists():
            with path.open("rb") as file:
                found[language] = read_po(file, locale=language.replace("-", "_"))
    return Translator(found)


@lru_cache(maxsize=4)
def translator(domain: str) -> Translator:
    """Return the catalogues of a domain, read once a process."""
    return load(domain)
