"""One Jinja environment for each language of the desk."""

from __future__ import annotations

import jinja2
from aiohttp import web

from bot.desk import formats, script_texts
from bot.desk.texts import DESK_LANGUAGES, Texts
from bot.l10n.languages import LANGUAGES


class Environments:
    """Makes environments that share everything but their language.

    Texts and formats are globals and filters rather than values of a page, so that imported macros have them too.
    """

    def __init__(self, base: jinja2.Environment) -> None:
        self._base = base
        self._by_language: dict[str, jinja2.Environment] = {}

    def speaking(self, texts: Texts) -> jinja2.Environment:
        """Return the environment whose ``_`` and filters speak the language of some texts."""
        found = self._by_language.get(texts.language)
        if found is None:
            found = self._by_language[texts.language] = self._made(texts)
        return found

    def _made(self, texts: Texts) -> jinja2.Environment:
        made = self._base.overlay()
        made.globals = {
            **self._base.globals,
            "_": texts,
            "script_texts": script_texts.address(texts.language),
            "desk_languages": [LANGUAGES[code] for code in DESK_LANGUAGES],
        }
        made.filters = {**self._base.filters, **formats.filters(texts)}
        return made


ENVIRONMENTS = web.AppKey("environments", Environments)
