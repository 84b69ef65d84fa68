"""The texts of the desk's scripts: one generated module for each language, which texts.js imports."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from aiohttp import web

from bot.desk.texts import DESK_LANGUAGES, DOMAIN
from bot.l10n.catalogue import translator

PATH = "/desk/texts/"
"""Where the modules are; they hold nothing that is secret, and the login page needs them too."""

_ENGLISH_PLURAL = "(n != 1)"


@lru_cache(maxsize=len(DESK_LANGUAGES))
def source(language: str) -> str:
    """Return the module of a language: ``texts``, by their English text, and ``plural``, which picks a form.

    Only what scripts say is in it. Plural expressions of gettext are C, and so JavaScript as well.
    """
    catalogue = translator(DOMAIN).catalogues.get(language)
    found: dict[str, str | list[str]] = {}
    for message in catalogue or ():
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        is_said = any(file.endswith(".js") for file, _line in message.locations)
        if message.id and is_said and not message.fuzzy and not message.context and all(forms):
            key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
            found[str(key)] = list(forms) if message.pluralizable else forms[0]
    rule = catalogue.plural_expr if catalogue is not None else _ENGLISH_PLURAL
    # Letters outside ASCII are escaped: U+2028 would end a line of JavaScript.
    return f"export const texts = {json.dumps(found, sort_keys=True)};\nexport const plural = (n) => Number({rule});\n"


@lru_cache(maxsize=len(DESK_LANGUAGES))
def version(language: str) -> str:
    """Return what changes with the content of a language's module."""
    return hashlib.sha256(source(language).encode()).hexdigest()[:16]


def address(language: str) -> str:
    """Return where the module of a language is, by its content, so that browsers keep it as long as it is right."""
    return f"{PATH}{language}.js?v={version(language)}"


async def script_texts(request: web.Request) -> web.Response:
    """Return a module; one that is asked for by its content never changes."""
    language = request.match_info["language"]
    if language not in DESK_LANGUAGES:
        raise web.HTTPNotFound
    is_exact = request.query.get("v") == version(language)
    caching = "public, max-age=31536000, immutable" if is_exact else "no-cache"
    return web.Response(
        text=source(language), content_type="text/javascript", charset="utf-8", headers={"Cache-Control": caching}
    )


ROUTES = [web.get("/texts/{language}.js", script_texts)]
