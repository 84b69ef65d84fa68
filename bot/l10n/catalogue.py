"""Translations from gettext catalogues, with a fallback chain down to the English source text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.l10n.languages import SPOKEN, fallback_chain, locale_of

LOCALES = Path(__file__).resolve().parents[2] / "locales"


@dataclass(frozen=True)
class Translator:
    """The catalogues of one domain (``bot``), by language."""

    catalogues: dict[str, Catalog]

    def translate(self, context: str | None, text: str, language: str) -> str:
        """Return a text in a language, or in the nearest language of its fallback chain, or as it is in English."""
        for _, strings in self._found(context, text, language):
            return strings[0]
        return text

    def translate_counted(self, context: str | None, one: str, several: str, count: int, language: str) -> str:
        """Return what ``translate`` does, for a text that depends on a number, in the form the number asks for."""
        for catalogue, strings in self._found(context, one, language):
            return strings[_plural_rule(catalogue.plural_expr)(count)]
        return one if count == 1 else several

    def _found(self, context: str | None, text: str, language: str) -> Iterator[tuple[Catalog, tuple[str, ...]]]:
        for code in fallback_chain(language):
            if code == "en":
                return
            catalogue = self.catalogues.get(code)
            message = catalogue.get(text, context) if catalogue is not None else None
            if catalogue is not None and message is not None and not message.fuzzy:
                strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                if all(strings):
                    yield catalogue, tuple(strings)


@lru_cache(maxsize=64)
def _plural_rule(expression: str) -> Callable[[int], int]:
    """Return the function behind a gettext plural expression such as ``(n != 1)``."""
    return c2py(expression)


def load(domain: str, languages: Iterable[str] = SPOKEN, folder: Path = LOCALES) -> Translator:
    """Read the catalogues of a domain; a language without one falls back."""
    found = {}
    for language in languages:
        path = folder / locale_of(language) / "LC_MESSAGES" / f"{domain}.po"
        if path.exists():
            with path.open("rb") as file:
                found[language] = read_po(file, locale=locale_of(language))
    return Translator(found)


@lru_cache(maxsize=4)
def translator(domain: str) -> Translator:
    """Return the catalogues of a domain, read once a process."""
    return load(domain)
